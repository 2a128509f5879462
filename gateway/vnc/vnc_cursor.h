/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * VNC cursor
 *
 * The guest's pointer for one viewer: as a shape that the viewer draws where
 * its own pointer is, or drawn into the picture for a viewer that takes no
 * shapes. The library would draw into the frame itself, which is everybody's.
 *
 * Threads: the viewer's own.
 */

#include <pixman.h>
#include <stdbool.h>
#include <stdint.h>

#include "gateway/frame/head.h"
#include "gateway/vnc/vnc_client.h"

struct frame;

/* What one viewer has been sent of the cursor's shape. */
struct vnc_shape {
	bool is_known;	/* the viewer has been told something */
	uint64_t image; /* the number of the image that it shows; 0: none */
};

/** Whether `cursor` is another than the viewer has. */
bool vnc_shape_is_stale(const struct vnc_shape *shape, const struct cursor *cursor);

/** Sends the shape in an update of its own. Returns 0 or -ENOMEM. */
int vnc_shape_send(struct vnc_shape *shape, struct vnc_client *client, const struct cursor *cursor);

/*
 * A copy of the picture with the cursor in it, for one viewer.
 */
struct vnc_canvas {
	uint32_t *pixels;
	uint32_t width;
	uint32_t height;
	pixman_box32_t drawn; /* where the cursor is in it */
	struct vnc_shape shape;
	int32_t x;
	int32_t y;
};

/**
 * Brings the canvas up to date with `frame`, in which `damage` is new, and adds
 * to `damage` where the cursor was and is. A canvas of another size is made
 * again, whole. Returns 0 or -ENOMEM.
 */
int vnc_canvas_update(struct vnc_canvas *canvas, const struct frame *frame,
		      const struct cursor *cursor, pixman_region32_t *damage);

/** Frees the pixels; the next update makes them again. */
void vnc_canvas_finish(struct vnc_canvas *canvas);
