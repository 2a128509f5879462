/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/guest/cockpit/serial.h"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/guest/cockpit/commands.h"
#include "tests/support/test.h"

#define N_LINES 20000 /* more than the terminal and the cockpit keep together */

/* A terminal: the cockpit has one end, the test the other. */
static int test_end = -1;
static struct serial *serial;

static char heard[8][512];
static int n_heard;

static void start(void)
{
	if (test_end >= 0)
		close(test_end);
	test_end = posix_openpt(O_RDWR | O_NOCTTY);
	EXPECT(test_end >= 0 && grantpt(test_end) == 0 && unlockpt(test_end) == 0);
	free(serial);
	serial = serial_open(ptsname(test_end));
	n_heard = 0;
}

static void hear(void *data, const char *line)
{
	(void)data;
	EXPECT(n_heard < 8);
	snprintf(heard[n_heard++], sizeof(heard[0]), "%s", line);
}

/* Reads all that was written: it ends with the line "end". */
static void hear_until_end(void)
{
	struct pollfd readable = {.fd = serial_fd(serial), .events = POLLIN};

	while (n_heard == 0 || strcmp(heard[n_heard - 1], "end") != 0) {
		EXPECT(poll(&readable, 1, TEST_DEADLINE_MS) == 1);
		serial_read(serial, hear, NULL);
	}
}

static void say(const char *text)
{
	EXPECT(write(test_end, text, strlen(text)) == (ssize_t)strlen(text));
}

static void lines_are_heard_one_by_one(void)
{
	start();
	say("freeze\r\n\nst");
	say("ep 3\nend\n");
	hear_until_end();
	EXPECT_INT(n_heard, 3);
	EXPECT_STRING(heard[0], "freeze");
	EXPECT_STRING(heard[1], "step 3");
}

static void a_line_that_is_too_long_is_heard_cut_but_still_too_long(void)
{
	start();
	for (int i = 0; i < 100; i++)
		say("0123456789");
	say("\nend\n");
	hear_until_end();
	EXPECT_INT(n_heard, 2);
	EXPECT_INT(strlen(heard[0]), COMMAND_MAX_LENGTH + 1);
}

/* Takes all that can be read at the moment. */
static size_t take(char *text, size_t size)
{
	struct pollfd readable = {.fd = test_end, .events = POLLIN};
	size_t length = 0;

	while (length < size - 1 && poll(&readable, 1, 0) == 1) {
		ssize_t n = read(test_end, text + length, size - 1 - length);

		EXPECT(n > 0);
		length += n;
	}
	text[length] = 0;
	return length;
}

static void without_a_reader_whole_lines_are_lost_and_counted(void)
{
	static char text[20 * N_LINES];
	size_t length = 0;
	int n_lost = 0, n_lines = 0;

	start();
	for (int i = 0; i < N_LINES; i++) {
		serial_printf(serial, "line %05d", i);
		serial_flush(serial);
	}
	EXPECT(serial_has_unsent(serial));
	while (serial_has_unsent(serial)) {
		length += take(text + length, sizeof(text) - length);
		serial_flush(serial);
	}
	serial_printf(serial, "after");
	serial_flush(serial);
	/* The kernel hands a terminal's bytes on in its own time. */
	while (!strstr(text, "after\n")) {
		struct pollfd readable = {.fd = test_end, .events = POLLIN};

		EXPECT(poll(&readable, 1, TEST_DEADLINE_MS) == 1);
		length += take(text + length, sizeof(text) - length);
	}

	for (char *rest = text, *line; (line = strsep(&rest, "\n")) && *line;) {
		int number;

		if (sscanf(line, "lost %d", &number) == 1)
			n_lost += number;
		else if (sscanf(line, "line %d", &number) == 1)
			EXPECT_INT(number, n_lines++ + n_lost);
		else
			EXPECT_STRING(line, "after");
	}
	EXPECT(n_lost > 0);
	EXPECT_INT(n_lines + n_lost, N_LINES);
}

int main(void)
{
	RUN_TEST(lines_are_heard_one_by_one);
	RUN_TEST(a_line_that_is_too_long_is_heard_cut_but_still_too_long);
	RUN_TEST(without_a_reader_whole_lines_are_lost_and_counted);
	close(test_end);
	free(serial);
	return 0;
}
