/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/rdp/rdp_pacing.h"

#include <freerdp/channels/rdpgfx.h>

void rdp_pacing_reset(struct rdp_pacing *pacing)
{
	rate_meter_forget(&pacing->meter);
	pacing->is_suspended = false;
}

bool rdp_pacing_has_room(const struct rdp_pacing *pacing)
{
	return pacing->is_suspended || rate_meter_has_room(&pacing->meter);
}

uint32_t rdp_pacing_next(const struct rdp_pacing *pacing)
{
	return pacing->meter.sent + 1;
}

void rdp_pacing_sent(struct rdp_pacing *pacing, uint32_t bytes, uint64_t now_us)
{
	rate_meter_sent(&pacing->meter, bytes, now_us);
	if (pacing->is_suspended)
		rate_meter_forget(&pacing->meter);
}

bool rdp_pacing_acknowledge(struct rdp_pacing *pacing, uint32_t frame, uint32_t queue_depth,
			    uint64_t now_us)
{
	bool is_one = rate_meter_acknowledged(&pacing->meter, frame, now_us);

	pacing->is_suspended = queue_depth == SUSPEND_FRAME_ACKNOWLEDGEMENT;
	if (pacing->is_suspended)
		rate_meter_forget(&pacing->meter);
	return is_one;
}

bool rdp_pacing_is_to_come(const struct rdp_pacing *pacing, uint32_t frame)
{
	/* Ids wrap around: what counts is which of the two ways is shorter. */
	return (int32_t)(frame - pacing->meter.sent) > 0;
}

uint64_t rdp_pacing_deadline_us(const struct rdp_pacing *pacing)
{
	uint64_t since_us = rate_meter_waiting_since_us(&pacing->meter);

	return since_us == UINT64_MAX ? UINT64_MAX : since_us + RDP_ACKNOWLEDGE_TIMEOUT_US;
}
