/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * GPU textures
 *
 * What a 3D resource is, and what a transfer to or from one touches: the arithmetic, in
 * 64 bits, without a GPU. Buffers are textures of one row.
 *
 * Threads: any.
 */

#include <stdbool.h>
#include <stdint.h>

/* As Gallium counts them: virgl's protocol. */
enum gpu_target {
	GPU_TARGET_BUFFER,
	GPU_TARGET_1D,
	GPU_TARGET_2D,
	GPU_TARGET_3D,
	GPU_TARGET_CUBE,
	GPU_TARGET_RECT,
	GPU_TARGET_1D_ARRAY,
	GPU_TARGET_2D_ARRAY,
	GPU_TARGET_CUBE_ARRAY,
	GPU_TARGETS
};

/* The first row is the picture's top one. */
#define GPU_TEXTURE_Y_0_TOP 1u

struct gpu_texture {
	uint32_t target;
	uint32_t format;
	uint32_t bind; /* what for: the renderer's business */
	uint32_t width;
	uint32_t height;
	uint32_t depth;
	uint32_t layers;
	uint32_t last_level;
	uint32_t samples; /* 0 as 1 */
	uint32_t flags;
};

struct gpu_box {
	uint32_t x;
	uint32_t y;
	uint32_t z; /* a slice, or a layer */
	uint32_t width;
	uint32_t height;
	uint32_t depth;
};

/* Between a texture and the guest's memory behind it. */
struct gpu_transfer {
	uint32_t level;
	uint32_t stride;       /* 0: as the level has it */
	uint32_t layer_stride; /* likewise */
	uint64_t offset;
	struct gpu_box box;
};

/** Whether there is such a texture: its sides, layers, levels and samples within bounds, and of a
 * format whose size is known. The renderer may know better. */
bool gpu_texture_is_sane(const struct gpu_texture *texture);

/** No fewer bytes than a sane texture takes. */
uint64_t gpu_texture_size(const struct gpu_texture *texture);

/** Whether the transfer's box is not empty and inside of its level, and its strides hold it. */
bool gpu_texture_has(const struct gpu_texture *texture, const struct gpu_transfer *transfer);

/** Where the transfer, which the texture has, ends in the guest's memory. UINT64_MAX for what is
 * further than can be counted. */
uint64_t gpu_texture_transfer_end(const struct gpu_texture *texture,
				  const struct gpu_transfer *transfer);
