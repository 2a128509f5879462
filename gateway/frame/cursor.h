/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Cursor
 *
 * The picture that the guest's hardware cursor plane shows: immutable and
 * counted, so that every viewer's thread can hold it.
 */

#include <stdint.h>

#include "common/cleanup.h"

/* virtio-gpu has 64x64; QEMU's other devices go up to this. */
#define CURSOR_SIDE_MAX 512

struct cursor_image {
	uint64_t number; /* from 1; another in each image of the process */
	uint32_t width;
	uint32_t height;
	uint32_t hot_x; /* less than width */
	uint32_t hot_y;
	const uint32_t *pixels; /* PIXMAN_a8r8g8b8, premultiplied, width * height */
};

/**
 * Creates an image from `width` * `height` pixels in PIXMAN_a8r8g8b8. A hot spot
 * outside is moved inside. Returns NULL for a size of 0 or beyond CURSOR_SIDE_MAX.
 */
struct cursor_image *cursor_image_create(uint32_t width, uint32_t height, int32_t hot_x,
					 int32_t hot_y, const uint32_t *pixels);

/** Any thread. Returns `image`, which may be NULL. */
struct cursor_image *cursor_image_ref(struct cursor_image *image);

/** Any thread. Accepts NULL. */
void cursor_image_unref(struct cursor_image *image);

DEFINE_CLEANUP(struct cursor_image *, cursor_image_unref)
