/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/encode/motion_recent.h"

#include <stdlib.h>

#include "gateway/frame/damage.h"

static int min(int a, int b)
{
	return a < b ? a : b;
}

static int max(int a, int b)
{
	return a > b ? a : b;
}

static uint64_t box_area(const pixman_box32_t *box)
{
	return (uint64_t)(box->x2 - box->x1) * (uint64_t)(box->y2 - box->y1);
}

uint64_t motion_area(const pixman_region32_t *region)
{
	uint64_t area = 0;
	int count;
	const pixman_box32_t *boxes = pixman_region32_rectangles((pixman_region32_t *)region,
								 &count);

	for (int i = 0; i < count; i++)
		area += box_area(&boxes[i]);
	return area;
}

void motion_recent_init(struct motion_recent *recent)
{
	for (unsigned i = 0; i < MOTION_FRAMES_MAX; i++)
		pixman_region32_init(&recent->frames[i].damage);
}

void motion_recent_finish(struct motion_recent *recent)
{
	for (unsigned i = 0; i < MOTION_FRAMES_MAX; i++)
		pixman_region32_fini(&recent->frames[i].damage);
}

void motion_recent_push(struct motion_recent *recent, const pixman_region32_t *damage,
			const pixman_box32_t *bounds, uint64_t now_us)
{
	struct motion_recent_frame *frame = &recent->frames[recent->next++ % MOTION_FRAMES_MAX];

	pixman_region32_copy(&frame->damage, (pixman_region32_t *)damage);
	frame->us = now_us;
	frame->true_area = motion_area(&frame->damage);
	damage_simplify(&frame->damage, DAMAGE_RECTS_MAX, bounds);
	frame->area = motion_area(&frame->damage);
}

/* Returns how much of `box` the frame damaged, and adds where to `extents`. */
static uint64_t damaged_area(const struct motion_recent_frame *frame, const pixman_box32_t *box,
			     pixman_box32_t *extents)
{
	uint64_t area = 0;
	int count;
	const pixman_box32_t *boxes = pixman_region32_rectangles(
		(pixman_region32_t *)&frame->damage, &count);

	for (int i = 0; i < count; i++) {
		pixman_box32_t part = {
			.x1 = max(boxes[i].x1, box->x1),
			.y1 = max(boxes[i].y1, box->y1),
			.x2 = min(boxes[i].x2, box->x2),
			.y2 = min(boxes[i].y2, box->y2),
		};

		if (part.x1 >= part.x2 || part.y1 >= part.y2)
			continue;
		area += box_area(&part);
		extents->x1 = min(extents->x1, part.x1);
		extents->y1 = min(extents->y1, part.y1);
		extents->x2 = max(extents->x2, part.x2);
		extents->y2 = max(extents->y2, part.y2);
	}
	return area;
}

static int compare_shares(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return (left > right) - (left < right);
}

struct motion_look motion_recent_look(const struct motion_recent *recent, const pixman_box32_t *box,
				      uint64_t since_us)
{
	struct motion_look look = {.extents = {INT32_MAX, INT32_MAX, INT32_MIN, INT32_MIN}};
	double shares[MOTION_FRAMES_MAX];
	uint64_t before_us = 0;

	/* From the oldest frame to the newest. */
	for (unsigned i = 0; i < MOTION_FRAMES_MAX; i++) {
		const struct motion_recent_frame *frame =
			&recent->frames[(recent->next + i) % MOTION_FRAMES_MAX];
		uint64_t area;

		if (frame->us == 0 || frame->us < since_us)
			continue;
		area = damaged_area(frame, box, &look.extents);
		if (area == 0)
			continue;
		/* What making it simpler has added is spread evenly, for want of better. */
		shares[look.frames++] = (double)area / (double)box_area(box) *
					((double)frame->true_area / (double)frame->area);
		if (before_us > 0 && frame->us - before_us > look.interval_us)
			look.interval_us = frame->us - before_us;
		before_us = frame->us;
	}
	if (look.frames > 0) {
		qsort(shares, look.frames, sizeof(*shares), compare_shares);
		look.share = shares[look.frames / 2];
	}
	return look;
}
