/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * VNC request
 *
 * What part of the picture a viewer wants to hear of: with each request once, or all the
 * time under continuous updates. And what it wants to have again (refresh.h).
 *
 * Pure state.
 */

#include <pixman.h>
#include <stdbool.h>
#include <stdint.h>

#include "gateway/encode/refresh.h"

/* Parts that may wait apart; of more, all that is around them is taken. */
#define VNC_REQUEST_RECTS_MAX 64

struct vnc_request {
	pixman_region32_t asked; /* since the last update */

	bool is_continuous;
	pixman_box32_t continuous;

	struct refresh refresh; /* what is to come although nothing changed */
};

void vnc_request_init(struct vnc_request *request);
void vnc_request_finish(struct vnc_request *request);

/** FramebufferUpdateRequest. */
void vnc_request_ask(struct vnc_request *request, const pixman_box32_t *box, bool is_incremental);

/** Has continuous updates of `box`, or, with NULL, no more of them. */
void vnc_request_continue(struct vnc_request *request, const pixman_box32_t *box);

/** The head has another size: what waits is for all of it. */
void vnc_request_follow_size(struct vnc_request *request, uint32_t width, uint32_t height);

/** Whether an update is wanted now; with refresh_deadline_us() that may change though nothing
 * happens. */
bool vnc_request_is_due(const struct vnc_request *request, uint64_t now_us);

/** Sets `ret_region` (initialised by the caller) to what an update may be about. */
void vnc_request_region(const struct vnc_request *request, pixman_region32_t *ret_region);

/** An update was sent. */
void vnc_request_answer(struct vnc_request *request);
