/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * GPU contexts
 *
 * The 3D contexts that the guest made, by the numbers it chose. Each has sub-contexts of its
 * own, which are made and destroyed in its stream of commands; number 0 is always there.
 *
 * Threads: the loop's.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gpu-bridge/gpu/renderer.h"

/* A program of the guest's needs one. */
#define GPU_CONTEXTS_MAX 128

/* Each context, and each sub-context, is one of the host's GL: of some megabytes. */
#define GPU_SUB_CONTEXTS_MAX	 64 /* of a context */
#define GPU_ALL_SUB_CONTEXTS_MAX 256

struct gpu_context {
	uint32_t id;
	uint32_t sub_ids[GPU_SUB_CONTEXTS_MAX]; /* but for 0 */
	unsigned sub_count;
};

/* Set `ops` and `renderer`; the rest is zero. `ops` is NULL where there is no 3D. */
struct gpu_contexts {
	const struct renderer_3d_ops *ops;
	struct renderer *renderer;
	struct gpu_context contexts[GPU_CONTEXTS_MAX];
	unsigned count;
	unsigned sub_count; /* of all */
};

/** Returns NULL when there is none of that number. Good until one is created or destroyed. */
struct gpu_context *gpu_context_find(struct gpu_contexts *contexts, uint32_t id);

bool gpu_contexts_has(const struct gpu_contexts *contexts, uint32_t id);

/** Creates context `id`, which is new and not 0. Returns 0; -ENOMEM when there are too many; or
 * why the renderer cannot. */
int gpu_context_create(struct gpu_contexts *contexts, uint32_t id, const char *name,
		       uint32_t name_size);

/** Destroys a context that there is. */
void gpu_context_destroy(struct gpu_contexts *contexts, uint32_t id);

/** Destroys all. */
void gpu_contexts_clear(struct gpu_contexts *contexts);

/** Takes note of a sub-context that is made, new or not. Returns false when there are too many. */
bool gpu_context_add_sub(struct gpu_contexts *contexts, struct gpu_context *context,
			 uint32_t sub_id);

/** And of one that is destroyed, whether or not it was there. */
void gpu_context_remove_sub(struct gpu_contexts *contexts, struct gpu_context *context,
			    uint32_t sub_id);
