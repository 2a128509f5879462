/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Cursor shapes: 64 by 64, premultiplied ARGB, drawn when first asked for and
 * kept for ever.
 */

#include <stdint.h>

enum cursor_shape {
	CURSOR_ARROW,
	CURSOR_HAND,
	CURSOR_SHAPES
};

/** The pixels of a shape, and its hot spot. */
const uint32_t *cursor_pixels(enum cursor_shape shape, int *ret_hot_x, int *ret_hot_y);
