/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * RDP input
 *
 * Hands what the client's keyboard, mouse and touch screen do to the seat.
 *
 * Threads: the viewer's.
 */

#include <freerdp/freerdp.h>

#include "common/cleanup.h"
#include "gateway/input/seat.h"
#include "gateway/rdp/rdp_picture.h"

struct rdp_hands;

/** Takes the callbacks of `context`'s input. Positions refer to `picture`'s layout. */
struct rdp_hands *rdp_hands_create(rdpContext *context, struct seat *seat,
				   struct rdp_picture *picture);

/** Lets go of everything. Accepts NULL. */
void rdp_hands_destroy(struct rdp_hands *hands);

/** A contact at a position of the desktop. */
void rdp_hands_touch(struct rdp_hands *hands, uint8_t contact, uint32_t flags, int32_t x,
		     int32_t y);

/** The head that the client's pointer is over. */
unsigned rdp_hands_pointer_head(const struct rdp_hands *hands);

/** 0, or the error that the seat gave: the viewer is to be disconnected. */
int rdp_hands_error(const struct rdp_hands *hands);

DEFINE_CLEANUP(struct rdp_hands *, rdp_hands_destroy)
