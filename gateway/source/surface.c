/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/source/surface.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "gateway/frame/frame.h"
#include "gateway/source/placeholder.h"

/* More than any row needs, and little enough for pixman's arithmetic. */
#define STRIDE_BYTES_MAX (FRAME_SIDE_MAX * 16)

#define REFUSE(...) (snprintf(ret_refusal, REFUSAL_MAX, __VA_ARGS__), -EINVAL)

static uint32_t bytes_per_pixel(uint32_t format)
{
	return PIXMAN_FORMAT_BPP(format) / 8;
}

static int check_shape(const struct surface_shape *shape, char ret_refusal[REFUSAL_MAX])
{
	if (shape->width == 0 || shape->height == 0)
		return REFUSE("a picture of %ux%u pixels", shape->width, shape->height);
	if (shape->width > FRAME_SIDE_MAX || shape->height > FRAME_SIDE_MAX)
		return REFUSE("a picture of %ux%u pixels: at most %u are possible", shape->width,
			      shape->height, FRAME_SIDE_MAX);
	if (!pixels_are_supported((pixman_format_code_t)shape->format))
		return REFUSE("pixels in an unknown format (0x%08x)", shape->format);
	/* Pixman wants rows of whole words. */
	if (shape->stride_bytes < shape->width * bytes_per_pixel(shape->format) ||
	    shape->stride_bytes % 4 != 0 || shape->stride_bytes > STRIDE_BYTES_MAX)
		return REFUSE("rows of %u bytes for a width of %u pixels", shape->stride_bytes,
			      shape->width);
	return 0;
}

/* How many bytes a picture has: its last row may end with its last pixel. */
static uint64_t size_of(const struct surface_shape *shape)
{
	return (uint64_t)shape->stride_bytes * (shape->height - 1) +
	       (uint64_t)shape->width * bytes_per_pixel(shape->format);
}

void surface_clear(struct surface *surface)
{
	map_cache_clear(&surface->maps);
	free(surface->copy);
	*surface = (struct surface){.kind = SURFACE_NONE};
}

static bool may_hold_placeholder(int fd)
{
	char path[64];
	char name[128];
	ssize_t length;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	length = readlink(path, name, sizeof(name) - 1);
	if (length < 0)
		return placeholder_may_be_in(NULL);
	name[length] = '\0';
	return placeholder_may_be_in(name);
}

int surface_map(struct surface *surface, int fd, uint32_t offset, const struct surface_shape *shape,
		char ret_refusal[REFUSAL_MAX])
{
	struct guarded_map *map;
	uint64_t size;
	int r;

	r = check_shape(shape, ret_refusal);
	if (r < 0)
		return r;
	if (offset % 4 != 0)
		return REFUSE("a picture that begins at byte %u", offset);
	size = offset + size_of(shape);
	r = map_cache_open(&surface->maps, fd, size, &map);
	if (r == -EFBIG)
		return REFUSE("less memory than a picture of %ux%u pixels takes", shape->width,
			      shape->height);
	if (r < 0)
		return REFUSE("memory that cannot be mapped: %s", strerror(-r));

	free(surface->copy);
	surface->copy = NULL;
	surface->kind = SURFACE_MAPPED;
	surface->shape = *shape;
	surface->map = map;
	surface->offset = offset;
	surface->may_be_placeholder = may_hold_placeholder(fd);
	return 0;
}

int surface_copy(struct surface *surface, const struct surface_shape *shape, const void *bytes,
		 size_t size, char ret_refusal[REFUSAL_MAX])
{
	unsigned char *copy;
	int r;

	r = check_shape(shape, ret_refusal);
	if (r < 0)
		return r;
	/* What is allocated is bounded by what was sent, and that by D-Bus to 128 MB. */
	if (size < size_of(shape))
		return REFUSE("%zu bytes for a picture of %ux%u pixels", size, shape->width,
			      shape->height);
	size = size_of(shape);
	copy = surface->copy_size == size ? surface->copy : NULL;
	if (!copy) {
		copy = malloc(size);
		if (!copy)
			return REFUSE("a picture of %ux%u pixels: no memory for it", shape->width,
				      shape->height);
		free(surface->copy);
	}
	memcpy(copy, bytes, size);
	map_cache_clear(&surface->maps);
	surface->map = NULL;
	surface->kind = SURFACE_COPIED;
	surface->shape = *shape;
	surface->copy = copy;
	surface->copy_size = size;
	surface->may_be_placeholder = true;
	return 0;
}

int surface_check_rect(const struct surface *surface, const struct surface_rect *rect,
		       char ret_refusal[REFUSAL_MAX])
{
	if (surface->kind == SURFACE_NONE)
		return REFUSE("an update of a picture that was never shown");
	if (rect->x < 0 || rect->y < 0 || rect->width <= 0 || rect->height <= 0 ||
	    (int64_t)rect->x + rect->width > surface->shape.width ||
	    (int64_t)rect->y + rect->height > surface->shape.height)
		return REFUSE("an update of %dx%d pixels at %d,%d, outside of %ux%u", rect->width,
			      rect->height, rect->x, rect->y, surface->shape.width,
			      surface->shape.height);
	return 0;
}

int surface_patch(struct surface *surface, const struct surface_rect *rect,
		  const struct surface_shape *shape, const void *bytes, size_t size,
		  char ret_refusal[REFUSAL_MAX])
{
	size_t pixel, row_bytes;
	int r;

	r = surface_check_rect(surface, rect, ret_refusal);
	if (r < 0)
		return r;
	r = check_shape(shape, ret_refusal);
	if (r < 0)
		return r;
	if (surface->kind != SURFACE_COPIED || shape->format != surface->shape.format)
		return REFUSE("an update in another format than the picture's");
	if (size < size_of(shape))
		return REFUSE("%zu bytes for an update of %ux%u pixels", size, shape->width,
			      shape->height);

	pixel = bytes_per_pixel(shape->format);
	row_bytes = shape->width * pixel;
	for (uint32_t row = 0; row < shape->height; row++)
		memcpy(surface->copy +
			       (size_t)((uint32_t)rect->y + row) * surface->shape.stride_bytes +
			       (size_t)rect->x * pixel,
		       (const unsigned char *)bytes + (size_t)row * shape->stride_bytes, row_bytes);
	surface->may_be_placeholder = false;
	return 0;
}

struct pixels surface_begin(struct surface *surface)
{
	const void *data = surface->copy;

	if (surface->kind == SURFACE_MAPPED)
		data = (const char *)guarded_map_begin(surface->map) + surface->offset;
	return (struct pixels){
		.data = data,
		.width = surface->shape.width,
		.height = surface->shape.height,
		.stride_bytes = surface->shape.stride_bytes,
		.format = (pixman_format_code_t)surface->shape.format,
	};
}

bool surface_end(struct surface *surface)
{
	if (surface->kind != SURFACE_MAPPED || guarded_map_end(surface->map))
		return true;
	surface_clear(surface);
	return false;
}
