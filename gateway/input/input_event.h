/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Input events
 *
 * What a viewer can do to the guest, in one form for every protocol.
 */

#include <stdbool.h>
#include <stdint.h>

/*
 * Keys are qnums, QEMU's own numbers: the set 1 scancode, with 0x80 added for
 * the extended (E0) ones. input/keys.h names them.
 */
#define QNUM_MAX 0xff

/* In the order of QEMU's InputButton, which is the protocol's on D-Bus. */
enum input_button {
	INPUT_BUTTON_LEFT,
	INPUT_BUTTON_MIDDLE,
	INPUT_BUTTON_RIGHT,
	INPUT_BUTTON_WHEEL_UP,
	INPUT_BUTTON_WHEEL_DOWN,
	INPUT_BUTTON_SIDE,
	INPUT_BUTTON_EXTRA,
	INPUT_BUTTONS,
};

enum input_touch {
	INPUT_TOUCH_DOWN,
	INPUT_TOUCH_MOVE,
	INPUT_TOUCH_UP,
	INPUT_TOUCH_CANCEL, /* let go without a tap: sent as up where there is no other way */
};

/* Contacts of one viewer at a time, and of the guest's touch screen. */
#define INPUT_CONTACTS_MAX 10

/* Lock keys, as bits: those of QEMU's Keyboard.Modifiers. */
enum input_lock {
	INPUT_LOCK_SCROLL = 1 << 0,
	INPUT_LOCK_NUM = 1 << 1,
	INPUT_LOCK_CAPS = 1 << 2,
};

enum input_type {
	INPUT_KEY,
	INPUT_LOCKS,
	INPUT_MOTION,	/* pointer to a position on a head */
	INPUT_RELATIVE, /* pointer by a distance */
	INPUT_BUTTON,
	INPUT_WHEEL,
	INPUT_TOUCH,
};

struct input_event {
	enum input_type type;
	unsigned head; /* that the pointer or the contact is on */
	union {
		struct {
			uint8_t qnum;
			bool is_down;
		} key;
		unsigned locks; /* enum input_lock: what the viewer's keyboard shows */
		struct {
			uint32_t x; /* pixels of the head */
			uint32_t y;
		} motion;
		struct {
			int32_t dx;
			int32_t dy;
		} relative;
		struct {
			enum input_button button; /* never a wheel one */
			bool is_down;
		} button;
		struct {
			int32_t dx; /* notches, right is positive: QEMU has no such wheel */
			int32_t dy; /* notches, up is positive */
		} wheel;
		struct {
			enum input_touch kind;
			uint32_t contact; /* the viewer's own number for it */
			uint32_t x;
			uint32_t y;
		} touch;
	};
};
