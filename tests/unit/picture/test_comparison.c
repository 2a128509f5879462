/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "picture/comparison.h"

#include <math.h>

#include "tests/support/test.h"

/* More than one tile in both directions. */
#define WIDTH  200
#define HEIGHT 150

#define GREY 0x808080

static struct picture *grey_picture(void)
{
	struct picture *picture = picture_create(WIDTH, HEIGHT);

	for (uint32_t i = 0; i < WIDTH * HEIGHT; i++)
		picture->pixels[i] = GREY;
	return picture;
}

static void fill(struct picture *picture, struct picture_box box, uint32_t colour)
{
	for (uint32_t y = box.y; y < box.y + box.height; y++)
		for (uint32_t x = box.x; x < box.x + box.width; x++)
			picture_row(picture, y)[x] = colour;
}

static struct comparison_verdict verdict_on(const struct comparison *how,
					    const struct picture *actual)
{
	CLEANUP(picture_destroyp) struct picture *reference = grey_picture();
	struct comparison_verdict verdict;

	EXPECT_INT(comparison_run(how, reference, actual, &verdict, NULL), 0);
	return verdict;
}

static void expect_bounds(const struct comparison_verdict *verdict, struct picture_box expected)
{
	EXPECT_INT(verdict->bounds.x, expected.x);
	EXPECT_INT(verdict->bounds.y, expected.y);
	EXPECT_INT(verdict->bounds.width, expected.width);
	EXPECT_INT(verdict->bounds.height, expected.height);
}

static void equal_pictures_are_the_same(void)
{
	CLEANUP(picture_destroyp) struct picture *actual = grey_picture();
	struct comparison_verdict verdict = verdict_on(&(struct comparison){0}, actual);

	EXPECT(verdict.is_same);
	EXPECT_INT(verdict.pixels, WIDTH * HEIGHT);
	EXPECT_INT(verdict.different, 0);
	EXPECT(verdict.worst == 0 && verdict.mean == 0);
}

/* Nobody would see it. */
static void the_least_difference_of_one_pixel_counts_where_it_is_to_be_exact(void)
{
	CLEANUP(picture_destroyp) struct picture *actual = grey_picture();
	struct comparison_verdict verdict;

	picture_row(actual, 149)[199] = GREY + 1;
	verdict = verdict_on(&(struct comparison){0}, actual);
	EXPECT(!verdict.is_same);
	EXPECT_INT(verdict.different, 1);
	expect_bounds(&verdict, (struct picture_box){199, 149, 1, 1});

	verdict = verdict_on(&(struct comparison){.tolerance = 0.05f}, actual);
	EXPECT(verdict.is_same);
	EXPECT_INT(verdict.different, 0);
}

static void a_box_has_all_that_differs(void)
{
	CLEANUP(picture_destroyp) struct picture *actual = grey_picture();
	struct comparison_verdict verdict;

	fill(actual, (struct picture_box){150, 20, 3, 2}, 0xffffff);
	fill(actual, (struct picture_box){10, 140, 1, 5}, 0x000000);
	verdict = verdict_on(&(struct comparison){0}, actual);
	EXPECT_INT(verdict.different, 11);
	expect_bounds(&verdict, (struct picture_box){10, 20, 143, 125});
}

static void the_worst_pixel_is_where_most_is_wrong(void)
{
	CLEANUP(picture_destroyp) struct picture *actual = grey_picture();
	struct comparison_verdict verdict;

	fill(actual, (struct picture_box){20, 20, 30, 30}, GREY + 0x080808);
	fill(actual, (struct picture_box){100, 100, 30, 30}, 0xff0000);
	verdict = verdict_on(&(struct comparison){.tolerance = 0.3f}, actual);
	EXPECT(!verdict.is_same);
	EXPECT(verdict.worst > 0.5f);
	EXPECT(verdict.worst_x >= 100 && verdict.worst_x < 130);
	EXPECT(verdict.worst_y >= 100 && verdict.worst_y < 130);
	/* The slight one is within the tolerance. */
	expect_bounds(&verdict, (struct picture_box){100, 100, 30, 30});
}

static void few_pixels_may_be_allowed_to_be_off(void)
{
	CLEANUP(picture_destroyp) struct picture *actual = grey_picture();

	fill(actual, (struct picture_box){50, 50, 5, 1}, 0xffffff);
	EXPECT(verdict_on(&(struct comparison){.allowed = 5}, actual).is_same);
	EXPECT(!verdict_on(&(struct comparison){.allowed = 4}, actual).is_same);
}

/* Nor does it show through the filters, which look around each pixel. */
static void what_is_ignored_does_not_show_in_what_counts(void)
{
	const struct picture_box ignored[] = {{50, 50, 20, 20}, {195, 145, 1000, 1000}};
	const struct comparison how = {.ignored = ignored, .ignored_count = 2};
	CLEANUP(picture_destroyp) struct picture *actual = grey_picture();
	struct comparison_verdict verdict;

	fill(actual, ignored[0], 0xffffff);
	picture_row(actual, 149)[199] = 0xffffff;
	verdict = verdict_on(&how, actual);
	EXPECT(verdict.is_same);
	EXPECT(verdict.worst == 0);
	EXPECT_INT(verdict.pixels, WIDTH * HEIGHT - 20 * 20 - 5 * 5);

	picture_row(actual, 50)[70] = 0xffffff;
	verdict = verdict_on(&how, actual);
	EXPECT(!verdict.is_same);
	expect_bounds(&verdict, (struct picture_box){70, 50, 1, 1});
}

static void each_area_has_its_own_verdict_and_the_rest_none(void)
{
	const struct comparison_area areas[] = {
		{"left", {0, 0, 50, 150}},
		{"right", {150, 0, 50, 150}},
		{"lower right", {150, 100, 50, 50}},
	};
	const struct comparison how = {.areas = areas, .areas_count = 3};
	CLEANUP(picture_destroyp) struct picture *reference = grey_picture();
	CLEANUP(picture_destroyp) struct picture *actual = grey_picture();
	struct comparison_verdict verdicts[3];

	fill(actual, (struct picture_box){100, 50, 50, 10}, 0xffffff);
	fill(actual, (struct picture_box){160, 120, 2, 2}, 0xffffff);
	EXPECT_INT(comparison_run(&how, reference, actual, verdicts, NULL), 0);
	EXPECT(verdicts[0].is_same && verdicts[0].worst == 0);
	EXPECT(!verdicts[1].is_same);
	EXPECT_INT(verdicts[1].different, 4);
	EXPECT_INT(verdicts[2].different, 4);
	EXPECT_INT(verdicts[2].pixels, 50 * 50);
}

static unsigned brightness(uint32_t pixel)
{
	return (pixel >> 16) + (pixel >> 8 & 0xff) + (pixel & 0xff);
}

static void the_picture_of_the_difference_shows_it_on_the_dark_reference(void)
{
	CLEANUP(picture_destroyp) struct picture *reference = grey_picture();
	CLEANUP(picture_destroyp) struct picture *actual = grey_picture();
	CLEANUP(picture_destroyp) struct picture *difference = NULL;
	struct comparison_verdict verdict;

	fill(actual, (struct picture_box){60, 60, 40, 40}, 0xff0000);
	fill(actual, (struct picture_box){120, 60, 40, 40}, GREY + 0x020202);
	EXPECT_INT(
		comparison_run(&(struct comparison){0}, reference, actual, &verdict, &difference),
		0);
	EXPECT_INT(picture_row(difference, 10)[10], 0x202020);
	/* Much is yellow, little is blue. */
	EXPECT(picture_row(difference, 80)[80] >> 16 == 0xff);
	EXPECT((picture_row(difference, 80)[80] & 0xff) == 0);
	EXPECT((picture_row(difference, 80)[140] & 0xff) > 0xc0);
	EXPECT(brightness(picture_row(difference, 80)[140]) < 0x120);
	/* All of it is in a frame. */
	EXPECT_INT(picture_row(difference, 60 - 7)[100], 0xffffff);
	EXPECT_INT(picture_row(difference, 80)[60 - 7], 0xffffff);
	EXPECT_INT(picture_row(difference, 80)[160 + 6], 0xffffff);
}

int main(void)
{
	RUN_TEST(equal_pictures_are_the_same);
	RUN_TEST(the_least_difference_of_one_pixel_counts_where_it_is_to_be_exact);
	RUN_TEST(a_box_has_all_that_differs);
	RUN_TEST(the_worst_pixel_is_where_most_is_wrong);
	RUN_TEST(few_pixels_may_be_allowed_to_be_off);
	RUN_TEST(what_is_ignored_does_not_show_in_what_counts);
	RUN_TEST(each_area_has_its_own_verdict_and_the_rest_none);
	RUN_TEST(the_picture_of_the_difference_shows_it_on_the_dark_reference);
	return 0;
}
