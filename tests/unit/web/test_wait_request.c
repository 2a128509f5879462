/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/web/wait_request.h"

#include "tests/support/test.h"

static char error[REQUEST_ERROR_MAX];

/* The requests, with 'single' quotes. Returns NULL when it is refused. */
static struct wait_request *parse(const char *text)
{
	struct wait_request *request = NULL;
	struct json_object *json;
	char quoted[512];

	snprintf(quoted, sizeof(quoted), "%s", text);
	for (char *c = quoted; *c; c++)
		*c = *c == '\'' ? '"' : *c;
	json = json_tokener_parse(quoted);
	EXPECT(json);
	if (wait_request_parse(json, &request, error) != 0)
		EXPECT(!request);
	json_object_put(json);
	return request;
}

static void expect_refused(const char *text, const char *expected)
{
	EXPECT(!parse(text));
	if (!strstr(error, expected))
		test_fail(__FILE__, __LINE__, "%s: \"%s\" is not in \"%s\"", text, expected, error);
}

static void little_needs_to_be_said(void)
{
	CLEANUP(wait_request_destroyp) struct wait_request *request = parse("{'until': 'still'}");

	EXPECT(request);
	EXPECT_INT(request->condition->until, HEAD_WAIT_STILL);
	EXPECT_INT(request->condition->still_us, 500000);
	EXPECT_INT(request->timeout_us, 30000000);
	EXPECT(!request->condition->wants_picture);
}

static void all_can_be_said(void)
{
	CLEANUP(wait_request_destroyp)
	struct wait_request *request = parse(
		"{'until': 'match', 'timeout_ms': 5, 'picture': true, 'tolerance': 0.25,"
		" 'allow': 7, 'reference': 'YWI=',"
		" 'areas': [{'name': 'map', 'x': 1, 'y': 2, 'width': 3, 'height': 4},"
		"           {'x': 0, 'y': 0, 'width': 9, 'height': 9}],"
		" 'ignore': [{'x': 5, 'y': 6, 'width': 7, 'height': 8}]}");
	const struct head_wait_condition *condition;

	EXPECT(request);
	condition = request->condition;
	EXPECT_INT(request->timeout_us, 5000);
	EXPECT(condition->wants_picture);
	EXPECT(condition->comparison.tolerance == 0.25f);
	EXPECT_INT(condition->comparison.allowed, 7);
	EXPECT_INT(request->reference_size, 2);
	EXPECT(memcmp(request->reference_png, "ab", 2) == 0);
	EXPECT_INT(condition->comparison.areas_count, 2);
	EXPECT_STRING(condition->areas[0].name, "map");
	EXPECT_INT(condition->areas[0].box.height, 4);
	EXPECT(!condition->areas[1].name);
	EXPECT_INT(condition->comparison.ignored_count, 1);
	EXPECT_INT(condition->ignored[0].width, 7);
}

static void what_is_wrong_is_named(void)
{
	expect_refused("{}", "until");
	expect_refused("{'until': 'later'}", "until");
	expect_refused("{'until': 'shown', 'unitl': 1}", "unitl");
	expect_refused("{'until': 'shown', 'still_ms': 1}", "still_ms goes with");
	expect_refused("{'until': 'still', 'still_ms': -1}", "still_ms must be from 0");
	expect_refused("{'until': 'still', 'timeout_ms': 3600001}", "timeout_ms must be from 0");
	expect_refused("{'until': 'still', 'timeout_ms': '5'}", "whole number");
	expect_refused("{'until': 'still', 'picture': 1}", "picture must be true or false");
	expect_refused("{'until': 'size'}", "needs a width and a height");
	expect_refused("{'until': 'size', 'width': 0, 'height': 5}", "needs a width");
	expect_refused("{'until': 'shown', 'width': 5, 'height': 5}", "go with");
	expect_refused("{'until': 'match'}", "needs a reference");
	expect_refused("{'until': 'match', 'reference': ''}", "needs a reference");
	expect_refused("{'until': 'match', 'reference': 'YWI'}", "needs a reference");
	expect_refused("{'until': 'match', 'reference': 'Y%I='}", "needs a reference");
	expect_refused("{'until': 'match', 'reference': 'YWI=', 'tolerance': 1.5}", "tolerance");
	expect_refused("{'until': 'match', 'reference': 'YWI=', 'allow': -1}", "allow");
	expect_refused("{'until': 'change', 'tolerance': 0.5}", "tolerance goes with a match");
	expect_refused("{'until': 'change', 'reference': 'YWI='}", "reference goes with a match");
}

static void areas_are_checked(void)
{
	expect_refused("{'until': 'shown', 'ignore': {}}", "ignore must be a list");
	expect_refused("{'until': 'shown', 'ignore': [1]}", "an object");
	expect_refused("{'until': 'shown', 'areas': [{'x': 1, 'y': 2, 'width': 3}]}", "height");
	expect_refused("{'until': 'shown', 'areas': [{'x': 1, 'y': 2, 'width': 0, 'height': 1}]}",
		       "width, from 1");
	expect_refused("{'until': 'shown', 'areas': [{'x': -1, 'y': 2, 'width': 1, 'height': 1}]}",
		       "x, from 0");
	expect_refused("{'until': 'shown', 'areas': [{'z': 1}]}", "z");
}

int main(void)
{
	RUN_TEST(little_needs_to_be_said);
	RUN_TEST(all_can_be_said);
	RUN_TEST(what_is_wrong_is_named);
	RUN_TEST(areas_are_checked);
	return 0;
}
