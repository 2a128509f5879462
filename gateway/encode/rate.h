/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Rate
 *
 * How much each viewer's line takes, and what follows from that for the
 * encoders: pure arithmetic. docs/encoding.md has the reasons.
 *
 * Threads: the owner's.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* -- One viewer's line ---------------------------------------------------- */

/* Updates on their way that are remembered; of more, the oldest are forgotten. A power of two. */
#define RATE_UPDATES_MAX 32

/* Measurements that one estimate is made of. */
#define RATE_SAMPLES 3

struct rate_update {
	uint64_t sent_us;
	uint32_t bytes;
	bool is_alone; /* nothing else was on its way */
};

/* All zero to begin with. */
struct rate_meter {
	/* those that were not acknowledged yet; number n at n modulo the size */
	struct rate_update updates[RATE_UPDATES_MAX];
	uint32_t sent; /* the last one's number; they begin with 1 */
	uint32_t acknowledged;
	uint64_t waiting_since_us; /* the last acknowledgement, or the first update after it */

	/* The shortest round trip, and what was carried in it: of this the line knows how long it
	 * is, and of what others took longer, how wide. */
	uint64_t round_trip_us; /* 0: not known */
	uint32_t round_trip_bytes;
	uint64_t short_us; /* when one was as short as can be expected */
	bool is_draining;  /* the line is left to run empty, to see how long it is now */

	/* the measurement that is being made */
	uint64_t begun_us;
	uint64_t bytes;
	uint64_t busy_us; /* in which the line carried `busy_bytes` of them */
	uint64_t busy_bytes;
	uint64_t queued_us; /* of busy_us, with a queue in front of the line */

	uint32_t samples[RATE_SAMPLES]; /* kbps: the latest, with a queue in front of the line */
	unsigned samples_count;		/* in a row */
	uint64_t creep_us;		/* from when on more is tried */
	uint32_t kbps;			/* 0: nothing has shown yet that the line is slow */
};

/** An update of so many bytes was sent. Returns its number. */
uint32_t rate_meter_sent(struct rate_meter *meter, uint32_t bytes, uint64_t now_us);

/** The viewer has digested update `number`, and all before it. Returns false, and does nothing,
 * for one that is not on its way. */
bool rate_meter_acknowledged(struct rate_meter *meter, uint32_t number, uint64_t now_us);

/** What is on its way will not be acknowledged: the viewer began anew, or stopped acknowledging.
 * Numbers go on. */
void rate_meter_forget(struct rate_meter *meter);

/** Since when the viewer owes a sign of life: the last acknowledgement, or the first update after
 * it. UINT64_MAX: it owes none. */
uint64_t rate_meter_waiting_since_us(const struct rate_meter *meter);

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

/* What an encode may be held to. */
#define RATE_KBPS_MIN 300
#define RATE_KBPS_MAX 40000

struct rate_viewer {
	uint32_t kbps;	    /* rate_meter_kbps(), recently */
	bool is_on_cheaper; /* now, and, after rate_assign(), from now on */
};

struct rate_bounds {
	uint32_t main_kbps;    /* 0: no bound */
	uint32_t cheaper_kbps; /* 0: nobody is on it */
};

/**
 * Which viewers move to the cheaper encode, and what each encode may cost. The
 * first follows the median of those that stay; hysteresis keeps a viewer from going
 * to and fro. Viewers that send nothing are best left out.
 */
struct rate_bounds rate_assign(struct rate_viewer *viewers, size_t count);

/* An encode that gets a bound, or loses it, begins with a key frame. So one that has a bound keeps
 * one, the loosest there is, until for so long none was wanted. */
#define RATE_HOLD_US UINT64_C(5000000)

/* All zero to begin with. */
struct rate_hold {
	uint32_t kbps;	   /* what the encode is held to */
	uint64_t since_us; /* since when no bound is wanted; 0: one is, or there is none */
};

/** Of what an encode may cost now (0: no bound), returns what it is to be held to. */
uint32_t rate_hold(struct rate_hold *hold, uint32_t kbps, uint64_t now_us);

/* -- Key frames ------------------------------------------------------------ */

/* However many ask, a stream has at most one key frame in this time. */
#define RATE_KEY_INTERVAL_US UINT64_C(1000000)

/** Whether a key frame may come now, when the last came at `last_us` (0: none yet). */
bool rate_may_have_key(uint64_t last_us, uint64_t now_us);
