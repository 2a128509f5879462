/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/guest/cockpit/commands.h"

#include "tests/guest/cockpit/kms.h"
#include "tests/guest/cockpit/world.h"
#include "tests/support/test.h"

static struct command parsed(const char *line)
{
	struct command command;
	const char *reason;

	if (!command_parse(line, &command, &reason))
		test_fail(__FILE__, __LINE__, "\"%s\" is refused: %s", line, reason);
	return command;
}

static void expect_refused(const char *line, const char *expected)
{
	struct command command;
	const char *reason = "nothing";

	if (command_parse(line, &command, &reason))
		test_fail(__FILE__, __LINE__, "\"%s\" is accepted", line);
	EXPECT_STRING(reason, expected);
}

static void words_alone_are_commands(void)
{
	EXPECT_INT(parsed("freeze").kind, COMMAND_FREEZE);
	EXPECT_INT(parsed("  resume ").kind, COMMAND_RESUME);
	EXPECT_INT(parsed("status").kind, COMMAND_STATUS);
	EXPECT_STRING(parsed("quit").name, "quit");
}

static void a_step_is_one_frame_unless_it_says_more(void)
{
	EXPECT_INT(parsed("step").number, 1);
	EXPECT_INT(parsed("step 25").number, 25);
	expect_refused("step 0", "step: not a number of frames");
	expect_refused("step 10001", "step: not a number of frames");
	expect_refused("step 3x", "step: not a number of frames");
}

static void a_clock_stands_at_seconds_since_1970(void)
{
	EXPECT_INT(parsed("clock 1767261600").kind, COMMAND_CLOCK);
	EXPECT_INT(parsed("clock 1767261600").number, 1767261600);
	expect_refused("clock -1", "clock: not a number of seconds");
	expect_refused("clock 2147483648", "clock: not a number of seconds");
	expect_refused("clock", "wrong number of words");
}

static void a_pixel_has_a_place_and_perhaps_a_colour(void)
{
	struct command command = parsed("pixel 1 20 30 00ff7f");

	EXPECT_INT(command.head, 1);
	EXPECT_INT(command.x, 20);
	EXPECT_INT(command.y, 30);
	EXPECT_INT(command.colour, 0x00ff7f);
	EXPECT_INT(parsed("pixel 0 0 0").colour, 0xff00ff);
	expect_refused("pixel 4 0 0", "pixel: no such head");
	expect_refused("pixel 0 -1 0", "pixel: not a position");
	expect_refused("pixel 0 1 99999999999999999999", "pixel: not a position");
	expect_refused("pixel 0 1 1 red", "pixel: not a colour of the form RRGGBB");
	expect_refused("pixel 0 1", "wrong number of words");
	expect_refused("pixel 0 1 1 000000 0", "wrong number of words");
}

static void a_needle_takes_any_angle_of_a_circle(void)
{
	EXPECT(parsed("needle -12.5").degrees == -12.5f);
	expect_refused("needle 361", "needle: not an angle from -360 to 360");
	expect_refused("needle nan", "needle: not an angle from -360 to 360");
	expect_refused("needle", "wrong number of words");
}

static void settings_take_their_words_only(void)
{
	EXPECT_INT(parsed("present flip").number, PRESENT_FLIP);
	EXPECT_INT(parsed("present damage").number, PRESENT_DAMAGE);
	EXPECT_INT(parsed("motion some").number, MOTION_SOME);
	EXPECT_INT(parsed("fps 240").number, 240);
	expect_refused("present both", "present: neither flip nor damage");
	expect_refused("motion fast", "motion: neither none, some nor full");
	expect_refused("fps 0", "fps: not a number from 1 to 240");
}

static void anything_else_is_refused(void)
{
	char line[COMMAND_MAX_LENGTH + 2];

	expect_refused("", "empty command");
	expect_refused("   ", "empty command");
	expect_refused("dance", "unknown command");
	expect_refused("freeze now", "wrong number of words");
	expect_refused("step 1 2 3 4 5 6 7 8 9", "wrong number of words");
	memset(line, ' ', sizeof(line));
	line[sizeof(line) - 1] = 0;
	expect_refused(line, "line too long");
}

int main(void)
{
	RUN_TEST(words_alone_are_commands);
	RUN_TEST(a_step_is_one_frame_unless_it_says_more);
	RUN_TEST(a_clock_stands_at_seconds_since_1970);
	RUN_TEST(a_pixel_has_a_place_and_perhaps_a_colour);
	RUN_TEST(a_needle_takes_any_angle_of_a_circle);
	RUN_TEST(settings_take_their_words_only);
	RUN_TEST(anything_else_is_refused);
	return 0;
}
