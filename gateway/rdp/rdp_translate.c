/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/rdp/rdp_translate.h"

#include <freerdp/channels/rdpei.h>
#include <freerdp/input.h>

#define QNUM_EXTENDED  0x80
#define SCANCODE_LAST  0x7f
#define SCANCODE_CTRL  0x1d
#define SCANCODE_BREAK 0x46
#define SCANCODE_PAUSE 0x45
#define SCANCODE_PRINT 0x37
#define SHIFT_LEFT     0x2a
#define SHIFT_RIGHT    0x36

#define QNUM_PRINT 0x54
#define QNUM_PAUSE 0xc6

#define ROTATION_PER_NOTCH 120

bool rdp_scancode_read(struct rdp_scancodes *scancodes, uint16_t flags, uint8_t code,
		       uint8_t *ret_qnum, bool *ret_is_down)
{
	bool ends_pause = scancodes->pause_began;

	*ret_is_down = !(flags & KBD_FLAGS_RELEASE);
	scancodes->pause_began = false;

	if (flags & KBD_FLAGS_EXTENDED1) {
		/* E1 1D 45: the second half follows without a prefix, and would be Num Lock. */
		scancodes->pause_began = code == SCANCODE_CTRL;
		return false;
	}
	if (ends_pause && code == SCANCODE_PAUSE) {
		*ret_qnum = QNUM_PAUSE;
		return true;
	}
	if (code == 0 || code > SCANCODE_LAST)
		return false;
	if (!(flags & KBD_FLAGS_EXTENDED)) {
		*ret_qnum = code;
		return true;
	}

	switch (code) {
	case SHIFT_LEFT:
	case SHIFT_RIGHT:
		return false;
	case SCANCODE_PRINT:
		*ret_qnum = QNUM_PRINT;
		return true;
	case SCANCODE_BREAK: /* Pause with Ctrl held */
		*ret_qnum = QNUM_PAUSE;
		return true;
	default:
		*ret_qnum = code | QNUM_EXTENDED;
		return true;
	}
}

static int32_t take_notches(int32_t *rotation)
{
	int32_t notches = *rotation / ROTATION_PER_NOTCH;

	*rotation -= notches * ROTATION_PER_NOTCH;
	return notches;
}

bool rdp_wheel_turn(struct rdp_wheel *wheel, uint16_t flags, struct input_event *event)
{
	/* Nine bits, two's complement. */
	int32_t rotation = flags & WheelRotationMask;

	if (flags & PTR_FLAGS_WHEEL_NEGATIVE)
		rotation -= WheelRotationMask + 1;

	event->type = INPUT_WHEEL;
	event->wheel.dx = 0;
	event->wheel.dy = 0;
	if (flags & PTR_FLAGS_HWHEEL) {
		wheel->x += rotation;
		event->wheel.dx = take_notches(&wheel->x);
	} else {
		wheel->y += rotation;
		event->wheel.dy = take_notches(&wheel->y);
	}
	return event->wheel.dx != 0 || event->wheel.dy != 0;
}

bool rdp_touch_read(uint32_t contact_flags, enum input_touch *ret_kind)
{
	if (contact_flags & RDPINPUT_CONTACT_FLAG_CANCELED)
		*ret_kind = INPUT_TOUCH_CANCEL;
	else if (contact_flags & RDPINPUT_CONTACT_FLAG_DOWN)
		*ret_kind = INPUT_TOUCH_DOWN;
	else if (contact_flags & RDPINPUT_CONTACT_FLAG_UP)
		*ret_kind = INPUT_TOUCH_UP;
	else if (contact_flags & RDPINPUT_CONTACT_FLAG_INCONTACT)
		*ret_kind = INPUT_TOUCH_MOVE;
	else
		return false;
	return true;
}
