/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/encode/motion.h"

#include <stdbool.h>
#include <stdlib.h>

#include "common/xalloc.h"
#include "gateway/encode/motion_cover.h"
#include "gateway/encode/motion_grid.h"
#include "gateway/encode/motion_recent.h"

/* Damage in one frame that is video at once: this part of the head, one in so many, or so many
 * pixels. */
#define LARGE_ONE_IN 12
#define LARGE_PIXELS (512 * 512)

/* Cheap as lossless pixels, whatever it does. A region takes in half of that beside it. */
#define SMALL_PIXELS (128 * 128)

/* Damaged in so many slots of the window, some of them in its older half: it goes on. */
#define SUSTAINED_SLOTS 4
#define OLDER_SLOTS	0xff00

/* Every other frame of a new region damages at least this part of it: where it is less,
 * lossless pixels are cheaper. */
#define SHARE_MIN (1.0 / 8)

/* So does the one frame of a large change. A window or a page is denser than what is scattered. */
#define STRUCK_SHARE_MIN (1.0 / 3)

/* A region of which less than this part is damaged in a second is quiet, seen over a while. */
#define QUIET_SHARE (2.0 / 5)
#define QUIET_US    500000

/* So is a large one of which every frame damages less than this part, for longer: it began with a
 * large change, and what goes on is scattered. */
#define SPARSE_SHARE (SHARE_MIN / 2)
#define SPARSE_US    2000000

/* How long a region is still before it closes: longer than the time between its frames, but for
 * frames so rare that each is sharp before the next. */
#define STILL_MIN_US UINT64_C(100000)
#define STILL_MAX_US UINT64_C(200000)

/* What is to be tried again soon, and after a change of the regions. */
#define PLAN_US	      100000
#define PLAN_AGAIN_US 300000

/* A cell is active for a moment after it was damaged, and, where that comes again and again, for
 * twice as long as it has ever stayed away: a needle comes back. */
#define ACTIVE_US	UINT64_C(250000)
#define ACTIVE_AGAIN_US UINT64_C(2000000)

/* A region shrinks when that makes half of it, and so many pixels, free. */
#define SHRINK_ONE_IN 2
#define SHRINK_PIXELS (512 * 256)

/* None shrinks while something is on its way across the head. */
#define GROWN_US 1000000

struct region {
	struct motion_region is;
	uint64_t last_us;     /* damaged */
	uint64_t interval_us; /* the longest of late between its frames; 0: there was one only */

	uint64_t since_us; /* what follows is counted */
	uint64_t damaged_area;
	unsigned frames;	  /* that damaged it */
	uint64_t sparse_since_us; /* 0: it is not */
};

struct motion {
	pixman_box32_t head;
	struct motion_grid grid;
	struct motion_recent recent;
	struct region regions[MOTION_REGIONS_MAX];
	unsigned count;
	uint64_t last_id;
	uint64_t now_us;
	uint64_t plan_us;  /* the next one, but for large changes */
	uint64_t grown_us; /* a region grew */
	uint64_t deadline_us;
};

struct motion *motion_create(uint32_t width, uint32_t height)
{
	struct motion *motion = xcalloc(1, sizeof(*motion));

	motion->head = (pixman_box32_t){0, 0, (int32_t)width, (int32_t)height};
	motion_grid_init(&motion->grid, width, height);
	motion_recent_init(&motion->recent);
	motion->deadline_us = UINT64_MAX;
	return motion;
}

void motion_destroy(struct motion *motion)
{
	if (!motion)
		return;
	motion_grid_finish(&motion->grid);
	motion_recent_finish(&motion->recent);
	free(motion);
}

static uint64_t area(const pixman_box32_t *box)
{
	return (uint64_t)(box->x2 - box->x1) * (uint64_t)(box->y2 - box->y1);
}

static uint64_t window_begin_us(const struct motion *motion)
{
	return motion->now_us > MOTION_WINDOW_US ? motion->now_us - MOTION_WINDOW_US : 0;
}

static uint64_t still_us(const struct region *region)
{
	uint64_t still = region->interval_us + region->interval_us / 2;

	if (still < STILL_MIN_US || region->interval_us >= STILL_MAX_US)
		return STILL_MIN_US;
	return still < STILL_MAX_US ? still : STILL_MAX_US;
}

/* -- Finding what moves ------------------------------------------------------ */

static void mark_struck(struct motion *motion)
{
	struct motion_grid *grid = &motion->grid;

	for (int i = 0; i < grid->columns * grid->rows; i++)
		grid->marks[i] = grid->cells[i].outside_us == motion->now_us;
}

static void mark_moving_outside(struct motion *motion)
{
	struct motion_grid *grid = &motion->grid;

	for (int i = 0; i < grid->columns * grid->rows; i++)
		grid->marks[i] = grid->cells[i].outside_us > 0 &&
				 motion->now_us - grid->cells[i].outside_us < MOTION_WINDOW_US;
}

static bool is_active(const struct motion_cell *cell, uint64_t now_us)
{
	uint64_t away_us = now_us - cell->last_us;

	if (cell->last_us == 0)
		return false;
	if (away_us < ACTIVE_US)
		return true;
	return cell->away_us > 0 && (away_us < ACTIVE_AGAIN_US || away_us < 2 * cell->away_us);
}

static void mark_active_inside(struct motion *motion, const pixman_box32_t *pixels)
{
	pixman_box32_t box = motion_grid_box(pixels);

	motion_grid_unmark(&motion->grid);
	for (int y = box.y1; y < box.y2; y++) {
		const struct motion_cell *row = motion_grid_row(&motion->grid, y);

		for (int x = box.x1; x < box.x2; x++)
			motion->grid.marks[y * motion->grid.columns + x] = is_active(
				&row[x], motion->now_us);
	}
}

static pixman_box32_t pixels_from_cells(const struct motion *motion, const pixman_box32_t *cells)
{
	pixman_box32_t box = {cells->x1 * MOTION_CELL, cells->y1 * MOTION_CELL,
			      cells->x2 * MOTION_CELL, cells->y2 * MOTION_CELL};

	box.x2 = box.x2 < motion->head.x2 ? box.x2 : motion->head.x2;
	box.y2 = box.y2 < motion->head.y2 ? box.y2 : motion->head.y2;
	return box;
}

/* Adds a box of cells to `boxes`, cut wherever that leaves out a third of it. */
static void add_cut(struct motion_grid *grid, const pixman_box32_t *box, pixman_box32_t *boxes,
		    unsigned *count)
{
	pixman_box32_t halves[2];

	if (*count == MOTION_COVER_MAX)
		return;
	boxes[(*count)++] = *box;
	for (unsigned i = *count - 1; i < *count && *count < MOTION_COVER_MAX;) {
		if (motion_grid_cut(grid, &boxes[i], halves) &&
		    3 * (area(&halves[0]) + area(&halves[1])) <= 2 * area(&boxes[i])) {
			boxes[i] = halves[0];
			boxes[(*count)++] = halves[1];
		} else {
			i++;
		}
	}
}

static bool is_sustained(uint32_t slots)
{
	return __builtin_popcount(slots) >= SUSTAINED_SLOTS && (slots & OLDER_SLOTS) != 0;
}

static bool is_beside_region(const struct motion *motion, const pixman_box32_t *box)
{
	for (unsigned i = 0; i < motion->count; i++)
		if (motion_cover_gap(&motion->regions[i].is.box, box) <= MOTION_CELL)
			return true;
	return false;
}

/* How much of a box is in no region yet. */
static uint64_t area_outside(const struct motion *motion, const pixman_box32_t *box)
{
	uint64_t outside = area(box);

	for (unsigned i = 0; i < motion->count; i++) {
		pixman_box32_t inside = *box;

		if (motion_cover_gap(box, &motion->regions[i].is.box) >= 0)
			continue;
		motion_cover_clip(&inside, &motion->regions[i].is.box);
		outside -= area(&inside);
	}
	return outside;
}

/* Adds a box of cells outside the regions, if enough of it moved since `since_us`. */
static void add_if_worth_it(struct motion *motion, struct motion_cover *cover,
			    const pixman_box32_t *cells, uint64_t since_us, double share_min)
{
	pixman_box32_t box = pixels_from_cells(motion, cells);
	struct motion_look look = motion_recent_look(&motion->recent, &box, since_us);
	uint64_t small = SMALL_PIXELS;

	if (look.frames == 0)
		return;
	box = look.extents;
	if (is_beside_region(motion, &box))
		small /= 2;
	if (area(&box) < small || !motion_cover_fit(&box, cover->width, cover->height))
		return;
	look = motion_recent_look(&motion->recent, &box, since_us);
	if (look.share * (double)area(&box) >= share_min * (double)area_outside(motion, &box))
		motion_cover_add(cover, box, 0);
}

/* Adds what moves outside the regions: what goes on, or, when `is_struck`, what the frame of this
 * moment changed. */
static void add_moving(struct motion *motion, struct motion_cover *cover, bool is_struck)
{
	struct motion_patch patches[MOTION_PATCHES_MAX];
	pixman_box32_t boxes[MOTION_COVER_MAX];
	uint64_t since_us = motion->now_us;
	unsigned count, boxes_count = 0;

	if (is_struck) {
		mark_struck(motion);
	} else {
		mark_moving_outside(motion);
		since_us = window_begin_us(motion);
	}
	count = motion_grid_patches(&motion->grid, motion->now_us, patches);
	for (unsigned i = 0; i < count; i++)
		if (is_struck || is_sustained(patches[i].slots))
			add_cut(&motion->grid, &patches[i].box, boxes, &boxes_count);
	for (unsigned i = 0; i < boxes_count; i++)
		add_if_worth_it(motion, cover, &boxes[i], since_us,
				is_struck ? STRUCK_SHARE_MIN : SHARE_MIN);
}

/* Adds a region as it is, or what is left of it: less when most of it has been still for a while,
 * nothing when too little moves in it to be video. */
static void add_region(struct motion *motion, struct motion_cover *cover,
		       const struct motion_region *region)
{
	struct motion_patch patches[MOTION_PATCHES_MAX];
	pixman_box32_t boxes[MOTION_COVER_MAX];
	unsigned count, boxes_count = 0, worth = 0;
	uint64_t left = 0;

	mark_active_inside(motion, &region->box);
	count = motion_grid_patches(&motion->grid, motion->now_us, patches);
	for (unsigned i = 0; i < count; i++)
		add_cut(&motion->grid, &patches[i].box, boxes, &boxes_count);
	for (unsigned i = 0; i < boxes_count; i++) {
		pixman_box32_t box = pixels_from_cells(motion, &boxes[i]);

		motion_cover_clip(&box, &region->box);
		if (area(&box) <= SMALL_PIXELS)
			continue;
		left += area(&box);
		boxes[worth++] = box;
	}

	if (motion->now_us - motion->grown_us < GROWN_US ||
	    left * SHRINK_ONE_IN > area(&region->box) ||
	    area(&region->box) - left < SHRINK_PIXELS) {
		motion_cover_add(cover, region->box, region->id);
		return;
	}
	for (unsigned i = 0; i < worth; i++)
		motion_cover_add(cover, boxes[i], 0);
}

/* -- Regions ----------------------------------------------------------------- */

/* Returns whether so little of the region was damaged for a while that it is no motion. */
static bool is_quiet(struct region *region, uint64_t now_us)
{
	uint64_t while_us = now_us - region->since_us;
	double all = (double)area(&region->is.box);
	double damaged = (double)region->damaged_area;

	if (while_us < QUIET_US)
		return false;
	if (damaged < all * QUIET_SHARE * (double)while_us / 1e6)
		return true;
	if (all < LARGE_PIXELS || damaged >= all * SPARSE_SHARE * region->frames)
		region->sparse_since_us = 0;
	else if (region->sparse_since_us == 0)
		region->sparse_since_us = region->since_us;
	else if (now_us - region->sparse_since_us >= SPARSE_US)
		return true;
	region->since_us = now_us;
	region->damaged_area = 0;
	region->frames = 0;
	return false;
}

static struct region make_region(struct motion *motion, const pixman_box32_t *box)
{
	struct region region = {.is = {.id = ++motion->last_id, .box = *box},
				.since_us = motion->now_us};
	pixman_box32_t cells = motion_grid_box(box);
	uint64_t since_us = window_begin_us(motion);

	for (int y = cells.y1; y < cells.y2; y++) {
		const struct motion_cell *row = motion_grid_row(&motion->grid, y);

		for (int x = cells.x1; x < cells.x2; x++)
			if (row[x].last_us > region.last_us)
				region.last_us = row[x].last_us;
	}
	region.interval_us = motion_recent_look(&motion->recent, box, since_us).interval_us;
	for (unsigned i = 0; i < motion->count; i++)
		if (motion_cover_gap(&motion->regions[i].is.box, box) < 0 &&
		    motion->regions[i].interval_us > region.interval_us)
			region.interval_us = motion->regions[i].interval_us;
	return region;
}

/* Makes the arranged boxes the regions. Returns whether that changes any. */
static bool adopt(struct motion *motion, const struct motion_cover *cover)
{
	struct region regions[MOTION_REGIONS_MAX];
	unsigned count = 0, stayed;

	for (unsigned i = 0; i < motion->count; i++)
		for (unsigned n = 0; n < cover->count; n++)
			if (cover->boxes[n].id == motion->regions[i].is.id)
				regions[count++] = motion->regions[i];
	stayed = count;
	for (unsigned n = 0; n < cover->count; n++)
		if (cover->boxes[n].id == 0)
			regions[count++] = make_region(motion, &cover->boxes[n].box);
	if (stayed == motion->count && count == stayed)
		return false;
	for (unsigned i = 0; i < count; i++)
		motion->regions[i] = regions[i];
	motion->count = count;
	return true;
}

static bool plan(struct motion *motion, bool is_struck)
{
	struct motion_cover cover = {
		.width = (uint32_t)motion->head.x2,
		.height = (uint32_t)motion->head.y2,
	};

	for (unsigned i = 0; i < motion->count; i++) {
		if (is_struck)
			motion_cover_add(&cover, motion->regions[i].is.box,
					 motion->regions[i].is.id);
		else if (!is_quiet(&motion->regions[i], motion->now_us))
			add_region(motion, &cover, &motion->regions[i].is);
	}
	add_moving(motion, &cover, is_struck);
	motion_cover_arrange(&cover, MOTION_REGIONS_MAX, !is_struck);
	if (!adopt(motion, &cover))
		return false;
	motion->plan_us = motion->now_us + PLAN_AGAIN_US;
	for (unsigned i = 0; i < cover.count && !is_struck; i++)
		if (cover.boxes[i].id == 0 && area(&cover.boxes[i].grown) > 0)
			motion->grown_us = motion->now_us;
	return true;
}

/* Returns whether one closed. */
static bool close_still(struct motion *motion)
{
	unsigned left = 0;
	bool has_closed;

	for (unsigned i = 0; i < motion->count; i++) {
		const struct region *region = &motion->regions[i];

		if (motion->now_us < region->last_us + still_us(region))
			motion->regions[left++] = *region;
	}
	has_closed = left < motion->count;
	motion->count = left;
	return has_closed;
}

/* Looks at each cell of the regions: whether it has settled just now, and when it will. */
static bool settle(struct motion *motion)
{
	bool has_settled = false;

	motion->deadline_us = UINT64_MAX;
	for (unsigned i = 0; i < motion->count; i++) {
		const struct region *region = &motion->regions[i];
		pixman_box32_t box = motion_grid_box(&region->is.box);
		uint64_t still = still_us(region);

		if (region->last_us + still < motion->deadline_us)
			motion->deadline_us = region->last_us + still;
		for (int y = box.y1; y < box.y2; y++) {
			struct motion_cell *row = motion_grid_row(&motion->grid, y);

			for (int x = box.x1; x < box.x2; x++) {
				uint64_t settles_us = row[x].last_us + still;
				bool is_settled = motion->now_us >= settles_us;

				has_settled |= is_settled && !row[x].is_settled;
				row[x].is_settled = is_settled;
				if (!is_settled && settles_us < motion->deadline_us)
					motion->deadline_us = settles_us;
			}
		}
	}
	return has_settled;
}

/* Takes what lies in the region from `damage`. */
static void note_in_region(struct region *region, pixman_region32_t *damage, uint64_t now_us)
{
	uint64_t gap_us = now_us - region->last_us;
	uint64_t before = motion_area(damage);
	uint64_t inside;
	pixman_region32_t box;

	pixman_region32_init_with_extents(&box, &region->is.box);
	pixman_region32_subtract(damage, damage, &box);
	pixman_region32_fini(&box);
	inside = before - motion_area(damage);
	if (inside == 0)
		return;

	region->last_us = now_us;
	region->damaged_area += inside;
	region->frames++;
	if (gap_us == 0)
		return;
	region->interval_us -= region->interval_us / 8;
	if (gap_us > region->interval_us)
		region->interval_us = gap_us;
}

static bool is_large(const struct motion *motion, uint64_t damaged_area)
{
	return damaged_area * LARGE_ONE_IN >= area(&motion->head) || damaged_area >= LARGE_PIXELS;
}

/* `damage` lies inside the head, and is not empty. Returns whether the regions changed. */
static bool note_damage(struct motion *motion, pixman_region32_t *damage)
{
	uint64_t outside_area;

	motion_grid_note(&motion->grid, damage, motion->now_us);
	if (!is_large(motion, motion_area(damage)))
		motion_grid_learn(&motion->grid, damage, motion->now_us);
	for (unsigned i = 0; i < motion->count; i++)
		note_in_region(&motion->regions[i], damage, motion->now_us);

	outside_area = motion_area(damage);
	if (outside_area > 0) {
		motion_grid_note_outside(&motion->grid, damage, motion->now_us);
		motion_recent_push(&motion->recent, damage, &motion->head, motion->now_us);
	}
	if (is_large(motion, outside_area) && plan(motion, true))
		return true;
	if (motion->now_us < motion->plan_us)
		return false;
	motion->plan_us = motion->now_us + PLAN_US;
	return plan(motion, false);
}

unsigned motion_note(struct motion *motion, const pixman_region32_t *damage, uint64_t now_us)
{
	bool has_changed = false;

	/* Of cells and regions 0 means never. */
	if (now_us < 1)
		now_us = 1;
	if (now_us > motion->now_us)
		motion->now_us = now_us;

	if (damage) {
		pixman_region32_t inside;

		pixman_region32_init(&inside);
		pixman_region32_intersect_rect(&inside, (pixman_region32_t *)damage, 0, 0,
					       (unsigned)motion->head.x2,
					       (unsigned)motion->head.y2);
		if (pixman_region32_not_empty(&inside))
			has_changed = note_damage(motion, &inside);
		pixman_region32_fini(&inside);
	}
	has_changed |= close_still(motion);
	return (has_changed ? MOTION_REGIONS : 0) | (settle(motion) ? MOTION_SETTLED : 0);
}

uint64_t motion_deadline_us(const struct motion *motion)
{
	return motion->deadline_us;
}

unsigned motion_regions(const struct motion *motion,
			struct motion_region ret_regions[MOTION_REGIONS_MAX])
{
	for (unsigned i = 0; i < motion->count; i++)
		ret_regions[i] = motion->regions[i].is;
	return motion->count;
}

/* Adds the settled cells of a region, cut to it. */
static void add_settled(const struct motion *motion, const struct region *region,
			pixman_region32_t *settled)
{
	pixman_box32_t cells = motion_grid_box(&region->is.box);
	int room = (cells.x2 - cells.x1) * (cells.y2 - cells.y1);
	CLEANUP(freep) pixman_box32_t *boxes = xcalloc((size_t)room, sizeof(*boxes));
	pixman_region32_t found;
	int count = 0;

	for (int y = cells.y1; y < cells.y2; y++) {
		const struct motion_cell *row = motion_grid_row(&motion->grid, y);

		for (int x = cells.x1; x < cells.x2; x++) {
			pixman_box32_t cell = {x, y, x + 1, y + 1};

			if (motion->now_us < row[x].last_us + still_us(region))
				continue;
			cell = pixels_from_cells(motion, &cell);
			motion_cover_clip(&cell, &region->is.box);
			boxes[count++] = cell;
		}
	}
	pixman_region32_init_rects(&found, boxes, count);
	pixman_region32_union(settled, settled, &found);
	pixman_region32_fini(&found);
}

void motion_settled(const struct motion *motion, pixman_region32_t *ret_settled)
{
	pixman_region32_clear(ret_settled);
	for (unsigned i = 0; i < motion->count; i++)
		add_settled(motion, &motion->regions[i], ret_settled);
}
