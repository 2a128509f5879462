/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Watch
 *
 * Tells when a part of a picture has changed plainly: more than video changes what
 * stays the same.
 *
 * Threads: the owner's.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/bench/bench_target.h"

/* One byte of each pixel that tells its brightness. */
struct bench_brightness {
	const uint8_t *bytes; /* of the picture's first pixel */
	size_t pixel_bytes;   /* from one to the next */
	size_t stride_bytes;
};

/* All zero to begin with. */
struct bench_watch {
	struct bench_box box;
	uint8_t *before;
};

/** Remembers what the box looks like now. */
void bench_watch_begin(struct bench_watch *watch, const struct bench_box *box,
		       const struct bench_brightness *picture);

/** Whether it looks different. */
bool bench_watch_sees_change(const struct bench_watch *watch,
			     const struct bench_brightness *picture);

void bench_watch_finish(struct bench_watch *watch);
