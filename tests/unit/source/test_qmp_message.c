/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/source/qmp_message.h"
#include "tests/support/test.h"

static void expect_message(const char *line, enum qmp_message message)
{
	char description[QMP_DESCRIPTION_MAX];

	EXPECT_INT(qmp_message_parse(line, strlen(line), description), message);
}

static void messages_are_told_apart(void)
{
	expect_message("{\"QMP\": {\"version\": {}, \"capabilities\": [\"oob\"]}}\r", QMP_GREETING);
	expect_message("{\"return\": {}}\r", QMP_RETURN);
	expect_message("{\"return\": [], \"id\": 3}", QMP_RETURN);
	expect_message("{\"event\": \"RESET\", \"data\": {\"guest\": false}}", QMP_EVENT);
	expect_message("{\"error\": {\"class\": \"X\", \"desc\": \"y\"}}", QMP_ERROR);
}

static void what_is_no_message_is_invalid(void)
{
	expect_message("", QMP_INVALID);
	expect_message("220 mail.example.org ESMTP", QMP_INVALID);
	expect_message("null", QMP_INVALID);
	expect_message("[{\"QMP\": 1}]", QMP_INVALID);
	expect_message("{\"QMP\": {", QMP_INVALID);
	expect_message("{}", QMP_INVALID);
	expect_message("\"QMP\"", QMP_INVALID);
}

static void deep_nesting_is_invalid_and_no_end_of_the_stack(void)
{
	char line[10000];

	memset(line, '[', sizeof(line));
	memcpy(line, "{\"QMP\":", 7);
	line[sizeof(line) - 1] = '\0';
	expect_message(line, QMP_INVALID);
}

static void an_error_s_description_is_kept_as_far_as_it_fits(void)
{
	static const char short_one[] = "{\"error\": {\"desc\": \"no such display\"}}";
	static const char without[] = "{\"error\": 3}";
	char description[QMP_DESCRIPTION_MAX];
	char line[400];

	qmp_message_parse(short_one, strlen(short_one), description);
	EXPECT_STRING(description, "no such display");
	EXPECT_INT(qmp_message_parse(without, strlen(without), description), QMP_ERROR);
	EXPECT_STRING(description, "no reason given");

	snprintf(line, sizeof(line), "{\"error\": {\"desc\": \"%0300d\"}}", 7);
	EXPECT_INT(qmp_message_parse(line, strlen(line), description), QMP_ERROR);
	EXPECT_INT(strlen(description), QMP_DESCRIPTION_MAX - 1);
}

int main(void)
{
	RUN_TEST(messages_are_told_apart);
	RUN_TEST(what_is_no_message_is_invalid);
	RUN_TEST(deep_nesting_is_invalid_and_no_end_of_the_stack);
	RUN_TEST(an_error_s_description_is_kept_as_far_as_it_fits);
	return 0;
}
