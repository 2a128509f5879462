/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Metrics
 *
 * What `/metrics` answers: the numbers of heads and viewers, in Prometheus' text format
 * (version 0.0.4). docs/api.md lists them.
 *
 * Threads: the loop's.
 */

#include <stdbool.h>

struct feeds;
struct heads;
struct viewers;

struct metrics_parts {
	const char *name; /* the gateway's */
	const char *version;
	bool guest_is_attached;
	bool input_is_attached;
	struct heads *heads;
	struct feeds *feeds;
	struct viewers *viewers;
};

/** The caller frees. NULL when there is no memory. */
char *metrics_text(const struct metrics_parts *parts);
