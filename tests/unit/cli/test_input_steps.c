/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/input_steps.h"

#include "common/xalloc.h"
#include "tests/support/test.h"

/* Adds events, given without their braces and times: they are 1 ms apart. */
static void add_all(struct input_steps *steps, const char *const *events, unsigned count)
{
	static uint64_t time_us;

	for (unsigned i = 0; i < count; i++) {
		CLEANUP(freep) char *text = xasprintf("{%s}", events[i]);
		struct json_object *event = json_tokener_parse(text);

		EXPECT(event);
		json_object_object_add(event, "time_us", json_object_new_uint64(time_us += 1000));
		input_steps_add(steps, event);
		json_object_put(event);
	}
}

#define ADD(steps, ...) \
	add_all(steps, (const char *const[]){__VA_ARGS__}, \
		sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

#define STEPS CLEANUP(input_steps_destroyp) struct input_steps *

#define KEY(name, action) "\"type\": \"key\", \"key\": \"" name "\", \"action\": \"" action "\""
#define PRESS(name)	  KEY(name, "down"), KEY(name, "up")
#define MOTION(x, y)	  "\"type\": \"motion\", \"head\": 1, \"x\": " #x ", \"y\": " #y
#define BUTTON(name, action) \
	"\"type\": \"button\", \"head\": 1, \"button\": \"" name "\", \"action\": \"" action "\""
#define WHEEL(notches) "\"type\": \"wheel\", \"head\": 1, \"wheel\": " #notches
#define TOUCH(contact, action, x, y) \
	"\"type\": \"touch\", \"head\": 0, \"contact\": " #contact ", \"action\": \"" action \
	"\", \"x\": " #x ", \"y\": " #y

static void expect_steps(struct input_steps *steps, const char *expected)
{
	CLEANUP(freep) char *text = input_steps_take(steps);

	EXPECT_STRING(text, expected);
}

static void characters_are_a_text_however_fast_they_came(void)
{
	STEPS steps = input_steps_create();

	ADD(steps, KEY("h", "down"), KEY("i", "down"), KEY("h", "up"), KEY("i", "up"), PRESS("spc"),
	    KEY("shift", "down"), PRESS("a"), PRESS("apostrophe"), KEY("shift", "up"), PRESS("ret"),
	    PRESS("minus"));
	expect_steps(steps, "type \"hi A\\\"\"\nkey ret\ntype -- \"-\"\n");
	expect_steps(steps, "");
}

static void keys_that_go_with_others_are_a_chord(void)
{
	STEPS steps = input_steps_create();

	ADD(steps, KEY("ctrl", "down"), KEY("alt", "down"));
	EXPECT(input_steps_are_held(steps));
	ADD(steps, PRESS("f2"), KEY("alt", "up"), KEY("ctrl", "up"));
	EXPECT(!input_steps_are_held(steps));
	expect_steps(steps, "key ctrl+alt+f2\n");

	ADD(steps, PRESS("meta_l"), KEY("shift", "down"), PRESS("tab"), KEY("shift", "up"));
	expect_steps(steps, "key meta_l\nkey shift+tab\n");
}

static void a_pointer_clicks_drags_turns_and_hovers(void)
{
	STEPS steps = input_steps_create();

	ADD(steps, MOTION(1, 1), MOTION(30, 40), BUTTON("left", "down"));
	EXPECT(input_steps_are_held(steps));
	ADD(steps, MOTION(31, 41), BUTTON("left", "up"));
	expect_steps(steps, "pointer --head 1 30 40 --click left\n");

	ADD(steps, BUTTON("right", "down"), MOTION(50, 60), MOTION(90, 91), BUTTON("right", "up"));
	expect_steps(steps, "pointer --head 1 31 41 --down right\n"
			    "pointer --head 1 90 91 --up right\n");

	ADD(steps, WHEEL(-1), WHEEL(-1), MOTION(5, 6), PRESS("f1"), MOTION(7, 8));
	expect_steps(steps, "pointer --head 1 90 91 --wheel -2\n"
			    "pointer --head 1 5 6\nkey f1\npointer --head 1 7 8\n");
}

static void a_finger_taps_or_swipes(void)
{
	STEPS steps = input_steps_create();

	ADD(steps, TOUCH(0, "down", 100, 200), TOUCH(0, "move", 103, 198));
	EXPECT(input_steps_are_held(steps));
	ADD(steps, TOUCH(0, "up", 103, 198), TOUCH(0, "down", 100, 200));
	for (unsigned i = 0; i < 80; i++)
		ADD(steps, TOUCH(0, "move", 300, 200));
	ADD(steps, TOUCH(0, "up", 400, 210));
	EXPECT(!input_steps_are_held(steps));
	expect_steps(steps, "touch --head 0 tap 100 200\n"
			    "touch --head 0 swipe 100 200 400 210 --duration 81\n");

	ADD(steps, TOUCH(0, "down", 1, 2), TOUCH(0, "cancel", 1, 2));
	expect_steps(steps, "touch --head 0 --contact 0 down 1 2\n"
			    "touch --head 0 --contact 0 cancel 1 2\n");
}

static void two_fingers_are_told_apart(void)
{
	STEPS steps = input_steps_create();

	ADD(steps, TOUCH(0, "down", 1, 2), TOUCH(1, "down", 30, 40), TOUCH(1, "up", 50, 60),
	    TOUCH(0, "up", 1, 2), TOUCH(0, "down", 7, 8), TOUCH(0, "up", 7, 8));
	expect_steps(steps, "touch --head 0 --contact 0 down 1 2\n"
			    "touch --head 0 --contact 1 down 30 40\n"
			    "touch --head 0 --contact 1 move 50 60\n"
			    "touch --head 0 --contact 1 up 50 60\n"
			    "touch --head 0 --contact 0 move 1 2\n"
			    "touch --head 0 --contact 0 up 1 2\n"
			    "touch --head 0 tap 7 8\n");
}

static void what_no_step_can_do_is_said(void)
{
	STEPS steps = input_steps_create();

	ADD(steps, MOTION(1, 2), "\"type\": \"relative\", \"head\": 0, \"dx\": 1, \"dy\": 2",
	    BUTTON("left", "down"), BUTTON("left", "up"));
	expect_steps(steps, "pointer --head 1 1 2\n"
			    "# Here the pointer was used by distances, which no step can do.\n");
}

static void what_makes_no_sense_does_no_harm(void)
{
	STEPS steps = input_steps_create();

	ADD(steps, "", "\"type\": 3", KEY("", "down"), KEY("no-such-key", "up"),
	    TOUCH(99, "down", 1, 2), TOUCH(-1, "down", 1, 2), TOUCH(3, "up", 1, 2),
	    KEY("shift", "up"), BUTTON("left", "up"));
	EXPECT(!input_steps_are_held(steps));
	expect_steps(steps, "# Here the pointer was used by distances, which no step can do.\n");
	for (unsigned i = 0; i < 3000; i++)
		ADD(steps, PRESS("a"));
}

int main(void)
{
	RUN_TEST(characters_are_a_text_however_fast_they_came);
	RUN_TEST(keys_that_go_with_others_are_a_chord);
	RUN_TEST(a_pointer_clicks_drags_turns_and_hovers);
	RUN_TEST(a_finger_taps_or_swipes);
	RUN_TEST(two_fingers_are_told_apart);
	RUN_TEST(what_no_step_can_do_is_said);
	RUN_TEST(what_makes_no_sense_does_no_harm);
	return 0;
}
