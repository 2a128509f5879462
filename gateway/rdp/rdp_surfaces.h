/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * RDP surfaces
 *
 * The surfaces of the graphics pipeline that a client has, by their numbers.
 * A number is not used again soon, since a client's cache may be late, and never
 * while its surface is there.
 *
 * Threads: the viewer's.
 */

#include <freerdp/server/rdpgfx.h>
#include <stdint.h>

#include "gateway/encode/motion.h"
#include "gateway/frame/head.h"
#include "gateway/rdp/rdp_layout.h"

/* One for each place, and one for each stream of it. */
#define RDP_SURFACES_MAX (RDP_PLACES_MAX * (1 + MOTION_REGIONS_MAX))

struct rdp_surfaces {
	RdpgfxServerContext *server;
	unsigned count;
	uint16_t numbers[RDP_SURFACES_MAX];
	uint16_t last;
};

/** Makes a surface that is not shown. Returns 0, -EIO, or -ENOSPC with RDP_SURFACES_MAX there. */
int rdp_surfaces_create(struct rdp_surfaces *surfaces, struct size size, uint16_t *ret_number);

/** Shows it at x, y of the desktop. Returns 0 or -EIO. */
int rdp_surfaces_map(struct rdp_surfaces *surfaces, uint16_t number, uint32_t x, uint32_t y);

/** Returns 0 or -EIO. */
int rdp_surfaces_delete(struct rdp_surfaces *surfaces, uint16_t number);

/** Deletes them all. Returns 0 or -EIO. */
int rdp_surfaces_clear(struct rdp_surfaces *surfaces);

/** The client has begun anew, and has none. */
void rdp_surfaces_forget(struct rdp_surfaces *surfaces);
