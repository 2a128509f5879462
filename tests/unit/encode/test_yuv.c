/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/encode/yuv.h"

#include <math.h>

#include "tests/support/test.h"

#define WIDTH  80
#define HEIGHT 40

/* Every byte of a picture, so that what was not to be touched shows. */
#define UNTOUCHED 77

static struct yuv_picture *test_picture(uint32_t width, uint32_t height)
{
	struct yuv_picture *picture = yuv_picture_create(width, height);

	EXPECT(picture);
	memset(picture->luma, UNTOUCHED, (size_t)picture->stride_bytes * height);
	memset(picture->chroma, UNTOUCHED, (size_t)picture->stride_bytes * height / 2);
	return picture;
}

static uint32_t random_pixel(void)
{
	static uint32_t state = 1;

	state = state * 1664525 + 1013904223;
	return state ^ state >> 15;
}

/* ITU-R BT.709-6, full range. Colours of 0 to 255, in the order blue, green, red. */
static void reference(const double colour[3], double yuv[3])
{
	yuv[0] = 0.2126 * colour[2] + 0.7152 * colour[1] + 0.0722 * colour[0];
	yuv[1] = 128 + (colour[0] - yuv[0]) / 1.8556;
	yuv[2] = 128 + (colour[2] - yuv[0]) / 1.5748;
}

static void expect_near(uint8_t actual, double expected, double tolerance)
{
	expected = fmin(fmax(expected, 0), 255);
	if (fabs(actual - expected) > tolerance)
		test_fail(__FILE__, __LINE__, "%d is not near %.3f", actual, expected);
}

static uint8_t luma(const struct yuv_picture *picture, uint32_t x, uint32_t y)
{
	return picture->luma[y * picture->stride_bytes + x];
}

static const uint8_t *chroma(const struct yuv_picture *picture, uint32_t x, uint32_t y)
{
	return &picture->chroma[y / 2 * picture->stride_bytes + (x & ~1u)];
}

static void add_colour(double sum[3], uint32_t pixel)
{
	for (unsigned i = 0; i < 3; i++)
		sum[i] += (double)(pixel >> 8 * i & 0xff) / 4;
}

static void expect_converted(const struct yuv_picture *picture, const uint32_t *pixels)
{
	for (uint32_t y = 0; y < picture->height; y++) {
		for (uint32_t x = 0; x < picture->width; x++) {
			const uint32_t *square = pixels + (y & ~1u) * picture->width + (x & ~1u);
			double one[3] = {0}, four[3] = {0}, yuv[3];

			for (unsigned i = 0; i < 4; i++)
				add_colour(one, pixels[y * picture->width + x]);
			reference(one, yuv);
			/* Correctly rounded, but for what is within 1/100 of the middle. */
			expect_near(luma(picture, x, y), yuv[0], 0.51);

			add_colour(four, square[0]);
			add_colour(four, square[1]);
			add_colour(four, square[picture->width]);
			add_colour(four, square[picture->width + 1]);
			reference(four, yuv);
			expect_near(chroma(picture, x, y)[0], yuv[1], 0.52);
			expect_near(chroma(picture, x, y)[1], yuv[2], 0.52);
		}
	}
}

static void colours_are_what_bt_709_says(void)
{
	static uint32_t pixels[WIDTH * HEIGHT];
	CLEANUP(yuv_picture_destroyp) struct yuv_picture *picture = test_picture(WIDTH, HEIGHT);

	for (int round = 0; round < 50; round++) {
		for (unsigned i = 0; i < WIDTH * HEIGHT; i++)
			pixels[i] = random_pixel();
		yuv_picture_convert(picture, pixels, WIDTH * 4,
				    &(pixman_box32_t){0, 0, WIDTH, HEIGHT});
		expect_converted(picture, pixels);
	}
}

static void the_purest_colours_fit_into_a_byte(void)
{
	static const uint32_t corners[] = {0x000000, 0xff0000, 0x00ff00, 0x0000ff,
					   0xffff00, 0xff00ff, 0x00ffff, 0xffffff};
	CLEANUP(yuv_picture_destroyp) struct yuv_picture *picture = test_picture(2, 2);

	for (unsigned i = 0; i < sizeof(corners) / sizeof(corners[0]); i++) {
		uint32_t pixels[4] = {corners[i], corners[i], corners[i], corners[i]};

		yuv_picture_convert(picture, pixels, 8, &(pixman_box32_t){0, 0, 2, 2});
		expect_converted(picture, pixels);
	}
}

static void grey_has_no_colour(void)
{
	CLEANUP(yuv_picture_destroyp) struct yuv_picture *picture = test_picture(2, 2);

	for (uint32_t grey = 0; grey < 256; grey++) {
		uint32_t pixel = 0xab000000 | grey << 16 | grey << 8 | grey;
		uint32_t pixels[4] = {pixel, pixel, pixel, pixel};

		yuv_picture_convert(picture, pixels, 8, &(pixman_box32_t){0, 0, 2, 2});
		EXPECT_INT(luma(picture, 1, 1), grey);
		EXPECT_INT(chroma(picture, 0, 0)[0], 128);
		EXPECT_INT(chroma(picture, 0, 0)[1], 128);
	}
}

static void expect_only(const struct yuv_picture *picture, const pixman_box32_t *box)
{
	for (int32_t y = 0; y < (int32_t)picture->height; y++) {
		for (int32_t x = 0; x < (int32_t)picture->stride_bytes; x++) {
			bool is_within = x >= box->x1 && x < box->x2 && y >= box->y1 && y < box->y2;

			EXPECT_INT(luma(picture, (uint32_t)x, (uint32_t)y),
				   is_within ? 255 : UNTOUCHED);
			EXPECT_INT(chroma(picture, (uint32_t)x, (uint32_t)y)[0],
				   is_within ? 128 : UNTOUCHED);
		}
	}
}

static void only_the_box_made_even_is_converted(void)
{
	static uint32_t white[WIDTH * HEIGHT];
	static const struct {
		pixman_box32_t box;
		pixman_box32_t even;
	} cases[] = {
		{{3, 5, 10, 11}, {2, 4, 10, 12}},	  {{4, 4, 4, 12}, {0, 0, 0, 0}},
		{{79, 39, 80, 40}, {78, 38, 80, 40}},	  {{-100, -1, 1, 1}, {0, 0, 2, 2}},
		{{70, 30, 9999, 9999}, {70, 30, 80, 40}}, {{200, 0, 300, 10}, {0, 0, 0, 0}},
	};

	memset(white, 0xff, sizeof(white));
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		CLEANUP(yuv_picture_destroyp)
		struct yuv_picture *picture = test_picture(WIDTH, HEIGHT);

		yuv_picture_convert(picture, white, WIDTH * 4, &cases[i].box);
		expect_only(picture, &cases[i].even);
	}
}

static void a_new_picture_is_black(void)
{
	CLEANUP(yuv_picture_destroyp) struct yuv_picture *picture = yuv_picture_create(34, 18);

	EXPECT_INT(picture->stride_bytes % 64, 0);
	EXPECT_INT(luma(picture, 33, 17), 0);
	EXPECT_INT(chroma(picture, 33, 17)[0], 128);
	EXPECT_INT(chroma(picture, 33, 17)[1], 128);
}

int main(void)
{
	RUN_TEST(colours_are_what_bt_709_says);
	RUN_TEST(the_purest_colours_fit_into_a_byte);
	RUN_TEST(grey_has_no_colour);
	RUN_TEST(only_the_box_made_even_is_converted);
	RUN_TEST(a_new_picture_is_black);
	return 0;
}
