/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * GPU scanouts
 *
 * Which part of which resource each output shows. What the guest flushes of a resource is
 * announced to the display, for each output that shows it.
 *
 * Threads: the loop's.
 */

#include <stdint.h>

#include "gpu-bridge/display.h"
#include "gpu-bridge/renderer.h"

struct gpu_resource;

struct gpu_scanout {
	struct gpu_resource *resource; /* NULL: off */
	struct display_rect window;
	struct renderer_surface *surface;
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

/** Switches off the outputs that show `resource`; NULL: all. */
void gpu_scanouts_forget(struct gpu_scanouts *scanouts, const struct gpu_resource *resource);
