/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/bench/bench_watch.h"

#include <stdlib.h>

#include "common/xalloc.h"

/* What a letter changes at the least: so many pixels, by so much. */
#define PIXELS_MIN     8
#define DIFFERENCE_MIN 40

static uint8_t at(const struct bench_brightness *picture, int32_t x, int32_t y)
{
	return picture->bytes[(size_t)y * picture->stride_bytes + (size_t)x * picture->pixel_bytes];
}

void bench_watch_begin(struct bench_watch *watch, const struct bench_box *box,
		       const struct bench_brightness *picture)
{
	uint8_t *out;

	watch->box = *box;
	watch->before = xrealloc(watch->before, (size_t)box->width * (size_t)box->height, 1);
	out = watch->before;
	for (int32_t y = box->y; y < box->y + box->height; y++)
		for (int32_t x = box->x; x < box->x + box->width; x++)
			*out++ = at(picture, x, y);
}

bool bench_watch_sees_change(const struct bench_watch *watch,
			     const struct bench_brightness *picture)
{
	const struct bench_box *box = &watch->box;
	const uint8_t *before = watch->before;
	unsigned changed = 0;

	for (int32_t y = box->y; y < box->y + box->height; y++)
		for (int32_t x = box->x; x < box->x + box->width; x++)
			changed += abs(at(picture, x, y) - *before++) >= DIFFERENCE_MIN;
	return changed >= PIXELS_MIN;
}

void bench_watch_finish(struct bench_watch *watch)
{
	free(watch->before);
}
