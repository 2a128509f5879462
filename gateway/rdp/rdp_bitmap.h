/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * RDP bitmap
 *
 * Bitmap updates ([MS-RDPBCGR] 2.2.9.1.1.3.1.2) in planar tiles, which are
 * exact, for a client without the graphics pipeline. There are no
 * acknowledgements: the socket paces it.
 *
 * Threads: the viewer's.
 */

#include <freerdp/freerdp.h>

#include "common/cleanup.h"
#include "gateway/rdp/rdp_output.h"

struct rdp_bitmap_output;

/** Returns 0 or negative errno. */
int rdp_bitmap_create(rdpContext *context, struct rdp_bitmap_output **ret_bitmap);

/** Accepts NULL. */
void rdp_bitmap_destroy(struct rdp_bitmap_output *bitmap);

struct rdp_output *rdp_bitmap_output(struct rdp_bitmap_output *bitmap);

/** The client is ready for pictures, with the desktop size in its settings. */
void rdp_bitmap_activate(struct rdp_bitmap_output *bitmap);

DEFINE_CLEANUP(struct rdp_bitmap_output *, rdp_bitmap_destroy)
