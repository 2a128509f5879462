/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/capture/png.h"

#include <spng.h>

#include "common/cleanup.h"
#include "gateway/frame/cursor.h"
#include "gateway/frame/frame.h"
#include "gateway/frame/head.h"
#include "tests/support/test.h"

#define WIDTH  37
#define HEIGHT 11

DEFINE_CLEANUP(spng_ctx *, spng_ctx_free)

/* A picture with another colour in each pixel, and rubbish in the unused byte. */
static const struct frame *test_frame(void)
{
	static uint32_t pixels[WIDTH * HEIGHT];
	static const struct frame frame = {
		.number = 1,
		.width = WIDTH,
		.height = HEIGHT,
		.stride_bytes = WIDTH * 4,
		.pixels = pixels,
	};

	for (uint32_t i = 0; i < WIDTH * HEIGHT; i++)
		pixels[i] = i * 0x9e3779b1u;
	return &frame;
}

struct rgb {
	uint8_t red;
	uint8_t green;
	uint8_t blue;
};

static struct rgb frame_colour(uint32_t x, uint32_t y)
{
	uint32_t pixel = frame_row(test_frame(), y)[x];

	return (struct rgb){(uint8_t)(pixel >> 16), (uint8_t)(pixel >> 8), (uint8_t)pixel};
}

/* Draws the test frame and decodes it again. The caller frees. */
static struct rgb *captured(const struct cursor *cursor)
{
	CLEANUP(spng_ctx_freep) spng_ctx *decoder = spng_ctx_new(0);
	CLEANUP(freep) uint8_t *png = NULL;
	struct spng_ihdr header;
	struct rgb *pixels = malloc(WIDTH * HEIGHT * sizeof(*pixels));
	size_t size;

	EXPECT_INT(png_from_frame(test_frame(), cursor, &png, &size), 0);
	EXPECT_INT(spng_set_png_buffer(decoder, png, size), 0);
	EXPECT_INT(spng_get_ihdr(decoder, &header), 0);
	EXPECT_INT(header.width, WIDTH);
	EXPECT_INT(header.height, HEIGHT);
	EXPECT_INT(header.bit_depth, 8);
	EXPECT_INT(header.color_type, SPNG_COLOR_TYPE_TRUECOLOR);
	EXPECT_INT(spng_decode_image(decoder, pixels, WIDTH * HEIGHT * sizeof(*pixels),
				     SPNG_FMT_RGB8, 0),
		   0);
	return pixels;
}

static bool is_same(struct rgb a, struct rgb b)
{
	return a.red == b.red && a.green == b.green && a.blue == b.blue;
}

static void expect_colour(const struct rgb *pixels, uint32_t x, uint32_t y, struct rgb expected)
{
	struct rgb actual = pixels[y * WIDTH + x];

	if (!is_same(actual, expected))
		test_fail(__FILE__, __LINE__, "%u,%u is %02x%02x%02x, expected %02x%02x%02x", x, y,
			  actual.red, actual.green, actual.blue, expected.red, expected.green,
			  expected.blue);
}

/* That nothing is drawn but in the rectangle from left, top to before right, bottom. */
static void expect_untouched_outside(const struct rgb *pixels, int left, int top, int right,
				     int bottom)
{
	for (int y = 0; y < HEIGHT; y++)
		for (int x = 0; x < WIDTH; x++)
			if (x < left || x >= right || y < top || y >= bottom)
				expect_colour(pixels, (uint32_t)x, (uint32_t)y,
					      frame_colour((uint32_t)x, (uint32_t)y));
}

/* 4x3 of one colour, its hot spot at 1,2. */
static struct cursor test_cursor(struct cursor_image *image, uint32_t colour, int32_t x, int32_t y)
{
	static uint32_t pixels[4 * 3];

	for (size_t i = 0; i < sizeof(pixels) / sizeof(pixels[0]); i++)
		pixels[i] = colour;
	*image = (struct cursor_image){
		.number = 1,
		.width = 4,
		.height = 3,
		.hot_x = 1,
		.hot_y = 2,
		.pixels = pixels,
	};
	return (struct cursor){.image = image, .x = x, .y = y, .is_visible = true};
}

static void a_frame_comes_back_exactly(void)
{
	CLEANUP(freep) struct rgb *pixels = captured(NULL);

	expect_untouched_outside(pixels, 0, 0, 0, 0);
}

static void an_opaque_cursor_covers_what_is_under_it(void)
{
	struct cursor_image image;
	struct cursor cursor = test_cursor(&image, 0xff123456, 11, 6);
	CLEANUP(freep) struct rgb *pixels = captured(&cursor);

	expect_untouched_outside(pixels, 10, 4, 14, 7);
	for (uint32_t y = 4; y < 7; y++)
		for (uint32_t x = 10; x < 14; x++)
			expect_colour(pixels, x, y, (struct rgb){0x12, 0x34, 0x56});
}

static void a_transparent_cursor_changes_nothing(void)
{
	struct cursor_image image;
	struct cursor cursor = test_cursor(&image, 0, 11, 6);
	CLEANUP(freep) struct rgb *pixels = captured(&cursor);

	expect_untouched_outside(pixels, 0, 0, 0, 0);
}

static void colours_of_the_cursor_are_premultiplied(void)
{
	struct cursor_image image;
	struct cursor cursor = test_cursor(&image, 0x40302010, 11, 6);
	CLEANUP(freep) struct rgb *pixels = captured(&cursor);
	struct rgb below = frame_colour(12, 5);

	/* What shines through, 191 of 255, is rounded to the nearest. */
	expect_colour(pixels, 12, 5,
		      (struct rgb){(uint8_t)(0x30 + (below.red * 191 + 127) / 255),
				   (uint8_t)(0x20 + (below.green * 191 + 127) / 255),
				   (uint8_t)(0x10 + (below.blue * 191 + 127) / 255)});
}

static void colours_beyond_the_alpha_are_cut_and_do_not_wrap(void)
{
	struct cursor_image image;
	struct cursor cursor = test_cursor(&image, 0x00ffffff, 11, 6);
	CLEANUP(freep) struct rgb *pixels = captured(&cursor);

	expect_colour(pixels, 12, 5, (struct rgb){0xff, 0xff, 0xff});
}

static void a_cursor_is_cut_at_each_edge(void)
{
	static const struct {
		int32_t x, y;
		int left, top, right, bottom;
	} cases[] = {
		{0, 0, 0, 0, 3, 1},
		{WIDTH - 1, HEIGHT - 1, WIDTH - 2, HEIGHT - 3, WIDTH, HEIGHT},
		{-2, 5, 0, 3, 1, 6},
		{WIDTH, 5, WIDTH - 1, 3, WIDTH, 6},
		{5, HEIGHT + 1, 4, HEIGHT - 1, 8, HEIGHT},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct cursor_image image;
		struct cursor cursor = test_cursor(&image, 0xff00ff00, cases[i].x, cases[i].y);
		CLEANUP(freep) struct rgb *pixels = captured(&cursor);

		expect_untouched_outside(pixels, cases[i].left, cases[i].top, cases[i].right,
					 cases[i].bottom);
		for (int y = cases[i].top; y < cases[i].bottom; y++)
			for (int x = cases[i].left; x < cases[i].right; x++)
				expect_colour(pixels, (uint32_t)x, (uint32_t)y,
					      (struct rgb){0, 0xff, 0});
	}
}

static void a_cursor_far_outside_is_not_drawn(void)
{
	static const struct {
		int32_t x, y;
	} places[] = {
		{INT32_MIN, INT32_MIN}, {INT32_MAX, INT32_MAX}, {INT32_MIN, 5},
		{5, INT32_MAX},		{WIDTH + 1, 5},		{5, -1},
	};

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		struct cursor_image image;
		struct cursor cursor = test_cursor(&image, 0xffffffff, places[i].x, places[i].y);
		CLEANUP(freep) struct rgb *pixels = captured(&cursor);

		expect_untouched_outside(pixels, 0, 0, 0, 0);
	}
}

static void a_hidden_or_undefined_cursor_is_not_drawn(void)
{
	struct cursor_image image;
	struct cursor hidden = test_cursor(&image, 0xffffffff, 11, 6);
	struct cursor undefined = {.image = NULL, .x = 11, .y = 6, .is_visible = true};

	hidden.is_visible = false;

	CLEANUP(freep) struct rgb *without_hidden = captured(&hidden);
	CLEANUP(freep) struct rgb *without_undefined = captured(&undefined);

	expect_untouched_outside(without_hidden, 0, 0, 0, 0);
	expect_untouched_outside(without_undefined, 0, 0, 0, 0);
}

int main(void)
{
	RUN_TEST(a_frame_comes_back_exactly);
	RUN_TEST(an_opaque_cursor_covers_what_is_under_it);
	RUN_TEST(a_transparent_cursor_changes_nothing);
	RUN_TEST(colours_of_the_cursor_are_premultiplied);
	RUN_TEST(colours_beyond_the_alpha_are_cut_and_do_not_wrap);
	RUN_TEST(a_cursor_is_cut_at_each_edge);
	RUN_TEST(a_cursor_far_outside_is_not_drawn);
	RUN_TEST(a_hidden_or_undefined_cursor_is_not_drawn);
	return 0;
}
