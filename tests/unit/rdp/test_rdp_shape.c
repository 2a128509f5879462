/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/rdp/rdp_shape.h"

#include "gateway/frame/cursor.h"
#include "tests/support/test.h"

#define SIDE 64

/* An image that is opaque in a rectangle. */
static struct cursor_image *image(uint32_t x, uint32_t y, uint32_t width, uint32_t height,
				  uint32_t pixel, int32_t hot_x, int32_t hot_y)
{
	uint32_t pixels[SIDE * SIDE] = {0};

	for (uint32_t row = y; row < y + height; row++)
		for (uint32_t column = x; column < x + width; column++)
			pixels[row * SIDE + column] = pixel;
	return cursor_image_create(SIDE, SIDE, hot_x, hot_y, pixels);
}

static void the_transparent_margins_are_cut_away(void)
{
	CLEANUP(cursor_image_unrefp)
	struct cursor_image *arrow = image(10, 20, 12, 19, 0xff112233, 10, 20);
	CLEANUP(rdp_shape_destroyp) struct rdp_shape *shape = rdp_shape_create(arrow, 384);

	EXPECT_INT(shape->width, 12);
	EXPECT_INT(shape->height, 19);
	EXPECT_INT(shape->hot_x, 0);
	EXPECT_INT(shape->hot_y, 0);
	EXPECT_INT(shape->colour_bytes, 12 * 19 * 4);
	EXPECT_INT(shape->mask_bytes, 2 * 19);
	EXPECT_INT(memcmp(shape->colours, "\x33\x22\x11\xff", 4), 0);
}

static void a_hot_spot_outside_of_what_is_seen_stays_inside_the_shape(void)
{
	CLEANUP(cursor_image_unrefp)
	struct cursor_image *ring = image(20, 20, 10, 10, 0xffffffff, 5, 25);
	CLEANUP(rdp_shape_destroyp) struct rdp_shape *shape = rdp_shape_create(ring, 384);

	EXPECT_INT(shape->width, 25);
	EXPECT_INT(shape->hot_x, 0);
	EXPECT_INT(shape->hot_y, 5);
}

static void a_shape_too_large_for_the_client_keeps_what_is_near_the_hot_spot(void)
{
	CLEANUP(cursor_image_unrefp)
	struct cursor_image *arrow = image(0, 0, 64, 64, 0xffffffff, 1, 62);
	CLEANUP(rdp_shape_destroyp) struct rdp_shape *shape = rdp_shape_create(arrow, 32);

	EXPECT_INT(shape->width, 32);
	EXPECT_INT(shape->height, 32);
	EXPECT_INT(shape->hot_x, 1);
	EXPECT_INT(shape->hot_y, 30);
}

static void the_bottom_row_comes_first_and_alpha_is_straight(void)
{
	uint32_t pixels[2] = {0xff0000ff, 0x80800040};
	CLEANUP(cursor_image_unrefp)
	struct cursor_image *two = cursor_image_create(1, 2, 0, 0, pixels);
	CLEANUP(rdp_shape_destroyp) struct rdp_shape *shape = rdp_shape_create(two, 32);

	EXPECT_INT(memcmp(shape->colours, "\x80\x00\xff\x80\xff\x00\x00\xff", 8), 0);
}

static void an_image_without_a_visible_pixel_has_a_shape(void)
{
	CLEANUP(cursor_image_unrefp) struct cursor_image *nothing = image(0, 0, 0, 0, 0, 7, 7);
	CLEANUP(rdp_shape_destroyp) struct rdp_shape *shape = rdp_shape_create(nothing, 32);

	EXPECT_INT(shape->width, 1);
	EXPECT_INT(shape->height, 1);
}

int main(void)
{
	RUN_TEST(the_transparent_margins_are_cut_away);
	RUN_TEST(a_hot_spot_outside_of_what_is_seen_stays_inside_the_shape);
	RUN_TEST(a_shape_too_large_for_the_client_keeps_what_is_near_the_hot_spot);
	RUN_TEST(the_bottom_row_comes_first_and_alpha_is_straight);
	RUN_TEST(an_image_without_a_visible_pixel_has_a_shape);
	return 0;
}
