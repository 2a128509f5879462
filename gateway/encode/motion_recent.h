/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Motion's recent frames
 *
 * What changed outside the regions in the last few frames, to look closely
 * at a place of which the grid says that it moves.
 *
 * Threads: the owner's.
 */

#include <pixman.h>
#include <stdint.h>

/* At 60 frames a second, half a second. */
#define MOTION_FRAMES_MAX 32

struct motion_recent {
	struct motion_recent_frame {
		uint64_t us; /* 0: none */
		pixman_region32_t damage;
		uint64_t true_area; /* before it was made simpler */
		uint64_t area;
	} frames[MOTION_FRAMES_MAX];
	unsigned next;
};

struct motion_look {
	pixman_box32_t extents; /* of all damage in the box */
	unsigned frames;	/* that damaged it */
	double share;		/* of the box that every other of them damaged, or more */
	uint64_t interval_us;	/* the longest between two of them; 0: there were not two */
};

void motion_recent_init(struct motion_recent *recent);
void motion_recent_finish(struct motion_recent *recent);

/** Remembers a frame's damage, which lies inside `bounds`. */
void motion_recent_push(struct motion_recent *recent, const pixman_region32_t *damage,
			const pixman_box32_t *bounds, uint64_t now_us);

/** Looks at a box of pixels in the frames that came at `since_us` or later. */
struct motion_look motion_recent_look(const struct motion_recent *recent, const pixman_box32_t *box,
				      uint64_t since_us);

/** The sum of a region's rectangles. */
uint64_t motion_area(const pixman_region32_t *region);
