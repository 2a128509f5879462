/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Picture cache
 *
 * Memory into which the pixels of an image are fetched for watchers. An image has a picture
 * while it is shown, and for a while after: a guest that flips between two pages comes back
 * to the same two pictures.
 *
 * Pictures that nobody uses stay within PICTURES_IDLE_MAX and PICTURES_IDLE_BYTES_MAX: the one
 * that was not used for longest goes first.
 *
 * Threads: the loop's.
 */

#include <stddef.h>

#include "gpu-bridge/gpu/shared_pixels.h"

#define PICTURES_IDLE_MAX	64
#define PICTURES_IDLE_BYTES_MAX ((size_t)128 << 20)

struct picture {
	struct shared_pixels pixels;

	/* Private: */
	unsigned users;
	struct picture **owner;
	struct picture *older; /* while it is idle */
	struct picture *newer;
};

/* Zero-initialise it. All pictures are dropped before it goes. */
struct picture_cache {
	struct picture *oldest;
	struct picture *newest;
	unsigned idle;
	size_t idle_bytes;
};

/**
 * Makes sure that `*owner` is a picture of `size` bytes, and uses it. `*owner` is NULL before
 * the first time, and becomes NULL again when the picture goes. Returns 0 or negative errno.
 */
int picture_cache_take(struct picture_cache *cache, struct picture **owner, size_t size);

/** Uses it no longer. */
void picture_cache_release(struct picture_cache *cache, struct picture *picture);

/** Frees a picture that nobody uses. Accepts NULL. */
void picture_cache_drop(struct picture_cache *cache, struct picture *picture);
