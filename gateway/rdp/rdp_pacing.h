/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * RDP pacing
 *
 * How many frames are on their way to a client: those sent that it has not
 * acknowledged. Pure arithmetic.
 *
 * A client that stops acknowledging gets nothing more, and finds the newest
 * picture when it begins again. One that says that it will not acknowledge
 * ([MS-RDPEGFX] 2.2.3.13, SUSPEND_FRAME_ACKNOWLEDGEMENT) is paced by its socket alone.
 */

#include <stdbool.h>
#include <stdint.h>

/* Enough to keep a link busy while acknowledgements travel, and few enough for
 * the newest frame to be new when it arrives. */
#define RDP_FRAMES_IN_FLIGHT_MAX 3

struct rdp_pacing {
	uint32_t sent;	       /* the last frame's id; ids begin with 1 */
	uint32_t acknowledged; /* the last one that the client has shown */
	bool is_suspended;
	uint64_t waiting_since_us; /* of the oldest unacknowledged frame or the last sign of life */
};

/** Forgets all: the client began anew. Ids go on. */
void rdp_pacing_reset(struct rdp_pacing *pacing);

bool rdp_pacing_has_room(const struct rdp_pacing *pacing);

/** Counts a frame. Returns its id. */
uint32_t rdp_pacing_send(struct rdp_pacing *pacing, uint64_t now_us);

/** Takes note of an acknowledgement; of a frame that was never sent, it is none. */
void rdp_pacing_acknowledge(struct rdp_pacing *pacing, uint32_t frame, uint32_t queue_depth,
			    uint64_t now_us);

/** When frames that were sent are taken as lost; UINT64_MAX: nothing is outstanding. */
#define RDP_ACKNOWLEDGE_TIMEOUT_US (60 * UINT64_C(1000000))
uint64_t rdp_pacing_deadline_us(const struct rdp_pacing *pacing);
