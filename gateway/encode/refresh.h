/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Refresh
 *
 * What a viewer wants to have again although nothing changed there: it gets that a few
 * times a second, and no more often, however much it asks.
 *
 * Pure state; all zero to begin with.
 */

#include <pixman.h>
#include <stdbool.h>
#include <stdint.h>

/* How often a viewer may have parts again, and how many times in a row. */
#define REFRESH_INTERVAL_US UINT64_C(250000)
#define REFRESHES_IN_A_ROW  4

struct refresh {
	pixman_box32_t again; /* around what is wanted; empty: nothing */
	uint64_t done_us;     /* when all refreshes would be done, were they done in time */
};

/** It wants `box` again. */
void refresh_ask(struct refresh *refresh, const pixman_box32_t *box);

/** From when on refresh_take() has something; UINT64_MAX: nothing is wanted. */
uint64_t refresh_deadline_us(const struct refresh *refresh);

/** Whether the viewer is to have `ret_box` again, now. */
bool refresh_take(struct refresh *refresh, uint64_t now_us, pixman_box32_t *ret_box);
