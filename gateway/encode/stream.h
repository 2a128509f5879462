/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Stream
 *
 * One encoding of one box of a head. It begins with a key frame, and has
 * another when it is asked for one.
 *
 * Threads: one call at a time, on any thread; stream_encode() may take long.
 */

#include <pixman.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/cleanup.h"
#include "gateway/encode/encoder.h"

struct frame;
struct packet;
struct stream;

struct stream_config {
	enum encoder_choice encoder;
	pixman_box32_t box; /* of the head: stream_fit_box() */
	unsigned quality;
	uint32_t kbps_max;
};

/**
 * Makes `box` one that can be a stream: aligned to 16 pixels, outwards, but where
 * the head ends, there to 2, inwards. Returns false, leaving it as it was, when it
 * would be too large or smaller than ENCODER_SIDE_MIN.
 */
bool stream_fit_box(pixman_box32_t *box, uint32_t head_width, uint32_t head_height);

/** Allocates nothing large before the first stream_encode(). */
struct stream *stream_create(const struct stream_config *config);

/** Accepts NULL. */
void stream_destroy(struct stream *stream);

/** As configured; does not change. Any thread, at any time. */
const struct stream_config *stream_config(const struct stream *stream);

/** From the next unit on; 0: no bound, and ENCODER_KBPS_MIN is the lowest. */
void stream_set_rate(struct stream *stream, uint32_t kbps_max);

/**
 * Encodes the stream's box of `frame`, of which `damage` (in the head's pixels;
 * what lies outside the box does not count) differs from the frame encoded last.
 *
 * Only the damaged rows are converted. The caller owns the packet, which has its
 * number, its frame's, and its damage. Returns 0, -EINVAL for a frame that does not
 * reach as far as the box, or another negative errno, after which the next unit is a
 * key frame of a new encoder.
 */
int stream_encode(struct stream *stream, const struct frame *frame, const pixman_region32_t *damage,
		  bool is_key, struct packet **ret_packet);

DEFINE_CLEANUP(struct stream *, stream_destroy)
