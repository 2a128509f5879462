/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Report
 *
 * What became of a scenario: for CI as JUnit's XML, for people as one HTML page with the
 * pictures in it.
 */

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "cli/child_command.h"
#include "cli/scenario.h"

/* Of one step: the reference, what was there, where they differ. */
#define REPORT_PICTURES_MAX 3

struct report_picture {
	const char *title;
	char *path;
};

struct report_step {
	const struct scenario_step *step;
	bool was_run;
	struct child_result result;
	unsigned pictures_count;
	struct report_picture pictures[REPORT_PICTURES_MAX];
};

struct report {
	const struct scenario *scenario;
	time_t started;
	unsigned duration_ms;
	size_t steps_count;
	struct report_step *steps;
};

/** Takes `path`. A picture that is not there is left out when the report is written. */
void report_add_picture(struct report_step *step, const char *title, char *path);

void report_finish(struct report *report);

/** Each returns a file's content, which the caller frees. */
char *report_junit(const struct report *report);
char *report_html(const struct report *report);

/** `text` for XML and HTML: what would be markup is escaped, what cannot be there is replaced. The
 * caller frees. */
char *report_escape(const char *text);
