/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * RDP display control
 *
 * A client's wish for other sizes ([MS-RDPEDISP]): where a head has
 * `resize=viewer`, it reaches the guest.
 *
 * Threads: the viewer's; FreeRDP reads the channel on one of its own, which
 * rdp_display_control_close() joins.
 */

#include <freerdp/freerdp.h>

#include "common/cleanup.h"

struct resize;
struct rdp_display_control;
struct rdp_picture;

/** Offers the channel to the client. Returns 0, with its number, or negative errno. */
int rdp_display_control_open(rdpContext *context, HANDLE channel_manager, struct resize *resize,
			     struct rdp_picture *picture, struct rdp_display_control **ret_control,
			     uint32_t *ret_channel);

/** Accepts NULL. */
void rdp_display_control_close(struct rdp_display_control *control);

/** The client has the channel. Returns 0 or negative errno. */
int rdp_display_control_accept(struct rdp_display_control *control);

DEFINE_CLEANUP(struct rdp_display_control *, rdp_display_control_close)
