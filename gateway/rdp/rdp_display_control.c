/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/rdp/rdp_display_control.h"

#include <errno.h>

#include <freerdp/server/disp.h>

#include "common/xalloc.h"
#include "gateway/rdp/rdp_picture.h"
#include "gateway/resize.h"

struct rdp_display_control {
	DispServerContext *server;
	struct resize *resize;
	struct rdp_picture *picture;
	uint32_t channel;
	bool is_open;
};

/* FreeRDP's thread. A request for a head of fixed size is no fault of the client's. */
static UINT handle_monitor_layout(DispServerContext *server,
				  const DISPLAY_CONTROL_MONITOR_LAYOUT_PDU *pdu)
{
	struct rdp_display_control *control = server->custom;

	for (UINT32 i = 0; i < pdu->NumMonitors; i++) {
		int head = rdp_picture_head_of_monitor(control->picture, i);
		struct size size = {pdu->Monitors[i].Width, pdu->Monitors[i].Height};

		if (head >= 0)
			resize_request(control->resize, (unsigned)head, size);
	}
	return CHANNEL_RC_OK;
}

static BOOL handle_channel_assigned(DispServerContext *server, UINT32 channel)
{
	struct rdp_display_control *control = server->custom;

	control->channel = channel;
	return TRUE;
}

int rdp_display_control_open(rdpContext *context, HANDLE channel_manager, struct resize *resize,
			     struct rdp_picture *picture, struct rdp_display_control **ret_control,
			     uint32_t *ret_channel)
{
	CLEANUP(rdp_display_control_closep)
	struct rdp_display_control *control = xcalloc(1, sizeof(*control));

	control->resize = resize;
	control->picture = picture;
	control->server = disp_server_context_new(channel_manager);
	if (!control->server)
		return -ENOMEM;
	control->server->rdpcontext = context;
	control->server->custom = control;
	control->server->MaxNumMonitors = HEADS_MAX;
	control->server->MaxMonitorAreaFactorA = RESIZE_SIDE_MAX;
	control->server->MaxMonitorAreaFactorB = RESIZE_SIDE_MAX;
	control->server->DispMonitorLayout = handle_monitor_layout;
	control->server->ChannelIdAssigned = handle_channel_assigned;
	if (control->server->Open(control->server))
		return -EIO;
	control->is_open = true;

	*ret_channel = control->channel;
	*ret_control = TAKE(control);
	return 0;
}

void rdp_display_control_close(struct rdp_display_control *control)
{
	if (!control)
		return;
	if (control->is_open)
		control->server->Close(control->server);
	disp_server_context_free(control->server);
	free(control);
}

int rdp_display_control_accept(struct rdp_display_control *control)
{
	return control->server->DisplayControlCaps(control->server) ? -EIO : 0;
}
