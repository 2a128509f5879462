/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Child
 *
 * A program that a test runs beside itself: what it writes to standard output
 * is waited for, line by line, with a deadline.
 */

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/cleanup.h"

struct child;

/** Starts `argv[0]`; `argv` ends with NULL. Its standard error is the test's. */
struct child *child_start(const char *const *argv);

/**
 * Waits until the program has written a line that begins with `text`, after the
 * lines that were waited for before; the test fails when TEST_DEADLINE_MS have
 * passed, or the program ends without it.
 */
void child_wait_line(struct child *child, const char *text);

/** Asks the program to end, and waits for that. Returns its exit status. */
int child_stop(struct child *child);

pid_t child_pid(const struct child *child);

/** How much processor time the program has used, in microseconds. */
uint64_t child_cpu_us(const struct child *child);

/** Runs a program to its end, output and complaints kept. Returns its exit status. */
struct child_output {
	char *out; /* ends with a NUL that `size` leaves out */
	size_t size;
	char *err;
};
int child_run(const char *const *argv, struct child_output *ret_output);
void child_output_free(struct child_output *output);
