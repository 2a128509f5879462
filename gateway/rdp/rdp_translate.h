/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * RDP input, translated
 *
 * From what [MS-RDPBCGR] 2.2.8.1.1.3 puts on the wire to the gateway's input
 * events. Pure: no FreeRDP, no seat.
 */

#include <stdbool.h>
#include <stdint.h>

#include "gateway/input/input_event.h"

/* -- Keys ------------------------------------------------------------------ */

/* Pause is the one key that comes as two events. */
struct rdp_scancodes {
	bool pause_began;
};

/**
 * Reads one keyboard event (keyboardFlags and keyCode).
 *
 * Returns false when it is no key of its own: half of Pause, or a shift that a
 * keyboard invents around the navigation keys.
 */
bool rdp_scancode_read(struct rdp_scancodes *scancodes, uint16_t flags, uint8_t code,
		       uint8_t *ret_qnum, bool *ret_is_down);

/* -- Wheel ------------------------------------------------------------------ */

/* What high-resolution wheels and touch pads have turned short of a notch. */
struct rdp_wheel {
	int32_t x;
	int32_t y;
};

/**
 * Adds a mouse event's rotation (pointerFlags with PTR_FLAGS_WHEEL or _HWHEEL).
 * Returns whether whole notches came together, in `event`.
 */
bool rdp_wheel_turn(struct rdp_wheel *wheel, uint16_t flags, struct input_event *event);

/* -- Touch ------------------------------------------------------------------ */

/**
 * What a contact does, by its flags ([MS-RDPEI] 2.2.3.3.1.1). Returns false for
 * one that only hovers.
 */
bool rdp_touch_read(uint32_t contact_flags, enum input_touch *ret_kind);
