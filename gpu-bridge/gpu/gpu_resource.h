/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * GPU resources
 *
 * What the guest creates, by the numbers it chose, and the memory behind each. All
 * together they stay within a budget of bytes: their pixels, and what is kept about
 * their backing.
 *
 * Threads: the loop's.
 */

#include <stdbool.h>
#include <stdint.h>

#include "common/cleanup.h"
#include "gpu-bridge/gpu/gpu_backing.h"
#include "gpu-bridge/gpu/gpu_texture.h"
#include "gpu-bridge/gpu/renderer.h"

struct gpu_resources;

#define RESOURCE_SIDE_MAX 65535

/* Watchers are told offsets of 32 bits. */
#define RESOURCE_SIZE_MAX UINT32_MAX

#define RESOURCE_UUID_SIZE 16

struct gpu_resource {
	uint32_t id;
	uint32_t width;
	uint32_t height;
	struct gpu_texture texture; /* of a 2D one too */
	struct renderer_image *image;
	struct gpu_backing backing;
	bool has_uuid;
	uint8_t uuid[RESOURCE_UUID_SIZE];

	/* Private: */
	uint64_t charged;
	struct gpu_resource *next;
};

/** No resources yet, and at most `memory_max` bytes of them. `renderer` outlives this. */
struct gpu_resources *gpu_resources_create(const struct renderer_ops *ops,
					   struct renderer *renderer, uint64_t memory_max);

/** Accepts NULL. */
void gpu_resources_destroy(struct gpu_resources *resources);

/** Destroys all. Nothing may show one. */
void gpu_resources_clear(struct gpu_resources *resources);

/** Returns NULL when there is none of that number. */
struct gpu_resource *gpu_resource_find(struct gpu_resources *resources, uint32_t id);

/**
 * Creates resource `id`, which is new and not 0, of virtio-gpu's `format`.
 *
 * Returns 0; -EINVAL for a size or format that cannot be; -ENOMEM beyond the budget
 * or what the machine has.
 */
int gpu_resource_create(struct gpu_resources *resources, uint32_t id, uint32_t width,
			uint32_t height, uint32_t format);

/** The same for what a 3D driver says, where the renderer has 3D. */
int gpu_resource_create_3d(struct gpu_resources *resources, uint32_t id,
			   const struct gpu_texture *texture);

/** Nothing may show it. */
void gpu_resource_destroy(struct gpu_resources *resources, struct gpu_resource *resource);

/**
 * Attaches memory; there is none yet. Takes `spans`, of which there are `count`, upon
 * success. Returns 0, or -ENOMEM beyond the budget or what the machine has.
 */
int gpu_resource_attach(struct gpu_resources *resources, struct gpu_resource *resource,
			const struct guest_memory *memory, struct guest_span *spans,
			uint32_t count);

/** Forgets the memory. The pixels stay. */
void gpu_resource_detach(struct gpu_resources *resources, struct gpu_resource *resource);

/** Attached memory stays attached while the guest's memory is changed: nobody reaches into it
 * between these two. */
void gpu_resources_memory_goes(struct gpu_resources *resources);
void gpu_resources_memory_came(struct gpu_resources *resources, const struct guest_memory *memory);

/** How many bytes the guest's resources take now. */
uint64_t gpu_resources_used(const struct gpu_resources *resources);

DEFINE_CLEANUP(struct gpu_resources *, gpu_resources_destroy)
