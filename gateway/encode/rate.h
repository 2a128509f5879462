/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Rate
 *
 * How much each viewer's line takes, and what follows from that for the
 * encoders: pure arithmetic.
 *
 * Threads: the owner's.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* -- One viewer's line ---------------------------------------------------- */

/* Updates on their way that are remembered; with more, there is no room. */
#define RATE_UPDATES_MAX 32

struct rate_meter {
	/* of the updates that were not acknowledged yet; number n at n modulo the size */
	struct {
		uint32_t bytes;
		uint64_t sent_us;
	} updates[RATE_UPDATES_MAX];
	uint32_t sent; /* the last one's number; they begin with 1 */
	uint32_t acknowledged;
	uint64_t last_acknowledged_us;
	uint64_t round_trip_us; /* the shortest; 0: not known */
	uint32_t kbps;		/* 0: nothing has shown yet that the line is slow */
};

/** An update of so many bytes was sent. Returns its number. */
uint32_t rate_meter_sent(struct rate_meter *meter, uint32_t bytes, uint64_t now_us);

/** The viewer has digested update `number`, and all before it. Returns false for one never sent. */
bool rate_meter_acknowledged(struct rate_meter *meter, uint32_t number, uint64_t now_us);

/** What the line takes; 0: more than was ever sent. */
uint32_t rate_meter_kbps(const struct rate_meter *meter);

/**
 * Whether one more update may be sent now: so many are on their way as keep the
 * line busy, and no more, so that what arrives is new.
 */
bool rate_meter_has_room(const struct rate_meter *meter);

/** How large one update of lossless pixels may be, so that it does not hold up motion. Bytes. */
size_t rate_meter_update_max(const struct rate_meter *meter);

/* -- A head's encodes ----------------------------------------------------- */

struct rate_viewer {
	uint32_t kbps;	    /* rate_meter_kbps() */
	bool is_on_cheaper; /* now, and, after rate_assign(), from now on */
};

struct rate_bounds {
	uint32_t main_kbps; /* 0: no bound */
	uint32_t cheaper_kbps;
};

/**
 * Which viewers move to the cheaper encode, and what each encode may cost. The
 * first follows the median of those that stay; hysteresis keeps a viewer from going
 * to and fro.
 */
struct rate_bounds rate_assign(struct rate_viewer *viewers, size_t count);

/* -- Key frames ------------------------------------------------------------ */

/* However many ask, a stream has a key frame in this time. */
#define RATE_KEY_INTERVAL_US UINT64_C(1000000)

/** Whether a key frame may come now, when the last came at `last_us` (0: none yet). */
bool rate_may_have_key(uint64_t last_us, uint64_t now_us);
