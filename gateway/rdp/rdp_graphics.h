/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * RDP graphics
 *
 * The graphics pipeline ([MS-RDPEGFX]): a surface for each head, mapped side
 * by side; video where a head moves, and the planar codec, which is exact,
 * elsewhere. Frames are paced by the client's acknowledgements.
 *
 * Threads: the viewer's.
 */

#include <freerdp/freerdp.h>

#include "common/cleanup.h"
#include "gateway/rdp/rdp_output.h"
#include "gateway/rdp/rdp_server.h"

struct rdp_gfx;

/** Returns 0 or negative errno. */
int rdp_gfx_create(rdpContext *context, HANDLE channel_manager, enum rdp_video_use video_use,
		   struct rdp_gfx **ret_gfx);

/** Accepts NULL. */
void rdp_gfx_destroy(struct rdp_gfx *gfx);

/** Offers the channel to the client. Returns 0, with its number, or negative errno. */
int rdp_gfx_open(struct rdp_gfx *gfx, uint32_t *ret_channel);

/** The client has the channel. */
void rdp_gfx_accept(struct rdp_gfx *gfx);

/** What to wait on for rdp_gfx_receive(); NULL while there is nothing to wait for. */
HANDLE rdp_gfx_event(struct rdp_gfx *gfx);

/** Handles what the client sent. Returns 0 or -EPROTO. */
int rdp_gfx_receive(struct rdp_gfx *gfx);

/** NULL until client and server agreed on a version. */
struct rdp_output *rdp_gfx_output(struct rdp_gfx *gfx);

/** When the client has failed to acknowledge for too long; UINT64_MAX: it owes nothing. */
uint64_t rdp_gfx_deadline_us(const struct rdp_gfx *gfx);

DEFINE_CLEANUP(struct rdp_gfx *, rdp_gfx_destroy)
