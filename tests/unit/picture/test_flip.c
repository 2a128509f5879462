/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "picture/flip.h"

#include <math.h>

#include "tests/support/test.h"

#define WIDTH  48
#define HEIGHT 40

static const struct picture_box whole = {0, 0, WIDTH, HEIGHT};

static struct picture *test_picture(void)
{
	struct picture *picture = picture_create(WIDTH, HEIGHT);

	for (uint32_t y = 0; y < HEIGHT; y++)
		for (uint32_t x = 0; x < WIDTH; x++)
			picture_row(picture, y)[x] = (x * 5 & 0xff) << 16 | (y * 6 & 0xff) << 8 |
						     ((x * 7 + y * 3) & 0xff);
	return picture;
}

/* A red rectangle, and a white pixel by itself. */
static struct picture *changed_picture(void)
{
	struct picture *picture = test_picture();

	for (uint32_t y = 10; y < 20; y++)
		for (uint32_t x = 12; x < 30; x++)
			picture_row(picture, y)[x] = 0xff2800;
	picture_row(picture, 30)[40] = 0xffffff;
	return picture;
}

static void expect_near(double actual, double expected)
{
	if (fabs(actual - expected) > 0.0001)
		test_fail(__FILE__, __LINE__, "%.5f, expected %.5f", actual, expected);
}

/* What the paper's formulas give, computed as they stand there: in two dimensions, with doubles. */
static void errors_are_those_of_the_paper(void)
{
	static const struct {
		uint32_t x;
		uint32_t y;
		double error;
	} expected[] = {
		{0, 0, 0.00000},   {20, 15, 0.96407}, {12, 10, 0.79609},
		{40, 30, 0.25906}, {31, 21, 0.29538}, {47, 39, 0.00018},
	};
	CLEANUP(picture_destroyp) struct picture *reference = test_picture();
	CLEANUP(picture_destroyp) struct picture *actual = changed_picture();
	static float errors[WIDTH * HEIGHT];
	double sum = 0;

	flip_compare(reference, actual, &whole, errors);
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++)
		expect_near((double)errors[expected[i].y * WIDTH + expected[i].x],
			    expected[i].error);
	for (size_t i = 0; i < WIDTH * HEIGHT; i++)
		sum += (double)errors[i];
	expect_near(sum / (WIDTH * HEIGHT), 0.14127);
}

static void a_picture_does_not_differ_from_itself(void)
{
	CLEANUP(picture_destroyp) struct picture *picture = test_picture();
	static float errors[WIDTH * HEIGHT];

	flip_compare(picture, picture, &whole, errors);
	for (size_t i = 0; i < WIDTH * HEIGHT; i++)
		EXPECT(errors[i] == 0);
}

static void which_one_is_the_reference_does_not_matter(void)
{
	CLEANUP(picture_destroyp) struct picture *one = test_picture();
	CLEANUP(picture_destroyp) struct picture *other = changed_picture();
	static float errors[WIDTH * HEIGHT], swapped[WIDTH * HEIGHT];

	flip_compare(one, other, &whole, errors);
	flip_compare(other, one, &whole, swapped);
	EXPECT(memcmp(errors, swapped, sizeof(errors)) == 0);
}

/* Each pixel's error is its own, however the picture is cut into tiles. */
static void a_part_has_the_errors_that_it_has_in_the_whole(void)
{
	static const struct picture_box part = {9, 7, 25, 19};
	CLEANUP(picture_destroyp) struct picture *reference = test_picture();
	CLEANUP(picture_destroyp) struct picture *actual = changed_picture();
	static float errors[WIDTH * HEIGHT], errors_of_part[25 * 19];

	flip_compare(reference, actual, &whole, errors);
	flip_compare(reference, actual, &part, errors_of_part);
	for (uint32_t y = 0; y < part.height; y++)
		for (uint32_t x = 0; x < part.width; x++)
			expect_near((double)errors_of_part[y * part.width + x],
				    (double)errors[(part.y + y) * WIDTH + part.x + x]);
}

static void an_error_reaches_no_further_than_it_says(void)
{
	CLEANUP(picture_destroyp) struct picture *reference = test_picture();
	CLEANUP(picture_destroyp) struct picture *actual = test_picture();
	static float errors[WIDTH * HEIGHT];

	picture_row(actual, 20)[20] = 0xffffff;
	flip_compare(reference, actual, &whole, errors);
	EXPECT(errors[20 * WIDTH + 20] > 0.2f);
	EXPECT(errors[20 * WIDTH + 20 + FLIP_REACH] > 0);
	for (uint32_t y = 0; y < HEIGHT; y++)
		EXPECT(errors[y * WIDTH + 20 + FLIP_REACH + 1] == 0);
}

int main(void)
{
	RUN_TEST(errors_are_those_of_the_paper);
	RUN_TEST(a_picture_does_not_differ_from_itself);
	RUN_TEST(which_one_is_the_reference_does_not_matter);
	RUN_TEST(a_part_has_the_errors_that_it_has_in_the_whole);
	RUN_TEST(an_error_reaches_no_further_than_it_says);
	return 0;
}
