/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * One line for each client that was refused, so that an operator sees why
 * something does not work; few enough of them, so that a client that is
 * refused in a loop does not fill the disk.
 */

#include <stdint.h>

struct web_refusal_log {
	uint64_t minute; /* that `lines` counts */
	unsigned lines;
	unsigned left_out;
};

/** Writes "refused WHAT: ..." about a peer; bytes that are no ASCII letter become '?'. */
void web_refusal_log_write(struct web_refusal_log *log, const char *peer, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
