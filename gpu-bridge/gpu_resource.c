/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gpu-bridge/gpu_resource.h"

#include <assert.h>
#include <errno.h>
#include <linux/virtio_gpu.h>

#include "common/xalloc.h"

#define BUCKETS	   256 /* guests count up */
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
	for (unsigned i = 0; i < BUCKETS; i++)
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

int gpu_resource_create(struct gpu_resources *resources, uint32_t id, uint32_t width,
			uint32_t height, uint32_t format)
{
	struct gpu_resource **bucket = bucket_of(resources, id);
	struct gpu_resource *resource;
	pixman_format_code_t pixel_format;
	uint64_t size;
	int r;

	assert(id != 0 && !gpu_resource_find(resources, id));
	if (width == 0 || height == 0 || width > RESOURCE_SIDE_MAX || height > RESOURCE_SIDE_MAX ||
	    !format_from_virtio(format, &pixel_format))
		return -EINVAL;
	size = (uint64_t)width * 4 * height;
	if (size > RESOURCE_SIZE_MAX)
		return -ENOMEM;

	resource = xcalloc(1, sizeof(*resource));
	/* As it is taken from the machine: whole pages. */
	r = charge(resources, resource, (size + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES);
	if (r == 0)
		r = resources->ops->image_create(resources->renderer, width, height, pixel_format,
						 &resource->image);
	if (r < 0) {
		discharge(resources, resource, resource->charged);
		free(resource);
		return -ENOMEM;
	}
	resource->id = id;
	resource->width = width;
	resource->height = height;
	resource->next = *bucket;
	*bucket = resource;
	return 0;
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

int gpu_resource_attach(struct gpu_resources *resources, struct gpu_resource *resource,
			struct guest_span *spans, uint32_t count)
{
	int r;

	assert(!resource->backing.spans);
	r = charge(resources, resource, count * sizeof(*spans));
	if (r < 0)
		return r;
	resource->backing = (struct gpu_backing){.spans = spans, .count = count};
	for (uint32_t i = 0; i < count; i++)
		resource->backing.size += spans[i].length;
	return 0;
}

void gpu_resource_detach(struct gpu_resources *resources, struct gpu_resource *resource)
{
	discharge(resources, resource, resource->backing.count * sizeof(*resource->backing.spans));
	free(resource->backing.spans);
	resource->backing = (struct gpu_backing){0};
}
