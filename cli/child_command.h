/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Child command
 *
 * A command of the command line, run in a process of its own, with what it says kept: for a
 * scenario's steps, which are just that.
 */

#include "cli/target.h"

/* More of what it says is dropped. */
#define CHILD_OUTPUT_MAX (1u << 20)

struct child_result {
	int status; /* STATUS_COULD_NOT where it crashed */
	unsigned duration_ms;
	char *out; /* what it said on standard output, and error: never NULL */
	char *err;
};

/** Runs `words`, which end with NULL and begin with a command's name. Finish the result. */
struct child_result child_command_run(const struct target *target, char *const *words);

void child_result_finish(struct child_result *result);
