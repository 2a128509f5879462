/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/bench/bench_marker.h"

/* A transform block of H.264. */
#define SIDE	8
#define COLUMNS (BENCH_MARKER_WIDTH / SIDE)
#define BITS	32

/* 4 bits of the number check the other 28. */
static uint32_t seal(uint32_t value)
{
	return value << 4 | ((value * 2654435761u) >> 28);
}

void bench_marker_draw(const struct bench_marker *marker, uint32_t *pixels, size_t stride)
{
	uint32_t word = seal(marker->frame % BENCH_MARKER_FRAMES << 8 | (marker->keys & 0xff));

	for (unsigned y = 0; y < BENCH_MARKER_HEIGHT; y++)
		for (unsigned x = 0; x < BENCH_MARKER_WIDTH; x++) {
			unsigned bit = y / SIDE * COLUMNS + x / SIDE;

			pixels[y * stride + x] = word >> bit & 1 ? 0xffffff : 0;
		}
}

bool bench_marker_read(const uint8_t *bytes, size_t pixel_bytes, size_t stride_bytes,
		       struct bench_marker *ret_marker)
{
	uint32_t word = 0;

	for (unsigned bit = 0; bit < BITS; bit++) {
		size_t x = bit % COLUMNS * SIDE + SIDE / 2;
		size_t y = bit / COLUMNS * SIDE + SIDE / 2;

		if (bytes[y * stride_bytes + x * pixel_bytes] >= 0x80)
			word |= 1u << bit;
	}
	if (word == 0 || seal(word >> 4) != word)
		return false;
	ret_marker->frame = word >> 12;
	ret_marker->keys = word >> 4 & 0xff;
	return true;
}
