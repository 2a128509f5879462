/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Renderer: where resources' pixels live, and what draws them.
 *
 * An image is one resource. A surface is a window into an image, in memory that
 * watchers can map; images whose pixels lie in such memory lend it, others copy
 * into it what was flushed, once.
 *
 * The caller has checked sizes and rectangles: they are inside of the image and not
 * empty. Threads: the loop's.
 */

#include <pixman.h>
#include <stdint.h>

#include "gpu-bridge/display.h"

struct gpu_backing;
struct guest_memory;
struct renderer;
struct renderer_image;
struct renderer_surface;

struct renderer_ops {
	const char *name;

	int (*create)(struct renderer **ret_renderer);

	/* All images are destroyed before. Accepts NULL. */
	void (*destroy)(struct renderer *renderer);

	/* A black image of 4 bytes a pixel. The caller has bounded its size. Returns 0, -ENOMEM,
	 * or -EMFILE when there are as many as there can be. */
	int (*image_create)(struct renderer *renderer, uint32_t width, uint32_t height,
			    pixman_format_code_t format, struct renderer_image **ret_image);

	/* All of its surfaces are closed before. Accepts NULL. */
	void (*image_destroy)(struct renderer_image *image);

	/* Takes `rect` from the guest's memory: rows of the image's width, the first one at
	 * `offset`. Returns 0, or -EFAULT when there is less memory than that. */
	int (*image_update)(struct renderer_image *image, const struct display_rect *rect,
			    const struct gpu_backing *backing, const struct guest_memory *memory,
			    uint64_t offset);

	/* Copies `rect` out, as premultiplied ARGB in this machine's byte order. */
	void (*image_read)(struct renderer_image *image, const struct display_rect *rect,
			   uint32_t *pixels, uint32_t stride_bytes);

	/* Opens a window, and describes it. Its memory lasts until surface_close(). */
	int (*surface_open)(struct renderer_image *image, const struct display_rect *window,
			    struct renderer_surface **ret_surface,
			    struct display_surface *ret_description);
	void (*surface_close)(struct renderer_surface *surface);

	/* Brings `rect` of the window up to date. */
	void (*surface_flush)(struct renderer_surface *surface, const struct display_rect *rect);
};

/* Without a GPU, 2D only. */
extern const struct renderer_ops renderer_soft;
