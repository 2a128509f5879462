/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/vnc/vnc_input.h"

#include "tests/support/test.h"

#define KEYSYM_LEFT	0xff51
#define KEYSYM_SHIFT_L	0xffe1
#define KEYSYM_SHIFT_R	0xffe2
#define KEYSYM_CONTROL	0xffe3
#define BUTTON(number)	(uint16_t)(1u << ((number)-1))
#define NO_SCANCODE	0
#define NO_KEYSYM	0
#define UNKNOWN_KEYSYM	0x12345678
#define EVENTS_TEXT_MAX 256

static void describe(const struct input_event *event, char *text, size_t size)
{
	switch (event->type) {
	case INPUT_KEY:
		snprintf(text, size, "%c%02x", event->key.is_down ? '+' : '-', event->key.qnum);
		break;
	case INPUT_MOTION:
		snprintf(text, size, "%u,%u", event->motion.x, event->motion.y);
		break;
	case INPUT_BUTTON:
		snprintf(text, size, "%cb%d", event->button.is_down ? '+' : '-',
			 event->button.button);
		break;
	case INPUT_WHEEL:
		snprintf(text, size, "w%d,%d", event->wheel.dx, event->wheel.dy);
		break;
	default:
		snprintf(text, size, "?");
	}
}

/* The events in words. */
static const char *words(const struct input_event *events, size_t count)
{
	static char text[EVENTS_TEXT_MAX];

	text[0] = '\0';
	EXPECT(count <= VNC_INPUT_EVENTS_MAX);
	for (size_t i = 0; i < count; i++) {
		size_t used = strlen(text);

		if (i > 0)
			text[used++] = ' ';
		describe(&events[i], text + used, sizeof(text) - used);
	}
	return text;
}

#define KEYSYM(input, keysym, is_down) \
	words(events, vnc_input_keysym(input, keysym, is_down, events))
#define SCANCODE(input, scancode, keysym, is_down) \
	words(events, vnc_input_scancode(input, scancode, keysym, is_down, events))
#define POINTER(input, x, y, buttons) words(events, vnc_input_pointer(input, x, y, buttons, events))

static void a_key_is_told_once_however_often_it_repeats(void)
{
	struct vnc_input input = {0};
	struct input_event events[VNC_INPUT_EVENTS_MAX];

	EXPECT_STRING(KEYSYM(&input, 'a', true), "+1e");
	EXPECT_STRING(KEYSYM(&input, 'a', true), "");
	EXPECT_STRING(KEYSYM(&input, 'a', false), "-1e");
	EXPECT_STRING(KEYSYM(&input, 'a', false), "");
}

static void a_symbol_gets_the_shift_that_it_needs(void)
{
	struct vnc_input input = {0};
	struct input_event events[VNC_INPUT_EVENTS_MAX];

	/* A viewer with caps lock, or another layout, sends no shift. */
	EXPECT_STRING(KEYSYM(&input, 'A', true), "+2a +1e -2a");
	EXPECT_STRING(KEYSYM(&input, 'A', false), "-1e");
	/* One with shift held keeps it. */
	EXPECT_STRING(KEYSYM(&input, KEYSYM_SHIFT_L, true), "+2a");
	EXPECT_STRING(KEYSYM(&input, 'A', true), "+1e");
	EXPECT_STRING(KEYSYM(&input, 'A', false), "-1e");
	/* And has it lifted where the symbol has none. */
	EXPECT_STRING(KEYSYM(&input, 'a', true), "-2a +1e +2a");
	EXPECT_STRING(KEYSYM(&input, 'a', false), "-1e");
	EXPECT_STRING(KEYSYM(&input, KEYSYM_SHIFT_R, true), "+36");
	EXPECT_STRING(KEYSYM(&input, 'a', true), "-2a -36 +1e +2a +36");
}

static void a_function_key_leaves_shift_alone(void)
{
	struct vnc_input input = {0};
	struct input_event events[VNC_INPUT_EVENTS_MAX];

	KEYSYM(&input, KEYSYM_SHIFT_L, true);
	EXPECT_STRING(KEYSYM(&input, KEYSYM_LEFT, true), "+cb");
	EXPECT_STRING(KEYSYM(&input, KEYSYM_LEFT, false), "-cb");
}

static void a_key_goes_up_under_another_symbol_than_it_went_down(void)
{
	struct vnc_input input = {0};
	struct input_event events[VNC_INPUT_EVENTS_MAX];

	KEYSYM(&input, KEYSYM_SHIFT_L, true);
	EXPECT_STRING(KEYSYM(&input, 'A', true), "+1e");
	EXPECT_STRING(KEYSYM(&input, KEYSYM_SHIFT_L, false), "-2a");
	EXPECT_STRING(KEYSYM(&input, 'a', false), "-1e");
}

static void an_unknown_symbol_is_nothing(void)
{
	struct vnc_input input = {0};
	struct input_event events[VNC_INPUT_EVENTS_MAX];

	EXPECT_STRING(KEYSYM(&input, UNKNOWN_KEYSYM, true), "");
}

static void a_scancode_is_the_key_whatever_its_symbol(void)
{
	struct vnc_input input = {0};
	struct input_event events[VNC_INPUT_EVENTS_MAX];

	EXPECT_STRING(SCANCODE(&input, 0x1e, 'q', true), "+1e");
	EXPECT_STRING(SCANCODE(&input, 0x1e, 'q', false), "-1e");
	EXPECT_STRING(SCANCODE(&input, 0x1e, 'A', true), "+1e");
}

static void the_extended_prefix_is_a_bit(void)
{
	struct vnc_input input = {0};
	struct input_event events[VNC_INPUT_EVENTS_MAX];

	EXPECT_STRING(SCANCODE(&input, 0x9d, NO_KEYSYM, true), "+9d");
	EXPECT_STRING(SCANCODE(&input, 0xe01d, NO_KEYSYM, false), "-9d");
}

static void without_a_scancode_the_symbol_counts(void)
{
	struct vnc_input input = {0};
	struct input_event events[VNC_INPUT_EVENTS_MAX];

	EXPECT_STRING(SCANCODE(&input, NO_SCANCODE, KEYSYM_CONTROL, true), "+1d");
	EXPECT_STRING(SCANCODE(&input, 0x12345, KEYSYM_CONTROL, false), "-1d");
}

static void only_what_changed_of_the_pointer_is_told(void)
{
	struct vnc_input input = {0};
	struct input_event events[VNC_INPUT_EVENTS_MAX];

	EXPECT_STRING(POINTER(&input, 0, 0, 0), "0,0");
	EXPECT_STRING(POINTER(&input, 0, 0, 0), "");
	EXPECT_STRING(POINTER(&input, 5, 6, BUTTON(1)), "5,6 +b0");
	EXPECT_STRING(POINTER(&input, 5, 6, BUTTON(1) | BUTTON(3)), "+b2");
	EXPECT_STRING(POINTER(&input, 7, 6, 0), "7,6 -b0 -b2");
}

static void wheel_buttons_are_notches(void)
{
	struct vnc_input input = {0};
	struct input_event events[VNC_INPUT_EVENTS_MAX];

	POINTER(&input, 1, 1, 0);
	EXPECT_STRING(POINTER(&input, 1, 1, BUTTON(4)), "w0,1");
	EXPECT_STRING(POINTER(&input, 1, 1, 0), "");
	EXPECT_STRING(POINTER(&input, 1, 1, BUTTON(5)), "w0,-1");
	EXPECT_STRING(POINTER(&input, 1, 1, BUTTON(6)), "w-1,0");
	EXPECT_STRING(POINTER(&input, 1, 1, BUTTON(7)), "w1,0");
}

static void the_extended_buttons_are_side_and_extra(void)
{
	struct vnc_input input = {0};
	struct input_event events[VNC_INPUT_EVENTS_MAX];

	POINTER(&input, 1, 1, 0);
	EXPECT_STRING(POINTER(&input, 1, 1, BUTTON(8) | BUTTON(9)), "+b5 +b6");
	EXPECT_STRING(POINTER(&input, 1, 1, 0), "-b5 -b6");
}

int main(void)
{
	RUN_TEST(a_key_is_told_once_however_often_it_repeats);
	RUN_TEST(a_symbol_gets_the_shift_that_it_needs);
	RUN_TEST(a_function_key_leaves_shift_alone);
	RUN_TEST(a_key_goes_up_under_another_symbol_than_it_went_down);
	RUN_TEST(an_unknown_symbol_is_nothing);
	RUN_TEST(a_scancode_is_the_key_whatever_its_symbol);
	RUN_TEST(the_extended_prefix_is_a_bit);
	RUN_TEST(without_a_scancode_the_symbol_counts);
	RUN_TEST(only_what_changed_of_the_pointer_is_told);
	RUN_TEST(wheel_buttons_are_notches);
	RUN_TEST(the_extended_buttons_are_side_and_extra);
	return 0;
}
