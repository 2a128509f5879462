/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/guest/cockpit/options.h"

#include "tests/support/test.h"

static void options_of_others_are_left_alone(void)
{
	struct options options;

	EXPECT(!options_parse(&options, "console=ttyS0 quiet panic=-1 present=nothing\n"));
	EXPECT_INT(options.present, PRESENT_DAMAGE);
	EXPECT_INT(options.motion, MOTION_FULL);
	EXPECT_INT(options.fps, 30);
}

static void ours_are_taken(void)
{
	struct options options;

	EXPECT(!options_parse(&options, "quiet cockpit.present=flip cockpit.fps=60 "
					"cockpit.motion=none\n"));
	EXPECT_INT(options.present, PRESENT_FLIP);
	EXPECT_INT(options.motion, MOTION_NONE);
	EXPECT_INT(options.fps, 60);
}

static void a_wrong_one_is_named(void)
{
	struct options options;

	EXPECT_STRING(options_parse(&options, "cockpit.fps=60 cockpit.present=none"),
		      "cockpit.present=none");
	EXPECT_STRING(options_parse(&options, "cockpit.fps"), "cockpit.fps");
	EXPECT_STRING(options_parse(&options, "cockpit.colour=red"), "cockpit.colour=red");
	EXPECT_STRING(options_parse(&options, "cockpit.quit="), "cockpit.quit=");
}

int main(void)
{
	RUN_TEST(options_of_others_are_left_alone);
	RUN_TEST(ours_are_taken);
	RUN_TEST(a_wrong_one_is_named);
	return 0;
}
