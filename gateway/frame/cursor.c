/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/frame/cursor.h"

#include <stdatomic.h>
#include <string.h>

#include "common/xalloc.h"

struct counted_image {
	struct cursor_image image; /* first: a struct cursor_image is always one of these */
	_Atomic unsigned references;
	uint32_t pixels[];
};

static _Atomic uint64_t last_number;

static uint32_t inside(int32_t position, uint32_t size)
{
	if (position < 0)
		return 0;
	return (uint32_t)position < size ? (uint32_t)position : size - 1;
}

struct cursor_image *cursor_image_create(uint32_t width, uint32_t height, int32_t hot_x,
					 int32_t hot_y, const uint32_t *pixels)
{
	struct counted_image *counted;
	size_t bytes;

	if (width == 0 || height == 0 || width > CURSOR_SIDE_MAX || height > CURSOR_SIDE_MAX)
		return NULL;

	bytes = (size_t)width * height * 4;
	counted = xcalloc(1, sizeof(*counted) + bytes);
	memcpy(counted->pixels, pixels, bytes);
	counted->image.number = atomic_fetch_add(&last_number, 1) + 1;
	counted->image.width = width;
	counted->image.height = height;
	counted->image.hot_x = inside(hot_x, width);
	counted->image.hot_y = inside(hot_y, height);
	counted->image.pixels = counted->pixels;
	atomic_store(&counted->references, 1);
	return &counted->image;
}

struct cursor_image *cursor_image_ref(struct cursor_image *image)
{
	if (image)
		atomic_fetch_add(&((struct counted_image *)image)->references, 1);
	return image;
}

void cursor_image_unref(struct cursor_image *image)
{
	struct counted_image *counted = (struct counted_image *)image;

	if (counted && atomic_fetch_sub(&counted->references, 1) == 1)
		free(counted);
}
