/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Piece cutter
 *
 * Cuts a region into pieces that a codec takes, for as long as one update may
 * be, and leaves the rest for the next.
 *
 * It cuts along a grid that is fixed in the head, and each cell by itself: what
 * a piece covers depends on the region inside its cell alone. So viewers of which one
 * lacks more than another still need the same pieces.
 *
 *   piece_cutter_begin(&cutter, region, PIECE_WIDTH, PIECE_HEIGHT);
 *   piece_cutter_order(&cutter, frame); // where what is replaced was lossy
 *   while (there is room && piece_cutter_next(&cutter, &box))
 *           send(box);
 *   piece_cutter_end(&cutter); // always
 */

#include <pixman.h>
#include <stdbool.h>
#include <stdint.h>

#include "gateway/encode/piece_order.h"

struct frame;

struct piece_cutter {
	pixman_region32_t *region;
	int width; /* of a cell */
	int height;
	pixman_box32_t cells; /* of the grid, that hold the region: in cells */
	int next_cell;
	bool is_ordered;
	uint16_t order[PIECE_ORDER_CELLS_MAX];
	pixman_region32_t part; /* of the region, in the cell that is being cut */
	int next_box;		/* of the part */
	pixman_region32_t done; /* the parts before */
};

/** Begins to cut `region`, which stays as it is until the end, and has no coordinate below zero. */
void piece_cutter_begin(struct piece_cutter *cutter, pixman_region32_t *region, int width,
			int height);

/**
 * Has the cells come in the order in which it shows most that they are not exact, by what
 * `frame` has in them, instead of from top to bottom. Before the first piece.
 */
void piece_cutter_order(struct piece_cutter *cutter, const struct frame *frame);

/** The next piece, or false after the last. */
bool piece_cutter_next(struct piece_cutter *cutter, pixman_box32_t *ret_piece);

/** Takes the pieces that were handed out from the region. To be called in any case. */
void piece_cutter_end(struct piece_cutter *cutter);
