/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * RDP pointer
 *
 * Gives the client's own pointer the shape of the guest's cursor on the head
 * that it is over.
 *
 * Threads: the viewer's.
 */

#include <freerdp/freerdp.h>

#include "common/cleanup.h"
#include "gateway/frame/head.h"

struct rdp_cursor;

struct rdp_cursor *rdp_cursor_create(rdpContext *context);

/** Accepts NULL. */
void rdp_cursor_destroy(struct rdp_cursor *cursor);

/** The client has forgotten all shapes: it was activated (again). */
void rdp_cursor_reset(struct rdp_cursor *cursor);

/** Shows `head`'s cursor, if it is another than the client shows. Returns 0 or -EIO. */
int rdp_cursor_show(struct rdp_cursor *cursor, struct head *head);

DEFINE_CLEANUP(struct rdp_cursor *, rdp_cursor_destroy)
