/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Motion
 *
 * Which parts of a head move, and so are worth a video stream. Small damage is
 * cheaper sent losslessly; what keeps changing, and what changes on a large scale, is
 * cheaper as video; and once it has been still for a moment it is to be exact.
 *
 * Pure arithmetic: it knows damage and time, and nothing of codecs and viewers.
 * docs/encoding.md describes the rules with their reasons.
 *
 * Threads: the owner's.
 */

#include <pixman.h>
#include <stdint.h>

#include "common/cleanup.h"

struct motion;

#define MOTION_REGIONS_MAX 4

/* One moving region. Regions of a head never overlap. */
struct motion_region {
	uint64_t id;	    /* never used again: a region whose box changes is a new one */
	pixman_box32_t box; /* aligned as stream_fit_box() says */
};

/** For a head of this size. */
struct motion *motion_create(uint32_t width, uint32_t height);

/** Accepts NULL. */
void motion_destroy(struct motion *motion);

/* What a note brought, or'ed. */
enum motion_news {
	MOTION_REGIONS = 1 << 0, /* the regions are others than before */
	MOTION_SETTLED = 1 << 1, /* more is settled, though no frame came: motion_settled() */
};

/**
 * Takes note of what differs between a frame and the one before it, or, with NULL, of time
 * alone. Damage outside the head does not count, and neither does a clock that runs
 * backwards. Returns MOTION_ flags; 0: nothing new.
 */
unsigned motion_note(struct motion *motion, const pixman_region32_t *damage, uint64_t now_us);

/** When motion_note() is to be called with NULL if no frame comes before; UINT64_MAX: never. */
uint64_t motion_deadline_us(const struct motion *motion);

/** The regions now, in the order of their ids. Returns how many. */
unsigned motion_regions(const struct motion *motion,
			struct motion_region ret_regions[MOTION_REGIONS_MAX]);

/** Sets `ret_settled` (initialised by the caller) to what, inside the regions, has been still
 * for long enough to be shown exactly. */
void motion_settled(const struct motion *motion, pixman_region32_t *ret_settled);

DEFINE_CLEANUP(struct motion *, motion_destroy)
