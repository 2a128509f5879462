/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Fake video
 *
 * Stands in for motion.c and stream.c: what moves is what the test says, and a unit is
 * a few bytes that are encoded when the test lets them be. Link it before the library.
 *
 * Threads: any.
 */

#include <pixman.h>
#include <stdbool.h>
#include <stdint.h>

#include "gateway/encode/motion.h"

/* What one call of stream_encode() was about. */
struct fake_encode {
	uint64_t frame;
	pixman_box32_t box;
	bool is_key;
	unsigned quality;
	uint32_t kbps;
};

/** As at the program's start. */
void fake_video_reset(void);

/** Has these boxes move from the next frame on, as regions of their own. */
void fake_video_move(const pixman_box32_t *boxes, unsigned count);

/** Has the regions end so long after the last frame; 0: never. */
void fake_video_set_rest_us(uint64_t rest_us);

/** While held, encodes wait. */
void fake_video_hold(bool is_held);

/** Has encodes fail with this; 0: succeed. */
void fake_video_set_error(int error);

/** How many have begun. */
unsigned fake_video_encodes(void);

/** The last that has begun. */
struct fake_encode fake_video_last_encode(void);

/** How many streams exist. */
unsigned fake_video_streams(void);
