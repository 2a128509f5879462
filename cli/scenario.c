/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/scenario.h"

#include <libgen.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/input_file.h"
#include "common/xalloc.h"

static void step_finish(struct scenario_step *step)
{
	for (unsigned i = 0; i < step->words_count; i++)
		free(step->words[i]);
	free(step->words);
	free(step->columns);
	free(step->text);
}

void scenario_destroy(struct scenario *scenario)
{
	if (!scenario)
		return;
	for (size_t i = 0; i < scenario->steps_count; i++)
		step_finish(&scenario->steps[i]);
	free(scenario->steps);
	free(scenario->directory);
	free(scenario->path);
	free(scenario);
}

/* -- Words ----------------------------------------------------------------------- */

/* A line that is being taken apart. */
struct reader {
	const char *path;
	unsigned line;
	const char *start;
	const char *at;
};

static unsigned column_of(const struct reader *reader)
{
	return (unsigned)(reader->at - reader->start) + 1;
}

static int wrong_here(const struct reader *reader, const char *what)
{
	return usage_error("%s:%u:%u: %s", reader->path, reader->line, column_of(reader), what);
}

/* A character in quotes, as it stands for itself or after a backslash. */
static int take_quoted(struct reader *reader, char *ret_character)
{
	*ret_character = *reader->at++;
	if (*ret_character != '\\')
		return STATUS_DONE;
	switch (*reader->at) {
	case '"':
	case '\\':
		*ret_character = *reader->at++;
		return STATUS_DONE;
	case 'n':
		*ret_character = '\n';
		reader->at++;
		return STATUS_DONE;
	default:
		return wrong_here(reader, "after a backslash there can be \\, \" or n");
	}
}

/* The caller frees `*ret_word`. */
static int take_word(struct reader *reader, char **ret_word)
{
	CLEANUP(freep) char *word = xcalloc(1, strlen(reader->at) + 1);
	size_t length = 0;

	while (*reader->at && !strchr(" \t", *reader->at)) {
		struct reader quote = *reader;
		int status = STATUS_DONE;

		if (*reader->at != '"') {
			word[length++] = *reader->at++;
			continue;
		}
		reader->at++;
		while (*reader->at && *reader->at != '"' && status == STATUS_DONE)
			status = take_quoted(reader, &word[length++]);
		if (status != STATUS_DONE)
			return status;
		if (!*reader->at)
			return wrong_here(&quote, "these quotes have no end");
		reader->at++;
	}
	*ret_word = TAKE(word);
	return STATUS_DONE;
}

static void skip_blanks(struct reader *reader)
{
	reader->at += strspn(reader->at, " \t");
}

/* Leaves `step` without words where the line has none. */
static int take_words(struct reader *reader, struct scenario_step *step)
{
	step->words = xcalloc(SCENARIO_WORDS_MAX + 1, sizeof(*step->words));
	step->columns = xcalloc(SCENARIO_WORDS_MAX, sizeof(*step->columns));
	for (skip_blanks(reader); *reader->at && *reader->at != '#'; skip_blanks(reader)) {
		int status;

		if (step->words_count == SCENARIO_WORDS_MAX)
			return wrong_here(reader, "a step has no more than 64 words");
		step->columns[step->words_count] = column_of(reader);
		status = take_word(reader, &step->words[step->words_count]);
		if (status != STATUS_DONE)
			return status;
		step->words_count++;
	}
	return STATUS_DONE;
}

void scenario_write_word(FILE *file, const char *word)
{
	fputc('"', file);
	for (; *word; word++) {
		if (*word == '\n') {
			fputs("\\n", file);
			continue;
		}
		if (*word == '"' || *word == '\\')
			fputc('\\', file);
		fputc(*word, file);
	}
	fputc('"', file);
}

/* What there is of a line up to `end`, without blanks around it. The caller frees. */
static char *trimmed(const char *start, const char *end)
{
	start += strspn(start, " \t");
	while (end > start && strchr(" \t", end[-1]))
		end--;
	return xasprintf("%.*s", (int)(end - start), start);
}

/* -- Lines ----------------------------------------------------------------------- */

static int take_line(struct scenario *scenario, unsigned number, const char *line)
{
	struct reader reader = {scenario->path, number, line, line};
	struct scenario_step step = {.line = number};
	int status = take_words(&reader, &step);

	if (status == STATUS_DONE && step.words_count > 0 &&
	    scenario->steps_count == SCENARIO_STEPS_MAX)
		status = wrong_here(&reader, "a scenario has no more than 10000 steps");
	if (status != STATUS_DONE || step.words_count == 0) {
		step_finish(&step);
		return status;
	}
	step.text = trimmed(line, reader.at);
	scenario->steps[scenario->steps_count++] = step;
	return STATUS_DONE;
}

static int take_lines(struct scenario *scenario, char *text)
{
	unsigned number = 0;
	char *line;

	scenario->steps = xcalloc(SCENARIO_STEPS_MAX, sizeof(*scenario->steps));
	while ((line = strsep(&text, "\n"))) {
		int status;

		line[strcspn(line, "\r")] = '\0';
		status = take_line(scenario, ++number, line);
		if (status != STATUS_DONE)
			return status;
	}
	return STATUS_DONE;
}

int scenario_read(const char *path, struct scenario **ret_scenario)
{
	CLEANUP(scenario_destroyp) struct scenario *scenario = xcalloc(1, sizeof(*scenario));
	CLEANUP(freep) char *copy = xstrdup(path);
	CLEANUP(freep) uint8_t *text = NULL;
	size_t size;
	int r = input_file_read(path, SCENARIO_BYTES_MAX, &text, &size);
	int status;

	if (r < 0)
		return could_not("cannot read %s: %s", path, strerror(-r));
	if (strlen((char *)text) != size)
		return usage_error("%s is no text", path);
	scenario->path = xstrdup(path);
	scenario->directory = xstrdup(dirname(copy));
	status = take_lines(scenario, (char *)text);
	if (status == STATUS_DONE && scenario->steps_count == 0)
		status = usage_error("%s has no steps", path);
	if (status == STATUS_DONE)
		*ret_scenario = TAKE(scenario);
	return status;
}
