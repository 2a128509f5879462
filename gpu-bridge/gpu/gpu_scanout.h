/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * GPU scanouts
 *
 * Which part of which resource each output shows. What the guest flushes of a resource is
 * announced to the display, for each output that shows it.
 *
 * A driver that flips pages says first what to show, and at once that all of it is new. The
 * display is told when both were said, or when the driver pauses: pixels that have to be
 * fetched are fetched once.
 *
 * Threads: the loop's.
 */

#include <stdint.h>

#include "gpu-bridge/display.h"
#include "gpu-bridge/gpu/renderer.h"

struct gpu_resource;

struct gpu_scanout {
	struct gpu_resource *resource; /* NULL: off */
	struct display_rect window;
	struct renderer_surface *surface;
	struct display_surface description;

	struct renderer_surface *told; /* what the display shows: `surface`, or one before */
};

struct gpu_scanouts {
	const struct renderer_ops *ops;
	struct display *display;
	struct gpu_scanout outputs[DISPLAY_OUTPUTS_MAX];
};

/** Shows `window`, not empty and inside of `resource`, on an output. Returns 0 or negative errno:
 * the output shows what it did before then. */
int gpu_scanout_show(struct gpu_scanouts *scanouts, unsigned output, struct gpu_resource *resource,
		     const struct display_rect *window);

void gpu_scanout_disable(struct gpu_scanouts *scanouts, unsigned output);

/** `rect`, inside of the resource, has new pixels for whoever shows it. */
void gpu_scanouts_flush(struct gpu_scanouts *scanouts, const struct gpu_resource *resource,
			const struct display_rect *rect);

/** Tells the display what it has not been told. */
void gpu_scanouts_settle(struct gpu_scanouts *scanouts);

/** Brings the pixels that an output shows up to date, for somebody who needs them now. It is on. */
void gpu_scanout_refresh(struct gpu_scanouts *scanouts, unsigned output);

/** Switches off the outputs that show `resource`; NULL: all. */
void gpu_scanouts_forget(struct gpu_scanouts *scanouts, const struct gpu_resource *resource);
