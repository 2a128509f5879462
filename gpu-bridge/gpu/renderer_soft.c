/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The renderer that does not render: an image is a memfd, from which its surfaces are
 * lent, so that what the guest transfers is copied once and never again.
 */

#include <assert.h>
#include <errno.h>

#include "common/xalloc.h"
#include "gpu-bridge/gpu/gpu_backing.h"
#include "gpu-bridge/gpu/renderer.h"
#include "gpu-bridge/gpu/shared_pixels.h"

/* Each has a descriptor. */
#define IMAGES_MAX 4096

#define PIXEL_BYTES 4

struct renderer {
	unsigned images;
};

struct renderer_image {
	struct renderer *renderer;
	uint32_t width;
	uint32_t height;
	uint32_t stride_bytes;
	pixman_format_code_t format;
	struct shared_pixels pixels;
};

/* Nothing but the image's own memory. */
struct renderer_surface {
	struct renderer_image *image;
};

static int soft_create(struct loop *loop, renderer_fence_fn on_fence, void *data,
		       struct renderer **ret_renderer)
{
	*ret_renderer = xcalloc(1, sizeof(struct renderer));
	return 0;
}

static void soft_destroy(struct renderer *renderer)
{
	assert(!renderer || renderer->images == 0);
	free(renderer);
}

static void soft_image_destroy(struct renderer_image *image)
{
	if (!image)
		return;
	shared_pixels_finish(&image->pixels);
	image->renderer->images--;
	free(image);
}

DEFINE_CLEANUP(struct renderer_image *, soft_image_destroy)

static int soft_image_create(struct renderer *renderer, uint32_t id, uint32_t width,
			     uint32_t height, pixman_format_code_t format,
			     struct renderer_image **ret_image)
{
	CLEANUP(soft_image_destroyp) struct renderer_image *image = NULL;
	int r;

	if (renderer->images == IMAGES_MAX)
		return -EMFILE;
	renderer->images++;
	image = xcalloc(1, sizeof(*image));
	image->renderer = renderer;
	image->width = width;
	image->height = height;
	image->stride_bytes = width * PIXEL_BYTES;
	image->format = format;
	r = shared_pixels_init(&image->pixels, (size_t)image->stride_bytes * height);
	if (r < 0)
		return r;
	*ret_image = TAKE(image);
	return 0;
}

static unsigned char *pixel_at(const struct renderer_image *image, uint32_t x, uint32_t y)
{
	return image->pixels.bytes + (size_t)y * image->stride_bytes + (size_t)x * PIXEL_BYTES;
}

static int soft_image_update(struct renderer_image *image, const struct display_rect *rect,
			     const struct gpu_backing *backing, const struct guest_memory *memory,
			     uint64_t offset)
{
	struct backing_walk walk = {0};
	size_t row_bytes = (size_t)rect->width * PIXEL_BYTES;
	unsigned char *row = pixel_at(image, rect->x, rect->y);
	uint64_t last;

	/* The last row needs no more than its pixels. */
	if (__builtin_add_overflow(offset,
				   (uint64_t)(rect->height - 1) * image->stride_bytes + row_bytes,
				   &last) ||
	    last > backing->size)
		return -EFAULT;
	if (row_bytes == image->stride_bytes)
		return backing_read(backing, memory, &walk, offset, row, row_bytes * rect->height);
	for (uint32_t y = 0; y < rect->height; y++) {
		int r = backing_read(backing, memory, &walk, offset, row, row_bytes);

		if (r < 0)
			return r;
		offset += image->stride_bytes;
		row += image->stride_bytes;
	}
	return 0;
}

static void soft_image_read(struct renderer_image *image, const struct display_rect *rect,
			    uint32_t *pixels, uint32_t stride_bytes)
{
	pixman_image_t *from = pixman_image_create_bits_no_clear(
		image->format, (int)rect->width, (int)rect->height,
		(uint32_t *)pixel_at(image, rect->x, rect->y), (int)image->stride_bytes);
	pixman_image_t *to = pixman_image_create_bits_no_clear(
		PIXMAN_a8r8g8b8, (int)rect->width, (int)rect->height, pixels, (int)stride_bytes);

	if (from && to)
		pixman_image_composite32(PIXMAN_OP_SRC, from, NULL, to, 0, 0, 0, 0, 0, 0,
					 (int)rect->width, (int)rect->height);
	if (from)
		pixman_image_unref(from);
	if (to)
		pixman_image_unref(to);
}

static int soft_surface_open(struct renderer_image *image, const struct display_rect *window,
			     struct renderer_surface **ret_surface,
			     struct display_surface *ret_description)
{
	struct renderer_surface *surface = xcalloc(1, sizeof(*surface));
	unsigned char *first = pixel_at(image, window->x, window->y);

	surface->image = image;
	*ret_surface = surface;
	*ret_description = (struct display_surface){
		.fd = image->pixels.fd,
		.offset = (uint32_t)(first - image->pixels.bytes),
		.width = window->width,
		.height = window->height,
		.stride_bytes = image->stride_bytes,
		.format = image->format,
		.pixels = first,
	};
	return 0;
}

static void soft_surface_close(struct renderer_surface *surface)
{
	free(surface);
}

static void soft_surface_flush(struct renderer_surface *surface, const struct display_rect *rect,
			       bool needs_pixels)
{
}

const struct renderer_ops renderer_soft = {
	.name = "soft",
	.create = soft_create,
	.destroy = soft_destroy,
	.image_create = soft_image_create,
	.image_destroy = soft_image_destroy,
	.image_update = soft_image_update,
	.image_read = soft_image_read,
	.surface_open = soft_surface_open,
	.surface_close = soft_surface_close,
	.surface_flush = soft_surface_flush,
};
