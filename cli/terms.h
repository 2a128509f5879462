/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Terms
 *
 * What a scenario's step `expect` or `capture` says of the picture: which head's it is, what
 * of it counts, and how much may be off. Values are as they were written, and checked by the
 * commands that they are given to.
 */

#include <stdbool.h>

#include "cli/command_words.h"
#include "cli/scenario.h"

#define TERMS_BOXES_MAX SCENARIO_WORDS_MAX

struct terms {
	const char *name; /* the last word */

	/* NULL: not said. */
	const char *head;
	const char *timeout;
	const char *tolerance;
	const char *allowed;
	const char *cross_tolerance;
	const char *cross_allowed;

	bool with_cursor;
	unsigned areas_count;
	const char *areas[TERMS_BOXES_MAX];
	unsigned ignored_count;
	const char *ignored[TERMS_BOXES_MAX];
};

/** Reads a step, whose words it lends from. Returns 0; or STATUS_USAGE, having said where it is
 * wrong. */
int terms_from_step(const struct scenario *scenario, const struct scenario_step *step,
		    struct terms *ret_terms);

/** Adds what counts: the areas, and what is ignored. */
void terms_add_boxes(const struct terms *terms, struct command_words *command);
