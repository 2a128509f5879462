/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Pictures to be encoded by benchmarks: always the same.
 */

#include <pixman.h>
#include <stdint.h>

#define BENCH_WIDTH  1920
#define BENCH_HEIGHT 1080
#define BENCH_PIXELS (BENCH_WIDTH * BENCH_HEIGHT)

struct bench_picture {
	const char *name;
	void (*draw)(uint32_t *pixels); /* BENCH_PIXELS of them, PIXMAN_x8r8g8b8 */
};

#define BENCH_PICTURES 3
extern const struct bench_picture bench_pictures[BENCH_PICTURES];

/** 128 tiles of 64x16, some 6 % of the picture, scattered. The caller finishes the region. */
void bench_scatter(pixman_region32_t *ret_region);
