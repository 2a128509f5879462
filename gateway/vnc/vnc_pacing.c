/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/vnc/vnc_pacing.h"

bool vnc_pacing_may_send(const struct vnc_pacing *pacing)
{
	uint32_t on_their_way = pacing->sent - pacing->answered;
	uint64_t bytes = 0;

	if (on_their_way < VNC_PACING_UPDATES_MAX)
		return true;
	if (on_their_way >= VNC_PACING_SMALL_UPDATES_MAX)
		return false;
	for (uint32_t n = pacing->answered + 1; n != pacing->sent + 1; n++)
		bytes += pacing->bytes[n % VNC_PACING_SMALL_UPDATES_MAX];
	return bytes <= VNC_PACING_SMALL_BYTES;
}

uint32_t vnc_pacing_sent(struct vnc_pacing *pacing, uint32_t bytes)
{
	pacing->sent++;
	pacing->bytes[pacing->sent % VNC_PACING_SMALL_UPDATES_MAX] = bytes;
	return pacing->sent;
}

bool vnc_pacing_answered(struct vnc_pacing *pacing, uint32_t number)
{
	/* Numbers wrap around: what counts is how far they are apart. */
	if (number - pacing->answered > pacing->sent - pacing->answered)
		return false;
	pacing->answered = number;
	return true;
}
