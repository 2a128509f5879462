/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Marker
 *
 * A number that benchmarks draw into the picture's first corner, as 32 squares of
 * black and white that survive video: by it a viewer knows which frame it sees,
 * and which key that frame has answered.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BENCH_MARKER_WIDTH  64
#define BENCH_MARKER_HEIGHT 32

/* Frames begin again at 0 after so many, and keys after 256. */
#define BENCH_MARKER_FRAMES (1u << 20)

struct bench_marker {
	uint32_t frame;
	uint32_t keys;
};

/** Draws it at the begin of a picture of x8r8g8b8, `stride` pixels a row. */
void bench_marker_draw(const struct bench_marker *marker, uint32_t *pixels, size_t stride);

/**
 * Reads it from where it is: one byte of each pixel, that tells its brightness, `pixel_bytes`
 * from one to the next, `stride_bytes` from row to row. False for something else.
 */
bool bench_marker_read(const uint8_t *bytes, size_t pixel_bytes, size_t stride_bytes,
		       struct bench_marker *ret_marker);
