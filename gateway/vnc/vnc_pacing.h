/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * VNC pacing
 *
 * Whether one more update may be sent to a viewer that asked for continuous
 * updates. Each is followed by a fence, which the viewer answers once it has
 * digested what came before: few are on their way at a time, so that a slow
 * line shows the newest picture and not a queue of old ones. Small updates may
 * be on their way in greater number, so that a long line does not make a
 * pointer jerk.
 *
 * Pure state.
 */

#include <stdbool.h>
#include <stdint.h>

/* Unanswered updates of any size. */
#define VNC_PACING_UPDATES_MAX 2

/* Unanswered updates that together are small. */
#define VNC_PACING_SMALL_UPDATES_MAX 16
#define VNC_PACING_SMALL_BYTES	     32768

struct vnc_pacing {
	uint32_t sent;				      /* fences sent; the number of the last one */
	uint32_t answered;			      /* the last one that was answered */
	uint32_t bytes[VNC_PACING_SMALL_UPDATES_MAX]; /* of update n, at n modulo the size */
};

bool vnc_pacing_may_send(const struct vnc_pacing *pacing);

/** An update of so many bytes was sent. Returns the number for its fence. */
uint32_t vnc_pacing_sent(struct vnc_pacing *pacing, uint32_t bytes);

/** The viewer answered fence `number`, and so all before it. Returns false for one never sent. */
bool vnc_pacing_answered(struct vnc_pacing *pacing, uint32_t number);
