/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gpu-bridge/gpu/gpu_resource.h"

#include <assert.h>
#include <errno.h>
#include <linux/virtio_gpu.h>
#include <sys/uio.h>

#include "common/xalloc.h"

#define BUCKETS	   4096 /* guests count up */
#define PAGE_BYTES 4096

struct gpu_resources {
	const struct renderer_ops *ops;
	struct renderer *renderer;
	uint64_t memory_max;
	uint64_t memory_used;
	struct gpu_resource *buckets[BUCKETS];
};

/* virtio-gpu names the bytes in memory, pixman the bits of a little-endian word. */
static const struct {
	enum virtio_gpu_formats virtio;
	pixman_format_code_t pixman;
} formats[] = {
	{VIRTIO_GPU_FORMAT_B8G8R8A8_UNORM, PIXMAN_a8r8g8b8},
	{VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM, PIXMAN_x8r8g8b8},
	{VIRTIO_GPU_FORMAT_A8R8G8B8_UNORM, PIXMAN_b8g8r8a8},
	{VIRTIO_GPU_FORMAT_X8R8G8B8_UNORM, PIXMAN_b8g8r8x8},
	{VIRTIO_GPU_FORMAT_R8G8B8A8_UNORM, PIXMAN_a8b8g8r8},
	{VIRTIO_GPU_FORMAT_X8B8G8R8_UNORM, PIXMAN_r8g8b8x8},
	{VIRTIO_GPU_FORMAT_A8B8G8R8_UNORM, PIXMAN_r8g8b8a8},
	{VIRTIO_GPU_FORMAT_R8G8B8X8_UNORM, PIXMAN_x8b8g8r8},
};

static bool format_from_virtio(uint32_t format, pixman_format_code_t *ret_format)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		if (formats[i].virtio != format)
			continue;
		*ret_format = formats[i].pixman;
		return true;
	}
	return false;
}

/* -- Budget ------------------------------------------------------------------ */

static int charge(struct gpu_resources *resources, struct gpu_resource *resource, uint64_t bytes)
{
	if (bytes > resources->memory_max - resources->memory_used)
		return -ENOMEM;
	resources->memory_used += bytes;
	resource->charged += bytes;
	return 0;
}

static void discharge(struct gpu_resources *resources, struct gpu_resource *resource,
		      uint64_t bytes)
{
	assert(bytes <= resource->charged);
	resource->charged -= bytes;
	resources->memory_used -= bytes;
}

uint64_t gpu_resources_used(const struct gpu_resources *resources)
{
	return resources->memory_used;
}

/* -- Resources --------------------------------------------------------------- */

struct gpu_resources *gpu_resources_create(const struct renderer_ops *ops,
					   struct renderer *renderer, uint64_t memory_max)
{
	struct gpu_resources *resources = xcalloc(1, sizeof(*resources));

	resources->ops = ops;
	resources->renderer = renderer;
	resources->memory_max = memory_max;
	return resources;
}

void gpu_resources_destroy(struct gpu_resources *resources)
{
	if (!resources)
		return;
	gpu_resources_clear(resources);
	free(resources);
}

void gpu_resources_clear(struct gpu_resources *resources)
{
	/* Each takes a page at least: most resets find none. */
	for (unsigned i = 0; i < BUCKETS && resources->memory_used > 0; i++)
		while (resources->buckets[i])
			gpu_resource_destroy(resources, resources->buckets[i]);
	assert(resources->memory_used == 0);
}

static struct gpu_resource **bucket_of(struct gpu_resources *resources, uint32_t id)
{
	return &resources->buckets[id % BUCKETS];
}

struct gpu_resource *gpu_resource_find(struct gpu_resources *resources, uint32_t id)
{
	struct gpu_resource *resource = *bucket_of(resources, id);

	while (resource && resource->id != id)
		resource = resource->next;
	return resource;
}

/* Not among the others yet, and without an image. */
static struct gpu_resource *resource_new(struct gpu_resources *resources, uint32_t id,
					 const struct gpu_texture *texture)
{
	struct gpu_resource *resource;

	assert(id != 0 && !gpu_resource_find(resources, id));
	resource = xcalloc(1, sizeof(*resource));
	resource->id = id;
	resource->width = texture->width;
	resource->height = texture->height;
	resource->texture = *texture;
	return resource;
}

/* As it is taken from the machine: whole pages. */
static int charge_pages(struct gpu_resources *resources, struct gpu_resource *resource,
			uint64_t size)
{
	if (size > resources->memory_max)
		return -ENOMEM;
	return charge(resources, resource, (size + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES);
}

/* Adds what has become an image, or frees what has not. */
static int resource_add(struct gpu_resources *resources, struct gpu_resource *resource, int result)
{
	struct gpu_resource **bucket = bucket_of(resources, resource->id);

	if (result < 0) {
		discharge(resources, resource, resource->charged);
		free(resource);
		return result == -EINVAL ? -EINVAL : -ENOMEM;
	}
	resource->next = *bucket;
	*bucket = resource;
	return 0;
}

int gpu_resource_create(struct gpu_resources *resources, uint32_t id, uint32_t width,
			uint32_t height, uint32_t format)
{
	const struct gpu_texture texture = {
		.target = GPU_TARGET_2D,
		.format = format,
		.width = width,
		.height = height,
		.depth = 1,
		.layers = 1,
		.flags = GPU_TEXTURE_Y_0_TOP,
	};
	struct gpu_resource *resource;
	pixman_format_code_t pixel_format;
	uint64_t size;
	int r;

	if (width == 0 || height == 0 || width > RESOURCE_SIDE_MAX || height > RESOURCE_SIDE_MAX ||
	    !format_from_virtio(format, &pixel_format))
		return -EINVAL;
	size = (uint64_t)width * 4 * height;
	if (size > RESOURCE_SIZE_MAX)
		return -ENOMEM;
	resource = resource_new(resources, id, &texture);
	r = charge_pages(resources, resource, size);
	if (r == 0)
		r = resources->ops->image_create(resources->renderer, id, width, height,
						 pixel_format, &resource->image);
	return resource_add(resources, resource, r);
}

int gpu_resource_create_3d(struct gpu_resources *resources, uint32_t id,
			   const struct gpu_texture *texture)
{
	struct gpu_resource *resource;
	int r;

	if (!gpu_texture_is_sane(texture))
		return -EINVAL;
	resource = resource_new(resources, id, texture);
	r = charge_pages(resources, resource, gpu_texture_size(texture));
	if (r == 0)
		r = resources->ops->three_d->texture_create(resources->renderer, id, texture,
							    &resource->image);
	return resource_add(resources, resource, r);
}

void gpu_resource_destroy(struct gpu_resources *resources, struct gpu_resource *resource)
{
	struct gpu_resource **link = bucket_of(resources, resource->id);

	while (*link != resource)
		link = &(*link)->next;
	*link = resource->next;
	gpu_resource_detach(resources, resource);
	resources->ops->image_destroy(resource->image);
	discharge(resources, resource, resource->charged);
	free(resource);
}

/* What is kept about a span, here and by a renderer that reaches for it. */
static uint64_t spans_cost(const struct gpu_resources *resources, uint32_t count)
{
	size_t each = sizeof(struct guest_span);

	if (resources->ops->image_attach)
		each += sizeof(struct iovec);
	return (uint64_t)count * each;
}

int gpu_resource_attach(struct gpu_resources *resources, struct gpu_resource *resource,
			const struct guest_memory *memory, struct guest_span *spans, uint32_t count)
{
	struct gpu_backing backing = {.spans = spans, .count = count};
	uint64_t cost = spans_cost(resources, count);
	int r;

	assert(!resource->backing.spans);
	for (uint32_t i = 0; i < count; i++)
		backing.size += spans[i].length;
	r = charge(resources, resource, cost);
	if (r < 0)
		return r;
	if (resources->ops->image_attach)
		r = resources->ops->image_attach(resource->image, &backing, memory);
	if (r < 0) {
		discharge(resources, resource, cost);
		return r;
	}
	resource->backing = backing;
	return 0;
}

void gpu_resource_detach(struct gpu_resources *resources, struct gpu_resource *resource)
{
	if (resource->backing.spans && resources->ops->image_detach)
		resources->ops->image_detach(resource->image);
	discharge(resources, resource, spans_cost(resources, resource->backing.count));
	free(resource->backing.spans);
	resource->backing = (struct gpu_backing){0};
}

/* -- The guest's memory ------------------------------------------------------ */

static bool is_attached(const struct gpu_resource *resource)
{
	return resource->backing.spans != NULL;
}

void gpu_resources_memory_goes(struct gpu_resources *resources)
{
	if (!resources->ops->image_detach)
		return;
	for (unsigned i = 0; i < BUCKETS; i++)
		for (struct gpu_resource *resource = resources->buckets[i]; resource;
		     resource = resource->next)
			if (is_attached(resource))
				resources->ops->image_detach(resource->image);
}

void gpu_resources_memory_came(struct gpu_resources *resources, const struct guest_memory *memory)
{
	if (!resources->ops->image_attach)
		return;
	for (unsigned i = 0; i < BUCKETS; i++)
		for (struct gpu_resource *resource = resources->buckets[i]; resource;
		     resource = resource->next)
			/* Without memory behind it, transfers are refused. */
			if (is_attached(resource))
				resources->ops->image_attach(resource->image, &resource->backing,
							     memory);
}
