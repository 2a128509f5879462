/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * RDP touch
 *
 * The client's touch screen ([MS-RDPEI]).
 *
 * Threads: the viewer's.
 */

#include <stdint.h>
#include <winpr/wtypes.h>

#include "common/cleanup.h"

struct rdp_hands;
struct rdp_touch;

/** Offers the channel to the client. Returns 0, with its number, or negative errno. */
int rdp_touch_open(HANDLE channel_manager, struct rdp_hands *hands, struct rdp_touch **ret_touch,
		   uint32_t *ret_channel);

/** Accepts NULL. */
void rdp_touch_close(struct rdp_touch *touch);

/** The client has the channel. Returns 0 or negative errno. */
int rdp_touch_accept(struct rdp_touch *touch);

/** What to wait on for rdp_touch_receive(). */
HANDLE rdp_touch_event(struct rdp_touch *touch);

/** Handles what the client sent. Returns 0 or -EPROTO. */
int rdp_touch_receive(struct rdp_touch *touch);

DEFINE_CLEANUP(struct rdp_touch *, rdp_touch_close)
