/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/encode/piece_cutter.h"

#include <assert.h>
#include <stddef.h>

static int cells_count(const struct piece_cutter *cutter)
{
	const pixman_box32_t *cells = &cutter->cells;

	return (cells->x2 - cells->x1) * (cells->y2 - cells->y1);
}

void piece_cutter_begin(struct piece_cutter *cutter, pixman_region32_t *region, int width,
			int height)
{
	const pixman_box32_t *extents = pixman_region32_extents(region);

	assert(extents->x1 >= 0 && extents->y1 >= 0);
	cutter->region = region;
	cutter->width = width;
	cutter->height = height;
	cutter->cells = (pixman_box32_t){
		.x1 = extents->x1 / width,
		.y1 = extents->y1 / height,
		.x2 = (extents->x2 + width - 1) / width,
		.y2 = (extents->y2 + height - 1) / height,
	};
	cutter->next_cell = 0;
	cutter->is_ordered = false;
	pixman_region32_init(&cutter->part);
	cutter->next_box = 0;
	pixman_region32_init(&cutter->done);
}

void piece_cutter_order(struct piece_cutter *cutter, const struct frame *frame)
{
	if (cells_count(cutter) > PIECE_ORDER_CELLS_MAX)
		return;
	piece_order_cells(frame, cutter->width, cutter->height, &cutter->cells, cutter->order);
	cutter->is_ordered = true;
}

static void cut_next_cell(struct piece_cutter *cutter)
{
	int cell = cutter->is_ordered ? cutter->order[cutter->next_cell] : cutter->next_cell;
	int columns = cutter->cells.x2 - cutter->cells.x1;

	cutter->next_cell++;
	pixman_region32_union(&cutter->done, &cutter->done, &cutter->part);
	pixman_region32_intersect_rect(&cutter->part, cutter->region,
				       (cutter->cells.x1 + cell % columns) * cutter->width,
				       (cutter->cells.y1 + cell / columns) * cutter->height,
				       (unsigned)cutter->width, (unsigned)cutter->height);
	cutter->next_box = 0;
}

bool piece_cutter_next(struct piece_cutter *cutter, pixman_box32_t *ret_piece)
{
	int count;
	const pixman_box32_t *boxes = pixman_region32_rectangles(&cutter->part, &count);

	while (cutter->next_box >= count) {
		if (cutter->next_cell >= cells_count(cutter))
			return false;
		cut_next_cell(cutter);
		boxes = pixman_region32_rectangles(&cutter->part, &count);
	}
	*ret_piece = boxes[cutter->next_box++];
	return true;
}

void piece_cutter_end(struct piece_cutter *cutter)
{
	const pixman_box32_t *boxes = pixman_region32_rectangles(&cutter->part, NULL);
	pixman_region32_t begun;

	pixman_region32_init_rects(&begun, boxes, cutter->next_box);
	pixman_region32_union(&cutter->done, &cutter->done, &begun);
	pixman_region32_subtract(cutter->region, cutter->region, &cutter->done);
	pixman_region32_fini(&begun);
	pixman_region32_fini(&cutter->part);
	pixman_region32_fini(&cutter->done);
}
