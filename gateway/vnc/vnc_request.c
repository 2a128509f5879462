/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/vnc/vnc_request.h"

void vnc_request_init(struct vnc_request *request)
{
	*request = (struct vnc_request){0};
	pixman_region32_init(&request->asked);
}

void vnc_request_finish(struct vnc_request *request)
{
	pixman_region32_fini(&request->asked);
}

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

/* The requests that wait are made simpler rather than many: they are the viewer's to choose. */
static void add_asked(struct vnc_request *request, const pixman_box32_t *box)
{
	pixman_box32_t around;

	pixman_region32_union_rect(&request->asked, &request->asked, box->x1, box->y1,
				   (unsigned)(box->x2 - box->x1), (unsigned)(box->y2 - box->y1));
	if (pixman_region32_n_rects(&request->asked) <= VNC_REQUEST_RECTS_MAX)
		return;
	around = *pixman_region32_extents(&request->asked);
	pixman_region32_reset(&request->asked, &around);
}

void vnc_request_ask(struct vnc_request *request, const pixman_box32_t *box, bool is_incremental)
{
	pixman_box32_t *again = &request->again;

	if (is_empty(box))
		return;
	add_asked(request, box);
	if (is_incremental)
		return;
	if (is_empty(again))
		*again = *box;
	else
		*again = (pixman_box32_t){lesser(again->x1, box->x1), lesser(again->y1, box->y1),
					  greater(again->x2, box->x2), greater(again->y2, box->y2)};
}

void vnc_request_continue(struct vnc_request *request, const pixman_box32_t *box)
{
	request->is_continuous = box;
	if (box)
		request->continuous = *box;
}

void vnc_request_follow_size(struct vnc_request *request, uint32_t width, uint32_t height)
{
	pixman_box32_t whole = {0, 0, (int32_t)width, (int32_t)height};

	if (pixman_region32_not_empty(&request->asked))
		pixman_region32_reset(&request->asked, &whole);
	if (request->is_continuous)
		request->continuous = whole;
}

uint64_t vnc_request_deadline_us(const struct vnc_request *request)
{
	uint64_t in_a_row_us = (VNC_REFRESHES_IN_A_ROW - 1) * VNC_REFRESH_INTERVAL_US;

	if (is_empty(&request->again))
		return UINT64_MAX;
	return request->refreshes_done > in_a_row_us ? request->refreshes_done - in_a_row_us : 0;
}

static bool may_refresh(const struct vnc_request *request, uint64_t now_us)
{
	return now_us >= vnc_request_deadline_us(request);
}

bool vnc_request_is_due(const struct vnc_request *request, uint64_t now_us)
{
	if (request->is_continuous)
		return true;
	if (!pixman_region32_not_empty(&request->asked))
		return false;
	return is_empty(&request->again) || may_refresh(request, now_us);
}

void vnc_request_region(const struct vnc_request *request, pixman_region32_t *ret_region)
{
	const pixman_box32_t *box = &request->continuous;

	pixman_region32_copy(ret_region, &request->asked);
	if (request->is_continuous && !is_empty(box))
		pixman_region32_union_rect(ret_region, ret_region, box->x1, box->y1,
					   (unsigned)(box->x2 - box->x1),
					   (unsigned)(box->y2 - box->y1));
}

bool vnc_request_take_refresh(struct vnc_request *request, uint64_t now_us, pixman_box32_t *ret_box)
{
	if (is_empty(&request->again) || !may_refresh(request, now_us))
		return false;
	if (request->refreshes_done < now_us)
		request->refreshes_done = now_us;
	request->refreshes_done += VNC_REFRESH_INTERVAL_US;
	*ret_box = request->again;
	request->again = (pixman_box32_t){0};
	return true;
}

void vnc_request_answer(struct vnc_request *request)
{
	pixman_region32_clear(&request->asked);
}
