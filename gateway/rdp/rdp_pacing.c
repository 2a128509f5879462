/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/rdp/rdp_pacing.h"

#include <freerdp/channels/rdpgfx.h>

static uint32_t in_flight(const struct rdp_pacing *pacing)
{
	return pacing->sent - pacing->acknowledged;
}

void rdp_pacing_reset(struct rdp_pacing *pacing)
{
	pacing->acknowledged = pacing->sent;
	pacing->is_suspended = false;
}

bool rdp_pacing_has_room(const struct rdp_pacing *pacing)
{
	return pacing->is_suspended || in_flight(pacing) < RDP_FRAMES_IN_FLIGHT_MAX;
}

uint32_t rdp_pacing_send(struct rdp_pacing *pacing, uint64_t now_us)
{
	if (in_flight(pacing) == 0)
		pacing->waiting_since_us = now_us;
	return ++pacing->sent;
}

void rdp_pacing_acknowledge(struct rdp_pacing *pacing, uint32_t frame, uint32_t queue_depth,
			    uint64_t now_us)
{
	pacing->is_suspended = queue_depth == SUSPEND_FRAME_ACKNOWLEDGEMENT;
	if (pacing->sent - frame < in_flight(pacing)) {
		pacing->acknowledged = frame;
		pacing->waiting_since_us = now_us;
	}
}

uint64_t rdp_pacing_deadline_us(const struct rdp_pacing *pacing)
{
	if (pacing->is_suspended || in_flight(pacing) == 0)
		return UINT64_MAX;
	return pacing->waiting_since_us + RDP_ACKNOWLEDGE_TIMEOUT_US;
}
