/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/child_command.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "cli/command.h"
#include "common/cleanup.h"
#include "common/xalloc.h"

/* One of the two things that a process says. */
struct said {
	int fd; /* -1: it said all */
	char *text;
	size_t size;
};

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void take_some(struct said *said)
{
	char bytes[4096];
	ssize_t size = read(said->fd, bytes, sizeof(bytes));

	if (size < 0 && errno == EINTR)
		return;
	if (size <= 0) {
		said->fd = close_fd(said->fd);
		return;
	}
	if ((size_t)size > CHILD_OUTPUT_MAX - said->size)
		size = (ssize_t)(CHILD_OUTPUT_MAX - said->size);
	memcpy(said->text + said->size, bytes, (size_t)size);
	said->size += (size_t)size;
}

static void take_all(struct said said[2])
{
	while (said[0].fd >= 0 || said[1].fd >= 0) {
		struct pollfd look[2] = {{said[0].fd, POLLIN, 0}, {said[1].fd, POLLIN, 0}};

		if (poll(look, 2, -1) < 0)
			continue;
		for (int i = 0; i < 2; i++)
			if (look[i].revents)
				take_some(&said[i]);
	}
}

/* Commands change their words, and the order in which they are. */
static int run_copy(const struct target *target, char *const *words)
{
	char *copies[COMMAND_WORDS_MAX + 1] = {NULL};
	char *arguments[COMMAND_WORDS_MAX + 1] = {NULL};
	int count = 0;
	int status;

	for (; words[count] && count < COMMAND_WORDS_MAX; count++)
		arguments[count] = copies[count] = xstrdup(words[count]);
	status = command_run(target, count, arguments);
	while (count > 0)
		free(copies[--count]);
	return status;
}

static void run_here(const struct target *target, char *const *words, const int outs[2])
{
	dup2(outs[0], STDOUT_FILENO);
	dup2(outs[1], STDERR_FILENO);
	close(STDIN_FILENO);
	open("/dev/null", O_RDONLY);
	exit(run_copy(target, words));
}

static int status_from_wait(int status)
{
	return WIFEXITED(status) ? WEXITSTATUS(status) : STATUS_COULD_NOT;
}

struct child_result child_command_run(const struct target *target, char *const *words)
{
	struct child_result result = {.status = STATUS_COULD_NOT};
	struct said said[2] = {{-1, xcalloc(1, CHILD_OUTPUT_MAX + 1), 0},
			       {-1, xcalloc(1, CHILD_OUTPUT_MAX + 1), 0}};
	uint64_t begun_ms = now_ms();
	int out[2] = {-1, -1}, err[2] = {-1, -1};
	pid_t child = -1;
	int status;

	fflush(stdout);
	if (pipe2(out, O_CLOEXEC) == 0 && pipe2(err, O_CLOEXEC) == 0)
		child = fork();
	if (child == 0)
		run_here(target, words, (int[2]){out[1], err[1]});
	close_fd(out[1]);
	close_fd(err[1]);
	said[0].fd = out[0];
	said[1].fd = err[0];
	if (child < 0)
		snprintf(said[1].text, CHILD_OUTPUT_MAX, "windscreen: cannot start a process: %s\n",
			 strerror(errno));
	take_all(said);
	if (child > 0 && waitpid(child, &status, 0) == child)
		result.status = status_from_wait(status);
	result.duration_ms = (unsigned)(now_ms() - begun_ms);
	result.out = said[0].text;
	result.err = said[1].text;
	return result;
}

void child_result_finish(struct child_result *result)
{
	free(result->out);
	free(result->err);
	*result = (struct child_result){0};
}
