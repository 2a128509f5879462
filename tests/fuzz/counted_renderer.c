/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/fuzz/counted_renderer.h"

#include <sanitizer/asan_interface.h>

#include "gpu-bridge/gpu/gpu_texture.h"
#include "tests/fuzz/fuzz_target.h"

#define PAGE	   4096
#define IMAGES_MAX 4096

struct counted {
	struct renderer_image *image;
	unsigned char *end; /* of its pixels; NULL: not here */
	uint64_t size;	    /* of its pages */
	uint64_t rest;	    /* from its end to that of its last page */
};

static const struct renderer_ops *inner;
static struct counted images[IMAGES_MAX];
static unsigned images_count;
static uint64_t bytes_count;

static unsigned char *pixels_of(struct renderer_image *image, uint32_t width, uint32_t height)
{
	struct renderer_surface *surface;
	struct display_surface description;

	if (inner->surface_open(image, &(struct display_rect){0, 0, width, height}, &surface,
				&description) < 0)
		return NULL;
	inner->surface_close(surface);
	return (unsigned char *)description.pixels;
}

static struct counted *count_image(struct renderer_image *image, uint64_t size)
{
	struct counted *counted = &images[images_count];

	CHECK(images_count < IMAGES_MAX);
	images_count++;
	*counted = (struct counted){.image = image, .size = (size + PAGE - 1) / PAGE * PAGE};
	bytes_count += counted->size;
	return counted;
}

static int image_create(struct renderer *renderer, uint32_t id, uint32_t width, uint32_t height,
			pixman_format_code_t format, struct renderer_image **ret_image)
{
	uint64_t size = (uint64_t)width * height * 4;
	int r = inner->image_create(renderer, id, width, height, format, ret_image);
	struct counted *counted;

	if (r < 0)
		return r;
	counted = count_image(*ret_image, size);
	/* A texture's pixels are not here. */
	if (inner->three_d)
		return 0;
	counted->rest = counted->size - size;
	counted->end = pixels_of(*ret_image, width, height);
	CHECK(counted->end);
	counted->end += size;
	ASAN_POISON_MEMORY_REGION(counted->end, counted->rest);
	return 0;
}

static int texture_create(struct renderer *renderer, uint32_t id, const struct gpu_texture *texture,
			  struct renderer_image **ret_image)
{
	int r = inner->three_d->texture_create(renderer, id, texture, ret_image);

	if (r == 0)
		count_image(*ret_image, gpu_texture_size(texture));
	return r;
}

static void image_destroy(struct renderer_image *image)
{
	unsigned i = 0;

	if (!image)
		return;
	while (i < images_count && images[i].image != image)
		i++;
	CHECK(i < images_count);
	ASAN_UNPOISON_MEMORY_REGION(images[i].end, images[i].rest);
	bytes_count -= images[i].size;
	images[i] = images[--images_count];
	inner->image_destroy(image);
}

const struct renderer_ops *counted_renderer(const struct renderer_ops *ops)
{
	static struct renderer_ops counted;
	static struct renderer_3d_ops counted_3d;

	inner = ops;
	counted = *ops;
	counted.image_create = image_create;
	counted.image_destroy = image_destroy;
	if (ops->three_d) {
		counted_3d = *ops->three_d;
		counted_3d.texture_create = texture_create;
		counted.three_d = &counted_3d;
	}
	return &counted;
}

unsigned counted_images(void)
{
	return images_count;
}

uint64_t counted_bytes(void)
{
	return bytes_count;
}
