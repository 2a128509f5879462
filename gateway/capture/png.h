/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * PNG
 *
 * A frame as a PNG file: 8 bits RGB, no alpha, exact.
 */

#include <stddef.h>
#include <stdint.h>

struct cursor;
struct frame;

/**
 * Compresses `frame`, with `cursor` drawn in unless it is NULL. Takes tens of
 * milliseconds: not for the loop's thread. The caller frees `*ret_png`.
 *
 * Returns 0 or negative errno.
 */
int png_from_frame(const struct frame *frame, const struct cursor *cursor, uint8_t **ret_png,
		   size_t *ret_size);
