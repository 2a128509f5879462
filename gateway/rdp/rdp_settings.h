/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * RDP settings
 *
 * What we tell a client that we can do, and what it told us of itself.
 *
 * Threads: the viewer's.
 */

#include <freerdp/freerdp.h>

struct rdp_layout;
struct rdp_picture;

/** What a connection begins with. Returns 0 or -EIO. */
int rdp_settings_prepare(rdpSettings *settings);

/** Tells the picture how the client's monitors lie. */
void rdp_settings_read_monitors(const rdpSettings *settings, struct rdp_picture *picture);

/** Makes `layout` the desktop that the client is offered. Returns 0 or -EIO. */
int rdp_settings_offer(rdpSettings *settings, const struct rdp_layout *layout);
