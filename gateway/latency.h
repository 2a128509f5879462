/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Latency
 *
 * How long it took, from the guest's flush (frame->time_us) to a moment in the
 * life of the update that shows it: counted in buckets, so that one thread counts while
 * others read, and whoever collects the numbers can add them up.
 *
 * Threads: one notes, any read.
 */

#include <stdatomic.h>
#include <stdint.h>

#define LATENCY_BOUNDS	20
#define LATENCY_BUCKETS (LATENCY_BOUNDS + 1) /* the last is for all above */

/** The upper bounds of the buckets but the last one: what took exactly so long is within.
 * Close together where it matters: 3 and 15 ms for a viewer nearby, 400 ms for a far one. */
extern const uint64_t latency_bounds_us[LATENCY_BOUNDS];

struct latency {
	_Atomic uint64_t buckets[LATENCY_BUCKETS];
	_Atomic uint64_t sum_us;
};

/** A copy, as others see it. */
struct latency_count {
	uint64_t buckets[LATENCY_BUCKETS];
	uint64_t total; /* of all buckets */
	uint64_t sum_us;
};

/** Something took so long. */
void latency_note(struct latency *latency, uint64_t elapsed_us);

struct latency_count latency_count(const struct latency *latency);

/** What `percent` of all took no longer than, as near as the buckets say; 0: nothing was noted. */
uint64_t latency_percentile_us(const struct latency_count *count, unsigned percent);

/* -- Until the acknowledgement ---------------------------------------------- */

/* Updates on their way that are remembered; of older ones nothing is noted. */
#define LATENCY_FLIGHTS_MAX 64

/* Which frames a viewer's updates show, until it acknowledges them. The viewer's thread. */
struct latency_flights {
	/* of update n, at n modulo the size; 0: it shows nothing that is new */
	uint64_t frame_us[LATENCY_FLIGHTS_MAX];
	uint32_t acknowledged;
};

/** Update `number` was sent, which is the one after the last. `frame_us` is the frame's
 * time when no update has shown it before, else 0. */
void latency_flights_sent(struct latency_flights *flights, uint32_t number, uint64_t frame_us);

/** The viewer has acknowledged update `number`, and all before it: how long those took is noted. */
void latency_flights_acknowledged(struct latency_flights *flights, uint32_t number, uint64_t now_us,
				  struct latency *latency);
