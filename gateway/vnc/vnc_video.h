/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * VNC video
 *
 * A head's shared H.264 for one viewer: RFB's encoding 50. A rectangle is a unit; what
 * the viewer decodes it with, its context, belongs to the rectangle's place and size. It
 * never misses a unit of a stream but before a key frame.
 *
 * Threads: the viewer's.
 */

#include <pixman.h>
#include <stdint.h>

struct feed_picture;
struct feed_view;
struct ledger;
struct vnc_rects;

/* Contexts that a viewer is made to keep before it is told to free them all, with those
 * of the streams that live: they begin again with key frames. */
#define VNC_VIDEO_CONTEXTS_MAX 16

struct vnc_video {
	struct feed_view *view;
	struct ledger *ledger;
	uint64_t units;	   /* that were added, ever */
	unsigned contexts; /* begun since the viewer was told to free them all */
};

/**
 * Adds the units of the picture that the viewer lacks, and first a still of the whole head where
 * most is new. Streams beside `wanted` are left alone. Asks for the key frames that
 * the viewer needs.
 */
void vnc_video_add(struct vnc_video *video, struct vnc_rects *rects,
		   const struct feed_picture *picture, const pixman_region32_t *wanted);

/** The viewer has lost what it showed in `box`, and may have lost its contexts there. */
void vnc_video_expose(struct vnc_video *video, const struct feed_picture *picture,
		      const pixman_box32_t *box);
