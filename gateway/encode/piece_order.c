/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/encode/piece_order.h"

#include <stdlib.h>

#include "gateway/frame/frame.h"

/* Pixels from one that is looked at to the next. */
#define STEP_X 4
#define STEP_Y 8

/* A step in luminance, of 1020, that is an edge: where video's ringing shows. */
#define EDGE_STEP 160

/* Below one flat pixel in so many it is a photograph or noise. */
#define FLAT_SHARE 4

struct cell {
	int32_t score;
	uint16_t index;
};

static int luminance(uint32_t pixel)
{
	return (int)((pixel >> 16 & 0xff) + 2 * (pixel >> 8 & 0xff) + (pixel & 0xff));
}

/* Each pixel is compared with the one to the right of it and below, which sees edges of every
 * direction but one. */
static int32_t score_of(const struct frame *frame, const pixman_box32_t *box)
{
	int32_t all = 0, flat = 0, edges = 0, roughness = 0;

	for (int y = box->y1; y < box->y2 - 1; y += STEP_Y) {
		const uint32_t *row = frame_row(frame, (uint32_t)y);
		const uint32_t *below = frame_row(frame, (uint32_t)y + 1);

		for (int x = box->x1; x < box->x2 - 1; x += STEP_X) {
			uint32_t one = row[x], other = below[x + 1];
			int step = abs(luminance(one) - luminance(other));

			all++;
			flat += ((one ^ other) & 0xffffff) == 0;
			edges += step >= EDGE_STEP;
			roughness += step;
		}
	}
	return flat >= all / FLAT_SHARE ? edges * flat : -roughness;
}

static int compare_cells(const void *a, const void *b)
{
	const struct cell *one = a, *other = b;

	if (one->score != other->score)
		return one->score > other->score ? -1 : 1;
	return one->index - other->index;
}

static int lesser(int a, int b)
{
	return a < b ? a : b;
}

void piece_order_cells(const struct frame *frame, int width, int height,
		       const pixman_box32_t *cells, uint16_t *ret_order)
{
	struct cell sorted[PIECE_ORDER_CELLS_MAX];
	uint16_t count = 0;

	for (int y = cells->y1; y < cells->y2; y++) {
		for (int x = cells->x1; x < cells->x2; x++) {
			pixman_box32_t box = {
				.x1 = x * width,
				.y1 = y * height,
				.x2 = lesser((x + 1) * width, (int)frame->width),
				.y2 = lesser((y + 1) * height, (int)frame->height),
			};

			sorted[count] = (struct cell){score_of(frame, &box), count};
			count++;
		}
	}
	qsort(sorted, count, sizeof(sorted[0]), compare_cells);
	for (uint16_t i = 0; i < count; i++)
		ret_order[i] = sorted[i].index;
}
