/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * RDP context
 *
 * What FreeRDP allocates for a peer and hands to every callback, extended by
 * our parts of the connection. Private to this folder.
 */

#include <freerdp/freerdp.h>

struct rdp_bitmap_output;
struct rdp_channels;
struct rdp_cursor;
struct rdp_hands;
struct rdp_peer;
struct rdp_picture;

struct rdp_peer_context {
	rdpContext base; /* first: FreeRDP knows this alone */
	struct rdp_peer *peer;
	struct rdp_picture *picture;
	struct rdp_hands *hands; /* NULL before the login */
	struct rdp_cursor *cursor;
	struct rdp_bitmap_output *bitmap;
	struct rdp_channels *channels;
};
