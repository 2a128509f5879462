/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Kernel options: words of the kernel's command line that begin with
 * "cockpit.". Others are not ours.
 */

#include <stdbool.h>

/**
 * Calls back with the name and the value of each of ours.
 *
 * Returns NULL, or the first word that has no value or that `apply` refused, valid until the
 * next call.
 */
const char *kernel_options_parse(const char *command_line,
				 bool (*apply)(void *data, const char *name, const char *value),
				 void *data);

/** Reads the running kernel's command line; an empty one where there is none. */
void kernel_options_read(char *command_line, int size);
