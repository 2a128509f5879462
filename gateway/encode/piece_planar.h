/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Planar pieces
 *
 * Encodes pixels exactly, as [MS-RDPEGDI] 3.1.9 says: a plane for each colour,
 * each row as its differences from the row before, in run lengths.
 *
 * FreeRDP has an encoder too, but that of 3.11 to 3.17 writes differences
 * below zero wrongly, and Debian 13 has 3.15.
 *
 * Threads: any.
 */

#include <stddef.h>
#include <stdint.h>

/* The widest picture that is taken. */
#define PIECE_PLANAR_WIDTH_MAX 256

/* How long a picture may become: noise takes a byte more for each 15 of a row. */
#define PIECE_PLANAR_BYTES_MAX(width, height) (1 + 3 * (height) * ((width) + ((width) + 14) / 15))

/**
 * Encodes a picture of up to PIECE_PLANAR_WIDTH_MAX pixels in a row.
 *
 * `row` is the first row to be encoded, and `step` is how many pixels further
 * the next begins: below zero for a picture from the bottom up. `out` must
 * have room for PIECE_PLANAR_BYTES_MAX().
 *
 * Returns the length in bytes.
 */
size_t piece_planar_encode(const uint32_t *row, ptrdiff_t step, uint32_t width, uint32_t height,
			   uint8_t *out);
