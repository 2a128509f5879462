/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * RDP pacing
 *
 * Which frames are on their way to a client: those sent that it has not
 * acknowledged; and so how much its line takes. Pure arithmetic.
 *
 * A client that stops acknowledging gets nothing more, and finds the newest
 * picture when it begins again. One that says that it will not acknowledge
 * ([MS-RDPEGFX] 2.2.3.13, SUSPEND_FRAME_ACKNOWLEDGEMENT) is paced by its socket alone.
 */

#include <stdbool.h>
#include <stdint.h>

#include "gateway/encode/rate.h"

struct rdp_pacing {
	struct rate_meter meter; /* its updates are frames, by their ids */
	bool is_suspended;
};

/** Forgets what is on its way: the client began anew. Ids go on. */
void rdp_pacing_reset(struct rdp_pacing *pacing);

bool rdp_pacing_has_room(const struct rdp_pacing *pacing);

/** The id of the frame that rdp_pacing_sent() will be called for next. */
uint32_t rdp_pacing_next(const struct rdp_pacing *pacing);

/** A frame of so many bytes was sent. */
void rdp_pacing_sent(struct rdp_pacing *pacing, uint32_t bytes, uint64_t now_us);

/** Takes note of an acknowledgement. Returns whether it is one: of a frame on its way. */
bool rdp_pacing_acknowledge(struct rdp_pacing *pacing, uint32_t frame, uint32_t queue_depth,
			    uint64_t now_us);

/** Whether an id is of no frame that was sent yet. */
bool rdp_pacing_is_to_come(const struct rdp_pacing *pacing, uint32_t frame);

/** When frames that were sent are taken as lost; UINT64_MAX: nothing is outstanding. */
#define RDP_ACKNOWLEDGE_TIMEOUT_US (60 * UINT64_C(1000000))
uint64_t rdp_pacing_deadline_us(const struct rdp_pacing *pacing);
