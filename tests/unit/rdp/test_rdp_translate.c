/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/rdp/rdp_translate.h"

#include <freerdp/channels/rdpei.h>
#include <freerdp/input.h>

#include "tests/support/test.h"

#define NO_KEY -1

static struct rdp_scancodes scancodes;

/* The key that an event is, as a qnum; NO_KEY when it is none. */
static int key(uint16_t flags, uint8_t code)
{
	uint8_t qnum;
	bool is_down;

	if (!rdp_scancode_read(&scancodes, flags, code, &qnum, &is_down))
		return NO_KEY;
	EXPECT_INT(is_down, !(flags & KBD_FLAGS_RELEASE));
	return qnum;
}

static void plain_scancodes_are_qnums(void)
{
	EXPECT_INT(key(0, 0x1e), 0x1e);
	EXPECT_INT(key(KBD_FLAGS_RELEASE, 0x1e), 0x1e);
	EXPECT_INT(key(KBD_FLAGS_DOWN, 0x1e), 0x1e);
	EXPECT_INT(key(0, 0x45), 0x45);
}

static void extended_scancodes_get_the_high_bit(void)
{
	EXPECT_INT(key(KBD_FLAGS_EXTENDED, 0x1c), 0x9c);
	EXPECT_INT(key(KBD_FLAGS_EXTENDED | KBD_FLAGS_RELEASE, 0x4d), 0xcd);
	EXPECT_INT(key(KBD_FLAGS_EXTENDED, 0x5b), 0xdb);
}

static void pause_comes_in_two_halves_and_is_not_num_lock(void)
{
	EXPECT_INT(key(KBD_FLAGS_EXTENDED1, 0x1d), NO_KEY);
	EXPECT_INT(key(0, 0x45), 0xc6);
	EXPECT_INT(key(KBD_FLAGS_EXTENDED1 | KBD_FLAGS_RELEASE, 0x1d), NO_KEY);
	EXPECT_INT(key(KBD_FLAGS_RELEASE, 0x45), 0xc6);
	EXPECT_INT(key(0, 0x45), 0x45);
}

static void a_key_between_the_halves_of_pause_is_itself(void)
{
	EXPECT_INT(key(KBD_FLAGS_EXTENDED1, 0x1d), NO_KEY);
	EXPECT_INT(key(0, 0x1e), 0x1e);
	EXPECT_INT(key(0, 0x45), 0x45);
}

static void print_screen_and_alt_print_screen_are_one_key(void)
{
	EXPECT_INT(key(KBD_FLAGS_EXTENDED, 0x37), 0x54);
	EXPECT_INT(key(0, 0x54), 0x54);
	EXPECT_INT(key(0, 0x37), 0x37);
}

static void ctrl_pause_is_pause(void)
{
	EXPECT_INT(key(KBD_FLAGS_EXTENDED, 0x46), 0xc6);
	EXPECT_INT(key(0, 0x46), 0x46);
}

static void shifts_that_the_keyboard_invents_are_no_keys(void)
{
	EXPECT_INT(key(KBD_FLAGS_EXTENDED, 0x2a), NO_KEY);
	EXPECT_INT(key(KBD_FLAGS_EXTENDED | KBD_FLAGS_RELEASE, 0x36), NO_KEY);
	EXPECT_INT(key(0, 0x2a), 0x2a);
}

static void codes_out_of_set_1_are_no_keys(void)
{
	EXPECT_INT(key(0, 0), NO_KEY);
	EXPECT_INT(key(0, 0x80), NO_KEY);
	EXPECT_INT(key(KBD_FLAGS_EXTENDED, 0xff), NO_KEY);
}

static struct rdp_wheel wheel;

static void expect_turn(uint16_t flags, int32_t dx, int32_t dy)
{
	struct input_event event;
	bool has_turned = rdp_wheel_turn(&wheel, flags, &event);

	EXPECT_INT(has_turned, dx != 0 || dy != 0);
	EXPECT_INT(event.wheel.dx, dx);
	EXPECT_INT(event.wheel.dy, dy);
}

static void a_wheel_turns_by_notches_in_all_directions(void)
{
	expect_turn(0x0278, 0, 1);
	expect_turn(0x0388, 0, -1);
	expect_turn(0x0478, 1, 0);
	expect_turn(0x0588, -1, 0);
	expect_turn(0x02f0, 0, 2);
}

static void fractions_of_a_notch_add_up(void)
{
	expect_turn(PTR_FLAGS_WHEEL | 40, 0, 0);
	expect_turn(PTR_FLAGS_WHEEL | 40, 0, 0);
	expect_turn(PTR_FLAGS_WHEEL | 60, 0, 1);
	/* 20 are left over. */
	expect_turn(PTR_FLAGS_WHEEL | 100, 0, 1);
	expect_turn(PTR_FLAGS_WHEEL | PTR_FLAGS_WHEEL_NEGATIVE | (0x100 - 60), 0, 0);
	expect_turn(PTR_FLAGS_WHEEL | PTR_FLAGS_WHEEL_NEGATIVE | (0x100 - 60), 0, -1);
}

static void contacts_are_read_by_their_flags(void)
{
	enum input_touch kind;

	EXPECT(rdp_touch_read(RDPINPUT_CONTACT_FLAG_DOWN | RDPINPUT_CONTACT_FLAG_INRANGE |
				      RDPINPUT_CONTACT_FLAG_INCONTACT,
			      &kind));
	EXPECT_INT(kind, INPUT_TOUCH_DOWN);
	EXPECT(rdp_touch_read(RDPINPUT_CONTACT_FLAG_UPDATE | RDPINPUT_CONTACT_FLAG_INRANGE |
				      RDPINPUT_CONTACT_FLAG_INCONTACT,
			      &kind));
	EXPECT_INT(kind, INPUT_TOUCH_MOVE);
	EXPECT(rdp_touch_read(RDPINPUT_CONTACT_FLAG_UP | RDPINPUT_CONTACT_FLAG_INRANGE, &kind));
	EXPECT_INT(kind, INPUT_TOUCH_UP);
	EXPECT(rdp_touch_read(RDPINPUT_CONTACT_FLAG_UP | RDPINPUT_CONTACT_FLAG_CANCELED, &kind));
	EXPECT_INT(kind, INPUT_TOUCH_CANCEL);
	EXPECT(!rdp_touch_read(RDPINPUT_CONTACT_FLAG_UPDATE | RDPINPUT_CONTACT_FLAG_INRANGE,
			       &kind));
}

int main(void)
{
	RUN_TEST(plain_scancodes_are_qnums);
	RUN_TEST(extended_scancodes_get_the_high_bit);
	RUN_TEST(pause_comes_in_two_halves_and_is_not_num_lock);
	RUN_TEST(a_key_between_the_halves_of_pause_is_itself);
	RUN_TEST(print_screen_and_alt_print_screen_are_one_key);
	RUN_TEST(ctrl_pause_is_pause);
	RUN_TEST(shifts_that_the_keyboard_invents_are_no_keys);
	RUN_TEST(codes_out_of_set_1_are_no_keys);
	RUN_TEST(a_wheel_turns_by_notches_in_all_directions);
	RUN_TEST(fractions_of_a_notch_add_up);
	RUN_TEST(contacts_are_read_by_their_flags);
	return 0;
}
