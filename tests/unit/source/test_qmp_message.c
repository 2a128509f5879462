/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/source/qmp_message.h"

#include <json-c/json.h>

#include "tests/support/test.h"

static void expect_message(const char *line, enum qmp_message_kind kind)
{
	struct qmp_message message = qmp_message_parse(line, strlen(line));

	EXPECT_INT(message.kind, kind);
	qmp_message_finish(&message);
}

static void expect_text(const char *line, const char *text)
{
	struct qmp_message message = qmp_message_parse(line, strlen(line));

	EXPECT_STRING(message.text, text);
	qmp_message_finish(&message);
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

static void an_error_has_a_description(void)
{
	expect_text("{\"error\": {\"desc\": \"no such display\"}}", "no such display");
	expect_text("{\"error\": {\"desc\": 3}}", "no reason given");
	expect_text("{\"error\": 3}", "no reason given");
}

static void an_event_has_a_name(void)
{
	expect_text("{\"event\": \"RESET\", \"data\": {}}", "RESET");
	expect_text("{\"event\": null}", "");
}

static void a_return_has_a_value(void)
{
	static const char line[] = "{\"return\": [{\"name\": \"gpu0\"}]}";
	struct qmp_message message = qmp_message_parse(line, strlen(line));

	EXPECT_INT(json_object_array_length(message.value), 1);
	qmp_message_finish(&message);
}

int main(void)
{
	RUN_TEST(messages_are_told_apart);
	RUN_TEST(what_is_no_message_is_invalid);
	RUN_TEST(deep_nesting_is_invalid_and_no_end_of_the_stack);
	RUN_TEST(an_error_has_a_description);
	RUN_TEST(an_event_has_a_name);
	RUN_TEST(a_return_has_a_value);
	return 0;
}
