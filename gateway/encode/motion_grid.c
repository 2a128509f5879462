/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/encode/motion_grid.h"

#include <stdlib.h>
#include <string.h>

#include "common/xalloc.h"

enum mark {
	MARK_NONE,
	MARK_SET,
	MARK_FOUND, /* belongs to a patch already */
};

static const pixman_box32_t NOTHING = {INT32_MAX, INT32_MAX, INT32_MIN, INT32_MIN};

static int min(int a, int b)
{
	return a < b ? a : b;
}

static int max(int a, int b)
{
	return a > b ? a : b;
}

static bool is_empty(const pixman_box32_t *box)
{
	return box->x1 >= box->x2;
}

static pixman_box32_t both(const pixman_box32_t *a, const pixman_box32_t *b)
{
	return (pixman_box32_t){min(a->x1, b->x1), min(a->y1, b->y1), max(a->x2, b->x2),
				max(a->y2, b->y2)};
}

static long area(const pixman_box32_t *box)
{
	return (long)(box->x2 - box->x1) * (box->y2 - box->y1);
}

void motion_grid_init(struct motion_grid *grid, uint32_t width, uint32_t height)
{
	size_t cells;

	grid->columns = (int)((width + MOTION_CELL - 1) / MOTION_CELL);
	grid->rows = (int)((height + MOTION_CELL - 1) / MOTION_CELL);
	cells = (size_t)grid->columns * (size_t)grid->rows;
	grid->cells = xcalloc(cells, sizeof(*grid->cells));
	grid->marks = xcalloc(cells, sizeof(*grid->marks));
	grid->stack = xcalloc(cells, sizeof(*grid->stack));
	grid->bounds = xcalloc((size_t)max(grid->columns, grid->rows) + 1, sizeof(*grid->bounds));
}

void motion_grid_finish(struct motion_grid *grid)
{
	free(grid->cells);
	free(grid->marks);
	free(grid->stack);
	free(grid->bounds);
}

pixman_box32_t motion_grid_box(const pixman_box32_t *pixels)
{
	return (pixman_box32_t){
		.x1 = pixels->x1 / MOTION_CELL,
		.y1 = pixels->y1 / MOTION_CELL,
		.x2 = (pixels->x2 + MOTION_CELL - 1) / MOTION_CELL,
		.y2 = (pixels->y2 + MOTION_CELL - 1) / MOTION_CELL,
	};
}

struct motion_cell *motion_grid_row(const struct motion_grid *grid, int row)
{
	return grid->cells + (size_t)row * (size_t)grid->columns;
}

static uint32_t shift_slots(uint32_t slots, uint64_t from_us, uint64_t to_us)
{
	uint64_t shift = to_us / MOTION_SLOT_US - from_us / MOTION_SLOT_US;

	return shift < MOTION_SLOTS ? slots << shift & ((1u << MOTION_SLOTS) - 1) : 0;
}

/* Some cells are visited more than once, when several rectangles touch them. */
static void visit_cells(struct motion_grid *grid, const pixman_region32_t *damage,
			void (*visit)(struct motion_cell *cell, uint64_t now_us), uint64_t now_us)
{
	int count;
	const pixman_box32_t *boxes = pixman_region32_rectangles((pixman_region32_t *)damage,
								 &count);

	for (int i = 0; i < count; i++) {
		pixman_box32_t box = motion_grid_box(&boxes[i]);

		for (int y = box.y1; y < box.y2; y++) {
			struct motion_cell *row = motion_grid_row(grid, y);

			for (int x = box.x1; x < box.x2; x++)
				visit(&row[x], now_us);
		}
	}
}

static void note_cell(struct motion_cell *cell, uint64_t now_us)
{
	cell->last_us = now_us;
	cell->is_settled = false;
}

static void learn_cell(struct motion_cell *cell, uint64_t now_us)
{
	uint64_t away_us = now_us - cell->came_us;

	if (away_us > MOTION_AWAY_MAX_US)
		cell->away_us = 0;
	else if (away_us > cell->away_us)
		cell->away_us = away_us;
	cell->came_us = now_us;
}

static void note_cell_outside(struct motion_cell *cell, uint64_t now_us)
{
	cell->outside_slots = shift_slots(cell->outside_slots, cell->outside_us, now_us) | 1;
	cell->outside_us = now_us;
}

void motion_grid_note(struct motion_grid *grid, const pixman_region32_t *damage, uint64_t now_us)
{
	visit_cells(grid, damage, note_cell, now_us);
}

void motion_grid_learn(struct motion_grid *grid, const pixman_region32_t *damage, uint64_t now_us)
{
	visit_cells(grid, damage, learn_cell, now_us);
}

void motion_grid_note_outside(struct motion_grid *grid, const pixman_region32_t *damage,
			      uint64_t now_us)
{
	visit_cells(grid, damage, note_cell_outside, now_us);
}

void motion_grid_unmark(struct motion_grid *grid)
{
	memset(grid->marks, MARK_NONE, (size_t)grid->columns * (size_t)grid->rows);
}

/* Pushes the marked neighbours of a cell, and the cell itself. */
static int push_neighbours(struct motion_grid *grid, int index, int depth)
{
	int column = index % grid->columns;
	int row = index / grid->columns;

	for (int y = max(row - 1, 0); y <= min(row + 1, grid->rows - 1); y++) {
		for (int x = max(column - 1, 0); x <= min(column + 1, grid->columns - 1); x++) {
			int neighbour = y * grid->columns + x;

			if (grid->marks[neighbour] != MARK_SET)
				continue;
			grid->marks[neighbour] = MARK_FOUND;
			grid->stack[depth++] = neighbour;
		}
	}
	return depth;
}

static struct motion_patch follow_patch(struct motion_grid *grid, int first, uint64_t now_us)
{
	struct motion_patch patch = {.box = NOTHING};
	int depth = push_neighbours(grid, first, 0);

	while (depth > 0) {
		int index = grid->stack[--depth];
		const struct motion_cell *cell = &grid->cells[index];
		int x = index % grid->columns;
		int y = index / grid->columns;

		patch.box = both(&patch.box, &(pixman_box32_t){x, y, x + 1, y + 1});
		patch.slots |= shift_slots(cell->outside_slots, cell->outside_us, now_us);
		depth = push_neighbours(grid, index, depth);
	}
	return patch;
}

unsigned motion_grid_patches(struct motion_grid *grid, uint64_t now_us,
			     struct motion_patch ret_patches[MOTION_PATCHES_MAX])
{
	unsigned count = 0;

	for (int i = 0; i < grid->columns * grid->rows; i++) {
		unsigned smallest = 0;
		struct motion_patch patch;

		if (grid->marks[i] != MARK_SET)
			continue;
		patch = follow_patch(grid, i, now_us);
		if (count < MOTION_PATCHES_MAX) {
			ret_patches[count++] = patch;
			continue;
		}
		for (unsigned n = 1; n < count; n++)
			if (area(&ret_patches[n].box) < area(&ret_patches[smallest].box))
				smallest = n;
		if (area(&patch.box) > area(&ret_patches[smallest].box))
			ret_patches[smallest] = patch;
	}
	return count;
}

bool motion_grid_trim(const struct motion_grid *grid, pixman_box32_t *box)
{
	pixman_box32_t found = NOTHING;

	for (int y = box->y1; y < box->y2; y++)
		for (int x = box->x1; x < box->x2; x++)
			if (grid->marks[y * grid->columns + x] != MARK_NONE)
				found = both(&found, &(pixman_box32_t){x, y, x + 1, y + 1});
	*box = found;
	return !is_empty(&found);
}

/* What is marked in row or column `i` of `box`. */
static pixman_box32_t marked_slice(const struct motion_grid *grid, const pixman_box32_t *box, int i,
				   bool is_row)
{
	pixman_box32_t slice = *box;

	if (is_row) {
		slice.y1 = i;
		slice.y2 = i + 1;
	} else {
		slice.x1 = i;
		slice.x2 = i + 1;
	}
	motion_grid_trim(grid, &slice);
	return slice;
}

/* Tries all cuts of `box` into slices from left to right, or from top to bottom. */
static void try_cuts(struct motion_grid *grid, const pixman_box32_t *box, bool is_across,
		     pixman_box32_t best[2], long *best_area)
{
	int begin = is_across ? box->y1 : box->x1;
	int end = is_across ? box->y2 : box->x2;
	pixman_box32_t before = NOTHING;
	pixman_box32_t after = NOTHING;

	for (int i = begin; i < end; i++) {
		pixman_box32_t slice = marked_slice(grid, box, i, is_across);

		grid->bounds[i - begin] = before = both(&before, &slice);
	}
	for (int i = end - 1; i > begin; i--) {
		pixman_box32_t slice = marked_slice(grid, box, i, is_across);

		after = both(&after, &slice);
		before = grid->bounds[i - 1 - begin];
		if (is_empty(&before) || is_empty(&after) ||
		    area(&before) + area(&after) >= *best_area)
			continue;
		*best_area = area(&before) + area(&after);
		best[0] = before;
		best[1] = after;
	}
}

bool motion_grid_cut(struct motion_grid *grid, const pixman_box32_t *box,
		     pixman_box32_t ret_halves[2])
{
	long best_area = INT64_MAX;

	try_cuts(grid, box, false, ret_halves, &best_area);
	try_cuts(grid, box, true, ret_halves, &best_area);
	return best_area < INT64_MAX;
}
