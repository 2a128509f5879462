/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * RDP planar
 *
 * Exact pixels through the graphics pipeline, from the pieces that all of a
 * head's viewers share.
 *
 * Threads: the viewer's.
 */

#include <freerdp/server/rdpgfx.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct rdp_change;

/**
 * Shows pieces of the change's `rest` on `surface`, until `bytes_max` are reached, and
 * takes them out of there. Returns the bytes sent or negative errno.
 */
ssize_t rdp_planar_send(RdpgfxServerContext *server, uint16_t surface, struct rdp_change *change,
			size_t bytes_max);
