/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What the guest shows is what the heads show: pictures, sizes, the cursor; and how
 * a source gets from copies back to shared memory.
 */
#include <sys/mman.h>

#include "common/log.h"
#include "tests/integration/source_rig.h"

/* -- Pictures ----------------------------------------------------------------------- */

static void an_update_shows_what_it_declares(void)
{
	RIG *rig = rig_create_attached(SOURCE_DISPLAY1);

	rig_paint(rig, 0, GREEN);
	fake_head_present(rig->guest, 0, 64, 64, 64, 64);
	WAIT_UNTIL(rig, rig_pixel_at(rig, 0, 64, 64) == GREEN);
	EXPECT_INT(rig_pixel_at(rig, 0, 127, 127), GREEN);
	EXPECT_INT(rig_pixel_at(rig, 0, 63, 64), RED);
	EXPECT_INT(rig_pixel_at(rig, 0, 128, 127), RED);
}

static void a_page_flip_shows_the_other_buffer(void)
{
	RIG *rig = rig_create_attached(SOURCE_DISPLAY1);

	for (int i = 0; i < 10; i++) {
		uint32_t colour = i % 2 ? BLUE : GREEN;

		fake_head_new_surface(rig->guest, 0, WIDTH, HEIGHT);
		rig_paint(rig, 0, colour);
		fake_head_present_all(rig->guest, 0);
		WAIT_UNTIL(rig, rig_pixel_at(rig, 0, 9, 9) == colour);
	}
	EXPECT_INT(fake_head_errors(rig->guest, 0), 0);
}

static void the_first_part_of_a_new_surface_brings_all_of_it(void)
{
	RIG *rig = rig_create_attached(SOURCE_DISPLAY1);

	fake_head_new_surface(rig->guest, 0, WIDTH, HEIGHT);
	rig_paint(rig, 0, GREEN);
	fake_head_present(rig->guest, 0, 0, 0, 10, 10);
	WAIT_UNTIL(rig, rig_pixel_at(rig, 0, 0, 0) == GREEN);
	EXPECT_INT(rig_pixel_at(rig, 0, 300, 200), GREEN);
}

static void a_scanout_that_no_update_follows_is_shown_all_the_same(void)
{
	RIG *rig = rig_create_attached(SOURCE_DISPLAY1);
	struct fake_scanout scanout = {0, WIDTH, HEIGHT, WIDTH * 4, FAKE_FORMAT};
	int fd = memfd_create("virtio-gpu res", MFD_CLOEXEC);

	EXPECT_INT(ftruncate(fd, WIDTH * HEIGHT * 4), 0);
	fake_head_send_scanout_map(rig->guest, 0, fd, &scanout);
	close(fd);
	WAIT_UNTIL(rig, rig_pixel_at(rig, 0, 0, 0) == 0);
}

static void a_new_mode_is_followed(void)
{
	RIG *rig = rig_create_attached(SOURCE_DISPLAY1);
	struct size size;

	fake_head_new_surface(rig->guest, 0, 801, 603);
	rig_paint(rig, 0, BLUE);
	fake_head_present_all(rig->guest, 0);
	WAIT_UNTIL(rig, rig_pixel_at(rig, 0, 800, 602) == BLUE);
	size = head_size(heads_get(rig->heads, 0));
	EXPECT_INT(size.width, 801);
	EXPECT_INT(size.height, 603);
}

static void copies_are_shown_where_nothing_can_be_mapped(void)
{
	RIG *rig = rig_create(SOURCE_DISPLAY1);

	rig_start_guest(rig);
	rig_paint(rig, 0, RED);
	fake_head_set_copies(rig->guest, 0, true);
	rig_start_source(rig);
	WAIT_UNTIL(rig, rig_has_picture(rig, 0) && rig_pixel_at(rig, 0, 0, 0) == RED);

	rig_paint(rig, 0, GREEN);
	fake_head_present(rig->guest, 0, 10, 20, 30, 40);
	WAIT_UNTIL(rig, rig_pixel_at(rig, 0, 10, 20) == GREEN);
	EXPECT_INT(rig_pixel_at(rig, 0, 39, 59), GREEN);
	EXPECT_INT(rig_pixel_at(rig, 0, 9, 20), RED);
	EXPECT_INT(rig_pixel_at(rig, 0, 40, 59), RED);
	EXPECT_INT(rig_times_told(rig, "listener 0"), 1);
}

static void a_reader_that_holds_every_frame_gets_the_newest_when_it_lets_go(void)
{
	RIG *rig = rig_create(SOURCE_DISPLAY1);
	struct head *head = heads_get(rig->heads, 0);
	struct frame *held[4];

	/* Three of these fit into the budget. */
	rig->options.width = 2048;
	rig->options.height = 2048;
	rig_start_guest(rig);
	rig_paint(rig, 0, RED);
	rig_start_source(rig);
	WAIT_UNTIL(rig, rig_has_picture(rig, 0));
	for (uint32_t i = 0; i < 4; i++) {
		uint64_t number;

		held[i] = head_fetch(head, 0, NULL);
		number = held[i]->number;
		rig_paint(rig, 0, GREEN + i);
		fake_head_present_all(rig->guest, 0);
		if (i < 2)
			WAIT_UNTIL(rig, rig_pixel_at(rig, 0, 0, 0) == GREEN + i);
		else
			WAIT_UNTIL(rig, fake_head_unanswered(rig->guest, 0) == 0);
		EXPECT(held[i]->number == number);
	}
	for (uint32_t i = 0; i < 4; i++)
		frame_unref(held[i]);
	WAIT_UNTIL(rig, rig_pixel_at(rig, 0, 0, 0) == GREEN + 3);
}

static void the_cursor_is_where_its_hot_spot_is(void)
{
	RIG *rig = rig_create_attached(SOURCE_DISPLAY1);
	uint32_t pixels[64 * 64] = {0xffffffff};

	fake_head_define_cursor(rig->guest, 0, 64, 64, 5, 7, pixels, sizeof(pixels));
	fake_head_move_cursor(rig->guest, 0, 100, 50, true);
	WAIT_UNTIL(rig, rig_cursor(rig).is_visible);
	EXPECT_INT(rig_cursor(rig).x, 105);
	EXPECT_INT(rig_cursor(rig).y, 57);
	EXPECT(rig_cursor(rig).image != NULL);

	fake_head_move_cursor(rig->guest, 0, 0, 0, false);
	WAIT_UNTIL(rig, !rig_cursor(rig).is_visible);
}

/* -- Heads that are off, and sizes -------------------------------------------------- */

static void a_head_that_is_off_says_so(void)
{
	RIG *rig = rig_create_attached(SOURCE_DISPLAY1);

	fake_head_new_surface(rig->guest, 0, 640, 480);
	fake_head_switch_off(rig->guest, 0);
	WAIT_UNTIL(rig, rig_notice_says(rig, 0, "This screen is off"));

	/* A guest reset ends with a picture again. */
	fake_head_new_surface(rig->guest, 0, WIDTH, HEIGHT);
	rig_paint(rig, 0, BLUE);
	fake_head_present_all(rig->guest, 0);
	WAIT_UNTIL(rig, rig_has_picture(rig, 0) && rig_pixel_at(rig, 0, 0, 0) == BLUE);
}

static void a_placeholder_is_recognised_in_copies_too(void)
{
	RIG *rig = rig_create(SOURCE_DISPLAY1);

	rig->options.heads = 2;
	rig->options.heads_are_off = true;
	rig->options.width = 720;
	rig->options.height = 400;
	rig_start_guest(rig);
	fake_head_set_copies(rig->guest, 1, true);
	rig_start_source(rig);
	WAIT_UNTIL(rig, rig_notice_says(rig, 1, "This screen is off"));
}

static void a_head_that_is_off_is_switched_on_at_its_configured_size(void)
{
	RIG *rig = rig_create(SOURCE_DISPLAY1);

	rig->policies[1].size = (struct size){640, 360};
	rig->options.heads = 2;
	rig->options.heads_are_off = true;
	rig->options.follows_uiinfo = true;
	rig_start_guest(rig);
	rig_start_source(rig);
	WAIT_UNTIL(rig, rig_was_told(rig, "uiinfo 1 640 360"));
	WAIT_UNTIL(rig, rig_has_picture(rig, 1));
	EXPECT_INT(head_size(heads_get(rig->heads, 1)).width, 640);
	EXPECT_INT(rig_times_told(rig, "uiinfo 1 640 360"), 1);
	EXPECT(!strstr(rig->lines, "uiinfo 0"));
}

static void a_head_of_the_right_size_is_left_alone(void)
{
	RIG *rig = rig_create(SOURCE_DISPLAY1);

	rig->policies[0].size = (struct size){WIDTH, HEIGHT};
	rig_start_guest(rig);
	rig_start_source(rig);
	WAIT_UNTIL(rig, rig_has_picture(rig, 0));
	rig_press(rig, KEY_A, true);
	WAIT_UNTIL(rig, rig_was_told(rig, "key 30 1"));
	EXPECT(!strstr(rig->lines, "uiinfo"));
}

static void a_size_for_switching_on_is_not_asked_of_a_head_that_is_on(void)
{
	RIG *rig = rig_create(SOURCE_DISPLAY1);

	rig->policies[0].size = (struct size){1920, 1080};
	rig->policies[0].is_for_switching_on = true;
	rig_start_guest(rig);
	rig_start_source(rig);
	WAIT_UNTIL(rig, rig_has_picture(rig, 0));
	rig_press(rig, KEY_A, true);
	WAIT_UNTIL(rig, rig_was_told(rig, "key 30 1"));
	EXPECT(!strstr(rig->lines, "uiinfo"));
}

/* -- Falling back to copies --------------------------------------------------------- */

static void a_fall_back_to_copies_is_repaired(void)
{
	RIG *rig = rig_create_attached(SOURCE_DISPLAY1);

	rig_press(rig, KEY_A, true);
	WAIT_UNTIL(rig, rig_times_told(rig, "key 30 1") == 1);
	fake_head_fall_back(rig->guest, 0);
	rig_paint(rig, 0, GREEN);
	fake_head_present_all(rig->guest, 0);
	WAIT_UNTIL(rig, rig_times_told(rig, "listener 0") == 2);
	WAIT_UNTIL(rig, rig_times_told(rig, "listener 0 closed") == 1);
	/* The new one was there before the old one went; what is held is pressed again. */
	EXPECT(strstr(rig->lines, "listener 0\nlistener 0 closed\n"));
	WAIT_UNTIL(rig, rig_times_told(rig, "key 30 1") == 2);
	EXPECT_INT(rig_pixel_at(rig, 0, 0, 0), GREEN);
	EXPECT_INT(fake_head_listeners(rig->guest, 0), 1);

	rig_paint(rig, 0, BLUE);
	fake_head_present(rig->guest, 0, 0, 0, 64, 64);
	WAIT_UNTIL(rig, rig_pixel_at(rig, 0, 0, 0) == BLUE);
	EXPECT_INT(rig_times_told(rig, "listener 0"), 2);
}

static void a_part_that_comes_as_a_copy_is_repaired_too(void)
{
	RIG *rig = rig_create_attached(SOURCE_DISPLAY1);

	fake_head_fall_back(rig->guest, 0);
	rig_paint(rig, 0, GREEN);
	fake_head_present(rig->guest, 0, 0, 0, 10, 10);
	WAIT_UNTIL(rig, rig_pixel_at(rig, 0, 300, 200) == GREEN);
	EXPECT_INT(rig_times_told(rig, "listener 0"), 2);
}

static void a_card_that_is_always_copied_is_left_alone(void)
{
	RIG *rig = rig_create_attached(SOURCE_DISPLAY1);

	fake_head_set_copies(rig->guest, 0, true);
	fake_head_new_surface(rig->guest, 0, 720, 400);
	for (uint32_t i = 0; i < 20; i++) {
		rig_paint(rig, 0, GREEN + i);
		fake_head_present_all(rig->guest, 0);
		WAIT_UNTIL(rig, rig_pixel_at(rig, 0, 719, 399) == GREEN + i);
	}
	EXPECT_INT(rig_times_told(rig, "listener 0"), 1);
}

static void a_source_that_falls_back_again_and_again_is_repaired_only_rarely(void)
{
	RIG *rig = rig_create_attached(SOURCE_DISPLAY1);

	for (uint32_t i = 0; i < 200; i++) {
		fake_head_fall_back(rig->guest, 0);
		rig_paint(rig, 0, GREEN + i);
		if (i < 2)
			fake_head_present_all(rig->guest, 0);
		else
			fake_head_present(rig->guest, 0, 0, 0, 10, 10);
		WAIT_UNTIL(rig, rig_pixel_at(rig, 0, 0, 0) == GREEN + i);
		if (i == 0) /* the first time it is repaired at once */
			WAIT_UNTIL(rig, rig_was_told(rig, "listener 0 closed"));
	}
	EXPECT_INT(rig_times_told(rig, "listener 0"), 2);
}

int main(void)
{
	log_open(LOG_LEVEL_ERROR);
	RUN_TEST(an_update_shows_what_it_declares);
	RUN_TEST(a_page_flip_shows_the_other_buffer);
	RUN_TEST(the_first_part_of_a_new_surface_brings_all_of_it);
	RUN_TEST(a_scanout_that_no_update_follows_is_shown_all_the_same);
	RUN_TEST(a_new_mode_is_followed);
	RUN_TEST(copies_are_shown_where_nothing_can_be_mapped);
	RUN_TEST(a_reader_that_holds_every_frame_gets_the_newest_when_it_lets_go);
	RUN_TEST(the_cursor_is_where_its_hot_spot_is);
	RUN_TEST(a_head_that_is_off_says_so);
	RUN_TEST(a_placeholder_is_recognised_in_copies_too);
	RUN_TEST(a_head_that_is_off_is_switched_on_at_its_configured_size);
	RUN_TEST(a_head_of_the_right_size_is_left_alone);
	RUN_TEST(a_size_for_switching_on_is_not_asked_of_a_head_that_is_on);
	RUN_TEST(a_fall_back_to_copies_is_repaired);
	RUN_TEST(a_part_that_comes_as_a_copy_is_repaired_too);
	RUN_TEST(a_card_that_is_always_copied_is_left_alone);
	RUN_TEST(a_source_that_falls_back_again_and_again_is_repaired_only_rarely);
	return 0;
}
