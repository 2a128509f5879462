/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/encode/motion_stage.h"

#include <math.h>

#include "gateway/encode/encoder.h"
#include "tests/support/test.h"

struct stage stage_open(uint32_t width, uint32_t height)
{
	return (struct stage){.motion = motion_create(width, height),
			      .width = width,
			      .height = height,
			      .now_us = 1000 * SECOND,
			      .seed = 1};
}

void stage_close(struct stage *stage)
{
	motion_destroy(stage->motion);
}

unsigned stage_random(struct stage *stage, unsigned end)
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

void stage_note(struct stage *stage, const pixman_region32_t *damage)
{
	unsigned news = motion_note(stage->motion, damage, stage->now_us);

	stage->plans += (news & MOTION_REGIONS) != 0;
	stage->settlings += (news & MOTION_SETTLED) != 0;
	expect_regions_are_sound(stage);
	EXPECT(motion_deadline_us(stage->motion) > stage->now_us);
}

void stage_pass(struct stage *stage, uint64_t us)
{
	uint64_t until_us = stage->now_us + us;

	while (motion_deadline_us(stage->motion) <= until_us) {
		stage->now_us = motion_deadline_us(stage->motion);
		stage_note(stage, NULL);
	}
	stage->now_us = until_us;
}

void stage_note_box(struct stage *stage, int x, int y, int width, int height)
{
	pixman_region32_t damage;

	pixman_region32_init_rect(&damage, x, y, (unsigned)width, (unsigned)height);
	stage_note(stage, &damage);
	pixman_region32_fini(&damage);
}

void stage_add_tiles(pixman_region32_t *damage, int x1, int y1, int x2, int y2)
{
	x1 = x1 / 64 * 64;
	y1 = y1 / 16 * 16;
	x2 = (x2 + 63) / 64 * 64;
	y2 = (y2 + 15) / 16 * 16;
	pixman_region32_union_rect(damage, damage, x1, y1, (unsigned)(x2 - x1),
				   (unsigned)(y2 - y1));
}

void stage_add_needle(pixman_region32_t *damage, int x, int y, int length, double degrees)
{
	for (int i = 0; i <= length; i += 4) {
		int tip_x = x + (int)(i * cos(degrees * M_PI / 180));
		int tip_y = y - (int)(i * sin(degrees * M_PI / 180));

		stage_add_tiles(damage, tip_x - 2, tip_y - 2, tip_x + 2, tip_y + 2);
	}
}

long stage_uncovered_pixels(struct stage *stage, int x, int y, int width, int height)
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

bool stage_is_covered(struct stage *stage, int x, int y, int width, int height)
{
	return stage_uncovered_pixels(stage, x, y, width, height) == 0;
}

long stage_covered_pixels(struct stage *stage)
{
	struct motion_region regions[MOTION_REGIONS_MAX];
	unsigned count = motion_regions(stage->motion, regions);
	long pixels = 0;

	for (unsigned i = 0; i < count; i++)
		pixels += (long)(regions[i].box.x2 - regions[i].box.x1) *
			  (regions[i].box.y2 - regions[i].box.y1);
	return pixels;
}

unsigned stage_regions(struct stage *stage)
{
	struct motion_region regions[MOTION_REGIONS_MAX];

	return motion_regions(stage->motion, regions);
}

void stage_print(struct stage *stage, const char *what)
{
	struct motion_region regions[MOTION_REGIONS_MAX];
	unsigned count = motion_regions(stage->motion, regions);

	printf("   %s: %u plans, %u settlings;", what, stage->plans, stage->settlings);
	for (unsigned i = 0; i < count; i++)
		printf(" %dx%d+%d+%d", regions[i].box.x2 - regions[i].box.x1,
		       regions[i].box.y2 - regions[i].box.y1, regions[i].box.x1, regions[i].box.y1);
	printf("\n");
}
