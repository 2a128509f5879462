/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/rdp/rdp_touch.h"

#include <errno.h>

#include <freerdp/server/rdpei.h>

#include "common/xalloc.h"
#include "gateway/rdp/rdp_input.h"

struct rdp_touch {
	RdpeiServerContext *server;
	struct rdp_hands *hands;
	uint32_t channel;
};

static UINT handle_touch(RdpeiServerContext *server, const RDPINPUT_TOUCH_EVENT *event)
{
	struct rdp_touch *touch = server->user_data;

	for (UINT16 f = 0; f < event->frameCount; f++) {
		const RDPINPUT_TOUCH_FRAME *frame = &event->frames[f];

		for (UINT16 c = 0; c < frame->contactCount; c++) {
			const RDPINPUT_CONTACT_DATA *contact = &frame->contacts[c];

			rdp_hands_touch(touch->hands, (uint8_t)contact->contactId,
					contact->contactFlags, contact->x, contact->y);
		}
	}
	return CHANNEL_RC_OK;
}

static BOOL handle_channel_assigned(RdpeiServerContext *server, UINT32 channel)
{
	struct rdp_touch *touch = server->user_data;

	touch->channel = channel;
	return TRUE;
}

int rdp_touch_open(HANDLE channel_manager, struct rdp_hands *hands, struct rdp_touch **ret_touch,
		   uint32_t *ret_channel)
{
	CLEANUP(rdp_touch_closep) struct rdp_touch *touch = xcalloc(1, sizeof(*touch));

	touch->hands = hands;
	touch->server = rdpei_server_context_new(channel_manager);
	if (!touch->server)
		return -ENOMEM;
	touch->server->user_data = touch;
	touch->server->onTouchEvent = handle_touch;
	touch->server->onChannelIdAssigned = handle_channel_assigned;
	if (rdpei_server_init(touch->server))
		return -EIO;

	*ret_channel = touch->channel;
	*ret_touch = TAKE(touch);
	return 0;
}

void rdp_touch_close(struct rdp_touch *touch)
{
	if (!touch)
		return;
	rdpei_server_context_free(touch->server);
	free(touch);
}

int rdp_touch_accept(struct rdp_touch *touch)
{
	return rdpei_server_send_sc_ready(touch->server, RDPINPUT_PROTOCOL_V300, 0) ? -EIO : 0;
}

HANDLE rdp_touch_event(struct rdp_touch *touch)
{
	return rdpei_server_get_event_handle(touch->server);
}

int rdp_touch_receive(struct rdp_touch *touch)
{
	return rdpei_server_handle_messages(touch->server) ? -EPROTO : 0;
}
