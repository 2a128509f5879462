/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/encode/piece_cutter.h"

static int lesser(int a, int b)
{
	return a < b ? a : b;
}

/* Moves to the beginning of a rectangle, if there is one. */
static void go_to(struct piece_cutter *cutter, int index)
{
	int count;
	const pixman_box32_t *boxes = pixman_region32_rectangles(cutter->region, &count);

	cutter->index = index;
	if (index < count) {
		cutter->x = boxes[index].x1;
		cutter->y = boxes[index].y1;
	}
}

void piece_cutter_begin(struct piece_cutter *cutter, pixman_region32_t *region, int width,
			int height)
{
	*cutter = (struct piece_cutter){.region = region, .width = width, .height = height};
	go_to(cutter, 0);
}

bool piece_cutter_next(struct piece_cutter *cutter, pixman_box32_t *ret_piece)
{
	int count;
	const pixman_box32_t *boxes = pixman_region32_rectangles(cutter->region, &count);

	if (cutter->index >= count)
		return false;

	const pixman_box32_t *box = &boxes[cutter->index];

	*ret_piece = (pixman_box32_t){
		.x1 = cutter->x,
		.y1 = cutter->y,
		.x2 = lesser(cutter->x + cutter->width, box->x2),
		.y2 = lesser(cutter->y + cutter->height, box->y2),
	};

	cutter->x = ret_piece->x2;
	if (cutter->x == box->x2) {
		cutter->x = box->x1;
		cutter->y = ret_piece->y2;
	}
	if (cutter->y == box->y2)
		go_to(cutter, cutter->index + 1);
	return true;
}

void piece_cutter_end(struct piece_cutter *cutter)
{
	int count;
	const pixman_box32_t *boxes = pixman_region32_rectangles(cutter->region, &count);
	pixman_region32_t rest;

	if (cutter->index >= count) {
		pixman_region32_clear(cutter->region);
		return;
	}

	/* Of the rectangle being cut: the rest of the row of pieces, and the rows below. */
	const pixman_box32_t *box = &boxes[cutter->index];
	int row_end = lesser(cutter->y + cutter->height, box->y2);

	pixman_region32_init_rects(&rest, boxes + cutter->index + 1, count - cutter->index - 1);
	pixman_region32_union_rect(&rest, &rest, cutter->x, cutter->y,
				   (unsigned)(box->x2 - cutter->x),
				   (unsigned)(row_end - cutter->y));
	if (row_end < box->y2)
		pixman_region32_union_rect(&rest, &rest, box->x1, row_end,
					   (unsigned)(box->x2 - box->x1),
					   (unsigned)(box->y2 - row_end));
	pixman_region32_copy(cutter->region, &rest);
	pixman_region32_fini(&rest);
}
