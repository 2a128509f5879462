/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Motion's cover
 *
 * Arranges boxes that move so that streams can cover them: few, apart from each other, and
 * none too large for an encoder. Those that are there already stay as they are
 * wherever they can.
 *
 * Boxes are in pixels. Pure arithmetic.
 */

#include <pixman.h>
#include <stdbool.h>
#include <stdint.h>

/* Boxes that are being arranged. */
#define MOTION_COVER_MAX 64

struct motion_cover_box {
	pixman_box32_t box;
	uint64_t id;	      /* of the region that has this very box; 0: none */
	pixman_box32_t grown; /* the largest region's box that it grew from; empty: none */
};

struct motion_cover {
	uint32_t width; /* of the head */
	uint32_t height;
	struct motion_cover_box boxes[MOTION_COVER_MAX];
	unsigned count;
};

/** Makes `box` one that can be a stream but for its size, as stream_fit_box() does; false: nothing
 * is left of it. */
bool motion_cover_fit(pixman_box32_t *box, uint32_t width, uint32_t height);

/** Adds a box that moves; `id` is not 0 for a region that is there already. One too many is left
 * out. */
void motion_cover_add(struct motion_cover *cover, pixman_box32_t box, uint64_t id);

/**
 * Arranges all that was added: disjoint, and at most `count_max`. What would have to be
 * covered along with much that is still is left out. `may_grow`: a region also takes in what
 * moves beside it, with some margin.
 */
void motion_cover_arrange(struct motion_cover *cover, unsigned count_max, bool may_grow);

/** How many pixels lie between two boxes, or, below 0, how deep they overlap. */
int motion_cover_gap(const pixman_box32_t *a, const pixman_box32_t *b);

/** Cuts `box`, which touches `to`, to it. */
void motion_cover_clip(pixman_box32_t *box, const pixman_box32_t *to);
