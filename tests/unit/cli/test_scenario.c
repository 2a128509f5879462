/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/scenario.h"

#include <stdarg.h>

#include "cli/command.h"
#include "tests/support/temporary.h"
#include "tests/support/test.h"

static char *directory;
static char *path;
static char said[512];

/* What main.c has: here it is kept. */
int usage_error(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(said, sizeof(said), format, arguments);
	va_end(arguments);
	return STATUS_USAGE;
}

int could_not(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(said, sizeof(said), format, arguments);
	va_end(arguments);
	return STATUS_COULD_NOT;
}

static struct scenario *read_text(const char *text)
{
	struct scenario *scenario = NULL;

	write_file(directory, "test.scenario", text, 0600);
	EXPECT_INT(scenario_read(path, &scenario), STATUS_DONE);
	return scenario;
}

static void expect_refused(const char *text, const char *expected)
{
	CLEANUP(freep) char *whole = xasprintf("%s:%s", path, expected);
	struct scenario *scenario = NULL;

	write_file(directory, "test.scenario", text, 0600);
	EXPECT_INT(scenario_read(path, &scenario), STATUS_USAGE);
	EXPECT_STRING(said, whole);
	EXPECT(!scenario);
}

static void a_line_is_a_step_of_words(void)
{
	CLEANUP(scenario_destroyp)
	struct scenario *scenario = read_text("wait  --still 500ms\n"
					      "\n"
					      "  # nothing here\n"
					      "\tkey ctrl+alt+f2   # that is what it does\r\n"
					      "type a#b");

	EXPECT_INT(scenario->steps_count, 3);
	EXPECT_INT(scenario->steps[0].line, 1);
	EXPECT_INT(scenario->steps[0].words_count, 3);
	EXPECT_STRING(scenario->steps[0].words[1], "--still");
	EXPECT_INT(scenario->steps[0].columns[1], 7);
	EXPECT(!scenario->steps[0].words[3]);
	EXPECT_INT(scenario->steps[1].line, 4);
	EXPECT_STRING(scenario->steps[1].text, "key ctrl+alt+f2");
	EXPECT_INT(scenario->steps[1].columns[0], 2);
	EXPECT_STRING(scenario->steps[2].words[1], "a#b");
	EXPECT_STRING(scenario->directory, directory);
}

static void quotes_keep_blanks_and_say_what_cannot_be_seen(void)
{
	CLEANUP(scenario_destroyp)
	struct scenario *scenario = read_text(
		"type \"a  b # c\\n\" --area=\"the map\"=1 \"\" \"\\\"\\\\\"\n");

	EXPECT_INT(scenario->steps[0].words_count, 5);
	EXPECT_STRING(scenario->steps[0].words[1], "a  b # c\n");
	EXPECT_STRING(scenario->steps[0].words[2], "--area=the map=1");
	EXPECT_STRING(scenario->steps[0].words[3], "");
	EXPECT_STRING(scenario->steps[0].words[4], "\"\\");
}

static void what_is_wrong_has_a_line_and_a_column(void)
{
	expect_refused("key a\n type \"abc\n", "2:7: these quotes have no end");
	expect_refused("type \"a\\tb\"\n", "1:9: after a backslash there can be \\, \" or n");
}

static void a_step_has_a_bound(void)
{
	char text[SCENARIO_WORDS_MAX * 2 + 8] = "";

	for (unsigned i = 0; i <= SCENARIO_WORDS_MAX; i++)
		strcat(text, "a ");
	expect_refused(text, "1:129: a step has no more than 64 words");
}

static void a_file_that_is_no_scenario_is_named(void)
{
	struct scenario *scenario = NULL;

	EXPECT_INT(scenario_read("/no/such/file", &scenario), STATUS_COULD_NOT);
	EXPECT_STRING(said, "cannot read /no/such/file: No such file or directory");
	write_file(directory, "test.scenario", "# only this\n", 0600);
	EXPECT_INT(scenario_read(path, &scenario), STATUS_USAGE);
	EXPECT(strstr(said, "has no steps"));
}

int main(void)
{
	directory = temporary_create();
	path = xasprintf("%s/test.scenario", directory);
	RUN_TEST(a_line_is_a_step_of_words);
	RUN_TEST(quotes_keep_blanks_and_say_what_cannot_be_seen);
	RUN_TEST(what_is_wrong_has_a_line_and_a_column);
	RUN_TEST(a_step_has_a_bound);
	RUN_TEST(a_file_that_is_no_scenario_is_named);
	free(path);
	temporary_destroy(directory);
	return 0;
}
