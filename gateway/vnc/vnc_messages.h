/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * VNC messages
 *
 * What a viewer may say once it is connected, and who handles it: the library
 * what concerns formats and sizes, we the rest. Anything else is refused by name, before the
 * library sees it: its file transfer and scaling reach into state that is not the
 * viewer's own.
 *
 * Threads: the viewer's own.
 */

#include <stddef.h>
#include <stdint.h>

#include "gateway/vnc/vnc_client.h"
#include "gateway/vnc/vnc_input.h"
#include "gateway/vnc/vnc_update.h"
#include "gateway/vnc/vnc_wire.h"

struct seat_client;

struct vnc_fence {
	uint32_t flags; /* enum vnc_fence_flag; 0: no fence */
	uint8_t length;
	uint8_t payload[VNC_FENCE_PAYLOAD_MAX];
};

struct vnc_messages {
	int fd; /* the connection */
	struct vnc_client *client;
	struct vnc_update *update;
	struct vnc_input input;
	struct seat_client *seat;

	struct vnc_fence late_fence; /* answered after the next message (SyncNext) */
};

/**
 * Handles the one message that is there, waiting a while for its end. Returns
 * 0; or negative errno, when the connection is to be closed for `ret_reason`.
 */
int vnc_messages_handle(struct vnc_messages *messages, char ret_reason[VNC_CLIENT_REASON_MAX]);
