/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * VNC input
 *
 * One viewer's keys and pointer, as events for the seat. RFB tells of states
 * (this key is down, these buttons are): only what changed becomes an event.
 *
 * Threads: any one.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/input/input_event.h"

/* Buttons as RFB numbers them: bit n is button n + 1. */
#define VNC_BUTTONS 9

/* The most events that one message can become: a shift, a key, a shift; or a
 * motion and all buttons. */
#define VNC_INPUT_EVENTS_MAX (1 + VNC_BUTTONS)

struct vnc_input {
	unsigned head;
	uint8_t keys_down[(QNUM_MAX + 1) / 8];
	uint16_t buttons;
	bool has_position;
	uint16_t x;
	uint16_t y;
};

/**
 * A key by its keysym (X11). A symbol that needs another state of shift than
 * the viewer's keys have gets it for the moment of the press.
 *
 * Writes up to VNC_INPUT_EVENTS_MAX events. Returns how many: 0 for a key that
 * is not known, or that did not change.
 */
size_t vnc_input_keysym(struct vnc_input *input, uint32_t keysym, bool is_down,
			struct input_event *ret_events);

/**
 * A key by the scancode of QEMU's extended key event, which is the physical key
 * whatever the layout; by its keysym where it has none that is known.
 */
size_t vnc_input_scancode(struct vnc_input *input, uint32_t scancode, uint32_t keysym, bool is_down,
			  struct input_event *ret_events);

/** The pointer and its buttons. */
size_t vnc_input_pointer(struct vnc_input *input, uint16_t x, uint16_t y, uint16_t buttons,
			 struct input_event *ret_events);
