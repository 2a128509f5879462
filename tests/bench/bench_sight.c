/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/bench/bench_sight.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void bench_sight_init(struct bench_sight *sight)
{
	memset(sight, 0, sizeof(*sight));
	pthread_mutex_init(&sight->lock, NULL);
}

void bench_sight_finish(struct bench_sight *sight)
{
	pthread_mutex_destroy(&sight->lock);
}

void bench_sight_look(struct bench_sight *sight, const uint8_t *bytes, size_t pixel_bytes,
		      size_t stride_bytes, uint64_t us)
{
	struct bench_marker marker;

	if (!bench_marker_read(bytes, pixel_bytes, stride_bytes, &marker))
		return;
	pthread_mutex_lock(&sight->lock);
	if (marker.frame != sight->last.frame)
		sight->seen[sight->count++ % BENCH_SIGHT_FRAMES] = (struct bench_seen){marker.frame,
										       us};
	if (marker.keys != sight->last.keys)
		sight->keys_us = us;
	sight->last = marker;
	pthread_mutex_unlock(&sight->lock);
}

uint32_t bench_sight_keys(struct bench_sight *sight, uint64_t *ret_us)
{
	uint32_t keys;

	pthread_mutex_lock(&sight->lock);
	keys = sight->last.keys;
	*ret_us = sight->keys_us;
	pthread_mutex_unlock(&sight->lock);
	return keys;
}

void bench_sight_print(struct bench_sight *sight)
{
	pthread_mutex_lock(&sight->lock);
	uint64_t i = sight->count > BENCH_SIGHT_FRAMES ? sight->count - BENCH_SIGHT_FRAMES : 0;

	for (; i < sight->count; i++) {
		const struct bench_seen *seen = &sight->seen[i % BENCH_SIGHT_FRAMES];

		printf("%" PRIu32 ":%" PRIu64 " ", seen->frame, seen->us);
	}
	pthread_mutex_unlock(&sight->lock);
	puts("");
}
