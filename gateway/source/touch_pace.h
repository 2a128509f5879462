/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Touch pace
 *
 * How fast fingers may move, so that a guest that stands still for a moment loses none of
 * them: QEMU's touch screens have a queue of 64 entries, and a report that finds no room
 * there is dropped without a word. Each report has the place of every finger in it, so two fingers
 * fill the queue in four moves each. What comes down or goes up has room kept for it.
 *
 * Threads: any, one at a time; it is all arithmetic.
 */

#include <stdbool.h>
#include <stdint.h>

/* Zero-initialise it. */
struct touch_pace {
	uint64_t then_us;
	unsigned level_us; /* how long the guest is reckoned to take for what was sent */
};

/** Counts a report that is sent now, with `fingers` in it, and one of them lifted or not. */
void touch_pace_count(struct touch_pace *pace, uint64_t now_us, unsigned fingers, bool is_lift);

/** How long a move of one of `fingers` should wait, in microseconds; 0: not at all. */
uint64_t touch_pace_wait(const struct touch_pace *pace, uint64_t now_us, unsigned fingers);
