/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/encode/piece_planar.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

/* [MS-RDPEGDI] 2.2.2.5.1: run lengths, and no plane for alpha. */
#define HEADER 0x30

/* [MS-RDPEGDI] 2.2.2.5.1.2: a segment is some values and a run of the last of them, or a
 * longer run alone. */
#define VALUES_MAX     15
#define RUN_MIN	       3
#define RUN_MAX	       15
#define RUN_ALONE_MAX  47
#define RUN_ALONE_UNIT 16

/* Values that end with `end`. A run repeats the value before it, and 0 where a row begins. */
static size_t run_length(const uint8_t *at, const uint8_t *end, size_t limit)
{
	const uint8_t value = at[-1];
	size_t length = 0;

	while (length < limit && at + length < end && at[length] == value)
		length++;
	return length;
}

static bool begins_run(const uint8_t *at, const uint8_t *end)
{
	return end - at >= RUN_MIN && at[0] == at[-1] && at[1] == at[-1] && at[2] == at[-1];
}

static uint8_t *put_row(uint8_t *out, const uint8_t *at, const uint8_t *end)
{
	while (at < end) {
		size_t values = 0;

		while (values < VALUES_MAX && at + values < end && !begins_run(at + values, end))
			values++;

		size_t run = run_length(at + values, end, values > 0 ? RUN_MAX : RUN_ALONE_MAX);

		/* What is left of a run and is too short for one is written as values. */
		if (run < RUN_MIN)
			run = 0;
		if (run <= RUN_MAX)
			*out++ = (uint8_t)(values << 4 | run);
		else
			*out++ = (uint8_t)(run % RUN_ALONE_UNIT << 4 | run / RUN_ALONE_UNIT);
		memcpy(out, at, values);
		out += values;
		at += values + run;
	}
	return out;
}

static void split_first_row(uint8_t *plane, const uint32_t *row, uint32_t width, unsigned shift)
{
	for (uint32_t x = 0; x < width; x++)
		plane[x] = (uint8_t)(row[x] >> shift);
}

/* [MS-RDPEGDI] 3.1.9.2: differences modulo 256, small ones of either sign first: 0 as 0, -1 as
 * 1, 1 as 2, -2 as 3. */
static void split_row(uint8_t *plane, const uint32_t *row, const uint32_t *before, uint32_t width,
		      unsigned shift)
{
	for (uint32_t x = 0; x < width; x++) {
		uint8_t difference = (uint8_t)((row[x] >> shift) - (before[x] >> shift));

		plane[x] = (uint8_t)(difference << 1 ^ -(difference >> 7));
	}
}

size_t piece_planar_encode(const uint32_t *row, ptrdiff_t step, uint32_t width, uint32_t height,
			   uint8_t *out)
{
	uint8_t buffer[1 + PIECE_PLANAR_WIDTH_MAX] = {0}; /* a zero before each row */
	uint8_t *plane = buffer + 1;
	const uint8_t *begin = out;

	assert(width <= PIECE_PLANAR_WIDTH_MAX);
	*out++ = HEADER;
	for (int shift = 16; shift >= 0; shift -= 8) {
		for (uint32_t y = 0; y < height; y++) {
			const uint32_t *pixels = row + (ptrdiff_t)y * step;

			if (y == 0)
				split_first_row(plane, pixels, width, (unsigned)shift);
			else
				split_row(plane, pixels, pixels - step, width, (unsigned)shift);
			out = put_row(out, plane, plane + width);
		}
	}
	return (size_t)(out - begin);
}
