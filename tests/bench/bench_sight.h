/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Sight
 *
 * Which frames a viewer has seen, by their markers, and when it got them.
 *
 * Threads: any.
 */

#include <pthread.h>
#include <stdint.h>

#include "tests/bench/bench_marker.h"

/* Frames that are remembered; of more, the oldest are forgotten. */
#define BENCH_SIGHT_FRAMES 4096

struct bench_seen {
	uint32_t frame;
	uint64_t us; /* CLOCK_MONOTONIC */
};

struct bench_sight {
	pthread_mutex_t lock;
	/* protected by lock: */
	struct bench_marker last;
	uint64_t keys_us; /* when `last.keys` became what it is */
	uint64_t count;
	struct bench_seen seen[BENCH_SIGHT_FRAMES]; /* number n at n modulo the size */
};

void bench_sight_init(struct bench_sight *sight);
void bench_sight_finish(struct bench_sight *sight);

/** The corner may have changed: reads the marker (bench_marker_read()), of what came at `us`. */
void bench_sight_look(struct bench_sight *sight, const uint8_t *bytes, size_t pixel_bytes,
		      size_t stride_bytes, uint64_t us);

/** How many keys were answered, modulo 256, and when the last was. */
uint32_t bench_sight_keys(struct bench_sight *sight, uint64_t *ret_us);

/** Prints "FRAME:MICROSECONDS" for each frame that is remembered, and a line's end. */
void bench_sight_print(struct bench_sight *sight);
