/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Piece order
 *
 * Which parts of a picture to make exact first, after video or JPEG has shown all of it:
 * those in which what such codecs blur shows most and costs little to put right.
 *
 *   1. sharp edges on flat ground: text, lines, icons; the more of both the sooner
 *   2. what is flat, or nearly: it hardly differs, and costs next to nothing
 *   3. what changes at every pixel: photographs, and last of all noise
 *
 * Pure arithmetic on a few of the pixels: 0.1 ms for 1920x1080.
 *
 * Threads: any.
 */

#include <pixman.h>
#include <stdint.h>

struct frame;

/* Enough for 7680x4320 in pieces; a region of more cells is not ordered. */
#define PIECE_ORDER_CELLS_MAX 2048

/**
 * Orders the cells of a grid of `width` x `height` pixels from the frame's corner. `cells` says
 * which: from column x1 to before x2, and likewise rows; PIECE_ORDER_CELLS_MAX at most, and all
 * of them begin inside the frame. `ret_order` is set to their indices, counted row by row.
 */
void piece_order_cells(const struct frame *frame, int width, int height,
		       const pixman_box32_t *cells, uint16_t *ret_order);
