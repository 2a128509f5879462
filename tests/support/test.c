/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/test.h"

#include <poll.h>
#include <stdarg.h>

#include "common/loop.h"

/* How long a turn without an event may last: what is waited for may be another thread's doing. */
#define TURN_MS 2

void test_fail(const char *file, int line, const char *format, ...)
{
	va_list arguments;

	fprintf(stderr, "%s:%d: ", file, line);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	exit(1);
}

void test_run(const char *name, void (*function)(void))
{
	printf("%s\n", name);
	fflush(stdout);
	function();
}

bool test_wait(struct loop *loop, bool (*is_true)(void *data), void *data)
{
	uint64_t deadline = loop_now_us() + TEST_DEADLINE_MS * UINT64_C(1000);

	while (!is_true(data)) {
		if (loop_now_us() > deadline)
			return false;
		if (loop)
			sd_event_run(loop_event(loop), TURN_MS * UINT64_C(1000));
		else
			poll(NULL, 0, TURN_MS);
	}
	return true;
}
