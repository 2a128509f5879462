/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/encode/motion.h"

#include <math.h>
#include <time.h>

#include "gateway/encode/encoder.h"
#include "tests/support/test.h"

#define WIDTH  1920
#define HEIGHT 1080

#define MS     UINT64_C(1000)
#define SECOND UINT64_C(1000000)

/* A head on which a scene is played. */
struct stage {
	struct motion *motion;
	uint32_t width;
	uint32_t height;
	uint64_t now_us;
	unsigned plans;	    /* changes of the regions */
	unsigned settlings; /* times that something settled */
	unsigned seed;
};

static struct stage make_stage(uint32_t width, uint32_t height)
{
	return (struct stage){.motion = motion_create(width, height),
			      .width = width,
			      .height = height,
			      .now_us = 1000 * SECOND,
			      .seed = 1};
}

static void finish_stage(struct stage *stage)
{
	motion_destroy(stage->motion);
}

static unsigned random_below(struct stage *stage, unsigned end)
{
	stage->seed = stage->seed * 1103515245u + 12345u;
	return (stage->seed >> 8) % end;
}

static void expect_regions_are_sound(struct stage *stage)
{
	struct motion_region regions[MOTION_REGIONS_MAX];
	unsigned count = motion_regions(stage->motion, regions);

	EXPECT(count <= MOTION_REGIONS_MAX);
	for (unsigned i = 0; i < count; i++) {
		const pixman_box32_t *box = &regions[i].box;
		long width = box->x2 - box->x1;
		long height = box->y2 - box->y1;

		EXPECT(box->x1 >= 0 && box->y1 >= 0);
		EXPECT(box->x2 <= (int)stage->width && box->y2 <= (int)stage->height);
		EXPECT(box->x1 % 16 == 0 && box->y1 % 16 == 0);
		EXPECT(box->x2 % 16 == 0 || box->x2 == (int)(stage->width & ~1u));
		EXPECT(box->y2 % 16 == 0 || box->y2 == (int)(stage->height & ~1u));
		EXPECT(width >= ENCODER_SIDE_MIN && height >= ENCODER_SIDE_MIN);
		EXPECT(width <= ENCODER_SIDE_MAX && height <= ENCODER_SIDE_MAX);
		EXPECT(width * height <= ENCODER_PIXELS_MAX);
		for (unsigned k = 0; k < i; k++) {
			const pixman_box32_t *other = &regions[k].box;

			EXPECT(regions[k].id < regions[i].id);
			EXPECT(box->x1 >= other->x2 || other->x1 >= box->x2 ||
			       box->y1 >= other->y2 || other->y1 >= box->y2);
		}
	}
}

static void note(struct stage *stage, const pixman_region32_t *damage)
{
	unsigned news = motion_note(stage->motion, damage, stage->now_us);

	stage->plans += (news & MOTION_REGIONS) != 0;
	stage->settlings += (news & MOTION_SETTLED) != 0;
	expect_regions_are_sound(stage);
	EXPECT(motion_deadline_us(stage->motion) > stage->now_us);
}

/* Lets time pass, keeping motion's deadlines. */
static void pass(struct stage *stage, uint64_t us)
{
	uint64_t until_us = stage->now_us + us;

	while (motion_deadline_us(stage->motion) <= until_us) {
		stage->now_us = motion_deadline_us(stage->motion);
		note(stage, NULL);
	}
	stage->now_us = until_us;
}

static void damage_box(struct stage *stage, int x, int y, int width, int height)
{
	pixman_region32_t damage;

	pixman_region32_init_rect(&damage, x, y, (unsigned)width, (unsigned)height);
	note(stage, &damage);
	pixman_region32_fini(&damage);
}

/* As the frame store finds it: whole tiles of 64x16. */
static void add_tiles(pixman_region32_t *damage, int x1, int y1, int x2, int y2)
{
	x1 = x1 / 64 * 64;
	y1 = y1 / 16 * 16;
	x2 = (x2 + 63) / 64 * 64;
	y2 = (y2 + 15) / 16 * 16;
	pixman_region32_union_rect(damage, damage, x1, y1, (unsigned)(x2 - x1),
				   (unsigned)(y2 - y1));
}

/* A needle from its pivot, at an angle in degrees. */
static void add_needle(pixman_region32_t *damage, int x, int y, int length, double degrees)
{
	for (int i = 0; i <= length; i += 4) {
		int tip_x = x + (int)(i * cos(degrees * M_PI / 180));
		int tip_y = y - (int)(i * sin(degrees * M_PI / 180));

		add_tiles(damage, tip_x - 2, tip_y - 2, tip_x + 2, tip_y + 2);
	}
}

static long uncovered_pixels(struct stage *stage, int x, int y, int width, int height)
{
	struct motion_region regions[MOTION_REGIONS_MAX];
	unsigned count = motion_regions(stage->motion, regions);
	pixman_region32_t left;
	long pixels = 0;
	const pixman_box32_t *boxes;
	int boxes_count;

	pixman_region32_init_rect(&left, x, y, (unsigned)width, (unsigned)height);
	for (unsigned i = 0; i < count; i++) {
		pixman_region32_t box;

		pixman_region32_init_with_extents(&box, &regions[i].box);
		pixman_region32_subtract(&left, &left, &box);
		pixman_region32_fini(&box);
	}
	boxes = pixman_region32_rectangles(&left, &boxes_count);
	for (int i = 0; i < boxes_count; i++)
		pixels += (long)(boxes[i].x2 - boxes[i].x1) * (boxes[i].y2 - boxes[i].y1);
	pixman_region32_fini(&left);
	return pixels;
}

static bool is_covered(struct stage *stage, int x, int y, int width, int height)
{
	return uncovered_pixels(stage, x, y, width, height) == 0;
}

static long covered_pixels(struct stage *stage)
{
	struct motion_region regions[MOTION_REGIONS_MAX];
	unsigned count = motion_regions(stage->motion, regions);
	long pixels = 0;

	for (unsigned i = 0; i < count; i++)
		pixels += (long)(regions[i].box.x2 - regions[i].box.x1) *
			  (regions[i].box.y2 - regions[i].box.y1);
	return pixels;
}

static unsigned count_regions(struct stage *stage)
{
	struct motion_region regions[MOTION_REGIONS_MAX];

	return motion_regions(stage->motion, regions);
}

static void print_stage(struct stage *stage, const char *what)
{
	struct motion_region regions[MOTION_REGIONS_MAX];
	unsigned count = motion_regions(stage->motion, regions);

	printf("   %s: %u plans, %u settlings;", what, stage->plans, stage->settlings);
	for (unsigned i = 0; i < count; i++)
		printf(" %dx%d+%d+%d", regions[i].box.x2 - regions[i].box.x1,
		       regions[i].box.y2 - regions[i].box.y1, regions[i].box.x1, regions[i].box.y1);
	printf("\n");
}

/* -- One thing changes ------------------------------------------------------- */

static void a_one_off_change_of_the_whole_head_is_video_at_once_and_closes_in_time(void)
{
	struct stage stage = make_stage(WIDTH, HEIGHT);

	damage_box(&stage, 0, 0, WIDTH, HEIGHT);
	EXPECT(is_covered(&stage, 0, 0, WIDTH, HEIGHT));
	EXPECT_INT(motion_deadline_us(stage.motion) - stage.now_us, 100 * MS);
	pass(&stage, 99 * MS);
	EXPECT_INT(count_regions(&stage), 1);
	pass(&stage, 1 * MS);
	EXPECT_INT(count_regions(&stage), 0);
	EXPECT(motion_deadline_us(stage.motion) == UINT64_MAX);
	finish_stage(&stage);
}

static void a_blinking_caret_and_a_clock_stay_lossless(void)
{
	struct stage stage = make_stage(WIDTH, HEIGHT);

	for (int i = 0; i < 60; i++) {
		damage_box(&stage, 320, 480, 64, 16);
		pass(&stage, 250 * MS);
		damage_box(&stage, 1600, 16, 192, 48);
		pass(&stage, 250 * MS);
	}
	EXPECT_INT(stage.plans, 0);
	finish_stage(&stage);
}

static void typing_in_a_terminal_stays_lossless(void)
{
	struct stage stage = make_stage(WIDTH, HEIGHT);

	for (int i = 0; i < 600; i++) {
		damage_box(&stage, 64 + i % 100 * 9 / 64 * 64, 64 + i / 100 * 16, 64, 16);
		pass(&stage, 33 * MS);
	}
	EXPECT_INT(stage.plans, 0);
	finish_stage(&stage);
}

static void small_scattered_damage_never_becomes_video(void)
{
	struct stage stage = make_stage(WIDTH, HEIGHT);

	for (int frame = 0; frame < 60 * 20; frame++) {
		pixman_region32_t damage;

		pixman_region32_init(&damage);
		for (int i = 0; i < 101; i++) {
			int x = (int)random_below(&stage, WIDTH / 64) * 64;
			int y = (int)random_below(&stage, HEIGHT / 16) * 16;

			add_tiles(&damage, x, y, x + 64, y + 16);
		}
		note(&stage, &damage);
		pixman_region32_fini(&damage);
		pass(&stage, SECOND / 60);
	}
	print_stage(&stage, "scattered 5 %");
	EXPECT_INT(stage.plans, 0);
	finish_stage(&stage);
}

static void a_small_spinner_stays_lossless(void)
{
	struct stage stage = make_stage(WIDTH, HEIGHT);

	for (int frame = 0; frame < 300; frame++) {
		damage_box(&stage, 700, 700, 96, 96);
		pass(&stage, SECOND / 60);
	}
	EXPECT_INT(stage.plans, 0);
	finish_stage(&stage);
}

/* -- Things go on ------------------------------------------------------------ */

static void a_video_beside_a_user_interface_is_one_steady_region(void)
{
	struct stage stage = make_stage(WIDTH, HEIGHT);

	for (int frame = 0; frame < 30 * 60; frame++) {
		pixman_region32_t damage;

		pixman_region32_init_rect(&damage, 400, 300, 640, 360);
		if (frame % 5 == 0)
			add_tiles(&damage, 1200, 100 + frame % 400, 1230, 116 + frame % 400);
		if (frame % 90 == 45)
			add_tiles(&damage, 1200, 100, 1500, 480);
		if (frame % 30 == 0)
			add_tiles(&damage, 1700, 10, 1800, 40);
		note(&stage, &damage);
		pixman_region32_fini(&damage);
		pass(&stage, SECOND / 30);
		if (frame >= 15)
			EXPECT(is_covered(&stage, 400, 300, 640, 360));
	}
	print_stage(&stage, "video beside UI");
	EXPECT_INT(stage.plans, 1);
	EXPECT(covered_pixels(&stage) <= 672 * 384);
	pass(&stage, 150 * MS);
	EXPECT_INT(count_regions(&stage), 0);
	finish_stage(&stage);
}

static void two_needles_are_two_regions_that_stay(void)
{
	struct stage stage = make_stage(WIDTH, HEIGHT);

	for (int frame = 0; frame < 60 * 60; frame++) {
		pixman_region32_t damage;
		double t = frame / 60.0;

		pixman_region32_init(&damage);
		add_needle(&damage, 500, 500, 100, 135 - 135 * sin(t));
		add_needle(&damage, 500, 500, 100, 135 - 135 * sin(t - 1 / 60.0));
		add_needle(&damage, 1400, 500, 100, 135 - 135 * sin(1.7 * t));
		add_needle(&damage, 1400, 500, 100, 135 - 135 * sin(1.7 * t - 1 / 60.0));
		note(&stage, &damage);
		pixman_region32_fini(&damage);
		pass(&stage, SECOND / 60);
	}
	print_stage(&stage, "two needles");
	EXPECT_INT(count_regions(&stage), 2);
	EXPECT(stage.plans <= 16);
	EXPECT(covered_pixels(&stage) <= 2 * 320 * 320);
	finish_stage(&stage);
}

static void a_needle_that_sweeps_its_dial_for_a_minute_resets_its_region_rarely(void)
{
	struct stage stage = make_stage(WIDTH, HEIGHT);

	for (int frame = 0; frame < 60 * 60; frame++) {
		pixman_region32_t damage;
		double t = frame / 60.0;

		pixman_region32_init(&damage);
		add_needle(&damage, 900, 500, 250, 90 + 130 * sin(t / 2));
		add_needle(&damage, 900, 500, 250, 90 + 130 * sin(t / 2 - 1 / 120.0));
		note(&stage, &damage);
		pixman_region32_fini(&damage);
		pass(&stage, SECOND / 60);
	}
	print_stage(&stage, "needle");
	EXPECT(stage.plans <= 12);
	EXPECT(count_regions(&stage) >= 1);
	finish_stage(&stage);
}

static void a_map_that_scrolls_is_one_steady_region(void)
{
	struct stage stage = make_stage(WIDTH, HEIGHT);

	for (int frame = 0; frame < 60 * 30; frame++) {
		damage_box(&stage, 700, 64, 1000, 900);
		pass(&stage, SECOND / 60);
	}
	print_stage(&stage, "map");
	EXPECT_INT(stage.plans, 1);
	finish_stage(&stage);
}

static void a_full_screen_animation_is_one_steady_region(void)
{
	struct stage stage = make_stage(WIDTH, HEIGHT);

	for (int frame = 0; frame < 60 * 30; frame++) {
		damage_box(&stage, 0, 0, WIDTH, HEIGHT);
		pass(&stage, SECOND / 60);
	}
	EXPECT_INT(stage.plans, 1);
	finish_stage(&stage);
}

static void a_window_that_is_dragged_around_resets_its_region_rarely(void)
{
	struct stage stage = make_stage(WIDTH, HEIGHT);
	int last_x = 0, last_y = 0;

	for (int frame = 0; frame < 60 * 20; frame++) {
		double t = frame / 60.0;
		int x = 640 + (int)(600 * sin(t));
		int y = 300 + (int)(250 * sin(t * 1.3));
		pixman_region32_t damage;

		pixman_region32_init(&damage);
		add_tiles(&damage, x, y, x + 640, y + 480);
		if (frame > 0)
			add_tiles(&damage, last_x, last_y, last_x + 640, last_y + 480);
		note(&stage, &damage);
		pixman_region32_fini(&damage);
		last_x = x;
		last_y = y;
		pass(&stage, SECOND / 60);
	}
	print_stage(&stage, "dragged window");
	EXPECT(stage.plans <= 40);
	finish_stage(&stage);
}

static void a_terminal_that_scrolls_is_one_region_until_it_rests(void)
{
	struct stage stage = make_stage(WIDTH, HEIGHT);

	for (int frame = 0; frame < 30 * 10; frame++) {
		pixman_region32_t damage;

		pixman_region32_init(&damage);
		for (int line = 0; line < 40; line++)
			add_tiles(&damage, 100, 100 + line * 16,
				  200 + (int)random_below(&stage, 700), 116 + line * 16);
		note(&stage, &damage);
		pixman_region32_fini(&damage);
		pass(&stage, SECOND / 30);
	}
	print_stage(&stage, "scrolling terminal");
	EXPECT(stage.plans <= 3);
	pass(&stage, 100 * MS);
	EXPECT_INT(count_regions(&stage), 0);
	finish_stage(&stage);
}

static void a_slow_video_does_not_open_and_close_for_each_frame(void)
{
	static const int rates[] = {8, 10, 12, 15, 24};

	for (unsigned i = 0; i < 5; i++) {
		struct stage stage = make_stage(WIDTH, HEIGHT);

		for (int frame = 0; frame < rates[i] * 20; frame++) {
			damage_box(&stage, 400, 300, 640, 360);
			/* 15 % early or late */
			pass(&stage,
			     SECOND / (unsigned)rates[i] * (85 + random_below(&stage, 31)) / 100);
		}
		print_stage(&stage, "slow video");
		EXPECT(stage.plans <= 5);
		pass(&stage, 200 * MS);
		EXPECT_INT(count_regions(&stage), 0);
		finish_stage(&stage);
	}
}

static void what_rests_beside_a_video_after_a_change_of_all_is_exact_soon(void)
{
	struct stage stage = make_stage(WIDTH, HEIGHT);

	for (int frame = 0; frame < 90; frame++) {
		if (frame == 60)
			damage_box(&stage, 0, 0, WIDTH, HEIGHT);
		else
			damage_box(&stage, 400, 300, 640, 360);
		pass(&stage, SECOND / 30);
	}
	print_stage(&stage, "change of all during a video");
	EXPECT(is_covered(&stage, 400, 300, 640, 360));
	EXPECT(covered_pixels(&stage) <= 768 * 448);
	finish_stage(&stage);
}

static void a_spinner_does_not_keep_the_rest_from_being_exact(void)
{
	struct stage stage = make_stage(WIDTH, HEIGHT);

	damage_box(&stage, 0, 0, WIDTH, HEIGHT);
	for (int frame = 0; frame < 30; frame++) {
		pass(&stage, SECOND / 60);
		damage_box(&stage, 700, 700, 40, 40);
	}
	EXPECT_INT(count_regions(&stage), 0);
	finish_stage(&stage);
}

static void what_rests_in_a_region_settles_while_the_rest_goes_on(void)
{
	struct stage stage = make_stage(WIDTH, HEIGHT);
	pixman_region32_t settled;
	pixman_box32_t beside = {1024, 0, 1920, 1080};
	pixman_box32_t video = {0, 0, 512, 1080};

	pixman_region32_init(&settled);
	damage_box(&stage, 0, 0, WIDTH, HEIGHT);
	motion_settled(stage.motion, &settled);
	EXPECT(!pixman_region32_not_empty(&settled));

	for (int frame = 0; frame < 7; frame++) {
		pass(&stage, 15 * MS);
		damage_box(&stage, 0, 0, 512, HEIGHT);
	}
	EXPECT_INT(stage.settlings, 1);
	motion_settled(stage.motion, &settled);
	EXPECT(pixman_region32_contains_rectangle(&settled, &beside) == PIXMAN_REGION_IN);
	EXPECT(pixman_region32_contains_rectangle(&settled, &video) == PIXMAN_REGION_OUT);
	pixman_region32_fini(&settled);
	finish_stage(&stage);
}

/* -- All sorts of heads and damage ------------------------------------------- */

static void more_than_four_things_are_four_regions_and_the_rest_lossless(void)
{
	struct stage stage = make_stage(WIDTH, HEIGHT);

	for (int frame = 0; frame < 60; frame++) {
		pixman_region32_t damage;

		pixman_region32_init(&damage);
		for (int i = 0; i < 6; i++) {
			int side = 160 + 16 * i;

			pixman_region32_union_rect(&damage, &damage, 16 + i % 3 * 750,
						   16 + i / 3 * 700, (unsigned)side,
						   (unsigned)side);
		}
		note(&stage, &damage);
		pixman_region32_fini(&damage);
		pass(&stage, SECOND / 60);
	}
	print_stage(&stage, "six things");
	EXPECT_INT(count_regions(&stage), 4);
	EXPECT(is_covered(&stage, 16 + 2 * 750, 16 + 700, 240, 240));
	EXPECT(is_covered(&stage, 16, 16 + 700, 208, 208));
	EXPECT(covered_pixels(&stage) < 4 * 272 * 272);
	finish_stage(&stage);
}

static void two_things_close_by_are_one_region(void)
{
	struct stage stage = make_stage(WIDTH, HEIGHT);

	for (int frame = 0; frame < 60; frame++) {
		pixman_region32_t damage;

		pixman_region32_init_rect(&damage, 256, 256, 320, 256);
		pixman_region32_union_rect(&damage, &damage, 704, 256, 320, 256);
		note(&stage, &damage);
		pixman_region32_fini(&damage);
		pass(&stage, SECOND / 60);
	}
	EXPECT_INT(count_regions(&stage), 1);
	EXPECT(is_covered(&stage, 256, 256, 768, 256));
	finish_stage(&stage);
}

static void a_box_that_would_be_mostly_still_is_split(void)
{
	struct stage stage = make_stage(WIDTH, HEIGHT);

	/* An L: its box would be 1216x896. */
	for (int frame = 0; frame < 60; frame++) {
		pixman_region32_t damage;

		pixman_region32_init_rect(&damage, 256, 64, 192, 896);
		pixman_region32_union_rect(&damage, &damage, 448, 768, 1024, 192);
		note(&stage, &damage);
		pixman_region32_fini(&damage);
		pass(&stage, SECOND / 60);
	}
	print_stage(&stage, "an L");
	EXPECT_INT(count_regions(&stage), 2);
	EXPECT(is_covered(&stage, 256, 64, 192, 896) && is_covered(&stage, 448, 768, 1024, 192));
	EXPECT(covered_pixels(&stage) <= 192 * 896 + 1024 * 192);
	finish_stage(&stage);
}

static void a_head_too_large_for_one_encoder_has_several_regions(void)
{
	struct stage stage = make_stage(5120, 2880);

	damage_box(&stage, 0, 0, 5120, 2880);
	EXPECT(is_covered(&stage, 0, 0, 5120, 2880));
	finish_stage(&stage);

	stage = make_stage(8192, 8192);
	for (int frame = 0; frame < 60; frame++) {
		damage_box(&stage, 0, 0, 8192, 8192);
		pass(&stage, SECOND / 60);
	}
	EXPECT_INT(stage.plans, 1);
	EXPECT_INT(count_regions(&stage), 4);
	EXPECT(covered_pixels(&stage) >= 4 * 8000000L);
	finish_stage(&stage);
}

static void heads_of_odd_sizes_are_covered_but_for_their_last_row_and_column(void)
{
	static const uint32_t sizes[][2] = {{1366, 768}, {1367, 769}, {161, 163}, {4097, 31}};

	for (unsigned i = 0; i < 4; i++) {
		struct stage stage = make_stage(sizes[i][0], sizes[i][1]);
		int width = (int)sizes[i][0], height = (int)sizes[i][1];

		damage_box(&stage, 0, 0, width, height);
		EXPECT(is_covered(&stage, 0, 0, width / 2 * 2, height / 2 * 2));
		pass(&stage, SECOND);
		EXPECT_INT(count_regions(&stage), 0);
		finish_stage(&stage);
	}
}

static void the_smallest_heads_are_never_video(void)
{
	static const uint32_t sizes[][2] = {{1, 1}, {2, 1}, {1, 4096}, {15, 8192}, {64, 64}};

	for (unsigned i = 0; i < 5; i++) {
		struct stage stage = make_stage(sizes[i][0], sizes[i][1]);

		for (int frame = 0; frame < 60; frame++) {
			damage_box(&stage, 0, 0, (int)sizes[i][0], (int)sizes[i][1]);
			pass(&stage, SECOND / 60);
		}
		EXPECT_INT(stage.plans, 0);
		finish_stage(&stage);
	}
}

static void damage_outside_the_head_and_none_at_all_change_nothing(void)
{
	struct stage stage = make_stage(WIDTH, HEIGHT);

	for (int frame = 0; frame < 60; frame++) {
		damage_box(&stage, WIDTH, HEIGHT, 1000, 1000);
		damage_box(&stage, -2000, -2000, 1000, 1000);
		damage_box(&stage, 0, 0, 0, 0);
		pass(&stage, SECOND / 60);
	}
	EXPECT_INT(stage.plans, 0);
	EXPECT(motion_deadline_us(stage.motion) == UINT64_MAX);

	damage_box(&stage, -1000, -1000, 100000, 100000);
	EXPECT(is_covered(&stage, 0, 0, WIDTH, HEIGHT));
	finish_stage(&stage);
}

static void a_clock_that_stands_still_or_runs_backwards_does_no_harm(void)
{
	struct stage stage = make_stage(WIDTH, HEIGHT);

	for (int frame = 0; frame < 100; frame++)
		damage_box(&stage, 400, 300, 640, 360);
	stage.now_us -= 10 * SECOND;
	EXPECT(motion_note(stage.motion, NULL, stage.now_us) == 0);
	stage.now_us += 10 * SECOND;
	pass(&stage, 200 * MS);
	EXPECT_INT(count_regions(&stage), 0);
	finish_stage(&stage);

	stage = make_stage(WIDTH, HEIGHT);
	stage.now_us = 0;
	damage_box(&stage, 0, 0, WIDTH, HEIGHT);
	EXPECT_INT(count_regions(&stage), 1);
	finish_stage(&stage);
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
		struct stage stage = make_stage(640 + round * 83, 480 + round * 47);
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
						       (int)random_below(&stage,
									 (unsigned)room_x - 144);
					block->height = 144 +
							(int)random_below(&stage,
									  (unsigned)room_y - 144);
					block->x = i % 2 * room_x +
						   (int)random_below(
							   &stage,
							   (unsigned)(room_x - block->width) + 1);
					block->y = i / 2 * room_y +
						   (int)random_below(
							   &stage,
							   (unsigned)(room_y - block->height) + 1);
					block->is_moving = random_below(&stage, 3) > 0;
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
					&damage, &damage, (int)random_below(&stage, stage.width),
					(int)random_below(&stage, stage.height), 8, 8);
			note(&stage, &damage);
			pixman_region32_fini(&damage);
			pass(&stage, SECOND / 60);
			for (int i = 0; i < 4 && frame % 60 == 59; i++)
				if (blocks[i].is_moving)
					EXPECT(uncovered_pixels(&stage, blocks[i].x, blocks[i].y,
								blocks[i].width,
								blocks[i].height) < 128 * 128);
		}
		pass(&stage, 200 * MS);
		EXPECT_INT(count_regions(&stage), 0);
		finish_stage(&stage);
	}
}

static void random_damage_leaves_the_regions_sound(void)
{
	for (unsigned round = 0; round < 60; round++) {
		struct stage stage = make_stage(1 + round * round * 2, 1 + (60 - round) * 70);

		stage.seed = round;
		for (int frame = 0; frame < 200; frame++) {
			pixman_region32_t damage;
			unsigned rects = random_below(&stage, 12);

			pixman_region32_init(&damage);
			for (unsigned i = 0; i < rects; i++)
				pixman_region32_union_rect(
					&damage, &damage,
					(int)random_below(&stage, stage.width) - 50,
					(int)random_below(&stage, stage.height) - 50,
					1 + random_below(&stage, stage.width / 2 + 1),
					1 + random_below(&stage, stage.height / 4 + 1));
			note(&stage, &damage);
			pixman_region32_fini(&damage);
			pass(&stage, random_below(&stage, 60) * MS);
		}
		pass(&stage, 200 * MS);
		EXPECT_INT(count_regions(&stage), 0);
		finish_stage(&stage);
	}
}

/* -- The cost ---------------------------------------------------------------- */

static double measure_us(uint32_t width, uint32_t height, int rects)
{
	struct stage stage = make_stage(width, height);
	struct timespec begin, end;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &begin);
	for (int frame = 0; frame < 300; frame++) {
		pixman_region32_t damage;

		pixman_region32_init(&damage);
		for (int i = 0; i < rects; i++) {
			int x = (int)random_below(&stage, width / 64) * 64;
			int y = (int)random_below(&stage, height / 16) * 16;

			add_tiles(&damage, x, y, x + 64, y + 16);
		}
		if (rects == 0)
			pixman_region32_union_rect(&damage, &damage, 0, 0, width, height);
		motion_note(stage.motion, &damage, stage.now_us);
		stage.now_us += SECOND / 60;
		pixman_region32_fini(&damage);
	}
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
	finish_stage(&stage);
	return ((double)(end.tv_sec - begin.tv_sec) * 1e6 +
		(double)(end.tv_nsec - begin.tv_nsec) / 1e3) /
	       300;
}

static void a_frame_costs_little(void)
{
	printf("   1080p, 128 rects: %.1f us\n", measure_us(WIDTH, HEIGHT, 128));
	printf("   1080p, whole: %.1f us\n", measure_us(WIDTH, HEIGHT, 0));
	printf("   8192x8192, 128 rects: %.1f us\n", measure_us(8192, 8192, 128));
	printf("   8192x8192, whole: %.1f us\n", measure_us(8192, 8192, 0));
}

int main(void)
{
	RUN_TEST(a_one_off_change_of_the_whole_head_is_video_at_once_and_closes_in_time);
	RUN_TEST(a_blinking_caret_and_a_clock_stay_lossless);
	RUN_TEST(typing_in_a_terminal_stays_lossless);
	RUN_TEST(small_scattered_damage_never_becomes_video);
	RUN_TEST(a_small_spinner_stays_lossless);
	RUN_TEST(a_video_beside_a_user_interface_is_one_steady_region);
	RUN_TEST(two_needles_are_two_regions_that_stay);
	RUN_TEST(a_needle_that_sweeps_its_dial_for_a_minute_resets_its_region_rarely);
	RUN_TEST(a_map_that_scrolls_is_one_steady_region);
	RUN_TEST(a_full_screen_animation_is_one_steady_region);
	RUN_TEST(a_window_that_is_dragged_around_resets_its_region_rarely);
	RUN_TEST(a_terminal_that_scrolls_is_one_region_until_it_rests);
	RUN_TEST(a_slow_video_does_not_open_and_close_for_each_frame);
	RUN_TEST(what_rests_beside_a_video_after_a_change_of_all_is_exact_soon);
	RUN_TEST(a_spinner_does_not_keep_the_rest_from_being_exact);
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
