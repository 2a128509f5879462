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
	if (is_empty(box))
		return;
	add_asked(request, box);
	if (!is_incremental)
		refresh_ask(&request->refresh, box);
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

bool vnc_request_is_due(const struct vnc_request *request, uint64_t now_us)
{
	uint64_t deadline_us = refresh_deadline_us(&request->refresh);

	if (request->is_continuous)
		return true;
	if (!pixman_region32_not_empty(&request->asked))
		return false;
	return deadline_us == UINT64_MAX || deadline_us <= now_us;
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

void vnc_request_answer(struct vnc_request *request)
{
	pixman_region32_clear(&request->asked);
}
