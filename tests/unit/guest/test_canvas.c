/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/guest/cockpit/canvas.h"

#include "tests/support/test.h"

static void full_alpha_at_full_coverage_is_the_very_colour(void)
{
	struct canvas canvas;

	canvas_init(&canvas, 4, 4, 4, 4);
	canvas_blend_pixel(&canvas, 1, 2, 0xff123456, 255);
	EXPECT_INT(canvas.pixels[2 * 4 + 1], 0x123456);
	canvas_blend_pixel(&canvas, 1, 2, 0xff123456, 0);
	EXPECT_INT(canvas.pixels[2 * 4 + 1], 0x123456);
	canvas_finish(&canvas);
}

static void half_alpha_is_half_way(void)
{
	struct canvas canvas;

	canvas_init(&canvas, 1, 1, 1, 1);
	canvas_blend_pixel(&canvas, 0, 0, 0x80ffffff, 255);
	EXPECT((canvas.pixels[0] & 0xff) >= 0x7f && (canvas.pixels[0] & 0xff) <= 0x81);
	canvas_finish(&canvas);
}

static void nothing_is_filled_outside_of_the_clip(void)
{
	struct canvas canvas;

	canvas_init(&canvas, 8, 8, 8, 8);
	canvas.clip = (struct rect){2, 2, 4, 4};
	canvas_fill_rect(&canvas, (struct rect){0, 0, 8, 8}, 0xffffff);
	for (int y = 0; y < 8; y++)
		for (int x = 0; x < 8; x++)
			EXPECT_INT(canvas.pixels[y * 8 + x],
				   rect_contains(canvas.clip, x, y) ? 0xffffff : 0);
	canvas_finish(&canvas);
}

static void a_tile_repeats_in_both_directions_and_below_zero(void)
{
	struct canvas canvas, tile;

	canvas_init(&canvas, 70, 9, 70, 9);
	canvas_init(&tile, 20, 4, 20, 4);
	for (int i = 0; i < 20 * 4; i++)
		tile.pixels[i] = i;
	canvas_tile(&canvas, &tile, (struct rect){1, 1, 69, 8}, -3, -2);
	for (int y = 1; y < 8; y++)
		for (int x = 1; x < 69; x++)
			EXPECT_INT(canvas.pixels[y * 70 + x],
				   (y - 1 - 2 + 4) % 4 * 20 + (x - 1 - 3 + 20) % 20);
	EXPECT_INT(canvas.pixels[0], 0);
	canvas_finish(&canvas);
	canvas_finish(&tile);
}

static void every_count_of_pixels_is_copied_whole(void)
{
	for (int count = 0; count < 50; count++) {
		uint32_t from[52], to[52] = {0};

		for (int i = 0; i < 52; i++)
			from[i] = i + 1;
		copy_pixels(to + 1, from + 1, count);
		for (int i = 0; i < 52; i++)
			EXPECT_INT(to[i], i >= 1 && i <= count ? i + 1 : 0);
	}
}

static void a_design_is_scaled_and_centred_on_any_screen(void)
{
	struct canvas canvas;
	struct rect all;

	canvas_init(&canvas, 1080, 1920, 1920, 1080);
	all = canvas_rect(&canvas, 0, 0, 1920, 1080);
	EXPECT_INT(all.x0, 0);
	EXPECT_INT(all.x1, 1080);
	EXPECT_INT(all.y0, 656);
	EXPECT_INT(all.y1, 1264);
	canvas_finish(&canvas);
}

int main(void)
{
	RUN_TEST(full_alpha_at_full_coverage_is_the_very_colour);
	RUN_TEST(half_alpha_is_half_way);
	RUN_TEST(nothing_is_filled_outside_of_the_clip);
	RUN_TEST(a_tile_repeats_in_both_directions_and_below_zero);
	RUN_TEST(every_count_of_pixels_is_copied_whole);
	RUN_TEST(a_design_is_scaled_and_centred_on_any_screen);
	return 0;
}
