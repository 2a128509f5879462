/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/encode/motion.h"

#include <time.h>

#include "tests/support/test.h"
#include "tests/unit/encode/motion_stage.h"

/* -- One thing changes ------------------------------------------------------- */

static void a_one_off_change_of_the_whole_head_is_video_at_once_and_closes_in_time(void)
{
	struct stage stage = stage_open(STAGE_WIDTH, STAGE_HEIGHT);

	stage_note_box(&stage, 0, 0, STAGE_WIDTH, STAGE_HEIGHT);
	EXPECT(stage_is_covered(&stage, 0, 0, STAGE_WIDTH, STAGE_HEIGHT));
	EXPECT_INT(motion_deadline_us(stage.motion) - stage.now_us, 100 * MS);
	stage_pass(&stage, 99 * MS);
	EXPECT_INT(stage_regions(&stage), 1);
	stage_pass(&stage, 1 * MS);
	EXPECT_INT(stage_regions(&stage), 0);
	EXPECT(motion_deadline_us(stage.motion) == UINT64_MAX);
	stage_close(&stage);
}

static void a_twelfth_of_the_head_is_a_large_change(void)
{
	struct stage stage = stage_open(STAGE_WIDTH, STAGE_HEIGHT);

	stage_note_box(&stage, 320, 320, 480, 352);
	EXPECT_INT(stage.plans, 0);
	stage_pass(&stage, SECOND);
	stage_note_box(&stage, 320, 320, 480, 368);
	EXPECT(stage_is_covered(&stage, 320, 320, 480, 368));
	stage_close(&stage);
}

static void a_region_in_which_hardly_anything_moves_ends(void)
{
	struct stage stage = stage_open(STAGE_WIDTH, STAGE_HEIGHT);

	for (int frame = 0; frame < 60; frame++) {
		stage_note_box(&stage, 320, 320, 320, 320);
		stage_pass(&stage, SECOND / 30);
	}
	EXPECT_INT(stage_regions(&stage), 1);
	for (int frame = 0; frame < 15; frame++) {
		stage_note_box(&stage, 384, 384, 64, 16);
		stage_pass(&stage, SECOND / 10);
	}
	EXPECT_INT(stage_regions(&stage), 0);
	stage_close(&stage);
}

static void a_blinking_caret_and_a_clock_stay_lossless(void)
{
	struct stage stage = stage_open(STAGE_WIDTH, STAGE_HEIGHT);

	for (int i = 0; i < 60; i++) {
		stage_note_box(&stage, 320, 480, 64, 16);
		stage_pass(&stage, 250 * MS);
		stage_note_box(&stage, 1600, 16, 192, 48);
		stage_pass(&stage, 250 * MS);
	}
	EXPECT_INT(stage.plans, 0);
	stage_close(&stage);
}

static void typing_in_a_terminal_stays_lossless(void)
{
	struct stage stage = stage_open(STAGE_WIDTH, STAGE_HEIGHT);

	for (int i = 0; i < 600; i++) {
		stage_note_box(&stage, 64 + i % 100 * 9 / 64 * 64, 64 + i / 100 * 16, 64, 16);
		stage_pass(&stage, 33 * MS);
	}
	EXPECT_INT(stage.plans, 0);
	stage_close(&stage);
}

/* Frames of which each damages so much of the head. */
static void scatter(struct stage *stage, int frames, int percent)
{
	while (frames-- > 0) {
		pixman_region32_t damage;

		pixman_region32_init(&damage);
		for (int i = 0; i < percent * 101 / 5; i++) {
			int x = (int)stage_random(stage, STAGE_WIDTH / 64) * 64;
			int y = (int)stage_random(stage, STAGE_HEIGHT / 16) * 16;

			stage_add_tiles(&damage, x, y, x + 64, y + 16);
		}
		stage_note(stage, &damage);
		pixman_region32_fini(&damage);
		stage_pass(stage, SECOND / 60);
	}
}

static void small_scattered_damage_after_a_large_change_is_no_video_for_long(void)
{
	struct stage stage = stage_open(STAGE_WIDTH, STAGE_HEIGHT);

	stage_note_box(&stage, 0, 0, STAGE_WIDTH, STAGE_HEIGHT);
	scatter(&stage, 60 * 4, 5);
	EXPECT_INT(stage_regions(&stage), 0);
	EXPECT_INT(stage.plans, 2);
	stage_close(&stage);
}

static void scattered_damage_of_frames_that_fell_together_is_no_large_change(void)
{
	struct stage stage = stage_open(STAGE_WIDTH, STAGE_HEIGHT);

	for (int i = 0; i < 60; i++) {
		scatter(&stage, 5, 5);
		scatter(&stage, 1, 10);
		EXPECT_INT(stage_regions(&stage), 0);
	}
	stage_close(&stage);
}

static void small_scattered_damage_never_becomes_video(void)
{
	struct stage stage = stage_open(STAGE_WIDTH, STAGE_HEIGHT);

	scatter(&stage, 60 * 20, 5);
	stage_print(&stage, "scattered 5 %");
	EXPECT_INT(stage.plans, 0);
	stage_close(&stage);
}

static void a_small_spinner_stays_lossless(void)
{
	struct stage stage = stage_open(STAGE_WIDTH, STAGE_HEIGHT);

	for (int frame = 0; frame < 300; frame++) {
		stage_note_box(&stage, 700, 700, 96, 96);
		stage_pass(&stage, SECOND / 60);
	}
	EXPECT_INT(stage.plans, 0);
	stage_close(&stage);
}

static void what_rests_in_a_region_settles_while_the_rest_goes_on(void)
{
	struct stage stage = stage_open(STAGE_WIDTH, STAGE_HEIGHT);
	pixman_region32_t settled;
	pixman_box32_t beside = {1024, 0, 1920, 1080};
	pixman_box32_t video = {0, 0, 512, 1080};

	pixman_region32_init(&settled);
	stage_note_box(&stage, 0, 0, STAGE_WIDTH, STAGE_HEIGHT);
	motion_settled(stage.motion, &settled);
	EXPECT(!pixman_region32_not_empty(&settled));

	for (int frame = 0; frame < 7; frame++) {
		stage_pass(&stage, 15 * MS);
		stage_note_box(&stage, 0, 0, 512, STAGE_HEIGHT);
	}
	EXPECT_INT(stage.settlings, 1);
	motion_settled(stage.motion, &settled);
	EXPECT(pixman_region32_contains_rectangle(&settled, &beside) == PIXMAN_REGION_IN);
	EXPECT(pixman_region32_contains_rectangle(&settled, &video) == PIXMAN_REGION_OUT);
	pixman_region32_fini(&settled);
	stage_close(&stage);
}

/* -- All sorts of heads and damage ------------------------------------------- */

static void more_than_four_things_are_four_regions_and_the_rest_lossless(void)
{
	struct stage stage = stage_open(STAGE_WIDTH, STAGE_HEIGHT);

	for (int frame = 0; frame < 60; frame++) {
		pixman_region32_t damage;

		pixman_region32_init(&damage);
		for (int i = 0; i < 6; i++) {
			int side = 160 + 16 * i;

			pixman_region32_union_rect(&damage, &damage, 16 + i % 3 * 750,
						   16 + i / 3 * 700, (unsigned)side,
						   (unsigned)side);
		}
		stage_note(&stage, &damage);
		pixman_region32_fini(&damage);
		stage_pass(&stage, SECOND / 60);
	}
	stage_print(&stage, "six things");
	EXPECT_INT(stage_regions(&stage), 4);
	EXPECT(stage_is_covered(&stage, 16 + 2 * 750, 16 + 700, 240, 240));
	EXPECT(stage_is_covered(&stage, 16, 16 + 700, 208, 208));
	EXPECT(stage_covered_pixels(&stage) < 4 * 272 * 272);
	stage_close(&stage);
}

static void two_things_close_by_are_one_region(void)
{
	struct stage stage = stage_open(STAGE_WIDTH, STAGE_HEIGHT);

	for (int frame = 0; frame < 60; frame++) {
		pixman_region32_t damage;

		pixman_region32_init_rect(&damage, 256, 256, 320, 256);
		pixman_region32_union_rect(&damage, &damage, 704, 256, 320, 256);
		stage_note(&stage, &damage);
		pixman_region32_fini(&damage);
		stage_pass(&stage, SECOND / 60);
	}
	EXPECT_INT(stage_regions(&stage), 1);
	EXPECT(stage_is_covered(&stage, 256, 256, 768, 256));
	stage_close(&stage);
}

static void a_box_that_would_be_mostly_still_is_split(void)
{
	struct stage stage = stage_open(STAGE_WIDTH, STAGE_HEIGHT);

	/* An L: its box would be 1216x896. */
	for (int frame = 0; frame < 60; frame++) {
		pixman_region32_t damage;

		pixman_region32_init_rect(&damage, 256, 64, 192, 896);
		pixman_region32_union_rect(&damage, &damage, 448, 768, 1024, 192);
		stage_note(&stage, &damage);
		pixman_region32_fini(&damage);
		stage_pass(&stage, SECOND / 60);
	}
	stage_print(&stage, "an L");
	EXPECT_INT(stage_regions(&stage), 2);
	EXPECT(stage_is_covered(&stage, 256, 64, 192, 896) &&
	       stage_is_covered(&stage, 448, 768, 1024, 192));
	EXPECT(stage_covered_pixels(&stage) <= 192 * 896 + 1024 * 192);
	stage_close(&stage);
}

static void a_head_too_large_for_one_encoder_has_several_regions(void)
{
	struct stage stage = stage_open(5120, 2880);

	stage_note_box(&stage, 0, 0, 5120, 2880);
	EXPECT(stage_is_covered(&stage, 0, 0, 5120, 2880));
	stage_close(&stage);

	stage = stage_open(8192, 8192);
	for (int frame = 0; frame < 60; frame++) {
		stage_note_box(&stage, 0, 0, 8192, 8192);
		stage_pass(&stage, SECOND / 60);
	}
	EXPECT_INT(stage.plans, 1);
	EXPECT_INT(stage_regions(&stage), 4);
	EXPECT(stage_covered_pixels(&stage) >= 4 * 8000000L);
	stage_close(&stage);
}

static void heads_of_odd_sizes_are_covered_but_for_their_last_row_and_column(void)
{
	static const uint32_t sizes[][2] = {{1366, 768}, {1367, 769}, {161, 163}, {4097, 31}};

	for (unsigned i = 0; i < 4; i++) {
		struct stage stage = stage_open(sizes[i][0], sizes[i][1]);
		int width = (int)sizes[i][0], height = (int)sizes[i][1];

		stage_note_box(&stage, 0, 0, width, height);
		EXPECT(stage_is_covered(&stage, 0, 0, width / 2 * 2, height / 2 * 2));
		stage_pass(&stage, SECOND);
		EXPECT_INT(stage_regions(&stage), 0);
		stage_close(&stage);
	}
}

static void the_smallest_heads_are_never_video(void)
{
	static const uint32_t sizes[][2] = {{1, 1}, {2, 1}, {1, 4096}, {15, 8192}, {64, 64}};

	for (unsigned i = 0; i < 5; i++) {
		struct stage stage = stage_open(sizes[i][0], sizes[i][1]);

		for (int frame = 0; frame < 60; frame++) {
			stage_note_box(&stage, 0, 0, (int)sizes[i][0], (int)sizes[i][1]);
			stage_pass(&stage, SECOND / 60);
		}
		EXPECT_INT(stage.plans, 0);
		stage_close(&stage);
	}
}

static void damage_outside_the_head_and_none_at_all_change_nothing(void)
{
	struct stage stage = stage_open(STAGE_WIDTH, STAGE_HEIGHT);

	for (int frame = 0; frame < 60; frame++) {
		stage_note_box(&stage, STAGE_WIDTH, STAGE_HEIGHT, 1000, 1000);
		stage_note_box(&stage, -2000, -2000, 1000, 1000);
		stage_note_box(&stage, 0, 0, 0, 0);
		stage_pass(&stage, SECOND / 60);
	}
	EXPECT_INT(stage.plans, 0);
	EXPECT(motion_deadline_us(stage.motion) == UINT64_MAX);

	stage_note_box(&stage, -1000, -1000, 100000, 100000);
	EXPECT(stage_is_covered(&stage, 0, 0, STAGE_WIDTH, STAGE_HEIGHT));
	stage_close(&stage);
}

static void a_clock_that_stands_still_or_runs_backwards_does_no_harm(void)
{
	struct stage stage = stage_open(STAGE_WIDTH, STAGE_HEIGHT);
	pixman_region32_t damage;

	for (int frame = 0; frame < 100; frame++)
		stage_note_box(&stage, 400, 300, 640, 360);
	EXPECT(motion_note(stage.motion, NULL, stage.now_us - 10 * SECOND) == 0);
	stage_pass(&stage, 50 * MS);
	pixman_region32_init_rect(&damage, 400, 300, 640, 360);
	EXPECT(motion_note(stage.motion, &damage, stage.now_us - 10 * SECOND) == 0);
	pixman_region32_fini(&damage);
	EXPECT_INT(motion_deadline_us(stage.motion) - stage.now_us, 50 * MS);
	stage_pass(&stage, 200 * MS);
	EXPECT_INT(stage_regions(&stage), 0);
	stage_close(&stage);

	stage = stage_open(STAGE_WIDTH, STAGE_HEIGHT);
	stage.now_us = 0;
	stage_note_box(&stage, 0, 0, STAGE_WIDTH, STAGE_HEIGHT);
	EXPECT_INT(stage_regions(&stage), 1);
	stage_close(&stage);
}

struct block {
	int x, y, width, height;
	bool is_moving;
};

/* Blocks of any size start and stop moving; regions stay sound, cover what has moved for a while
 * but for strips that are cheap, and end when nothing moves. */
static void whatever_moves_is_covered_by_sound_regions(void)
{
	for (unsigned round = 0; round < 40; round++) {
		struct stage stage = stage_open(640 + round * 83, 480 + round * 47);
		struct block blocks[4] = {0};

		stage.seed = round;
		for (int frame = 0; frame < 60 * 6; frame++) {
			pixman_region32_t damage;

			pixman_region32_init(&damage);
			if (frame % 60 == 0) {
				for (int i = 0; i < 4; i++) {
					struct block *block = &blocks[i];
					int room_x = (int)stage.width / 2,
					    room_y = (int)stage.height / 2;

					block->width = 144 +
						       (int)stage_random(&stage,
									 (unsigned)room_x - 144);
					block->height = 144 +
							(int)stage_random(&stage,
									  (unsigned)room_y - 144);
					block->x = i % 2 * room_x +
						   (int)stage_random(
							   &stage,
							   (unsigned)(room_x - block->width) + 1);
					block->y = i / 2 * room_y +
						   (int)stage_random(
							   &stage,
							   (unsigned)(room_y - block->height) + 1);
					block->is_moving = stage_random(&stage, 3) > 0;
				}
			}
			for (int i = 0; i < 4; i++)
				if (blocks[i].is_moving)
					pixman_region32_union_rect(&damage, &damage, blocks[i].x,
								   blocks[i].y,
								   (unsigned)blocks[i].width,
								   (unsigned)blocks[i].height);
			for (int i = 0; i < 3; i++)
				pixman_region32_union_rect(
					&damage, &damage, (int)stage_random(&stage, stage.width),
					(int)stage_random(&stage, stage.height), 8, 8);
			stage_note(&stage, &damage);
			pixman_region32_fini(&damage);
			stage_pass(&stage, SECOND / 60);
			for (int i = 0; i < 4 && frame % 60 == 59; i++)
				if (blocks[i].is_moving)
					EXPECT(stage_uncovered_pixels(&stage, blocks[i].x,
								      blocks[i].y, blocks[i].width,
								      blocks[i].height) <
					       128 * 128);
		}
		stage_pass(&stage, 200 * MS);
		EXPECT_INT(stage_regions(&stage), 0);
		stage_close(&stage);
	}
}

static void random_damage_leaves_the_regions_sound(void)
{
	for (unsigned round = 0; round < 60; round++) {
		struct stage stage = stage_open(1 + round * round * 2, 1 + (60 - round) * 70);

		stage.seed = round;
		for (int frame = 0; frame < 200; frame++) {
			pixman_region32_t damage;
			unsigned rects = stage_random(&stage, 12);

			pixman_region32_init(&damage);
			for (unsigned i = 0; i < rects; i++)
				pixman_region32_union_rect(
					&damage, &damage,
					(int)stage_random(&stage, stage.width) - 50,
					(int)stage_random(&stage, stage.height) - 50,
					1 + stage_random(&stage, stage.width / 2 + 1),
					1 + stage_random(&stage, stage.height / 4 + 1));
			stage_note(&stage, &damage);
			pixman_region32_fini(&damage);
			stage_pass(&stage, stage_random(&stage, 60) * MS);
		}
		stage_pass(&stage, 200 * MS);
		EXPECT_INT(stage_regions(&stage), 0);
		stage_close(&stage);
	}
}

/* -- The cost ---------------------------------------------------------------- */

static double measure_us(uint32_t width, uint32_t height, int rects)
{
	struct stage stage = stage_open(width, height);
	struct timespec begin, end;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &begin);
	for (int frame = 0; frame < 300; frame++) {
		pixman_region32_t damage;

		pixman_region32_init(&damage);
		for (int i = 0; i < rects; i++) {
			int x = (int)stage_random(&stage, width / 64) * 64;
			int y = (int)stage_random(&stage, height / 16) * 16;

			stage_add_tiles(&damage, x, y, x + 64, y + 16);
		}
		if (rects == 0)
			pixman_region32_union_rect(&damage, &damage, 0, 0, width, height);
		motion_note(stage.motion, &damage, stage.now_us);
		stage.now_us += SECOND / 60;
		pixman_region32_fini(&damage);
	}
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
	stage_close(&stage);
	return ((double)(end.tv_sec - begin.tv_sec) * 1e6 +
		(double)(end.tv_nsec - begin.tv_nsec) / 1e3) /
	       300;
}

/* A few times what it takes in a debug build, and far below a frame's time. */
static void a_frame_costs_little(void)
{
	static const struct {
		uint32_t width, height;
		int rects; /* 0: the whole head */
		double us_max;
	} loads[] = {
		{STAGE_WIDTH, STAGE_HEIGHT, 128, 1000},
		{STAGE_WIDTH, STAGE_HEIGHT, 0, 1000},
		{8192, 8192, 128, 8000},
		{8192, 8192, 0, 8000},
	};

	for (unsigned i = 0; i < sizeof(loads) / sizeof(*loads); i++) {
		double us = measure_us(loads[i].width, loads[i].height, loads[i].rects);

		printf("   %ux%u, %d rects: %.1f us\n", loads[i].width, loads[i].height,
		       loads[i].rects, us);
		EXPECT(us < loads[i].us_max);
	}
}

int main(void)
{
	RUN_TEST(a_one_off_change_of_the_whole_head_is_video_at_once_and_closes_in_time);
	RUN_TEST(a_twelfth_of_the_head_is_a_large_change);
	RUN_TEST(a_region_in_which_hardly_anything_moves_ends);
	RUN_TEST(a_blinking_caret_and_a_clock_stay_lossless);
	RUN_TEST(typing_in_a_terminal_stays_lossless);
	RUN_TEST(small_scattered_damage_never_becomes_video);
	RUN_TEST(scattered_damage_of_frames_that_fell_together_is_no_large_change);
	RUN_TEST(small_scattered_damage_after_a_large_change_is_no_video_for_long);
	RUN_TEST(a_small_spinner_stays_lossless);
	RUN_TEST(what_rests_in_a_region_settles_while_the_rest_goes_on);
	RUN_TEST(more_than_four_things_are_four_regions_and_the_rest_lossless);
	RUN_TEST(two_things_close_by_are_one_region);
	RUN_TEST(a_box_that_would_be_mostly_still_is_split);
	RUN_TEST(a_head_too_large_for_one_encoder_has_several_regions);
	RUN_TEST(heads_of_odd_sizes_are_covered_but_for_their_last_row_and_column);
	RUN_TEST(the_smallest_heads_are_never_video);
	RUN_TEST(damage_outside_the_head_and_none_at_all_change_nothing);
	RUN_TEST(a_clock_that_stands_still_or_runs_backwards_does_no_harm);
	RUN_TEST(whatever_moves_is_covered_by_sound_regions);
	RUN_TEST(random_damage_leaves_the_regions_sound);
	RUN_TEST(a_frame_costs_little);
	return 0;
}
