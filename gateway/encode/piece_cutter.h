/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Piece cutter
 *
 * Cuts a region into pieces that a codec takes, for as long as one update may
 * be, and leaves the rest for the next.
 */

#include <pixman.h>
#include <stdbool.h>

struct piece_cutter {
	pixman_region32_t *region;
	int width; /* of the largest piece */
	int height;
	int index; /* of the region's rectangle that is being cut */
	int x;	   /* of the next piece */
	int y;
};

/** Begins to cut `region`, which stays as it is until the end. */
void piece_cutter_begin(struct piece_cutter *cutter, pixman_region32_t *region, int width,
			int height);

/** The next piece, or false after the last. */
bool piece_cutter_next(struct piece_cutter *cutter, pixman_box32_t *ret_piece);

/** Takes the pieces that were handed out from the region. */
void piece_cutter_end(struct piece_cutter *cutter);
