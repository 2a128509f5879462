/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/rdp/rdp_input.h"

#include <freerdp/input.h>

#include "common/xalloc.h"
#include "gateway/input/keys.h"
#include "gateway/rdp/rdp_context.h"
#include "gateway/rdp/rdp_translate.h"

#define QNUM_SHIFT_LEFT	 0x2a
#define QNUM_SHIFT_RIGHT 0x36

struct rdp_hands {
	struct seat_client *client;
	struct rdp_picture *picture;
	int error;
	struct rdp_scancodes scancodes;
	struct rdp_wheel wheel;
	bool is_down[QNUM_MAX + 1];
	unsigned pointer_head;
	/* A contact stays on the head where it began. */
	unsigned contact_heads[UINT8_MAX + 1];
};

static struct rdp_hands *hands_of(rdpInput *input)
{
	return ((struct rdp_peer_context *)input->context)->hands;
}

static void send(struct rdp_hands *hands, const struct input_event *event)
{
	int r = seat_client_send(hands->client, event);

	if (r < 0)
		hands->error = r;
}

/* -- Keyboard ---------------------------------------------------------------- */

static void send_key(struct rdp_hands *hands, uint8_t qnum, bool is_down)
{
	struct input_event event = {.type = INPUT_KEY, .key = {qnum, is_down}};

	hands->is_down[qnum] = is_down;
	send(hands, &event);
}

static BOOL handle_keyboard(rdpInput *input, UINT16 flags, UINT8 code)
{
	struct rdp_hands *hands = hands_of(input);
	uint8_t qnum;
	bool is_down;

	if (hands && rdp_scancode_read(&hands->scancodes, flags, code, &qnum, &is_down) &&
	    key_is_known(qnum))
		send_key(hands, qnum, is_down);
	return TRUE;
}

/* Telephones send characters, some of them with a press only: each is a stroke. */
static BOOL handle_unicode(rdpInput *input, UINT16 flags, UINT16 code)
{
	struct rdp_hands *hands = hands_of(input);
	struct keystroke stroke;

	if (!hands || flags & KBD_FLAGS_RELEASE || !key_from_character(code, &stroke))
		return TRUE;

	bool adds_shift = stroke.shift && !hands->is_down[QNUM_SHIFT_LEFT] &&
			  !hands->is_down[QNUM_SHIFT_RIGHT];
	if (adds_shift)
		send_key(hands, QNUM_SHIFT_LEFT, true);
	send_key(hands, stroke.qnum, true);
	send_key(hands, stroke.qnum, false);
	if (adds_shift)
		send_key(hands, QNUM_SHIFT_LEFT, false);
	return TRUE;
}

/* [MS-RDPBCGR] 2.2.8.1.1.3.1.1.5: sent when the client's window gets the focus; all keys are
 * up then, and those that are held follow. */
static BOOL handle_synchronize(rdpInput *input, UINT32 flags)
{
	struct rdp_hands *hands = hands_of(input);
	struct input_event event = {.type = INPUT_LOCKS};

	if (!hands)
		return TRUE;
	for (unsigned qnum = 0; qnum <= QNUM_MAX; qnum++)
		if (hands->is_down[qnum])
			send_key(hands, (uint8_t)qnum, false);

	event.locks = (flags & KBD_SYNC_SCROLL_LOCK ? INPUT_LOCK_SCROLL : 0) |
		      (flags & KBD_SYNC_NUM_LOCK ? INPUT_LOCK_NUM : 0) |
		      (flags & KBD_SYNC_CAPS_LOCK ? INPUT_LOCK_CAPS : 0);
	send(hands, &event);
	return TRUE;
}

/* -- Mouse --------------------------------------------------------------------- */

static void send_motion(struct rdp_hands *hands, UINT16 x, UINT16 y)
{
	int32_t on_x = x;
	int32_t on_y = y;
	const struct rdp_place *place = rdp_layout_find(rdp_picture_layout(hands->picture), &on_x,
							&on_y);
	struct input_event event = {
		.type = INPUT_MOTION,
		.head = place->head,
		.motion = {(uint32_t)on_x, (uint32_t)on_y},
	};

	hands->pointer_head = place->head;
	send(hands, &event);
}

static void send_button(struct rdp_hands *hands, enum input_button button, bool is_down)
{
	struct input_event event = {
		.type = INPUT_BUTTON,
		.head = hands->pointer_head,
		.button = {button, is_down},
	};

	send(hands, &event);
}

static void send_buttons(struct rdp_hands *hands, UINT16 flags)
{
	bool is_down = flags & PTR_FLAGS_DOWN;

	if (flags & PTR_FLAGS_BUTTON1)
		send_button(hands, INPUT_BUTTON_LEFT, is_down);
	if (flags & PTR_FLAGS_BUTTON2)
		send_button(hands, INPUT_BUTTON_RIGHT, is_down);
	if (flags & PTR_FLAGS_BUTTON3)
		send_button(hands, INPUT_BUTTON_MIDDLE, is_down);
}

static void send_extended_buttons(struct rdp_hands *hands, UINT16 flags)
{
	bool is_down = flags & PTR_XFLAGS_DOWN;

	if (flags & PTR_XFLAGS_BUTTON1)
		send_button(hands, INPUT_BUTTON_SIDE, is_down);
	if (flags & PTR_XFLAGS_BUTTON2)
		send_button(hands, INPUT_BUTTON_EXTRA, is_down);
}

static BOOL handle_mouse(rdpInput *input, UINT16 flags, UINT16 x, UINT16 y)
{
	struct rdp_hands *hands = hands_of(input);

	if (!hands)
		return TRUE;
	if (flags & (PTR_FLAGS_WHEEL | PTR_FLAGS_HWHEEL)) {
		/* Its position is not to be looked at: it may be 0,0. */
		struct input_event event = {.head = hands->pointer_head};

		if (rdp_wheel_turn(&hands->wheel, flags, &event))
			send(hands, &event);
		return TRUE;
	}
	send_motion(hands, x, y);
	send_buttons(hands, flags);
	return TRUE;
}

static BOOL handle_extended_mouse(rdpInput *input, UINT16 flags, UINT16 x, UINT16 y)
{
	struct rdp_hands *hands = hands_of(input);

	if (!hands)
		return TRUE;
	send_motion(hands, x, y);
	send_extended_buttons(hands, flags);
	return TRUE;
}

static BOOL handle_relative_mouse(rdpInput *input, UINT16 flags, INT16 dx, INT16 dy)
{
	struct rdp_hands *hands = hands_of(input);
	struct input_event event = {.type = INPUT_RELATIVE, .relative = {dx, dy}};

	if (!hands)
		return TRUE;
	event.head = hands->pointer_head;
	if (dx != 0 || dy != 0)
		send(hands, &event);
	send_buttons(hands, flags);
	/* [MS-RDPBCGR] 2.2.8.1.1.3.1.1.7: the extended buttons share this event's flags. */
	send_extended_buttons(hands, flags);
	return TRUE;
}

/* -- Touch --------------------------------------------------------------------- */

static const struct rdp_place *place_of_head(const struct rdp_layout *layout, unsigned head)
{
	for (unsigned i = 0; i < layout->count; i++)
		if (layout->places[i].head == head)
			return &layout->places[i];
	return &layout->places[0];
}

static uint32_t clamp(int64_t value, uint32_t length)
{
	if (value < 0)
		return 0;
	return value < length ? (uint32_t)value : length - 1;
}

void rdp_hands_touch(struct rdp_hands *hands, uint8_t contact, uint32_t flags, int32_t x, int32_t y)
{
	const struct rdp_layout *layout = rdp_picture_layout(hands->picture);
	struct input_event event = {.type = INPUT_TOUCH};

	if (!rdp_touch_read(flags, &event.touch.kind))
		return;
	if (event.touch.kind == INPUT_TOUCH_DOWN) {
		int32_t on_x = x;
		int32_t on_y = y;

		hands->contact_heads[contact] = rdp_layout_find(layout, &on_x, &on_y)->head;
	}

	const struct rdp_place *place = place_of_head(layout, hands->contact_heads[contact]);
	event.head = place->head;
	event.touch.contact = contact;
	event.touch.x = clamp((int64_t)x - place->x, place->size.width);
	event.touch.y = clamp((int64_t)y - place->y, place->size.height);
	send(hands, &event);
}

/* -- Lifetime ------------------------------------------------------------------- */

struct rdp_hands *rdp_hands_create(rdpContext *context, struct seat *seat,
				   struct rdp_picture *picture)
{
	struct rdp_hands *hands = xcalloc(1, sizeof(*hands));
	rdpInput *input = context->input;

	hands->picture = picture;
	hands->client = seat_client_open(seat);
	hands->pointer_head = rdp_picture_layout(picture)->places[0].head;
	input->KeyboardEvent = handle_keyboard;
	input->UnicodeKeyboardEvent = handle_unicode;
	input->SynchronizeEvent = handle_synchronize;
	input->MouseEvent = handle_mouse;
	input->ExtendedMouseEvent = handle_extended_mouse;
	input->RelMouseEvent = handle_relative_mouse;
	return hands;
}

void rdp_hands_destroy(struct rdp_hands *hands)
{
	if (!hands)
		return;
	seat_client_close(hands->client);
	free(hands);
}

unsigned rdp_hands_pointer_head(const struct rdp_hands *hands)
{
	return hands->pointer_head;
}

int rdp_hands_error(const struct rdp_hands *hands)
{
	return hands->error;
}
