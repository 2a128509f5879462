/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/terms.h"

#include <getopt.h>
#include <string.h>

static void take_option(struct terms *terms, int option)
{
	switch (option) {
	case 'n':
		terms->head = optarg;
		break;
	case 'o':
		terms->timeout = optarg;
		break;
	case 'c':
		terms->with_cursor = true;
		break;
	case 't':
		terms->tolerance = optarg;
		break;
	case 'p':
		terms->allowed = optarg;
		break;
	case 'T':
		terms->cross_tolerance = optarg;
		break;
	case 'P':
		terms->cross_allowed = optarg;
		break;
	case 'a':
		terms->areas[terms->areas_count++] = optarg;
		break;
	case 'i':
		terms->ignored[terms->ignored_count++] = optarg;
		break;
	}
}

static int wrong_step(const struct scenario *scenario, const struct scenario_step *step,
		      const char *what)
{
	return usage_error("%s:%u:%u: %s %s", scenario->path, step->line, step->columns[0],
			   step->words[0], what);
}

int terms_from_step(const struct scenario *scenario, const struct scenario_step *step,
		    struct terms *ret_terms)
{
	static const struct option options[] = {
		{"head", required_argument, NULL, 'n'},
		{"timeout", required_argument, NULL, 'o'},
		{"cursor", no_argument, NULL, 'c'},
		{"tolerance", required_argument, NULL, 't'},
		{"allow", required_argument, NULL, 'p'},
		{"cross-tolerance", required_argument, NULL, 'T'},
		{"cross-allow", required_argument, NULL, 'P'},
		{"area", required_argument, NULL, 'a'},
		{"ignore", required_argument, NULL, 'i'},
		{0},
	};
	/* getopt_long() puts them in another order. */
	char *words[SCENARIO_WORDS_MAX + 1] = {NULL};
	struct terms terms = {0};
	int count = (int)step->words_count;
	int option;

	memcpy(words, step->words, step->words_count * sizeof(*words));
	optind = 0; /* glibc's way of starting anew */
	opterr = 0;
	while ((option = getopt_long(count, words, "", options, NULL)) != -1) {
		if (option == '?')
			break;
		take_option(&terms, option);
	}
	opterr = 1;
	if (option == '?')
		return wrong_step(scenario, step, "has no such option, or it needs a value");
	if (optind + 1 != count)
		return wrong_step(scenario, step, "needs one picture, last");
	terms.name = words[optind];
	*ret_terms = terms;
	return STATUS_DONE;
}

void terms_add_boxes(const struct terms *terms, struct command_words *command)
{
	for (unsigned i = 0; i < terms->areas_count; i++)
		command_add_option(command, "--area", terms->areas[i]);
	for (unsigned i = 0; i < terms->ignored_count; i++)
		command_add_option(command, "--ignore", terms->ignored[i]);
}
