/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <regex.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>

#include "cli/arguments.h"
#include "cli/client.h"
#include "cli/command.h"
#include "common/base64.h"
#include "common/xalloc.h"

#define TIMEOUT_DEFAULT_MS 30000

/* How long the gateway may keep a request for output. */
#define READ_WAIT_MS 25000

/* Of the line that is looked at: what comes before is forgotten. */
#define LINE_MAX_BYTES 65536

/* Ctrl-], as telnet and virsh have it. */
#define ESCAPE 0x1d

struct console {
	const char *expected; /* NULL: none */
	regex_t pattern;
	const char *text; /* to send first, with a line end; NULL: none */
	bool from_start;
	unsigned timeout_ms;

	struct client *client;
	uint64_t next; /* byte of the line to read */
	char line[LINE_MAX_BYTES + 1];
	size_t line_size;
};

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* -- Arguments ----------------------------------------------------------------- */

static int set_expected(struct console *console, const char *text)
{
	char error[256];
	int code = regcomp(&console->pattern, text, REG_EXTENDED | REG_NOSUB);

	if (code) {
		regerror(code, &console->pattern, error, sizeof(error));
		return usage_error("%s is no regular expression: %s", text, error);
	}
	console->expected = text;
	return STATUS_DONE;
}

static int parse(int argc, char **argv, struct console *console)
{
	static const struct option options[] = {
		{"expect", required_argument, NULL, 'e'},
		{"timeout", required_argument, NULL, 'o'},
		{"send", required_argument, NULL, 's'},
		{"all", no_argument, NULL, 'a'},
		{0},
	};
	int option;
	int status = STATUS_DONE;

	console->timeout_ms = TIMEOUT_DEFAULT_MS;
	while (status == STATUS_DONE &&
	       (option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 'e':
			status = console->expected ? usage_error("--expect can be said once")
						   : set_expected(console, optarg);
			break;
		case 'o':
			if (!duration_from_text(optarg, &console->timeout_ms))
				status = usage_error("%s is no time such as 500ms or 30s", optarg);
			break;
		case 's':
			console->text = optarg;
			break;
		case 'a':
			console->from_start = true;
			break;
		default:
			status = STATUS_USAGE;
		}
	}
	if (status == STATUS_DONE && optind != argc)
		status = usage_error("console takes options only");
	return status;
}

/* -- The line ------------------------------------------------------------------ */

static int send_bytes(struct client *client, const void *bytes, size_t size)
{
	CLEANUP(json_object_putp) struct json_object *body = json_object_new_object();
	CLEANUP(freep) char *text = base64_encode(bytes, size);

	json_object_object_add(body, "data", json_object_new_string(text));
	return client_post(client, "/api/v1/serial", body);
}

static int send_text(struct console *console)
{
	CLEANUP(freep) char *line = console->text ? xasprintf("%s\n", console->text) : NULL;

	return line ? send_bytes(console->client, line, strlen(line)) : STATUS_DONE;
}

/* What the guest said since the last time; waits for it up to `wait_ms`. The caller frees. */
static int read_output(struct console *console, const char *since, unsigned wait_ms,
		       uint8_t **ret_bytes, size_t *ret_size)
{
	CLEANUP(freep)
	char *path = xasprintf("/api/v1/serial?since=%s&wait_ms=%u", since, wait_ms);
	CLEANUP(json_object_putp) struct json_object *answer = NULL;
	struct json_object *next, *data;
	int status = client_get_json(console->client, path, &answer);

	if (status != STATUS_DONE)
		return status;
	if (!json_object_object_get_ex(answer, "next", &next) ||
	    !json_object_object_get_ex(answer, "data", &data))
		return could_not("the gateway says nothing of its serial line");
	console->next = json_object_get_uint64(next);
	*ret_bytes = NULL;
	*ret_size = 0;
	base64_decode(json_object_get_string(data), ret_bytes, ret_size);
	return STATUS_DONE;
}

/* Sets where to begin: at what is kept, or at the end. */
static int begin(struct console *console)
{
	CLEANUP(freep) uint8_t *bytes = NULL;
	size_t size;

	if (console->from_start)
		return STATUS_DONE;
	return read_output(console, "end", 0, &bytes, &size);
}

static int print(const uint8_t *bytes, size_t size)
{
	if (fwrite(bytes, 1, size, stdout) < size || fflush(stdout) == EOF)
		return could_not("cannot write what the guest says: %s", strerror(errno));
	return STATUS_DONE;
}

/* Looks at each line as it grows: a prompt has no end. */
static bool matches(struct console *console, const uint8_t *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		bool is_end = bytes[i] == '\n';

		if (!is_end && bytes[i] != '\r' && bytes[i] != '\0' &&
		    console->line_size < LINE_MAX_BYTES)
			console->line[console->line_size++] = (char)bytes[i];
		if (!is_end && i + 1 < size)
			continue;
		console->line[console->line_size] = '\0';
		if (regexec(&console->pattern, console->line, 0, NULL, 0) == 0)
			return true;
		if (is_end)
			console->line_size = 0;
	}
	return false;
}

/* -- For scripts ----------------------------------------------------------------- */

static int expect(struct console *console)
{
	uint64_t end_ms = now_ms() + console->timeout_ms;

	for (;;) {
		CLEANUP(freep) uint8_t *bytes = NULL;
		CLEANUP(freep) char *since = xasprintf("%" PRIu64, console->next);
		uint64_t now = now_ms();
		uint64_t left = end_ms > now ? end_ms - now : 0;
		size_t size;
		int status = read_output(console, since,
					 left < READ_WAIT_MS ? (unsigned)left : READ_WAIT_MS,
					 &bytes, &size);

		if (status == STATUS_DONE)
			status = print(bytes, size);
		if (status != STATUS_DONE)
			return status;
		if (matches(console, bytes, size))
			return STATUS_DONE;
		if (now_ms() >= end_ms) {
			fprintf(stderr, "windscreen: the guest did not say \"%s\" within %u ms\n",
				console->expected, console->timeout_ms);
			return STATUS_NO;
		}
	}
}

/* -- For people ------------------------------------------------------------------ */

static int print_for_ever(struct console *console)
{
	for (;;) {
		CLEANUP(freep) uint8_t *bytes = NULL;
		CLEANUP(freep) char *since = xasprintf("%" PRIu64, console->next);
		size_t size;
		int status = read_output(console, since, READ_WAIT_MS, &bytes, &size);

		if (status == STATUS_DONE)
			status = print(bytes, size);
		if (status != STATUS_DONE)
			return status;
	}
}

/* Sends what is typed, up to the escape or the end. */
static int send_input(struct client *client, bool has_escape)
{
	char bytes[4096];
	ssize_t size;

	while ((size = read(STDIN_FILENO, bytes, sizeof(bytes))) > 0) {
		const char *escape = has_escape ? memchr(bytes, ESCAPE, (size_t)size) : NULL;
		size_t count = escape ? (size_t)(escape - bytes) : (size_t)size;
		int status = count > 0 ? send_bytes(client, bytes, count) : STATUS_DONE;

		if (status != STATUS_DONE || escape)
			return status;
	}
	return STATUS_DONE;
}

/* Reading and writing are requests of their own: the child prints. */
static int talk(struct console *console, const struct target *target)
{
	bool is_terminal = isatty(STDIN_FILENO);
	struct termios before, raw;
	pid_t child;
	int status;

	child = fork();
	if (child < 0)
		return could_not("cannot start a process: %s", strerror(errno));
	if (child == 0) {
		struct client *client;

		/* A connection is for one of us. */
		status = client_open(target, &client);
		console->client = client;
		exit(status == STATUS_DONE ? print_for_ever(console) : status);
	}
	if (is_terminal && tcgetattr(STDIN_FILENO, &before) == 0) {
		fputs("windscreen: the guest's serial line; Ctrl-] ends this\r\n", stderr);
		raw = before;
		cfmakeraw(&raw);
		tcsetattr(STDIN_FILENO, TCSANOW, &raw);
	}
	status = send_input(console->client, is_terminal);
	if (is_terminal)
		tcsetattr(STDIN_FILENO, TCSANOW, &before);
	kill(child, SIGTERM);
	waitpid(child, NULL, 0);
	return status;
}

static int run(const struct target *target, int argc, char **argv)
{
	static struct console console;
	CLEANUP(client_closep) struct client *client = NULL;
	int status = parse(argc, argv, &console);

	if (status == STATUS_DONE)
		status = client_open(target, &client);
	console.client = client;
	if (status == STATUS_DONE)
		status = begin(&console);
	if (status == STATUS_DONE)
		status = send_text(&console);
	if (status == STATUS_DONE && console.expected)
		status = expect(&console);
	else if (status == STATUS_DONE && !console.text)
		status = talk(&console, target);
	if (console.expected)
		regfree(&console.pattern);
	return status;
}

const struct command command_console = {
	.name = "console",
	.arguments = "[--send TEXT] [--expect REGEX [--timeout TIME]] [--all]",
	.summary = "talk to the guest on its serial line",
	.help = "  --send TEXT      say this line\n"
		"  --expect REGEX   print what the guest says until a line matches\n"
		"  --timeout TIME   give up after that: 30s (default)\n"
		"  --all            begin with what it said before, as far as it is kept\n"
		"Without --send and --expect it is a terminal: Ctrl-] ends it.\n",
	.run = run,
};
