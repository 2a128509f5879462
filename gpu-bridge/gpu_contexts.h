/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * GPU contexts
 *
 * The 3D contexts that the guest made, by the numbers it chose.
 *
 * Threads: the loop's.
 */

#include <stdbool.h>
#include <stdint.h>

#include "gpu-bridge/renderer.h"

/* Each is one of the host's GL, of some megabytes. A program of the guest's needs one. */
#define GPU_CONTEXTS_MAX 128

/* Set `ops` and `renderer`; the rest is zero. `ops` is NULL where there is no 3D. */
struct gpu_contexts {
	const struct renderer_3d_ops *ops;
	struct renderer *renderer;
	uint32_t ids[GPU_CONTEXTS_MAX];
	unsigned count;
};

bool gpu_contexts_has(const struct gpu_contexts *contexts, uint32_t id);

/** Creates context `id`, which is new and not 0. Returns 0; -ENOMEM when there are too many; or
 * why the renderer cannot. */
int gpu_context_create(struct gpu_contexts *contexts, uint32_t id, const char *name,
		       uint32_t name_size);

/** Destroys a context that there is. */
void gpu_context_destroy(struct gpu_contexts *contexts, uint32_t id);

/** Destroys all. */
void gpu_contexts_clear(struct gpu_contexts *contexts);
