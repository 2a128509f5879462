/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * RDP shape
 *
 * A cursor image in the form in which RDP sends pointers: cut to what is seen
 * of it, bottom row first, straight alpha, with a mask that is all clear. Pure.
 */

#include <stdint.h>

#include "common/cleanup.h"

struct cursor_image;

struct rdp_shape {
	uint32_t width;
	uint32_t height;
	uint32_t hot_x;
	uint32_t hot_y;
	uint32_t colour_bytes;
	uint32_t mask_bytes;
	uint8_t *colours; /* BGRA */
	uint8_t *mask;	  /* of one bit a pixel, rows of whole 16 bits */
};

/**
 * Cuts away the transparent margins; and then, of what is still larger than
 * `side_max`, the side that is farther from the hot spot.
 */
struct rdp_shape *rdp_shape_create(const struct cursor_image *image, uint32_t side_max);

/** Accepts NULL. */
void rdp_shape_destroy(struct rdp_shape *shape);

DEFINE_CLEANUP(struct rdp_shape *, rdp_shape_destroy)
