/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/prometheus.h"

#include <ctype.h>
#include <math.h>

#include "tests/support/test.h"

#define TEXT_MAX   256
#define SERIES_MAX 4096

/* The family that the lines belong to. */
struct family {
	char name[TEXT_MAX];
	char type[TEXT_MAX];
	/* of the histogram that is being read: */
	char labels[TEXT_MAX]; /* without le */
	double bound;
	double count;
	bool is_complete; /* +Inf was there */
};

struct reader {
	const char *at;
	struct family family;
	char *seen[SERIES_MAX];
	unsigned seen_count;
};

static void complain(const struct reader *reader, const char *what)
{
	test_fail(__FILE__, __LINE__, "%s: \"%.*s\"", what, (int)strcspn(reader->at, "\n"),
		  reader->at);
}

static void note_seen(struct reader *reader, const char *name, size_t size)
{
	for (unsigned i = 0; i < reader->seen_count; i++)
		if (strlen(reader->seen[i]) == size && memcmp(reader->seen[i], name, size) == 0)
			complain(reader, "is there twice");
	EXPECT(reader->seen_count < SERIES_MAX);
	reader->seen[reader->seen_count++] = strndup(name, size);
}

static bool accept(struct reader *reader, const char *token)
{
	size_t size = strlen(token);

	if (strncmp(reader->at, token, size) != 0)
		return false;
	reader->at += size;
	return true;
}

static void want(struct reader *reader, const char *token)
{
	if (!accept(reader, token))
		complain(reader, token);
}

static void read_name(struct reader *reader, char *name)
{
	size_t size = strspn(reader->at, "abcdefghijklmnopqrstuvwxyz"
					 "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789");

	if (size == 0 || size >= TEXT_MAX || isdigit((unsigned char)*reader->at))
		complain(reader, "no name");
	memcpy(name, reader->at, size);
	name[size] = '\0';
	reader->at += size;
}

/* Up to the quote that ends it. */
static void read_label_value(struct reader *reader, char *value)
{
	size_t size = 0;

	while (*reader->at != '"') {
		if (*reader->at == '\n' || *reader->at == '\0' || size + 1 >= TEXT_MAX)
			complain(reader, "a label's value does not end");
		if (accept(reader, "\\")) {
			if (!strchr("\\\"n", *reader->at))
				complain(reader, "no such escape");
		}
		value[size++] = *reader->at++;
	}
	value[size] = '\0';
	want(reader, "\"");
}

/* -- Families ---------------------------------------------------------------------- */

static void end_histogram(struct reader *reader)
{
	if (reader->family.labels[0] != '\0')
		complain(reader, "a histogram before it has no count");
}

static void read_header(struct reader *reader)
{
	struct family *family = &reader->family;
	const char *start = reader->at;
	char name[TEXT_MAX];

	end_histogram(reader);
	want(reader, "# HELP ");
	*family = (struct family){0};
	read_name(reader, family->name);
	if (strncmp(family->name, "windscreen_", 11) != 0)
		complain(reader, "the name is not ours");
	note_seen(reader, start, (size_t)(reader->at - start));
	want(reader, " ");
	if (*reader->at == '\n')
		complain(reader, "no help");
	reader->at += strcspn(reader->at, "\n");
	want(reader, "\n# TYPE ");
	read_name(reader, name);
	EXPECT_STRING(name, family->name);
	want(reader, " ");
	read_name(reader, family->type);
	want(reader, "\n");
	if (strcmp(family->type, "counter") == 0)
		EXPECT_STRING(name + strlen(name) - 6, "_total");
	else if (strcmp(family->type, "gauge") != 0 && strcmp(family->type, "histogram") != 0)
		complain(reader, "no such type");
}

/* -- Samples ------------------------------------------------------------------------- */

/* Reads `{a="b",...}`; le apart from the others. */
static void read_labels(struct reader *reader, char *others, char *le)
{
	others[0] = le[0] = '\0';
	if (!accept(reader, "{"))
		return;
	do {
		char name[TEXT_MAX];
		char value[TEXT_MAX];
		size_t size = strlen(others);

		read_name(reader, name);
		want(reader, "=\"");
		read_label_value(reader, value);
		if (strcmp(name, "le") == 0)
			strcpy(le, value);
		else
			snprintf(others + size, TEXT_MAX - size, "%s=%s;", name, value);
	} while (accept(reader, ","));
	want(reader, "}");
}

static double read_value(struct reader *reader)
{
	char *end;
	double value;

	want(reader, " ");
	value = strtod(reader->at, &end);
	if (end == reader->at || *end != '\n' || !isfinite(value))
		complain(reader, "no value");
	reader->at = end + 1;
	return value;
}

static void check_bucket(struct reader *reader, const char *labels, const char *le, double value)
{
	struct family *family = &reader->family;
	double bound = strcmp(le, "+Inf") == 0 ? INFINITY : strtod(le, NULL);

	if (family->labels[0] == '\0') {
		strcpy(family->labels, labels);
		family->count = 0;
		family->bound = 0;
		family->is_complete = false;
	}
	EXPECT_STRING(labels, family->labels);
	EXPECT(bound > family->bound);
	EXPECT(value >= family->count);
	family->bound = bound;
	family->count = value;
	family->is_complete = isinf(bound);
}

static void check_histogram(struct reader *reader, const char *suffix, const char *labels,
			    const char *le, double value)
{
	struct family *family = &reader->family;

	if (strcmp(suffix, "_bucket") == 0) {
		check_bucket(reader, labels, le, value);
		return;
	}
	EXPECT_STRING(labels, family->labels);
	EXPECT(family->is_complete);
	if (strcmp(suffix, "_sum") == 0)
		return;
	EXPECT_STRING(suffix, "_count");
	EXPECT(value == family->count);
	family->labels[0] = '\0';
}

static void read_sample(struct reader *reader)
{
	const char *start = reader->at;
	const struct family *family = &reader->family;
	size_t size = strlen(family->name);
	char name[TEXT_MAX];
	char labels[TEXT_MAX];
	char le[TEXT_MAX];
	double value;

	read_name(reader, name);
	if (size == 0 || strncmp(name, family->name, size) != 0)
		complain(reader, "a sample outside its family");
	read_labels(reader, labels, le);
	note_seen(reader, start, (size_t)(reader->at - start));
	value = read_value(reader);
	if (strcmp(family->type, "histogram") == 0)
		check_histogram(reader, name + size, labels, le, value);
	else
		EXPECT_STRING(name, family->name);
	if (strcmp(family->type, "counter") == 0)
		EXPECT(value >= 0);
}

void prometheus_check(const char *text)
{
	static struct reader reader;

	reader = (struct reader){.at = text};
	while (*reader.at) {
		if (*reader.at == '#')
			read_header(&reader);
		else
			read_sample(&reader);
	}
	end_histogram(&reader);
	EXPECT(reader.seen_count > 0);
	while (reader.seen_count > 0)
		free(reader.seen[--reader.seen_count]);
}

double prometheus_value(const char *text, const char *series)
{
	size_t size = strlen(series);

	for (const char *line = text; *line; line += strcspn(line, "\n") + 1)
		if (strncmp(line, series, size) == 0 && line[size] == ' ')
			return strtod(line + size, NULL);
	test_fail(__FILE__, __LINE__, "%s is not in:\n%s", series, text);
}
