/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A source attaches, takes input to the guest, and attaches again.
 */
#include "common/log.h"
#include "tests/integration/source_rig.h"

/* -- Attaching ---------------------------------------------------------------------- */

static void a_socket_of_its_own_brings_the_picture(void)
{
	RIG *rig = rig_create_attached(SOURCE_DISPLAY1);

	EXPECT(source_status(rig->source).is_attached);
	EXPECT_STRING(source_status(rig->source).guest_name, "fake");
}

static void a_monitor_hands_the_display_over(void)
{
	RIG *rig = rig_create_attached(SOURCE_QMP);

	EXPECT(source_status(rig->source).is_attached);
}

static void every_console_becomes_a_head(void)
{
	RIG *rig = rig_create(SOURCE_DISPLAY1);

	rig->options.heads = 3;
	rig_start_guest(rig);
	rig_paint(rig, 2, BLUE);
	rig_start_source(rig);
	WAIT_UNTIL(rig,
		   rig_has_picture(rig, 0) && rig_has_picture(rig, 1) && rig_has_picture(rig, 2));
	EXPECT_INT(rig_pixel_at(rig, 2, 5, 5), BLUE);
	EXPECT_INT(rig_times_told(rig, "overlap"), 0);
}

static void a_source_that_is_not_there_yet_is_waited_for(void)
{
	RIG *rig = rig_create(SOURCE_QMP);

	rig_start_source(rig);
	WAIT_UNTIL(rig, rig_notice_says(rig, 0, "Waiting for QEMU at "));
	EXPECT(rig_notice_says(rig, 0, "no such file"));
	rig_start_guest(rig);
	WAIT_UNTIL(rig, rig_has_picture(rig, 0));
}

/* -- Input -------------------------------------------------------------------------- */

static void input_reaches_the_guest(void)
{
	RIG *rig = rig_create_attached(SOURCE_DISPLAY1);

	rig_press(rig, KEY_A, true);
	rig_press(rig, KEY_A, false);
	rig_send(rig, (struct input_event){.type = INPUT_MOTION, .motion = {100, 120}});
	rig_send(rig,
		 (struct input_event){.type = INPUT_BUTTON, .button = {INPUT_BUTTON_LEFT, true}});
	rig_send(rig,
		 (struct input_event){.type = INPUT_BUTTON, .button = {INPUT_BUTTON_LEFT, false}});
	rig_send(rig, (struct input_event){.type = INPUT_WHEEL, .wheel = {0, 1}});
	rig_send(rig,
		 (struct input_event){.type = INPUT_TOUCH, .touch = {INPUT_TOUCH_DOWN, 77, 5, 6}});
	rig_send(rig,
		 (struct input_event){.type = INPUT_TOUCH, .touch = {INPUT_TOUCH_MOVE, 77, 7, 8}});
	rig_send(rig, (struct input_event){.type = INPUT_TOUCH,
					   .touch = {INPUT_TOUCH_CANCEL, 77, 7, 8}});
	WAIT_UNTIL(rig, rig_was_told(rig, "touch 0 2 0 7 8"));
	EXPECT(strstr(rig->lines, "key 30 1\nkey 30 0\nmotion 0 100 120\n"
				  "button 0 0 1\nbutton 0 0 0\nbutton 0 3 1\nbutton 0 3 0\n"
				  "touch 0 0 0 5 6\ntouch 0 1 0 7 8\ntouch 0 2 0 7 8\n"));
}

static void touch(struct rig *rig, enum input_touch kind, unsigned contact, uint32_t x)
{
	rig_send(rig, (struct input_event){.type = INPUT_TOUCH, .touch = {kind, contact, x, 9}});
}

/* QEMU drops what its queue has no room for, without a word: an end too. */
static void fingers_that_move_fast_are_told_where_they_came_to(void)
{
	RIG *rig = rig_create_attached(SOURCE_DISPLAY1);
	unsigned told = 0;

	touch(rig, INPUT_TOUCH_DOWN, 0, 100);
	touch(rig, INPUT_TOUCH_DOWN, 1, 200);
	for (uint32_t step = 1; step <= 50; step++) {
		touch(rig, INPUT_TOUCH_MOVE, 0, 100 - step);
		touch(rig, INPUT_TOUCH_MOVE, 1, 200 + step);
	}
	/* Where they rest they are told to be, without another event. */
	WAIT_UNTIL(rig, rig_was_told(rig, "touch 0 1 0 50 9"));
	WAIT_UNTIL(rig, rig_was_told(rig, "touch 0 1 1 250 9"));
	for (const char *at = rig->lines; (at = strstr(at, "touch 0 1")); at++)
		told++;
	EXPECT(told < 20);

	/* One that is lifted while its move waits was there before. */
	for (uint32_t step = 1; step <= 50; step++)
		touch(rig, INPUT_TOUCH_MOVE, 1, 250 - step);
	touch(rig, INPUT_TOUCH_UP, 1, 200);
	WAIT_UNTIL(rig, strstr(rig->lines, "touch 0 1 1 200 9\ntouch 0 2 1 200 9\n"));
}

static void a_key_that_does_not_exist_is_not_sent(void)
{
	RIG *rig = rig_create_attached(SOURCE_DISPLAY1);

	rig_press(rig, 0, true);
	rig_press(rig, 0xff, true);
	rig_press(rig, KEY_A, true);
	WAIT_UNTIL(rig, rig_was_told(rig, "key 30 1"));
	EXPECT(!rig_was_told(rig, "key 0 1"));
	EXPECT(!rig_was_told(rig, "key 255 1"));
}

static void a_relative_pointer_is_moved_by_differences(void)
{
	RIG *rig = rig_create(SOURCE_DISPLAY1);

	rig->options.is_relative = true;
	rig_start_guest(rig);
	rig_start_source(rig);
	WAIT_UNTIL(rig, rig_has_picture(rig, 0));
	rig_send(rig, (struct input_event){.type = INPUT_MOTION, .motion = {100, 100}});
	rig_press(rig, KEY_A, true);
	WAIT_UNTIL(rig, rig_was_told(rig, "key 30 1"));
	rig_send(rig, (struct input_event){.type = INPUT_MOTION, .motion = {110, 95}});
	WAIT_UNTIL(rig, rig_was_told(rig, "relative 0 10 -5"));
	rig_send(rig, (struct input_event){.type = INPUT_RELATIVE, .relative = {-3, 4}});
	WAIT_UNTIL(rig, rig_was_told(rig, "relative 0 -3 4"));

	/* The guest's tablet driver loads. */
	fake_set_absolute(rig->guest, true);
	rig_press(rig, KEY_A, false);
	WAIT_UNTIL(rig, rig_was_told(rig, "key 30 0"));
	rig_send(rig, (struct input_event){.type = INPUT_MOTION, .motion = {20, 30}});
	WAIT_UNTIL(rig, rig_was_told(rig, "motion 0 20 30"));
}

static void the_guest_s_lock_keys_are_matched_with_the_viewer_s(void)
{
	RIG *rig = rig_create_attached(SOURCE_DISPLAY1);

	fake_set_modifiers(rig->guest, INPUT_LOCK_CAPS);
	rig_press(rig, KEY_A, true);
	WAIT_UNTIL(rig, rig_was_told(rig, "key 30 1"));
	rig_send(rig, (struct input_event){.type = INPUT_LOCKS, .locks = INPUT_LOCK_CAPS});
	rig_press(rig, KEY_A, false);
	WAIT_UNTIL(rig, rig_was_told(rig, "key 30 0"));
	EXPECT(!strstr(rig->lines, "key 58 "));
	rig_send(rig, (struct input_event){.type = INPUT_LOCKS, .locks = 0});
	WAIT_UNTIL(rig, rig_was_told(rig, "key 58 0"));
}

/* -- Going and coming --------------------------------------------------------------- */

static void the_last_picture_stays_while_the_guest_is_away(void)
{
	RIG *rig = rig_create_attached(SOURCE_QMP);

	rig_press(rig, KEY_A, true);
	WAIT_UNTIL(rig, rig_was_told(rig, "key 30 1"));
	rig_stop_guest(rig);
	WAIT_UNTIL(rig,
		   rig_notice_says(rig, 0, "The guest has gone away: QEMU closed the connection"));
	EXPECT(!source_status(rig->source).is_attached);
	EXPECT(strstr(source_status(rig->source).reason, "gone away"));
	EXPECT_INT(head_size(heads_get(rig->heads, 0)).width, WIDTH);

	/* It comes back: a whole picture, and the key that is still held. */
	rig_start_guest(rig);
	rig_paint(rig, 0, GREEN);
	WAIT_UNTIL(rig,
		   rig_has_picture(rig, 0) && rig_pixel_at(rig, 0, WIDTH - 1, HEIGHT - 1) == GREEN);
	WAIT_UNTIL(rig, rig_times_told(rig, "key 30 1") == 2);
}

static void a_guest_that_hangs_up_in_the_middle_is_attached_again(void)
{
	RIG *rig = rig_create_attached(SOURCE_DISPLAY1);

	/* With calls under way in both directions. */
	rig_press(rig, KEY_A, true);
	fake_head_present_all(rig->guest, 0);
	fake_display1_hang_up(rig->guest);
	WAIT_UNTIL(rig, rig_notice_says(rig, 0,
					"The guest's display has gone away: the display "
					"source closed the connection"));
	WAIT_UNTIL(rig, rig_has_picture(rig, 0));
	WAIT_UNTIL(rig, rig_was_told(rig, "key 30 1"));
}

static void a_size_that_was_asked_for_is_asked_for_again_after_a_restart(void)
{
	RIG *rig = rig_create_attached(SOURCE_DISPLAY1);

	source_resize(rig->source, 0, (struct size){1024, 600});
	WAIT_UNTIL(rig, rig_times_told(rig, "uiinfo 0 1024 600") == 1);
	fake_display1_hang_up(rig->guest);
	WAIT_UNTIL(rig, rig_times_told(rig, "uiinfo 0 1024 600") == 2);
}

int main(void)
{
	log_open(LOG_LEVEL_ERROR);
	RUN_TEST(a_socket_of_its_own_brings_the_picture);
	RUN_TEST(a_monitor_hands_the_display_over);
	RUN_TEST(every_console_becomes_a_head);
	RUN_TEST(a_source_that_is_not_there_yet_is_waited_for);
	RUN_TEST(input_reaches_the_guest);
	RUN_TEST(fingers_that_move_fast_are_told_where_they_came_to);
	RUN_TEST(a_key_that_does_not_exist_is_not_sent);
	RUN_TEST(a_relative_pointer_is_moved_by_differences);
	RUN_TEST(the_guest_s_lock_keys_are_matched_with_the_viewer_s);
	RUN_TEST(the_last_picture_stays_while_the_guest_is_away);
	RUN_TEST(a_guest_that_hangs_up_in_the_middle_is_attached_again);
	RUN_TEST(a_size_that_was_asked_for_is_asked_for_again_after_a_restart);
	return 0;
}
