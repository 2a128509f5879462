/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/child.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>

#include "common/loop.h"
#include "common/xalloc.h"
#include "tests/support/test.h"

#define LINE_LENGTH_MAX 4096

struct child {
	char *name;
	pid_t pid;
	int out;
	char buffer[LINE_LENGTH_MAX];
	size_t size;
};

/* In the new process. -1 leaves a stream alone. */
static void become(const char *const *argv, int out, int err)
{
	/* A test that fails leaves nothing running. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (out >= 0)
		dup2(out, STDOUT_FILENO);
	if (err >= 0)
		dup2(err, STDERR_FILENO);
	execv(argv[0], (char *const *)argv);
	_exit(127);
}

struct child *child_start(const char *const *argv)
{
	struct child *child = xcalloc(1, sizeof(*child));
	int ends[2];

	EXPECT_INT(pipe2(ends, O_CLOEXEC), 0);
	child->name = xstrdup(argv[0]);
	child->pid = fork();
	if (child->pid == 0)
		become(argv, ends[1], -1);
	close(ends[1]);
	child->out = ends[0];
	return child;
}

/* Cuts the first line out of the buffer, if there is a whole one. */
static bool take_line(struct child *child, char line[LINE_LENGTH_MAX])
{
	char *end = memchr(child->buffer, '\n', child->size);
	size_t length;

	if (!end)
		return false;
	length = (size_t)(end - child->buffer);
	memcpy(line, child->buffer, length);
	line[length] = '\0';
	child->size -= length + 1;
	memmove(child->buffer, end + 1, child->size);
	return true;
}

static void read_more(struct child *child, uint64_t deadline_us, const char *text)
{
	struct pollfd wait = {.fd = child->out, .events = POLLIN};
	uint64_t now_us = loop_now_us();
	ssize_t got;

	if (now_us > deadline_us || poll(&wait, 1, (int)((deadline_us - now_us) / 1000) + 1) == 0)
		test_fail(__FILE__, __LINE__, "%s did not say \"%s\" in time", child->name, text);
	got = read(child->out, child->buffer + child->size, sizeof(child->buffer) - child->size);
	if (got <= 0)
		test_fail(__FILE__, __LINE__, "%s ended without \"%s\"", child->name, text);
	child->size += (size_t)got;
}

void child_wait_line(struct child *child, const char *text)
{
	uint64_t deadline_us = loop_now_us() + TEST_DEADLINE_MS * UINT64_C(1000);
	char line[LINE_LENGTH_MAX];

	for (;;) {
		while (take_line(child, line))
			if (strncmp(line, text, strlen(text)) == 0)
				return;
		read_more(child, deadline_us, text);
	}
}

static int wait_for_end(pid_t pid)
{
	int status;

	EXPECT(waitpid(pid, &status, 0) == pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int child_stop(struct child *child)
{
	int status;

	kill(child->pid, SIGTERM);
	/* So that it never waits for us to read. */
	close(child->out);
	status = wait_for_end(child->pid);
	free(child->name);
	free(child);
	return status;
}

/* What was written to an unlinked file. The caller frees. */
static char *take_content(FILE *file, size_t *ret_size)
{
	char *content;
	long size;

	fseek(file, 0, SEEK_END);
	size = ftell(file);
	rewind(file);
	content = xcalloc(1, (size_t)size + 1);
	EXPECT_INT(fread(content, 1, (size_t)size, file), size);
	fclose(file);
	if (ret_size)
		*ret_size = (size_t)size;
	return content;
}

pid_t child_pid(const struct child *child)
{
	return child->pid;
}

uint64_t child_cpu_us(const struct child *child)
{
	struct timespec used;
	clockid_t clock;

	EXPECT_INT(clock_getcpuclockid(child->pid, &clock), 0);
	EXPECT_INT(clock_gettime(clock, &used), 0);
	return (uint64_t)used.tv_sec * 1000000 + (uint64_t)used.tv_nsec / 1000;
}

int child_run(const char *const *argv, struct child_output *ret_output)
{
	FILE *out = tmpfile();
	FILE *err = tmpfile();
	pid_t pid;
	int status;

	EXPECT(out && err);
	pid = fork();
	if (pid == 0)
		become(argv, fileno(out), fileno(err));
	status = wait_for_end(pid);
	ret_output->out = take_content(out, &ret_output->size);
	ret_output->err = take_content(err, NULL);
	return status;
}

void child_output_free(struct child_output *output)
{
	free(output->out);
	free(output->err);
}
