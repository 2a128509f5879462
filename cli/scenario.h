/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Scenario
 *
 * A text file of steps, one a line, as words: those of the command line (docs/testing-guests.md).
 * Words are separated by blanks; "quotes" keep blanks in one, with \" \\ \n in them; what follows
 * a # that begins a word is a comment.
 */

#include <stddef.h>
#include <stdio.h>

#include "common/cleanup.h"

struct scenario_step {
	unsigned line;	      /* from 1 */
	char *text;	      /* as it stands there, without comment */
	unsigned words_count; /* at least 1 */
	char **words;	      /* ends with NULL */
	unsigned *columns;    /* where each word begins, from 1 */
};

struct scenario {
	char *path;
	char *directory; /* that references are in */
	size_t steps_count;
	struct scenario_step *steps;
};

/* Longer files, and steps of more words, are no scenarios. */
#define SCENARIO_BYTES_MAX (1u << 20)
#define SCENARIO_STEPS_MAX 10000
#define SCENARIO_WORDS_MAX 64

/**
 * Reads `path`. Returns 0, or the program's exit status, having said why, with line and
 * column, on standard error.
 */
int scenario_read(const char *path, struct scenario **ret_scenario);

/** Writes a word so that it is read again, in quotes. */
void scenario_write_word(FILE *file, const char *word);

/** Accepts NULL. */
void scenario_destroy(struct scenario *scenario);

DEFINE_CLEANUP(struct scenario *, scenario_destroy)
