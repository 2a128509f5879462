/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/encode/refresh.h"

static bool is_empty(const pixman_box32_t *box)
{
	return box->x1 >= box->x2 || box->y1 >= box->y2;
}

static int32_t lesser(int32_t a, int32_t b)
{
	return a < b ? a : b;
}

static int32_t greater(int32_t a, int32_t b)
{
	return a > b ? a : b;
}

void refresh_ask(struct refresh *refresh, const pixman_box32_t *box)
{
	pixman_box32_t *again = &refresh->again;

	if (is_empty(box))
		return;
	if (is_empty(again))
		*again = *box;
	else
		*again = (pixman_box32_t){lesser(again->x1, box->x1), lesser(again->y1, box->y1),
					  greater(again->x2, box->x2), greater(again->y2, box->y2)};
}

uint64_t refresh_deadline_us(const struct refresh *refresh)
{
	uint64_t in_a_row_us = (REFRESHES_IN_A_ROW - 1) * REFRESH_INTERVAL_US;

	if (is_empty(&refresh->again))
		return UINT64_MAX;
	return refresh->done_us > in_a_row_us ? refresh->done_us - in_a_row_us : 0;
}

bool refresh_take(struct refresh *refresh, uint64_t now_us, pixman_box32_t *ret_box)
{
	if (now_us < refresh_deadline_us(refresh))
		return false;
	if (refresh->done_us < now_us)
		refresh->done_us = now_us;
	refresh->done_us += REFRESH_INTERVAL_US;
	*ret_box = refresh->again;
	refresh->again = (pixman_box32_t){0};
	return true;
}
