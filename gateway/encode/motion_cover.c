/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/encode/motion_cover.h"

#include <limits.h>

#include "gateway/encode/encoder.h"

/* What streams are aligned to. */
#define ALIGNMENT 16

/* Boxes become one when at most this part of it, one in so many, is in neither. */
#define WASTE_LITTLE 4

/* And, when there are too many boxes, this part. */
#define WASTE_MUCH 2

/* A region takes in what moves at most so many pixels from it. */
#define BESIDE 64

/* How much further than needed a region grows: as far again, within bounds. What made it grow is
 * likely to go on. */
#define MARGIN_MIN 64
#define MARGIN_MAX 256

/* Two boxes are settled at a time. Each step takes one away or lifts it off a region, so that there
 * are never many; should there be, what still overlaps is left out. */
#define STEPS_MAX (4 * MOTION_COVER_MAX)

static int min(int a, int b)
{
	return a < b ? a : b;
}

static int max(int a, int b)
{
	return a > b ? a : b;
}

static int clamp(int value, int low, int high)
{
	return max(low, min(value, high));
}

static int64_t area(const pixman_box32_t *box)
{
	return (int64_t)(box->x2 - box->x1) * (box->y2 - box->y1);
}

static pixman_box32_t both(const pixman_box32_t *a, const pixman_box32_t *b)
{
	return (pixman_box32_t){min(a->x1, b->x1), min(a->y1, b->y1), max(a->x2, b->x2),
				max(a->y2, b->y2)};
}

static bool overlap(const pixman_box32_t *a, const pixman_box32_t *b)
{
	return a->x1 < b->x2 && b->x1 < a->x2 && a->y1 < b->y2 && b->y1 < a->y2;
}

static bool is_encodable(const pixman_box32_t *box)
{
	return box->x2 - box->x1 <= ENCODER_SIDE_MAX && box->y2 - box->y1 <= ENCODER_SIDE_MAX &&
	       area(box) <= ENCODER_PIXELS_MAX;
}

int motion_cover_gap(const pixman_box32_t *a, const pixman_box32_t *b)
{
	return max(max(a->x1, b->x1) - min(a->x2, b->x2), max(a->y1, b->y1) - min(a->y2, b->y2));
}

void motion_cover_clip(pixman_box32_t *box, const pixman_box32_t *to)
{
	*box = (pixman_box32_t){max(box->x1, to->x1), max(box->y1, to->y1), min(box->x2, to->x2),
				min(box->y2, to->y2)};
}

bool motion_cover_fit(pixman_box32_t *box, uint32_t width, uint32_t height)
{
	box->x1 = max(box->x1, 0) / ALIGNMENT * ALIGNMENT;
	box->y1 = max(box->y1, 0) / ALIGNMENT * ALIGNMENT;
	box->x2 = min((box->x2 + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT, (int)(width & ~1u));
	box->y2 = min((box->y2 + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT, (int)(height & ~1u));
	return box->x2 - box->x1 >= ENCODER_SIDE_MIN && box->y2 - box->y1 >= ENCODER_SIDE_MIN;
}

void motion_cover_add(struct motion_cover *cover, pixman_box32_t box, uint64_t id)
{
	struct motion_cover_box *added = &cover->boxes[cover->count];

	if (cover->count == MOTION_COVER_MAX ||
	    !motion_cover_fit(&box, cover->width, cover->height))
		return;
	*added = (struct motion_cover_box){.box = box, .id = id};
	if (id != 0)
		added->grown = box;
	cover->count++;
}

static void take_out(struct motion_cover *cover, unsigned index)
{
	cover->boxes[index] = cover->boxes[--cover->count];
}

static void merge(struct motion_cover *cover, unsigned a, unsigned b)
{
	struct motion_cover_box *into = &cover->boxes[a];
	const struct motion_cover_box *from = &cover->boxes[b];

	pixman_box32_t whole = both(&into->box, &from->box);

	/* What moved just outside a region may be inside since it grew: then it stays as it is. */
	if (from->id != 0 && area(&whole) == area(&from->box))
		into->id = from->id;
	else if (area(&whole) != area(&into->box))
		into->id = 0;
	if (area(&from->grown) > area(&into->grown))
		into->grown = from->grown;
	into->box = whole;
	take_out(cover, b);
}

static bool wastes_at_most(const pixman_box32_t *a, const pixman_box32_t *b, int one_in)
{
	pixman_box32_t whole = both(a, b);

	return (area(&whole) - area(a) - area(b)) * one_in <= area(&whole);
}

/* Whether a box lies apart from all but two of the others. */
static bool is_apart(const struct motion_cover *cover, const pixman_box32_t *box, unsigned but_a,
		     unsigned but_b)
{
	for (unsigned i = 0; i < cover->count; i++)
		if (i != but_a && i != but_b && overlap(box, &cover->boxes[i].box))
			return false;
	return true;
}

static bool belong_together(const struct motion_cover *cover, unsigned a, unsigned b, bool may_grow)
{
	const struct motion_cover_box *box_a = &cover->boxes[a];
	const struct motion_cover_box *box_b = &cover->boxes[b];
	pixman_box32_t whole = both(&box_a->box, &box_b->box);

	if (overlap(&box_a->box, &box_b->box))
		return true;
	if (!is_encodable(&whole) || !wastes_at_most(&box_a->box, &box_b->box, WASTE_LITTLE) ||
	    !is_apart(cover, &whole, a, b))
		return false;
	if (box_a->id == 0 && box_b->id == 0)
		return true;
	return may_grow && (box_a->id == 0 || box_b->id == 0) &&
	       motion_cover_gap(&box_a->box, &box_b->box) <= BESIDE;
}

/* Leaves of box `index` what lies outside region `region`, in up to four boxes. */
static void keep_apart(struct motion_cover *cover, unsigned index, unsigned region)
{
	pixman_box32_t inside = cover->boxes[region].box;
	pixman_box32_t outside = cover->boxes[index].box;
	pixman_region32_t rest, taken;
	const pixman_box32_t *boxes;
	int count;

	take_out(cover, index);
	pixman_region32_init_with_extents(&rest, &outside);
	pixman_region32_init_with_extents(&taken, &inside);
	pixman_region32_subtract(&rest, &rest, &taken);
	boxes = pixman_region32_rectangles(&rest, &count);
	for (int i = 0; i < count; i++)
		motion_cover_add(cover, boxes[i], 0);
	pixman_region32_fini(&rest);
	pixman_region32_fini(&taken);
}

/* Makes one box of two, or keeps them apart where one is a region and no encoder takes both.
 * Returns false when there is nothing to do. */
static bool settle_two(struct motion_cover *cover, bool may_grow)
{
	for (unsigned a = 0; a < cover->count; a++) {
		for (unsigned b = a + 1; b < cover->count; b++) {
			const struct motion_cover_box *box_a = &cover->boxes[a];
			const struct motion_cover_box *box_b = &cover->boxes[b];
			pixman_box32_t whole = both(&box_a->box, &box_b->box);

			if (!belong_together(cover, a, b, may_grow))
				continue;
			if ((box_a->id != 0) == (box_b->id != 0) || is_encodable(&whole))
				merge(cover, a, b);
			else if (box_a->id != 0)
				keep_apart(cover, b, a);
			else
				keep_apart(cover, a, b);
			return true;
		}
	}
	return false;
}

static int divide_up(int value, int by)
{
	return (value + by - 1) / by;
}

/* Cuts a box that no encoder takes into the fewest alike that one does. */
static void cut(struct motion_cover *cover, unsigned index)
{
	pixman_box32_t whole = cover->boxes[index].box;
	int least = divide_up(whole.x2 - whole.x1, ENCODER_SIDE_MAX);
	int fewest = INT_MAX, best_width = 0, best_height = 0;

	for (int across = least; across <= 2 * least; across++) {
		int width = divide_up(divide_up(whole.x2 - whole.x1, across), ALIGNMENT) *
			    ALIGNMENT;
		int height_max = min(ENCODER_PIXELS_MAX / width, ENCODER_SIDE_MAX) / ALIGNMENT *
				 ALIGNMENT;
		int down = divide_up(whole.y2 - whole.y1, height_max);

		if (across * down >= fewest)
			continue;
		fewest = across * down;
		best_width = width;
		best_height = divide_up(divide_up(whole.y2 - whole.y1, down), ALIGNMENT) *
			      ALIGNMENT;
	}
	take_out(cover, index);
	for (int y = whole.y1; y < whole.y2; y += best_height)
		for (int x = whole.x1; x < whole.x2; x += best_width)
			motion_cover_add(cover,
					 (pixman_box32_t){x, y, min(x + best_width, whole.x2),
							  min(y + best_height, whole.y2)},
					 0);
}

/* Makes the pair that wastes least one box; false when each wastes much. */
static bool merge_nearest(struct motion_cover *cover)
{
	unsigned best_a = 0, best_b = 0;
	int64_t best = INT64_MAX;

	for (unsigned a = 0; a < cover->count; a++) {
		for (unsigned b = a + 1; b < cover->count; b++) {
			const pixman_box32_t *box_a = &cover->boxes[a].box;
			const pixman_box32_t *box_b = &cover->boxes[b].box;
			pixman_box32_t whole = both(box_a, box_b);

			if (!is_encodable(&whole) || !wastes_at_most(box_a, box_b, WASTE_MUCH) ||
			    area(&whole) - area(box_a) - area(box_b) >= best ||
			    !is_apart(cover, &whole, a, b))
				continue;
			best = area(&whole) - area(box_a) - area(box_b);
			best_a = a;
			best_b = b;
		}
	}
	if (best < INT64_MAX)
		merge(cover, best_a, best_b);
	return best < INT64_MAX;
}

/* The smallest goes; one that is no region yet, if there is any. */
static void leave_one_out(struct motion_cover *cover)
{
	unsigned smallest = 0;

	for (unsigned i = 1; i < cover->count; i++) {
		const struct motion_cover_box *a = &cover->boxes[smallest];
		const struct motion_cover_box *b = &cover->boxes[i];

		if ((a->id != 0) != (b->id != 0) ? b->id == 0 : area(&b->box) < area(&a->box))
			smallest = i;
	}
	take_out(cover, smallest);
}

static int margin(int grown)
{
	return grown > 0 ? clamp(grown, MARGIN_MIN, MARGIN_MAX) : 0;
}

/* A region that had to grow gets room on the sides where it did, unless others are there. */
static void add_margin(struct motion_cover *cover, unsigned index)
{
	const struct motion_cover_box *box = &cover->boxes[index];
	pixman_box32_t wider = {
		.x1 = box->box.x1 - margin(box->grown.x1 - box->box.x1),
		.y1 = box->box.y1 - margin(box->grown.y1 - box->box.y1),
		.x2 = box->box.x2 + margin(box->box.x2 - box->grown.x2),
		.y2 = box->box.y2 + margin(box->box.y2 - box->grown.y2),
	};

	if (motion_cover_fit(&wider, cover->width, cover->height) && is_encodable(&wider) &&
	    is_apart(cover, &wider, index, index))
		cover->boxes[index].box = wider;
}

void motion_cover_arrange(struct motion_cover *cover, unsigned count_max, bool may_grow)
{
	for (int i = 0; i < STEPS_MAX && settle_two(cover, may_grow); i++)
		continue;
	for (unsigned i = cover->count; i-- > 0;)
		if (cover->boxes[i].id == 0 && !is_apart(cover, &cover->boxes[i].box, i, i))
			take_out(cover, i);
	for (unsigned i = cover->count; i-- > 0;)
		if (!is_encodable(&cover->boxes[i].box))
			cut(cover, i);
	while (cover->count > count_max)
		if (!merge_nearest(cover))
			leave_one_out(cover);
	for (unsigned i = 0; may_grow && i < cover->count; i++)
		if (cover->boxes[i].id == 0 && area(&cover->boxes[i].grown) > 0)
			add_margin(cover, i);
}
