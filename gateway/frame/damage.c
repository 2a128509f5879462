/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/frame/damage.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/xalloc.h"

static int min(int a, int b)
{
	return a < b ? a : b;
}

static int max(int a, int b)
{
	return a > b ? a : b;
}

struct box_list {
	pixman_box32_t *boxes;
	int count;
	int room;
};

static void push_box(struct box_list *list, const pixman_box32_t *box)
{
	if (list->count > 0) {
		pixman_box32_t *last = &list->boxes[list->count - 1];

		if (last->y1 == box->y1 && last->y2 == box->y2 && last->x2 == box->x1) {
			last->x2 = box->x2;
			return;
		}
	}
	if (list->count == list->room) {
		pixman_box32_t *more;

		list->room = list->room ? list->room * 2 : 64;
		more = xcalloc((size_t)list->room, sizeof(*more));
		if (list->count > 0)
			memcpy(more, list->boxes, (size_t)list->count * sizeof(*more));
		free(list->boxes);
		list->boxes = more;
	}
	list->boxes[list->count++] = *box;
}

static bool tile_differs(struct damage_view before, struct damage_view after,
			 const pixman_box32_t *tile)
{
	size_t offset = (size_t)tile->x1 * 4;
	size_t size = (size_t)(tile->x2 - tile->x1) * 4;

	for (int y = tile->y1; y < tile->y2; y++) {
		const char *a = (const char *)before.pixels + (size_t)y * before.stride_bytes;
		const char *b = (const char *)after.pixels + (size_t)y * after.stride_bytes;

		if (memcmp(a + offset, b + offset, size) != 0)
			return true;
	}
	return false;
}

static int next_multiple(int value, int step)
{
	return (value / step + 1) * step;
}

static void find_in_box(struct damage_view before, struct damage_view after,
			const pixman_box32_t *box, struct box_list *list)
{
	pixman_box32_t tile;

	for (tile.y1 = box->y1; tile.y1 < box->y2; tile.y1 = tile.y2) {
		tile.y2 = min(next_multiple(tile.y1, DAMAGE_TILE_HEIGHT), box->y2);
		for (tile.x1 = box->x1; tile.x1 < box->x2; tile.x1 = tile.x2) {
			tile.x2 = min(next_multiple(tile.x1, DAMAGE_TILE_WIDTH), box->x2);
			if (tile_differs(before, after, &tile))
				push_box(list, &tile);
		}
	}
}

void damage_find(struct damage_view before, struct damage_view after,
		 const pixman_region32_t *declared, pixman_region32_t *ret_changed)
{
	struct box_list list = {0};
	int count;
	const pixman_box32_t *boxes = pixman_region32_rectangles((pixman_region32_t *)declared,
								 &count);

	for (int i = 0; i < count; i++)
		find_in_box(before, after, &boxes[i], &list);

	pixman_region32_fini(ret_changed);
	pixman_region32_init_rects(ret_changed, list.boxes, list.count);
	free(list.boxes);
}

/* Moves each edge outwards to a grid; neighbours then meet and become one. */
static void snap_to_grid(pixman_region32_t *region, int step, const pixman_box32_t *bounds)
{
	pixman_region32_t snapped;
	int count;
	const pixman_box32_t *boxes = pixman_region32_rectangles(region, &count);
	pixman_box32_t *wider = xcalloc((size_t)count, sizeof(*wider));

	for (int i = 0; i < count; i++) {
		wider[i].x1 = max(boxes[i].x1 / step * step, bounds->x1);
		wider[i].y1 = max(boxes[i].y1 / step * step, bounds->y1);
		wider[i].x2 = min((boxes[i].x2 + step - 1) / step * step, bounds->x2);
		wider[i].y2 = min((boxes[i].y2 + step - 1) / step * step, bounds->y2);
	}
	pixman_region32_init_rects(&snapped, wider, count);
	free(wider);
	pixman_region32_fini(region);
	*region = snapped;
}

void damage_simplify(pixman_region32_t *region, int rects_max, const pixman_box32_t *bounds)
{
	int side = max(bounds->x2 - bounds->x1, bounds->y2 - bounds->y1);

	for (int step = DAMAGE_TILE_WIDTH;
	     pixman_region32_n_rects(region) > rects_max && step < side; step *= 2)
		snap_to_grid(region, step, bounds);

	if (pixman_region32_n_rects(region) > rects_max) {
		pixman_box32_t all = *pixman_region32_extents(region);

		pixman_region32_reset(region, &all);
	}
}
