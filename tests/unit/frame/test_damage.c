/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/frame/damage.h"

#include "tests/support/test.h"

#define WIDTH  300
#define HEIGHT 100

static uint32_t before[WIDTH * HEIGHT], after[WIDTH * HEIGHT];

static const struct damage_view before_view = {before, sizeof(uint32_t) * WIDTH};
static const struct damage_view after_view = {after, sizeof(uint32_t) * WIDTH};

static void make_equal(void)
{
	for (size_t i = 0; i < WIDTH * HEIGHT; i++)
		before[i] = after[i] = (uint32_t)i * 2654435761u;
}

static void find_in(int x, int y, unsigned width, unsigned height, pixman_region32_t *ret_found)
{
	pixman_region32_t declared;

	pixman_region32_init_rect(&declared, x, y, width, height);
	pixman_region32_init(ret_found);
	damage_find(before_view, after_view, &declared, ret_found);
	pixman_region32_fini(&declared);
}

static void equal_pictures_have_no_damage(void)
{
	pixman_region32_t found;

	make_equal();
	find_in(0, 0, WIDTH, HEIGHT, &found);
	EXPECT(!pixman_region32_not_empty(&found));
	pixman_region32_fini(&found);
}

static void one_pixel_damages_its_tile_only(void)
{
	pixman_region32_t found;
	pixman_box32_t *box;

	make_equal();
	after[20 * WIDTH + 70] ^= 1;
	find_in(0, 0, WIDTH, HEIGHT, &found);
	box = pixman_region32_extents(&found);
	EXPECT_INT(pixman_region32_n_rects(&found), 1);
	EXPECT_INT(box->x1, 64);
	EXPECT_INT(box->y1, 16);
	EXPECT_INT(box->x2, 128);
	EXPECT_INT(box->y2, 32);
	pixman_region32_fini(&found);
}

static void a_change_outside_of_what_was_declared_is_not_found(void)
{
	pixman_region32_t found;

	make_equal();
	after[0] ^= 1;
	find_in(1, 0, WIDTH - 1, HEIGHT, &found);
	EXPECT(!pixman_region32_not_empty(&found));
	pixman_region32_fini(&found);
}

static void damage_stays_inside_of_what_was_declared(void)
{
	pixman_region32_t found;
	pixman_box32_t *box;

	make_equal();
	after[20 * WIDTH + 70] ^= 1;
	find_in(68, 18, 10, 7, &found);
	box = pixman_region32_extents(&found);
	EXPECT_INT(box->x1, 68);
	EXPECT_INT(box->y1, 18);
	EXPECT_INT(box->x2, 78);
	EXPECT_INT(box->y2, 25);
	pixman_region32_fini(&found);
}

static void the_last_row_and_column_are_compared(void)
{
	pixman_region32_t found;

	make_equal();
	after[WIDTH * HEIGHT - 1] ^= 1;
	find_in(0, 0, WIDTH, HEIGHT, &found);
	EXPECT_INT(pixman_region32_extents(&found)->x2, WIDTH);
	EXPECT_INT(pixman_region32_extents(&found)->y2, HEIGHT);
	pixman_region32_fini(&found);
}

static void simplifying_covers_the_same_with_fewer_rectangles(void)
{
	const pixman_box32_t bounds = {0, 0, 1000, 1000};
	pixman_region32_t region, before_simplifying;

	pixman_region32_init(&region);
	pixman_region32_init(&before_simplifying);
	for (int y = 0; y < 30; y++)
		for (int x = 0; x < 30; x++)
			pixman_region32_union_rect(&region, &region, x * 33, y * 33, 7, 7);
	pixman_region32_copy(&before_simplifying, &region);

	damage_simplify(&region, 20, &bounds);
	EXPECT(pixman_region32_n_rects(&region) <= 20);
	EXPECT(pixman_region32_extents(&region)->x2 <= bounds.x2);
	pixman_region32_subtract(&before_simplifying, &before_simplifying, &region);
	EXPECT(!pixman_region32_not_empty(&before_simplifying));
	pixman_region32_fini(&region);
	pixman_region32_fini(&before_simplifying);
}

static void a_simple_region_is_left_as_it_is(void)
{
	const pixman_box32_t bounds = {0, 0, 1000, 1000};
	pixman_region32_t region;

	pixman_region32_init_rect(&region, 3, 5, 7, 9);
	damage_simplify(&region, 1, &bounds);
	EXPECT_INT(pixman_region32_extents(&region)->x1, 3);
	EXPECT_INT(pixman_region32_extents(&region)->y2, 14);
	pixman_region32_fini(&region);
}

int main(void)
{
	RUN_TEST(equal_pictures_have_no_damage);
	RUN_TEST(one_pixel_damages_its_tile_only);
	RUN_TEST(a_change_outside_of_what_was_declared_is_not_found);
	RUN_TEST(damage_stays_inside_of_what_was_declared);
	RUN_TEST(the_last_row_and_column_are_compared);
	RUN_TEST(simplifying_covers_the_same_with_fewer_rectangles);
	RUN_TEST(a_simple_region_is_left_as_it_is);
}
