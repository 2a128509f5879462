/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/encode/motion.h"

#include <math.h>

#include "tests/support/test.h"
#include "tests/unit/encode/motion_stage.h"

/* -- Things go on ------------------------------------------------------------ */

static void a_video_beside_a_user_interface_is_one_steady_region(void)
{
	struct stage stage = stage_open(STAGE_WIDTH, STAGE_HEIGHT);

	for (int frame = 0; frame < 30 * 60; frame++) {
		pixman_region32_t damage;

		pixman_region32_init_rect(&damage, 400, 300, 640, 360);
		if (frame % 5 == 0)
			stage_add_tiles(&damage, 1200, 100 + frame % 400, 1230, 116 + frame % 400);
		if (frame % 90 == 45)
			stage_add_tiles(&damage, 1200, 100, 1500, 480);
		if (frame % 30 == 0)
			stage_add_tiles(&damage, 1700, 10, 1800, 40);
		stage_note(&stage, &damage);
		pixman_region32_fini(&damage);
		stage_pass(&stage, SECOND / 30);
		if (frame >= 15)
			EXPECT(stage_is_covered(&stage, 400, 300, 640, 360));
	}
	stage_print(&stage, "video beside UI");
	EXPECT_INT(stage.plans, 1);
	EXPECT(stage_covered_pixels(&stage) <= 672 * 384);
	stage_pass(&stage, 150 * MS);
	EXPECT_INT(stage_regions(&stage), 0);
	stage_close(&stage);
}

static void two_needles_are_two_regions_that_stay(void)
{
	struct stage stage = stage_open(STAGE_WIDTH, STAGE_HEIGHT);

	for (int frame = 0; frame < 60 * 60; frame++) {
		pixman_region32_t damage;
		double t = frame / 60.0;

		pixman_region32_init(&damage);
		stage_add_needle(&damage, 500, 500, 100, 135 - 135 * sin(t));
		stage_add_needle(&damage, 500, 500, 100, 135 - 135 * sin(t - 1 / 60.0));
		stage_add_needle(&damage, 1400, 500, 100, 135 - 135 * sin(1.7 * t));
		stage_add_needle(&damage, 1400, 500, 100, 135 - 135 * sin(1.7 * t - 1 / 60.0));
		stage_note(&stage, &damage);
		pixman_region32_fini(&damage);
		stage_pass(&stage, SECOND / 60);
	}
	stage_print(&stage, "two needles");
	EXPECT_INT(stage_regions(&stage), 2);
	EXPECT(stage.plans <= 16);
	EXPECT(stage_covered_pixels(&stage) <= 2 * 320 * 320);
	stage_close(&stage);
}

static void a_needle_that_sweeps_its_dial_for_a_minute_resets_its_region_rarely(void)
{
	struct stage stage = stage_open(STAGE_WIDTH, STAGE_HEIGHT);

	for (int frame = 0; frame < 60 * 60; frame++) {
		pixman_region32_t damage;
		double t = frame / 60.0;

		pixman_region32_init(&damage);
		stage_add_needle(&damage, 900, 500, 250, 90 + 130 * sin(t / 2));
		stage_add_needle(&damage, 900, 500, 250, 90 + 130 * sin(t / 2 - 1 / 120.0));
		stage_note(&stage, &damage);
		pixman_region32_fini(&damage);
		stage_pass(&stage, SECOND / 60);
	}
	stage_print(&stage, "needle");
	EXPECT(stage.plans <= 12);
	EXPECT(stage_regions(&stage) >= 1);
	stage_close(&stage);
}

static void many_spinners_that_are_large_together_do_not_hide_what_goes_on(void)
{
	struct stage stage = stage_open(STAGE_WIDTH, STAGE_HEIGHT);

	for (int frame = 0; frame < 60; frame++) {
		pixman_region32_t damage;

		/* From one side to the other: in no frame more than a spinner. */
		pixman_region32_init_rect(&damage, 128 + frame % 2 * 96, 768, 96, 128);
		for (int i = 0; i < 21; i++)
			stage_add_tiles(&damage, 64 + i % 7 * 256, 64 + i / 7 * 224,
					64 + i % 7 * 256 + 96, 64 + i / 7 * 224 + 80);
		stage_note(&stage, &damage);
		pixman_region32_fini(&damage);
		stage_pass(&stage, SECOND / 60);
	}
	EXPECT_INT(stage_regions(&stage), 1);
	EXPECT(stage_is_covered(&stage, 128, 768, 192, 128));
	stage_close(&stage);
}

static void a_map_that_scrolls_is_one_steady_region(void)
{
	struct stage stage = stage_open(STAGE_WIDTH, STAGE_HEIGHT);

	for (int frame = 0; frame < 60 * 30; frame++) {
		stage_note_box(&stage, 700, 64, 1000, 900);
		stage_pass(&stage, SECOND / 60);
	}
	stage_print(&stage, "map");
	EXPECT_INT(stage.plans, 1);
	stage_close(&stage);
}

static void a_full_screen_animation_is_one_steady_region(void)
{
	struct stage stage = stage_open(STAGE_WIDTH, STAGE_HEIGHT);

	for (int frame = 0; frame < 60 * 30; frame++) {
		stage_note_box(&stage, 0, 0, STAGE_WIDTH, STAGE_HEIGHT);
		stage_pass(&stage, SECOND / 60);
	}
	EXPECT_INT(stage.plans, 1);
	stage_close(&stage);
}

static void a_window_that_is_dragged_around_resets_its_region_rarely(void)
{
	struct stage stage = stage_open(STAGE_WIDTH, STAGE_HEIGHT);
	int last_x = 0, last_y = 0;

	for (int frame = 0; frame < 60 * 20; frame++) {
		double t = frame / 60.0;
		int x = 640 + (int)(600 * sin(t));
		int y = 300 + (int)(250 * sin(t * 1.3));
		pixman_region32_t damage;

		pixman_region32_init(&damage);
		stage_add_tiles(&damage, x, y, x + 640, y + 480);
		if (frame > 0)
			stage_add_tiles(&damage, last_x, last_y, last_x + 640, last_y + 480);
		stage_note(&stage, &damage);
		pixman_region32_fini(&damage);
		last_x = x;
		last_y = y;
		stage_pass(&stage, SECOND / 60);
	}
	stage_print(&stage, "dragged window");
	EXPECT(stage.plans <= 40);
	stage_close(&stage);
}

static void a_terminal_that_scrolls_is_one_region_until_it_rests(void)
{
	struct stage stage = stage_open(STAGE_WIDTH, STAGE_HEIGHT);

	for (int frame = 0; frame < 30 * 10; frame++) {
		pixman_region32_t damage;

		pixman_region32_init(&damage);
		for (int line = 0; line < 40; line++)
			stage_add_tiles(&damage, 100, 100 + line * 16,
					200 + (int)stage_random(&stage, 700), 116 + line * 16);
		stage_note(&stage, &damage);
		pixman_region32_fini(&damage);
		stage_pass(&stage, SECOND / 30);
	}
	stage_print(&stage, "scrolling terminal");
	EXPECT(stage.plans <= 3);
	stage_pass(&stage, 100 * MS);
	EXPECT_INT(stage_regions(&stage), 0);
	stage_close(&stage);
}

static void a_slow_video_does_not_open_and_close_for_each_frame(void)
{
	static const int rates[] = {8, 10, 12, 15, 24};

	for (unsigned i = 0; i < 5; i++) {
		struct stage stage = stage_open(STAGE_WIDTH, STAGE_HEIGHT);

		for (int frame = 0; frame < rates[i] * 20; frame++) {
			stage_note_box(&stage, 400, 300, 640, 360);
			/* 15 % early or late */
			stage_pass(&stage, SECOND / (unsigned)rates[i] *
						   (85 + stage_random(&stage, 31)) / 100);
		}
		stage_print(&stage, "slow video");
		EXPECT(stage.plans <= 5);
		stage_pass(&stage, 200 * MS);
		EXPECT_INT(stage_regions(&stage), 0);
		stage_close(&stage);
	}
}

static void what_rests_beside_a_video_after_a_change_of_all_is_exact_soon(void)
{
	struct stage stage = stage_open(STAGE_WIDTH, STAGE_HEIGHT);

	for (int frame = 0; frame < 90; frame++) {
		if (frame == 60)
			stage_note_box(&stage, 0, 0, STAGE_WIDTH, STAGE_HEIGHT);
		else
			stage_note_box(&stage, 400, 300, 640, 360);
		stage_pass(&stage, SECOND / 30);
	}
	stage_print(&stage, "change of all during a video");
	EXPECT(stage_is_covered(&stage, 400, 300, 640, 360));
	EXPECT(stage_covered_pixels(&stage) <= 768 * 448);
	stage_close(&stage);
}

static void a_spinner_does_not_keep_the_rest_from_being_exact(void)
{
	struct stage stage = stage_open(STAGE_WIDTH, STAGE_HEIGHT);

	stage_note_box(&stage, 0, 0, STAGE_WIDTH, STAGE_HEIGHT);
	for (int frame = 0; frame < 30; frame++) {
		stage_pass(&stage, SECOND / 60);
		stage_note_box(&stage, 700, 700, 40, 40);
	}
	EXPECT_INT(stage_regions(&stage), 0);
	stage_close(&stage);
}

int main(void)
{
	RUN_TEST(a_video_beside_a_user_interface_is_one_steady_region);
	RUN_TEST(two_needles_are_two_regions_that_stay);
	RUN_TEST(a_needle_that_sweeps_its_dial_for_a_minute_resets_its_region_rarely);
	RUN_TEST(many_spinners_that_are_large_together_do_not_hide_what_goes_on);
	RUN_TEST(a_map_that_scrolls_is_one_steady_region);
	RUN_TEST(a_full_screen_animation_is_one_steady_region);
	RUN_TEST(a_window_that_is_dragged_around_resets_its_region_rarely);
	RUN_TEST(a_terminal_that_scrolls_is_one_region_until_it_rests);
	RUN_TEST(a_slow_video_does_not_open_and_close_for_each_frame);
	RUN_TEST(what_rests_beside_a_video_after_a_change_of_all_is_exact_soon);
	RUN_TEST(a_spinner_does_not_keep_the_rest_from_being_exact);
	return 0;
}
