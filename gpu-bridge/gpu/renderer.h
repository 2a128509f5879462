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
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gpu-bridge/display.h"

struct gpu_backing;
struct gpu_texture;
struct gpu_transfer;
struct guest_memory;
struct loop;
struct renderer;
struct renderer_image;
struct renderer_surface;

/* What was asked for before fence `fence` of a context is done, and so are the context's earlier
 * fences. Called on the loop, never from inside of a call to the renderer. */
typedef void (*renderer_fence_fn)(void *data, uint32_t context, uint64_t fence);

struct renderer_ops {
	const char *name;

	/* `on_fence` is not called by a renderer of 2D only. A renderer that cannot start says in
	 * the log what it misses. Returns 0 or negative errno. */
	int (*create)(struct loop *loop, renderer_fence_fn on_fence, void *data,
		      struct renderer **ret_renderer);

	/* All images are destroyed before. Accepts NULL. */
	void (*destroy)(struct renderer *renderer);

	/* A black image of 4 bytes a pixel, the guest's resource `id`. The caller has bounded its
	 * size. Returns 0, -ENOMEM, or -EMFILE when there are as many as there can be. */
	int (*image_create)(struct renderer *renderer, uint32_t id, uint32_t width, uint32_t height,
			    pixman_format_code_t format, struct renderer_image **ret_image);

	/* All of its surfaces are closed before. Accepts NULL. */
	void (*image_destroy)(struct renderer_image *image);

	/* For a renderer that reaches into the guest's memory by itself, else NULL: this is behind
	 * the image from now on, until image_detach(), or nothing if some of it is no memory. It is
	 * detached before the memory goes. Returns 0 or -ENOMEM. */
	int (*image_attach)(struct renderer_image *image, const struct gpu_backing *backing,
			    const struct guest_memory *memory);
	void (*image_detach)(struct renderer_image *image);

	/* Takes `rect` from the guest's memory: rows of the image's width, the first one at
	 * `offset`. Returns 0; -EFAULT when there is less memory than that; or -EINVAL for an image
	 * that is not of 2D. */
	int (*image_update)(struct renderer_image *image, const struct display_rect *rect,
			    const struct gpu_backing *backing, const struct guest_memory *memory,
			    uint64_t offset);

	/* Copies `rect` out, as premultiplied ARGB in this machine's byte order. */
	void (*image_read)(struct renderer_image *image, const struct display_rect *rect,
			   uint32_t *pixels, uint32_t stride_bytes);

	/* Opens a window, and describes it. Its memory lasts until surface_close(); until
	 * surface_flush() it may hold what was there before. Windows of one image share their
	 * memory. Returns 0; -EINVAL for an image that cannot be shown; or why there is no memory
	 * for it. */
	int (*surface_open)(struct renderer_image *image, const struct display_rect *window,
			    struct renderer_surface **ret_surface,
			    struct display_surface *ret_description);
	void (*surface_close)(struct renderer_surface *surface);

	/* Brings `rect` of the window up to date: its dma-buf, and its pixels where they are
	 * needed. */
	void (*surface_flush)(struct renderer_surface *surface, const struct display_rect *rect,
			      bool needs_pixels);

	/* NULL: 2D only. */
	const struct renderer_3d_ops *three_d;
};

/* What a renderer can do for the guest's drivers: of so many bytes, in this version. */
struct renderer_capset {
	uint32_t id;
	uint32_t version;
	uint32_t size;
};

/* No capset is larger. */
#define RENDERER_CAPSET_MAX 4096

/*
 * 3D: contexts, by the numbers that the guest gave them, draw into the images that were
 * attached to them. The caller keeps count of both: a context that is named exists.
 */
struct renderer_3d_ops {
	/* Returns false when there is no capset of that index: they count from 0. */
	bool (*capset_at)(struct renderer *renderer, unsigned index,
			  struct renderer_capset *ret_capset);

	/* Writes a capset, in a version up to its own: all of its size. */
	void (*capset_fill)(struct renderer *renderer, const struct renderer_capset *capset,
			    void *bytes);

	/* `name` has `name_size` bytes, and is what the guest calls it. Returns 0, -ENOMEM or
	 * -EINVAL. */
	int (*context_create)(struct renderer *renderer, uint32_t id, const char *name,
			      uint32_t name_size);

	/* Its fences are dropped, and perhaps some of others': ask for those again. */
	void (*context_destroy)(struct renderer *renderer, uint32_t id);

	void (*context_attach)(struct renderer *renderer, uint32_t id,
			       struct renderer_image *image);
	void (*context_detach)(struct renderer *renderer, uint32_t id,
			       struct renderer_image *image);

	/* Whether a device of the host's is open for it, which a driver asks. */
	bool (*has_gpu)(const struct renderer *renderer);

	/* Whether the processor renders, with code that is made for it. */
	bool (*makes_code)(const struct renderer *renderer);

	/* As image_create(), of any kind; -EINVAL for what the host has not. */
	int (*texture_create)(struct renderer *renderer, uint32_t id,
			      const struct gpu_texture *texture, struct renderer_image **ret_image);

	/* Copies between an image and the memory behind it, on behalf of a context, or of none (0).
	 * The image has what is transferred. Returns 0; -EFAULT when there is less memory than
	 * that; or -EINVAL. */
	int (*texture_transfer)(struct renderer_image *image, uint32_t context, bool to_host,
				const struct gpu_transfer *transfer);

	/* Carries out `count` words of a context's commands. Returns 0, or -EINVAL when some cannot
	 * be. */
	int (*submit)(struct renderer *renderer, uint32_t context, uint32_t *words, size_t count);

	/* Asks to be told when what was asked for until now is done, by a number above all earlier
	 * ones, or again by the last one of a context. Context 0 stands for none. Returns 0 or
	 * negative errno. */
	int (*fence)(struct renderer *renderer, uint32_t context, uint64_t fence);
};

/* Without a GPU, 2D only. */
extern const struct renderer_ops renderer_soft;

/* By OpenGL. Not built everywhere. */
extern const struct renderer_ops renderer_virgl;

/** The renderer that has 3D, by way of OpenGL; NULL where it was not built. */
const struct renderer_ops *renderer_of_gl(void);
