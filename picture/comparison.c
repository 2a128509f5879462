/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "picture/comparison.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "picture/flip.h"

#define FRAME_COLOUR 0xffffff

/* One at work. */
struct run {
	const struct comparison *how;
	const struct comparison_area *areas;
	size_t areas_count;
	const struct picture *reference;
	struct picture *actual;	    /* what does not count is the reference's */
	struct picture *difference; /* NULL: not wanted */
	struct comparison_verdict *verdicts;
};

/* -- What counts ------------------------------------------------------------- */

static uint32_t lesser(uint64_t a, uint64_t b)
{
	return (uint32_t)(a < b ? a : b);
}

static void copy_box(const struct picture *from, const struct picture_box *box, struct picture *to)
{
	uint32_t right = lesser((uint64_t)box->x + box->width, to->width);
	uint32_t bottom = lesser((uint64_t)box->y + box->height, to->height);

	if (box->x >= right)
		return;
	for (uint32_t y = box->y; y < bottom; y++)
		memcpy(picture_row(to, y) + box->x, picture_row(from, y) + box->x,
		       (right - box->x) * sizeof(uint32_t));
}

static struct picture *copy_of_what_counts(const struct run *run, const struct picture *actual)
{
	struct picture *picture = picture_create(actual->width, actual->height);
	const struct picture_box whole = {0, 0, actual->width, actual->height};

	if (!picture)
		return NULL;
	copy_box(run->reference, &whole, picture);
	for (size_t i = 0; i < run->areas_count; i++)
		copy_box(actual, &run->areas[i].box, picture);
	for (size_t i = 0; i < run->how->ignored_count; i++)
		copy_box(run->reference, &run->how->ignored[i], picture);
	return picture;
}

static bool contains(const struct picture_box *box, uint32_t x, uint32_t y)
{
	return x >= box->x && x - box->x < box->width && y >= box->y && y - box->y < box->height;
}

static bool is_ignored(const struct comparison *how, uint32_t x, uint32_t y)
{
	for (size_t i = 0; i < how->ignored_count; i++)
		if (contains(&how->ignored[i], x, y))
			return true;
	return false;
}

static uint64_t count_pixels(const struct run *run, const struct picture_box *box)
{
	uint64_t count = 0;

	if (run->how->ignored_count == 0)
		return (uint64_t)box->width * box->height;
	for (uint32_t y = box->y; y < box->y + box->height; y++)
		for (uint32_t x = box->x; x < box->x + box->width; x++)
			count += !is_ignored(run->how, x, y);
	return count;
}

/* -- Difference -------------------------------------------------------------- */

static uint32_t dim(uint32_t pixel)
{
	/* BT.709's weights, in 256ths, and a quarter of the brightness. */
	uint32_t grey = ((pixel >> 16 & 0xff) * 54 + (pixel >> 8 & 0xff) * 183 +
			 (pixel & 0xff) * 19) /
			1024;

	return grey << 16 | grey << 8 | grey;
}

static uint32_t heat(float error)
{
	uint32_t red = lesser((uint64_t)(error * 2 * 255), 255);
	uint32_t green = error > 0.5f ? (uint32_t)((error - 0.5f) * 2 * 255) : 0;

	return red << 16 | green << 8 | (255 - red);
}

/* How far a frame is from what it frames, and how thick it is. */
#define FRAME_GAP   6
#define FRAME_WIDTH 3

static void draw_point(struct picture *picture, int64_t x, int64_t y)
{
	if (x >= 0 && x < picture->width && y >= 0 && y < picture->height)
		picture_row(picture, (uint32_t)y)[x] = FRAME_COLOUR;
}

/* A single pixel is not found otherwise. */
static void draw_frame(struct picture *picture, const struct picture_box *box)
{
	int64_t left = (int64_t)box->x - FRAME_GAP, top = (int64_t)box->y - FRAME_GAP;
	int64_t right = (int64_t)box->x + box->width + FRAME_GAP;
	int64_t bottom = (int64_t)box->y + box->height + FRAME_GAP;

	for (int64_t i = 1; i <= FRAME_WIDTH; i++) {
		for (int64_t x = left - i; x < right + i; x++) {
			draw_point(picture, x, top - i);
			draw_point(picture, x, bottom + i - 1);
		}
		for (int64_t y = top - i; y < bottom + i; y++) {
			draw_point(picture, left - i, y);
			draw_point(picture, right + i - 1, y);
		}
	}
}

static void draw_dim(const struct run *run)
{
	size_t count = (size_t)run->reference->width * run->reference->height;

	for (size_t i = 0; i < count; i++)
		run->difference->pixels[i] = dim(run->reference->pixels[i]);
}

/* -- Verdicts ---------------------------------------------------------------- */

static void extend(struct picture_box *box, uint32_t x, uint32_t y)
{
	uint32_t right = box->x + box->width, bottom = box->y + box->height;

	if (box->width == 0) {
		*box = (struct picture_box){x, y, 1, 1};
		return;
	}
	box->x = lesser(box->x, x);
	box->y = lesser(box->y, y);
	box->width = (right > x + 1 ? right : x + 1) - box->x;
	box->height = (bottom > y + 1 ? bottom : y + 1) - box->y;
}

/* `mean` is the sum until all is added. */
static void add(struct comparison_verdict *verdict, uint32_t x, uint32_t y, float error,
		bool is_different)
{
	verdict->mean += (double)error;
	if (error > verdict->worst) {
		verdict->worst = error;
		verdict->worst_x = x;
		verdict->worst_y = y;
	}
	if (is_different) {
		verdict->different++;
		extend(&verdict->bounds, x, y);
	}
}

static bool is_equal(const struct run *run, uint32_t x, uint32_t y)
{
	return picture_row(run->reference, y)[x] == picture_row(run->actual, y)[x];
}

static void judge_pixel(const struct run *run, uint32_t x, uint32_t y, float error)
{
	float tolerance = run->how->tolerance;
	/* Next to a pixel that differs, one that does not has an error too. */
	bool is_different = !is_equal(run, x, y) && (tolerance == 0 || error > tolerance);

	for (size_t i = 0; i < run->areas_count; i++)
		if (contains(&run->areas[i].box, x, y))
			add(&run->verdicts[i], x, y, error, is_different);
	if (run->difference && is_different)
		picture_row(run->difference, y)[x] = heat(error);
}

static bool is_equal_around(const struct run *run, const struct picture_box *box)
{
	uint32_t left = box->x > FLIP_REACH ? box->x - FLIP_REACH : 0;
	uint32_t top = box->y > FLIP_REACH ? box->y - FLIP_REACH : 0;
	uint32_t right = lesser(box->x + box->width + FLIP_REACH, run->reference->width);
	uint32_t bottom = lesser(box->y + box->height + FLIP_REACH, run->reference->height);

	for (uint32_t y = top; y < bottom; y++)
		if (memcmp(picture_row(run->reference, y) + left,
			   picture_row(run->actual, y) + left,
			   (right - left) * sizeof(uint32_t)) != 0)
			return false;
	return true;
}

/* What a blurring filter finds in pixels that do not count is not their difference. */
static void judge_tile(const struct run *run, const struct picture_box *box)
{
	float errors[FLIP_TILE_MAX * FLIP_TILE_MAX];
	const float *error = errors;

	flip_compare(run->reference, run->actual, box, errors);
	for (uint32_t y = box->y; y < box->y + box->height; y++)
		for (uint32_t x = box->x; x < box->x + box->width; x++, error++)
			if ((*error > 0 || !is_equal(run, x, y)) && !is_ignored(run->how, x, y))
				judge_pixel(run, x, y, *error);
}

static void judge(const struct run *run)
{
	const struct picture *picture = run->reference;

	for (uint32_t y = 0; y < picture->height; y += FLIP_TILE_MAX) {
		for (uint32_t x = 0; x < picture->width; x += FLIP_TILE_MAX) {
			struct picture_box box = {x, y, lesser(picture->width - x, FLIP_TILE_MAX),
						  lesser(picture->height - y, FLIP_TILE_MAX)};

			if (!is_equal_around(run, &box))
				judge_tile(run, &box);
		}
	}
	for (size_t i = 0; i < run->areas_count; i++) {
		struct comparison_verdict *verdict = &run->verdicts[i];

		verdict->pixels = count_pixels(run, &run->areas[i].box);
		if (verdict->pixels > 0)
			verdict->mean /= (double)verdict->pixels;
		verdict->is_same = verdict->different <= run->how->allowed;
		if (run->difference && !verdict->is_same)
			draw_frame(run->difference, &verdict->bounds);
	}
}

/* -- Change ------------------------------------------------------------------ */

static bool counts(const struct comparison *how, uint32_t x, uint32_t y)
{
	bool is_inside = how->areas_count == 0;

	for (size_t i = 0; i < how->areas_count && !is_inside; i++)
		is_inside = contains(&how->areas[i].box, x, y);
	return is_inside && !is_ignored(how, x, y);
}

bool comparison_finds_change(const struct comparison *comparison, const struct picture *before,
			     const struct picture *after)
{
	if (before->width != after->width || before->height != after->height)
		return true;
	for (uint32_t y = 0; y < before->height; y++) {
		const uint32_t *old = picture_row(before, y), *new = picture_row(after, y);

		if (memcmp(old, new, before->width * sizeof(uint32_t)) == 0)
			continue;
		for (uint32_t x = 0; x < before->width; x++)
			if (old[x] != new[x] && counts(comparison, x, y))
				return true;
	}
	return false;
}

/* -- All of it --------------------------------------------------------------- */

int comparison_run(const struct comparison *comparison, const struct picture *reference,
		   const struct picture *actual, struct comparison_verdict *ret_verdicts,
		   struct picture **ret_difference)
{
	const struct comparison_area whole = {
		.box = {0, 0, reference->width, reference->height},
	};
	struct run run = {
		.how = comparison,
		.areas = comparison->areas_count > 0 ? comparison->areas : &whole,
		.areas_count = comparison->areas_count > 0 ? comparison->areas_count : 1,
		.reference = reference,
		.verdicts = ret_verdicts,
	};
	CLEANUP(picture_destroyp) struct picture *counted = NULL;
	CLEANUP(picture_destroyp) struct picture *difference = NULL;

	assert(reference->width == actual->width && reference->height == actual->height);
	run.actual = counted = copy_of_what_counts(&run, actual);
	if (!counted)
		return -ENOMEM;
	if (ret_difference) {
		run.difference = difference = picture_create(reference->width, reference->height);
		if (!difference)
			return -ENOMEM;
		draw_dim(&run);
	}
	memset(ret_verdicts, 0, run.areas_count * sizeof(*ret_verdicts));
	judge(&run);
	if (ret_difference)
		*ret_difference = TAKE(difference);
	return 0;
}
