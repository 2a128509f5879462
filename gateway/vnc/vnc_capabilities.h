/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * VNC capabilities
 *
 * What a viewer takes, as its last SetEncodings had it. The list is in the order of the
 * viewer's preference.
 *
 * Pure state.
 */

#include <stdbool.h>
#include <stdint.h>

#include "gateway/vnc/vnc_wire.h"

struct vnc_capabilities {
	int32_t preferred; /* the first encoding of pixels that we have; Raw without one */
	bool has_preferred;
	bool tight;
	bool h264;
	int jpeg_quality; /* of Tight, 0 to 9; -1: it does not want JPEG */
	bool last_rect;

	bool cursor;
	bool alpha_cursor;
	bool desktop_size;
	bool extended_desktop_size;
	bool qemu_keys;
	bool extended_buttons;
	bool fence;
	bool continuous_updates;
};

/** What every viewer takes, also one that has not said anything. */
void vnc_capabilities_init(struct vnc_capabilities *can);

/** The next encoding of the list. */
void vnc_capabilities_note(struct vnc_capabilities *can, int32_t encoding);

/** Whether the viewer draws the cursor: it takes shapes. */
static inline bool vnc_capabilities_draws_cursor(const struct vnc_capabilities *can)
{
	return can->cursor || can->alpha_cursor;
}

/** Whether Tight is what it prefers; one that takes video takes Tight for the rest. */
static inline bool vnc_capabilities_prefers_tight(const struct vnc_capabilities *can)
{
	return can->preferred == VNC_ENCODING_TIGHT || (can->h264 && can->tight);
}
