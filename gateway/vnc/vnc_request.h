/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * VNC request
 *
 * What part of the picture a viewer wants to hear of: with each request once, or all the
 * time under continuous updates. And what it wants to have again although nothing
 * changed there, which it gets a few times a second and no more often.
 *
 * Pure state.
 */

#include <pixman.h>
#include <stdbool.h>
#include <stdint.h>

/* How often a viewer may have parts again, and how many times in a row. */
#define VNC_REFRESH_INTERVAL_US UINT64_C(250000)
#define VNC_REFRESHES_IN_A_ROW	4

/* Parts that may wait apart; of more, all that is around them is taken. */
#define VNC_REQUEST_RECTS_MAX 64

struct vnc_request {
	pixman_region32_t asked; /* since the last update */

	bool is_continuous;
	pixman_box32_t continuous;

	pixman_box32_t again;	 /* around what is wanted again; empty: nothing */
	uint64_t refreshes_done; /* when all refreshes would be done, were they done in time */
};

void vnc_request_init(struct vnc_request *request);
void vnc_request_finish(struct vnc_request *request);

/** FramebufferUpdateRequest. */
void vnc_request_ask(struct vnc_request *request, const pixman_box32_t *box, bool is_incremental);

/** Has continuous updates of `box`, or, with NULL, no more of them. */
void vnc_request_continue(struct vnc_request *request, const pixman_box32_t *box);

/** The head has another size: what waits is for all of it. */
void vnc_request_follow_size(struct vnc_request *request, uint32_t width, uint32_t height);

/** Whether an update is wanted now. */
bool vnc_request_is_due(const struct vnc_request *request, uint64_t now_us);

/** When to ask vnc_request_is_due() again although nothing happened; UINT64_MAX: never. */
uint64_t vnc_request_deadline_us(const struct vnc_request *request);

/** Sets `ret_region` (initialised by the caller) to what an update may be about. */
void vnc_request_region(const struct vnc_request *request, pixman_region32_t *ret_region);

/** Whether the viewer is to have `ret_box` again, now. */
bool vnc_request_take_refresh(struct vnc_request *request, uint64_t now_us,
			      pixman_box32_t *ret_box);

/** An update was sent. */
void vnc_request_answer(struct vnc_request *request);
