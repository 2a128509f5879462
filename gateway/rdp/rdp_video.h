/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * RDP video
 *
 * Access units at a client, as AVC420 ([MS-RDPEGFX] 2.2.4.4). Each stream of a
 * place has a surface that is not shown, as large as the stream's box: units are decoded
 * there, and what a unit is to repaint is copied to the place's own surface. So
 * a decoder sees every unit of its stream and no other, and pixels that are exact
 * already stay so.
 *
 * Threads: the viewer's.
 */

#include <pixman.h>
#include <stdint.h>
#include <sys/types.h>

#include "gateway/encode/feed.h"
#include "gateway/rdp/rdp_surfaces.h"

struct rdp_stream_surface {
	unsigned place;
	uint64_t stream;
	uint16_t surface;
};

struct rdp_video {
	struct rdp_surfaces *surfaces;
	unsigned count;
	struct rdp_stream_surface streams[RDP_PLACES_MAX * MOTION_REGIONS_MAX];
};

/**
 * Sends a unit of a stream of `place`, and shows `painted` of it, in the head's pixels,
 * on surface `shown`. Returns the bytes sent or negative errno.
 */
ssize_t rdp_video_send(struct rdp_video *video, unsigned place, uint16_t shown,
		       const struct feed_stream *stream, const struct packet *unit,
		       const pixman_region32_t *painted);

/**
 * Sends a unit that is decoded in surface `shown` itself, which begins where `box` does, and
 * shows `painted` of it. Returns the bytes sent or negative errno.
 */
ssize_t rdp_video_send_in_place(struct rdp_video *video, uint16_t shown, const pixman_box32_t *box,
				const struct packet *unit, const pixman_region32_t *painted);

/** Deletes the surfaces of streams of `place` that are not in the picture. Returns 0 or -EIO. */
int rdp_video_keep(struct rdp_video *video, unsigned place, const struct feed_picture *picture);

/** All surfaces are gone. */
void rdp_video_forget(struct rdp_video *video);
