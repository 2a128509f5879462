/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Shared pixels
 *
 * Memory for pixels that watchers map: they may read it, and can neither write it nor
 * cut it short.
 *
 * Threads: the loop's.
 */

#include <stddef.h>

struct shared_pixels {
	int fd; /* a sealed memfd */
	unsigned char *bytes;
	size_t size;
};

/** Makes `size` zeroed bytes, not 0. Returns 0 or negative errno. */
int shared_pixels_init(struct shared_pixels *pixels, size_t size);

/** Watchers keep what they mapped. Does nothing after an init that failed, or to zeroed memory. */
void shared_pixels_finish(struct shared_pixels *pixels);
