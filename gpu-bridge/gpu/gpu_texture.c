/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gpu-bridge/gpu/gpu_texture.h"

#include "gpu-bridge/gpu/gpu_format.h"

/* No host's GL has more. */
#define SIDE_MAX    32768
#define LAYERS_MAX  2048
#define LEVELS_MAX  16
#define SAMPLES_MAX 32

/* A buffer is as long as what one transfer's box can say. */
#define BUFFER_MAX INT32_MAX

/* How drivers lay out rows, and begin levels. */
#define ROW_ALIGNMENT	128
#define BLOCK_ALIGNMENT 4

static uint32_t greater(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

static uint32_t minify(uint32_t side, uint32_t level)
{
	return greater(side >> level, 1);
}

static uint64_t divide_up(uint64_t number, uint64_t by)
{
	return (number + by - 1) / by;
}

static uint64_t align_up(uint64_t number, uint64_t by)
{
	return divide_up(number, by) * by;
}

bool gpu_texture_is_sane(const struct gpu_texture *texture)
{
	struct gpu_format format;
	uint32_t side_max = texture->target == GPU_TARGET_BUFFER ? BUFFER_MAX : SIDE_MAX;

	return texture->target < GPU_TARGETS && gpu_format_find(texture->format, &format) &&
	       texture->width > 0 && texture->width <= side_max && texture->height > 0 &&
	       texture->height <= SIDE_MAX && texture->depth > 0 && texture->depth <= SIDE_MAX &&
	       texture->layers > 0 && texture->layers <= LAYERS_MAX &&
	       texture->last_level < LEVELS_MAX && texture->samples <= SAMPLES_MAX &&
	       (texture->target != GPU_TARGET_BUFFER ||
		(texture->height == 1 && texture->depth == 1 && texture->layers == 1));
}

uint64_t gpu_texture_size(const struct gpu_texture *texture)
{
	struct gpu_format format = {0};
	uint64_t size = 0;

	gpu_format_find(texture->format, &format);
	if (texture->target == GPU_TARGET_BUFFER)
		return (uint64_t)texture->width * format.block_bytes;
	for (uint32_t level = 0; level <= texture->last_level; level++) {
		uint64_t columns = align_up(
			divide_up(minify(texture->width, level), format.block_width),
			BLOCK_ALIGNMENT);
		uint64_t rows = align_up(
			divide_up(minify(texture->height, level), format.block_height),
			BLOCK_ALIGNMENT);

		/* Less than 2^20 x 2^15 x 2^15: the rest is multiplied with care. */
		size += align_up(columns * format.block_bytes, ROW_ALIGNMENT) * rows *
			minify(texture->depth, level);
	}
	if (__builtin_mul_overflow(size, (uint64_t)texture->layers * greater(texture->samples, 1),
				   &size))
		return UINT64_MAX;
	return size;
}

static bool span_is_inside(uint32_t start, uint32_t length, uint32_t whole)
{
	return length > 0 && start <= whole && length <= whole - start;
}

/* In bytes, of one row of blocks and of one layer, as the transfer or else its level says. */
struct strides {
	struct gpu_format format;
	uint64_t row;
	uint64_t layer;
};

static struct strides strides_of(const struct gpu_texture *texture,
				 const struct gpu_transfer *transfer)
{
	struct strides strides = {0};

	gpu_format_find(texture->format, &strides.format);
	strides.row = transfer->stride;
	if (!strides.row)
		strides.row = divide_up(minify(texture->width, transfer->level),
					strides.format.block_width) *
			      strides.format.block_bytes;
	strides.layer = transfer->layer_stride;
	if (!strides.layer)
		strides.layer = divide_up(minify(texture->height, transfer->level),
					  strides.format.block_height) *
				strides.row;
	return strides;
}

bool gpu_texture_has(const struct gpu_texture *texture, const struct gpu_transfer *transfer)
{
	const struct gpu_box *box = &transfer->box;
	struct strides strides;
	uint32_t slices;

	if (transfer->level > texture->last_level)
		return false;
	slices = texture->target == GPU_TARGET_3D ? minify(texture->depth, transfer->level)
						  : texture->layers;
	if (!span_is_inside(box->x, box->width, minify(texture->width, transfer->level)) ||
	    !span_is_inside(box->y, box->height, minify(texture->height, transfer->level)) ||
	    !span_is_inside(box->z, box->depth, slices))
		return false;
	strides = strides_of(texture, transfer);
	return strides.row >= divide_up(box->width, strides.format.block_width) *
				      strides.format.block_bytes &&
	       strides.layer >= divide_up(box->height, strides.format.block_height) * strides.row;
}

uint64_t gpu_texture_transfer_end(const struct gpu_texture *texture,
				  const struct gpu_transfer *transfer)
{
	const struct gpu_box *box = &transfer->box;
	struct strides strides = strides_of(texture, transfer);
	/* The last row and the last layer need no more than their pixels. 32 bits times 32. */
	uint64_t layers = (uint64_t)(box->depth - 1) * strides.layer;
	uint64_t rows = (divide_up(box->height, strides.format.block_height) - 1) * strides.row;
	uint64_t row = divide_up(box->width, strides.format.block_width) *
		       strides.format.block_bytes;
	uint64_t end;

	if (__builtin_add_overflow(layers, rows + row, &end) ||
	    __builtin_add_overflow(end, transfer->offset, &end))
		return UINT64_MAX;
	return end;
}
