/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/latency.h"

const uint64_t latency_bounds_us[LATENCY_BOUNDS] = {
	500,   1000,  2000,   3000,   5000,   7500,   10000,  15000,  20000,   30000,
	50000, 75000, 100000, 150000, 200000, 300000, 400000, 600000, 1000000, 2000000,
};

void latency_note(struct latency *latency, uint64_t elapsed_us)
{
	unsigned bucket = 0;

	while (bucket < LATENCY_BOUNDS && elapsed_us > latency_bounds_us[bucket])
		bucket++;
	atomic_fetch_add(&latency->buckets[bucket], 1);
	atomic_fetch_add(&latency->sum_us, elapsed_us);
}

struct latency_count latency_count(const struct latency *latency)
{
	struct latency_count count = {.sum_us = atomic_load(&latency->sum_us)};

	for (unsigned i = 0; i < LATENCY_BUCKETS; i++) {
		count.buckets[i] = atomic_load(&latency->buckets[i]);
		count.total += count.buckets[i];
	}
	return count;
}

uint64_t latency_percentile_us(const struct latency_count *count, unsigned percent)
{
	/* The first that is not below it, counted from 1. */
	uint64_t rank = (count->total * percent + 99) / 100;
	uint64_t below = 0;
	uint64_t lower_us = 0;

	if (count->total == 0)
		return 0;
	for (unsigned i = 0; i < LATENCY_BOUNDS; i++) {
		uint64_t upper_us = latency_bounds_us[i];

		if (below + count->buckets[i] >= rank && count->buckets[i] > 0)
			return lower_us +
			       (upper_us - lower_us) * (rank - below) / count->buckets[i];
		below += count->buckets[i];
		lower_us = upper_us;
	}
	return lower_us;
}

void latency_flights_sent(struct latency_flights *flights, uint32_t number, uint64_t frame_us)
{
	flights->frame_us[number % LATENCY_FLIGHTS_MAX] = frame_us;
}

void latency_flights_acknowledged(struct latency_flights *flights, uint32_t number, uint64_t now_us,
				  struct latency *latency)
{
	/* Numbers wrap around: what counts is how far they are apart. */
	uint32_t updates = number - flights->acknowledged;

	if (updates > UINT32_MAX / 2)
		return;
	if (updates > LATENCY_FLIGHTS_MAX)
		updates = LATENCY_FLIGHTS_MAX;
	for (uint32_t n = number - updates + 1; n != number + 1; n++) {
		uint64_t *frame_us = &flights->frame_us[n % LATENCY_FLIGHTS_MAX];

		if (*frame_us > 0 && now_us >= *frame_us)
			latency_note(latency, now_us - *frame_us);
		*frame_us = 0;
	}
	flights->acknowledged = number;
}
