/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Damage
 *
 * What changed between two pictures of one size, as pixman regions: found by
 * comparing tiles, and kept to a number of rectangles that is cheap to handle.
 *
 * Threads: any; it is all arithmetic.
 */

#include <pixman.h>
#include <stddef.h>
#include <stdint.h>

/* Small enough that a blinking caret costs little, wide enough for memcmp() to be fast. */
#define DAMAGE_TILE_WIDTH  64
#define DAMAGE_TILE_HEIGHT 16

/* A region with more rectangles than this is made coarser. */
#define DAMAGE_RECTS_MAX 128

/* 32-bit pixels of a picture that somebody else describes the size of. */
struct damage_view {
	const void *pixels;
	size_t stride_bytes;
};

/**
 * Sets `ret_changed` (initialised by the caller) to the parts of `declared` in
 * which the two pictures differ, in whole tiles cut to `declared`. `declared`
 * must lie inside both.
 */
void damage_find(struct damage_view before, struct damage_view after,
		 const pixman_region32_t *declared, pixman_region32_t *ret_changed);

/**
 * Makes `region` cover more, as little as it can, until it has at most
 * `rects_max` rectangles, none of which leaves `bounds`.
 */
void damage_simplify(pixman_region32_t *region, int rects_max, const pixman_box32_t *bounds);
