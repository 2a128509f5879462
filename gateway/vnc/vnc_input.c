/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/vnc/vnc_input.h"

#include "gateway/input/keys.h"

#define QNUM_LEFT_SHIFT	 0x2a
#define QNUM_RIGHT_SHIFT 0x36

/* Keysyms from here on are functions, not symbols: Shift+Left is Left with shift held. */
#define KEYSYM_FUNCTIONS     0xfe00
#define KEYSYM_FUNCTIONS_END 0x10000

static bool is_held(const struct vnc_input *input, uint8_t qnum)
{
	return input->keys_down[qnum / 8] & 1 << qnum % 8;
}

static bool note_key(struct vnc_input *input, uint8_t qnum, bool is_down)
{
	if (is_held(input, qnum) == is_down)
		return false;
	input->keys_down[qnum / 8] ^= (uint8_t)(1 << qnum % 8);
	return true;
}

static struct input_event key_event(uint8_t qnum, bool is_down)
{
	return (struct input_event){.type = INPUT_KEY, .key = {.qnum = qnum, .is_down = is_down}};
}

static bool is_symbol(uint32_t keysym)
{
	return keysym < KEYSYM_FUNCTIONS || keysym >= KEYSYM_FUNCTIONS_END;
}

/* The held shift keys go to `is_down`; with none held, the left one does. */
static size_t add_shift(const struct vnc_input *input, bool is_down, struct input_event *events)
{
	bool left = is_held(input, QNUM_LEFT_SHIFT);
	bool right = is_held(input, QNUM_RIGHT_SHIFT);
	size_t count = 0;

	if (left || !right)
		events[count++] = key_event(QNUM_LEFT_SHIFT, is_down);
	if (right)
		events[count++] = key_event(QNUM_RIGHT_SHIFT, is_down);
	return count;
}

size_t vnc_input_keysym(struct vnc_input *input, uint32_t keysym, bool is_down,
			struct input_event *ret_events)
{
	struct keystroke stroke;
	bool has_shift = is_held(input, QNUM_LEFT_SHIFT) || is_held(input, QNUM_RIGHT_SHIFT);
	bool other_shift;
	size_t count = 0;

	if (!key_from_keysym(keysym, &stroke) || !note_key(input, stroke.qnum, is_down))
		return 0;
	other_shift = is_down && is_symbol(keysym) && stroke.shift != has_shift;
	if (other_shift)
		count += add_shift(input, stroke.shift, ret_events + count);
	ret_events[count++] = key_event(stroke.qnum, is_down);
	if (other_shift)
		count += add_shift(input, has_shift, ret_events + count);
	return count;
}

size_t vnc_input_scancode(struct vnc_input *input, uint32_t scancode, uint32_t keysym, bool is_down,
			  struct input_event *ret_events)
{
	uint32_t qnum = scancode;

	/* The specification folds the E0 prefix into bit 7; some clients send it as it is. */
	if (scancode >> 8 == 0xe0)
		qnum = (scancode & 0x7f) | 0x80;
	if (qnum == 0 || qnum > QNUM_MAX || !key_is_known((uint8_t)qnum))
		return vnc_input_keysym(input, keysym, is_down, ret_events);
	if (!note_key(input, (uint8_t)qnum, is_down))
		return 0;
	ret_events[0] = key_event((uint8_t)qnum, is_down);
	return 1;
}

static bool button_event(unsigned head, unsigned bit, bool is_down, struct input_event *ret_event)
{
	static const struct {
		enum input_type type;
		enum input_button button;
		int dx;
		int dy;
	} buttons[VNC_BUTTONS] = {
		{INPUT_BUTTON, INPUT_BUTTON_LEFT, 0, 0},
		{INPUT_BUTTON, INPUT_BUTTON_MIDDLE, 0, 0},
		{INPUT_BUTTON, INPUT_BUTTON_RIGHT, 0, 0},
		{INPUT_WHEEL, 0, 0, 1},
		{INPUT_WHEEL, 0, 0, -1},
		{INPUT_WHEEL, 0, -1, 0},
		{INPUT_WHEEL, 0, 1, 0},
		{INPUT_BUTTON, INPUT_BUTTON_SIDE, 0, 0},
		{INPUT_BUTTON, INPUT_BUTTON_EXTRA, 0, 0},
	};

	*ret_event = (struct input_event){.type = buttons[bit].type, .head = head};
	if (buttons[bit].type == INPUT_WHEEL) {
		ret_event->wheel.dx = buttons[bit].dx;
		ret_event->wheel.dy = buttons[bit].dy;
		/* A notch is a press and a release of RFB's button. */
		return is_down;
	}
	ret_event->button.button = buttons[bit].button;
	ret_event->button.is_down = is_down;
	return true;
}

size_t vnc_input_pointer(struct vnc_input *input, uint16_t x, uint16_t y, uint16_t buttons,
			 struct input_event *ret_events)
{
	uint16_t changed = input->buttons ^ buttons;
	size_t count = 0;

	if (!input->has_position || x != input->x || y != input->y)
		ret_events[count++] = (struct input_event){
			.type = INPUT_MOTION, .head = input->head, .motion = {.x = x, .y = y}};
	input->has_position = true;
	input->x = x;
	input->y = y;
	input->buttons = buttons;
	for (unsigned bit = 0; bit < VNC_BUTTONS; bit++)
		if (changed & 1 << bit &&
		    button_event(input->head, bit, buttons & 1 << bit, &ret_events[count]))
			count++;
	return count;
}
