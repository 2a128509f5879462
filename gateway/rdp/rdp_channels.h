/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * RDP channels
 *
 * The dynamic channels of one client ([MS-RDPEDYC]): graphics, display
 * control, touch. Each is offered, and used once the client has accepted it;
 * a client may refuse any.
 *
 * Threads: the viewer's.
 */

#include <freerdp/freerdp.h>
#include <poll.h>

#include "common/cleanup.h"
#include "gateway/rdp/rdp_output.h"
#include "gateway/rdp/rdp_server.h"
#include "gateway/services.h"

struct rdp_channels;

/* What rdp_channels_poll() adds at most. */
#define RDP_CHANNELS_POLL_MAX 3

/** `context` is a peer's, with all its other parts. Returns 0 or negative errno. */
int rdp_channels_create(rdpContext *context, const struct services *services,
			enum rdp_video_use video_use, struct rdp_channels **ret_channels);

/** Closes them. Accepts NULL. */
void rdp_channels_destroy(struct rdp_channels *channels);

/** Fills in what rdp_channels_run() waits for. Returns how many. */
size_t rdp_channels_poll(struct rdp_channels *channels, struct pollfd *fds);

/** Offers channels, and handles what came over them. Returns 0 or negative errno. */
int rdp_channels_run(struct rdp_channels *channels);

/** Sends what was written to them. Returns 0 or negative errno. */
int rdp_channels_flush(struct rdp_channels *channels);

/** The graphics, or NULL while they are not there. */
struct rdp_output *rdp_channels_graphics(struct rdp_channels *channels);

/** Whether they may still come. */
bool rdp_channels_may_have_graphics(const struct rdp_channels *channels);

/** When the client has failed to acknowledge for too long; UINT64_MAX: it owes nothing. */
uint64_t rdp_channels_deadline_us(const struct rdp_channels *channels);

DEFINE_CLEANUP(struct rdp_channels *, rdp_channels_destroy)
