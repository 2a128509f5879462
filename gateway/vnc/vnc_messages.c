/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/vnc/vnc_messages.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "gateway/input/seat.h"
#include "gateway/vnc/vnc_wire.h"

/* As much as viewers may paste: more is refused like by the library. */
#define CUT_TEXT_MAX (1 << 20)

/* Handlers read their message from its first byte on. They return 0 or negative errno,
 * and may say why in `reason`. */
typedef int (*message_fn)(struct vnc_messages *messages, char *reason);

static int send_events(struct vnc_messages *messages, const struct input_event *events,
		       size_t count, char *reason)
{
	for (size_t i = 0; i < count; i++) {
		int r = seat_client_send(messages->seat, &events[i]);

		if (r < 0) {
			snprintf(reason, VNC_CLIENT_REASON_MAX,
				 "sent input faster than the guest takes it");
			return r;
		}
	}
	return 0;
}

static int pass_to_library(struct vnc_messages *messages, char *reason)
{
	int r = vnc_client_process(messages->client);

	/* Without a reason the peer is gone. */
	if (r < 0 && messages->client->reason[0])
		snprintf(reason, VNC_CLIENT_REASON_MAX, "malformed or cut off RFB: %.120s",
			 messages->client->reason);
	return r;
}

/* The library may answer with a map of colours: not in the middle of an update. */
static int set_pixel_format(struct vnc_messages *messages, char *reason)
{
	int r = vnc_client_drain(messages->client);

	if (r == 0)
		r = pass_to_library(messages, reason);
	if (r == 0)
		vnc_update_use_format(messages->update);
	return r;
}

static int read_encodings(struct vnc_messages *messages, struct vnc_capabilities *ret_can)
{
	uint8_t message[4];
	uint8_t list[4 * 64];
	unsigned left;
	int r;

	vnc_capabilities_init(ret_can);
	r = vnc_client_read(messages->client, message, sizeof(message));
	if (r < 0)
		return r;
	for (left = vnc_read_u16(message + 2); left > 0;) {
		unsigned count = left < sizeof(list) / 4 ? left : sizeof(list) / 4;

		r = vnc_client_read(messages->client, list, (size_t)count * 4);
		if (r < 0)
			return r;
		for (unsigned i = 0; i < count; i++)
			vnc_capabilities_note(ret_can, (int32_t)vnc_read_u32(list + (size_t)i * 4));
		left -= count;
	}
	return 0;
}

/* Ours, because the library does not tell in which order the encodings were, and speaks of
 * a clipboard that there is not. */
static int set_encodings(struct vnc_messages *messages, char *reason)
{
	struct vnc_client *client = messages->client;
	struct vnc_capabilities before = client->can;
	struct vnc_capabilities can;
	uint8_t end = VNC_END_OF_CONTINUOUS_UPDATES;
	uint8_t fence[9] = {VNC_SERVER_FENCE};
	int r;

	r = read_encodings(messages, &can);
	if (r < 0)
		return r;
	vnc_client_use(client, &can);
	vnc_update_use_encodings(messages->update, &before);
	if (can.fence && !before.fence) {
		vnc_write_u32(fence + 4, VNC_FENCE_REQUEST);
		vnc_client_write(client, fence, sizeof(fence));
	}
	if (can.continuous_updates && !before.continuous_updates)
		vnc_client_write(client, &end, sizeof(end));
	if (!can.continuous_updates)
		vnc_update_continue(messages->update, NULL);
	return 0;
}

static pixman_box32_t box_from(const uint8_t *bytes)
{
	int x = vnc_read_u16(bytes);
	int y = vnc_read_u16(bytes + 2);

	return (pixman_box32_t){x, y, x + vnc_read_u16(bytes + 4), y + vnc_read_u16(bytes + 6)};
}

static int update_request(struct vnc_messages *messages, char *reason)
{
	uint8_t message[10];
	pixman_box32_t box;
	int r;

	r = vnc_client_read(messages->client, message, sizeof(message));
	if (r < 0)
		return r;
	box = box_from(message + 2);
	vnc_update_ask(messages->update, &box, message[1] != 0);
	return 0;
}

static int key_event(struct vnc_messages *messages, char *reason)
{
	struct input_event events[VNC_INPUT_EVENTS_MAX];
	uint8_t message[8];
	size_t count;
	int r;

	r = vnc_client_read(messages->client, message, sizeof(message));
	if (r < 0)
		return r;
	count = vnc_input_keysym(&messages->input, vnc_read_u32(message + 4), message[1] != 0,
				 events);
	return send_events(messages, events, count, reason);
}

static int pointer_event(struct vnc_messages *messages, char *reason)
{
	struct input_event events[VNC_INPUT_EVENTS_MAX];
	uint8_t message[7] = {0};
	uint16_t buttons;
	size_t count;
	int r;

	r = vnc_client_read(messages->client, message, 6);
	if (r < 0)
		return r;
	buttons = message[1];
	/* "Extended Mouse Buttons": bit 7 says that a byte with more of them follows. */
	if (messages->client->can.extended_buttons && buttons & 0x80) {
		r = vnc_client_read(messages->client, message + 6, 1);
		if (r < 0)
			return r;
		buttons = (uint16_t)((buttons & 0x7f) | (message[6] & 0x03) << 7);
	}
	count = vnc_input_pointer(&messages->input, vnc_read_u16(message + 2),
				  vnc_read_u16(message + 4), buttons, events);
	return send_events(messages, events, count, reason);
}

/* There is no clipboard yet: the text is read past. */
static int cut_text(struct vnc_messages *messages, char *reason)
{
	uint8_t message[8];
	uint8_t text[1024];
	uint32_t length;
	int r;

	r = vnc_client_read(messages->client, message, sizeof(message));
	if (r < 0)
		return r;
	length = vnc_read_u32(message + 4);
	if (length & 0x80000000) /* the extended clipboard's, which has negative lengths */
		length = -length;
	if (length > CUT_TEXT_MAX) {
		snprintf(reason, VNC_CLIENT_REASON_MAX,
			 "malformed RFB: a cut text of %u bytes, of at most %d", length,
			 CUT_TEXT_MAX);
		return -EPROTO;
	}
	while (length > 0) {
		uint32_t part = length < sizeof(text) ? length : (uint32_t)sizeof(text);

		r = vnc_client_read(messages->client, text, part);
		if (r < 0)
			return r;
		length -= part;
	}
	return 0;
}

static int enable_continuous_updates(struct vnc_messages *messages, char *reason)
{
	struct vnc_update *update = messages->update;
	uint8_t end = VNC_END_OF_CONTINUOUS_UPDATES;
	bool was_continuous = update->request.is_continuous;
	uint8_t message[10];
	pixman_box32_t box;
	int r;

	r = vnc_client_read(messages->client, message, sizeof(message));
	if (r < 0)
		return r;
	box = box_from(message + 2);
	vnc_update_continue(update, message[1] ? &box : NULL);
	if (was_continuous && !message[1])
		vnc_client_write(messages->client, &end, sizeof(end));
	return 0;
}

static void answer_fence(struct vnc_messages *messages, const struct vnc_fence *fence)
{
	uint8_t answer[9 + VNC_FENCE_PAYLOAD_MAX] = {VNC_SERVER_FENCE};

	/* Messages are handled one after the other, and updates are written whole:
	 * nothing overtakes a fence anyway. */
	vnc_write_u32(answer + 4, fence->flags & (VNC_FENCE_BLOCK_BEFORE | VNC_FENCE_BLOCK_AFTER |
						  VNC_FENCE_SYNC_NEXT));
	answer[8] = fence->length;
	memcpy(answer + 9, fence->payload, fence->length);
	vnc_client_write(messages->client, answer, 9u + fence->length);
}

static int client_fence(struct vnc_messages *messages, char *reason)
{
	struct vnc_fence fence;
	uint8_t message[9];
	int r;

	r = vnc_client_read(messages->client, message, sizeof(message));
	if (r < 0)
		return r;
	fence.flags = vnc_read_u32(message + 4);
	fence.length = message[8];
	if (fence.length > sizeof(fence.payload)) {
		snprintf(reason, VNC_CLIENT_REASON_MAX,
			 "malformed RFB: a fence of %u bytes, of at most %zu", fence.length,
			 sizeof(fence.payload));
		return -EPROTO;
	}
	r = vnc_client_read(messages->client, fence.payload, fence.length);
	if (r < 0)
		return r;
	if (fence.flags & VNC_FENCE_REQUEST && fence.flags & VNC_FENCE_SYNC_NEXT)
		messages->late_fence = fence;
	else if (fence.flags & VNC_FENCE_REQUEST)
		answer_fence(messages, &fence);
	/* An answer to one of ours; the one without a number announced the extension. */
	else if (fence.length == sizeof(uint32_t))
		vnc_line_note_answer(&messages->update->line, vnc_read_u32(fence.payload));
	return 0;
}

/* Of QEMU's messages there is only the extended key event. */
static int qemu_message(struct vnc_messages *messages, char *reason)
{
	struct input_event events[VNC_INPUT_EVENTS_MAX];
	uint8_t message[12];
	size_t count;
	int r;

	r = vnc_client_read(messages->client, message, 2);
	if (r < 0)
		return r;
	if (message[1] != 0) {
		snprintf(reason, VNC_CLIENT_REASON_MAX,
			 "malformed RFB: QEMU message %u, which is not known", message[1]);
		return -EPROTO;
	}
	r = vnc_client_read(messages->client, message + 2, sizeof(message) - 2);
	if (r < 0)
		return r;
	count = vnc_input_scancode(&messages->input, vnc_read_u32(message + 8),
				   vnc_read_u32(message + 4), vnc_read_u16(message + 2) != 0,
				   events);
	return send_events(messages, events, count, reason);
}

static const struct {
	uint8_t type;
	const char *name;
	message_fn handle; /* NULL: refused by its name */
} known_messages[] = {
	{VNC_SET_PIXEL_FORMAT, "SetPixelFormat", set_pixel_format},
	{VNC_SET_ENCODINGS, "SetEncodings", set_encodings},
	{VNC_FRAMEBUFFER_UPDATE_REQUEST, "FramebufferUpdateRequest", update_request},
	{VNC_KEY_EVENT, "KeyEvent", key_event},
	{VNC_POINTER_EVENT, "PointerEvent", pointer_event},
	{VNC_CLIENT_CUT_TEXT, "ClientCutText", cut_text},
	{7, "file transfer (UltraVNC)", NULL},
	{8, "SetScale (UltraVNC)", NULL},
	{9, "SetServerInput (UltraVNC)", NULL},
	{10, "SetSingleWindow (UltraVNC)", NULL},
	{11, "text chat (UltraVNC)", NULL},
	{15, "SetScale (PalmVNC)", NULL},
	{130, "file list (TightVNC)", NULL},
	{131, "file download (TightVNC)", NULL},
	{132, "file upload (TightVNC)", NULL},
	{VNC_ENABLE_CONTINUOUS_UPDATES, "EnableContinuousUpdates", enable_continuous_updates},
	{VNC_CLIENT_FENCE, "ClientFence", client_fence},
	{250, "XVP", NULL},
	{VNC_SET_DESKTOP_SIZE, "SetDesktopSize", pass_to_library},
	{252, "file transfer (TightVNC)", NULL},
	{VNC_QEMU, "QEMU client message", qemu_message},
};

static int handle_type(struct vnc_messages *messages, uint8_t type, char *reason)
{
	for (size_t i = 0; i < sizeof(known_messages) / sizeof(known_messages[0]); i++) {
		if (known_messages[i].type != type)
			continue;
		if (known_messages[i].handle)
			return known_messages[i].handle(messages, reason);
		snprintf(reason, VNC_CLIENT_REASON_MAX, "asked for what is not offered: %s",
			 known_messages[i].name);
		return -EPROTO;
	}
	snprintf(reason, VNC_CLIENT_REASON_MAX, "malformed RFB: message type %u is not known",
		 type);
	return -EPROTO;
}

int vnc_messages_handle(struct vnc_messages *messages, char ret_reason[VNC_CLIENT_REASON_MAX])
{
	struct vnc_fence late = messages->late_fence;
	uint8_t type;
	ssize_t n;
	int r;

	ret_reason[0] = '\0';
	n = recv(messages->fd, &type, sizeof(type), MSG_PEEK | MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n < 0)
		snprintf(ret_reason, VNC_CLIENT_REASON_MAX, "lost: %s", strerror(errno));
	if (n <= 0)
		return -ECONNRESET;
	messages->late_fence.flags = 0;
	r = handle_type(messages, type, ret_reason);
	if (r == 0 && late.flags)
		answer_fence(messages, &late);
	if (r < 0 && ret_reason[0] == '\0')
		snprintf(ret_reason, VNC_CLIENT_REASON_MAX, "%s", messages->client->reason);
	return r;
}
