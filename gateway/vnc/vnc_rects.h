/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * VNC rects
 *
 * One FramebufferUpdate of rectangles that others have encoded, as it is put
 * together: RFB wants their number first.
 *
 * Threads: the viewer's.
 */

#include <pixman.h>
#include <stddef.h>
#include <stdint.h>

struct packet;
struct vnc_output;

/* As many as one update has; the picture's rest is for the next. */
#define VNC_RECTS_MAX 16384

struct vnc_rect {
	pixman_box32_t box;
	int32_t encoding;
	uint32_t flags; /* enum vnc_h264_flag, of H.264 only */
	struct packet *packet;
};

struct vnc_rects {
	struct vnc_rect *rects;
	unsigned count;
	unsigned room;
	size_t bytes; /* of the whole update */
};

void vnc_rects_init(struct vnc_rects *rects);
void vnc_rects_finish(struct vnc_rects *rects);

/** Adds one, and takes the caller's reference to its packet. */
void vnc_rects_add(struct vnc_rects *rects, const struct vnc_rect *rect);

/** Says them all, and has none any more. Nothing at all when there are none. */
void vnc_rects_send(struct vnc_rects *rects, struct vnc_output *output);
