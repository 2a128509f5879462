/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Display listener
 *
 * Tells one viewer what one output shows: the calls that are made on its
 * org.qemu.Display1.Listener, by a connection of its own.
 *
 * A viewer is told no faster than it answers. What changes while it owes answers
 * is kept as "there is another surface" and a region, and told when it has
 * caught up: the newest surface wins, and a slow viewer costs neither the
 * guest nor the others anything. One that owes answers and gives none is dropped.
 *
 * A viewer that names Unix.ScanoutDMABUF2 among its interfaces is given the surface in
 * the GPU's memory, where it is there too. One that names Unix.Map maps the surface; others,
 * and those that refuse to, are sent copies.
 *
 * Threads: the loop's.
 */

#include <stdbool.h>
#include <stdint.h>

#include "common/cleanup.h"
#include "common/loop.h"
#include "gpu-bridge/display.h"

struct display_listener;

struct display_listener_events {
	/* The viewer closed the connection (`reason` is NULL), or cannot be served any longer. It
	 * destroys the listener. */
	void (*on_end)(void *data, const char *reason);

	/* display_listener_needs_pixels() is another now. When it returns, the surface's pixels
	 * are up to date if they are needed. */
	void (*on_need)(void *data);
};

/**
 * Starts the handshake on a connected socket, which it takes; then the viewer is
 * told what there is. It may owe answers and give none for `patience_us`, and for
 * half as long again.
 *
 * Returns 0 or negative errno.
 */
int display_listener_create(struct loop *loop, const struct display *display, unsigned output,
			    int fd, uint64_t patience_us,
			    const struct display_listener_events *events, void *data,
			    struct display_listener **ret_listener);

/** Closes the connection. Accepts NULL. */
void display_listener_destroy(struct display_listener *listener);

/** Whether what the viewer is told is from the surface's pixels. */
bool display_listener_needs_pixels(const struct display_listener *listener);

/* -- What happened on the output: the display is asked for the rest ----------- */

/** It shows another surface, or none. */
void display_listener_surface_changed(struct display_listener *listener);

/** A part of the surface changed. */
void display_listener_updated(struct display_listener *listener, const struct display_rect *rect);

/** The pointer has another picture. */
void display_listener_cursor_changed(struct display_listener *listener);

void display_listener_pointer_moved(struct display_listener *listener);

DEFINE_CLEANUP(struct display_listener *, display_listener_destroy)
