/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * RDP layout
 *
 * Which heads a client shows, and where on its desktop each lies: left to
 * right, tops aligned. Pure arithmetic.
 */

#include <stdbool.h>
#include <stdint.h>

#include "gateway/frame/head.h"

/* [MS-RDPEGFX] 2.2.2.14: the widest desktop there is. */
#define RDP_DESKTOP_SIDE_MAX 32766

/* FreeRDP 3.10 refuses to tell a client of 16 monitors, which the protocol allows. */
#define RDP_PLACES_MAX 15

/* A head on the client's desktop, in pixels. */
struct rdp_place {
	unsigned head;
	uint32_t x;
	uint32_t y;
	struct size size;
};

struct rdp_layout {
	unsigned count; /* of places; at least 1 once arranged */
	struct rdp_place places[RDP_PLACES_MAX];
	struct size size; /* of the whole desktop */
};

/* The heads that a client shows, from left to right. */
struct rdp_choice {
	unsigned count;
	unsigned heads[HEADS_MAX];
	/* Which of `heads` is the client's monitor 0, 1, ...: the order in which it told them. */
	unsigned monitors;
	unsigned monitor_heads[HEADS_MAX];
};

/**
 * Chooses head i for the client's monitor i, as far as there are heads, and
 * orders them as the monitors lie. `lefts` has the x position of each of the
 * client's `monitors`; a client with fewer than two gets head 0.
 */
void rdp_choose_by_monitors(struct rdp_choice *choice, const int32_t *lefts, unsigned monitors,
			    unsigned heads);

/** Chooses all heads, in order. */
void rdp_choose_all(struct rdp_choice *choice, unsigned heads);

/** Chooses one head. */
void rdp_choose_one(struct rdp_choice *choice, unsigned head);

/**
 * Places the chosen heads side by side; `sizes` is in their order. Those that
 * would be more than RDP_PLACES_MAX, or lie beyond RDP_DESKTOP_SIDE_MAX, are left out.
 */
void rdp_layout_arrange(struct rdp_layout *layout, const struct rdp_choice *choice,
			const struct size *sizes);

bool rdp_layout_is_equal(const struct rdp_layout *a, const struct rdp_layout *b);

/**
 * Finds the place under, or else nearest to, a position on the desktop.
 * `*x` and `*y` become the position on that head.
 */
const struct rdp_place *rdp_layout_find(const struct rdp_layout *layout, int32_t *x, int32_t *y);
