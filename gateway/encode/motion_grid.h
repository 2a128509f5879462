/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Motion grid
 *
 * A head in square cells that remember when they were damaged, and which of them,
 * once marked, lie together.
 *
 * Boxes are in cells here. Threads: the owner's.
 */

#include <pixman.h>
#include <stdbool.h>
#include <stdint.h>

#define MOTION_CELL 64 /* pixels; a multiple of what streams are aligned to */

/* Time as cells remember it. */
#define MOTION_SLOT_US	 UINT64_C(25000)
#define MOTION_SLOTS	 16
#define MOTION_WINDOW_US (MOTION_SLOTS * MOTION_SLOT_US)

/* What stays away for longer is not expected to come again. */
#define MOTION_AWAY_MAX_US UINT64_C(15000000)

/* Of all patches, so many of the largest are looked at. */
#define MOTION_PATCHES_MAX 32

struct motion_cell {
	uint64_t last_us;	/* damaged; 0: never */
	uint64_t came_us;	/* damaged, as far as motion_grid_learn() was told */
	uint64_t away_us;	/* the longest time between two of those; 0: there were not two */
	uint64_t outside_us;	/* damaged, outside the regions */
	uint32_t outside_slots; /* in which slots it was so; bit 0: that of outside_us */
	bool is_settled;
};

struct motion_grid {
	int columns;
	int rows;
	struct motion_cell *cells;
	uint8_t *marks; /* of each cell: not 0 when it counts */
	int *stack;
	pixman_box32_t *bounds; /* a box for each column, or row, while one is cut */
};

/* Marked cells that touch each other, also by a corner. */
struct motion_patch {
	pixman_box32_t box;
	uint32_t slots; /* in which any of them was damaged outside the regions; bit 0: now */
};

void motion_grid_init(struct motion_grid *grid, uint32_t width, uint32_t height);
void motion_grid_finish(struct motion_grid *grid);

/** The cells that a box of pixels inside the head touches. */
pixman_box32_t motion_grid_box(const pixman_box32_t *pixels);

/** The cells at the beginning of a row. */
struct motion_cell *motion_grid_row(const struct motion_grid *grid, int row);

/** Damage in pixels, inside the head. */
void motion_grid_note(struct motion_grid *grid, const pixman_region32_t *damage, uint64_t now_us);

/** The same, of what may be expected to come again. */
void motion_grid_learn(struct motion_grid *grid, const pixman_region32_t *damage, uint64_t now_us);

/** That part of the damage which lies outside the regions. */
void motion_grid_note_outside(struct motion_grid *grid, const pixman_region32_t *damage,
			      uint64_t now_us);

void motion_grid_unmark(struct motion_grid *grid);

/** Finds the marked patches; the largest, if there are too many. Returns how many. */
unsigned motion_grid_patches(struct motion_grid *grid, uint64_t now_us,
			     struct motion_patch ret_patches[MOTION_PATCHES_MAX]);

/** Makes `box` as small as its marked cells allow; false when there are none. */
bool motion_grid_trim(const struct motion_grid *grid, pixman_box32_t *box);

/**
 * Cuts `box` in two, so that the marked cells on both sides fit in as small boxes
 * as can be. Returns false when there is no place to cut.
 */
bool motion_grid_cut(struct motion_grid *grid, const pixman_box32_t *box,
		     pixman_box32_t ret_halves[2]);
