/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/rdp/rdp_channels.h"

#include <errno.h>

#include <freerdp/channels/drdynvc.h>
#include <freerdp/channels/wtsvc.h>
#include <winpr/synch.h>
#include <winpr/wtsapi.h>

#include "common/xalloc.h"
#include "gateway/rdp/rdp_context.h"
#include "gateway/rdp/rdp_display_control.h"
#include "gateway/rdp/rdp_graphics.h"
#include "gateway/rdp/rdp_library.h"
#include "gateway/rdp/rdp_touch.h"

enum channel_state {
	CHANNEL_NOT_OFFERED,
	CHANNEL_OFFERED,
	CHANNEL_ACCEPTED,
	CHANNEL_GREETED,
	CHANNEL_REFUSED,
};

struct channel {
	enum channel_state state;
	uint32_t number; /* on the wire */
};

struct rdp_channels {
	struct rdp_peer_context *context;
	const struct services *services;
	HANDLE manager;
	bool are_offered;

	struct channel graphics;
	struct channel display_control;
	struct channel touch;
	struct rdp_gfx *gfx;
	struct rdp_display_control *control;
	struct rdp_touch *finger;
};

static void note_answer(struct channel *channel, uint32_t number, bool is_accepted)
{
	if (channel->state == CHANNEL_OFFERED && channel->number == number)
		channel->state = is_accepted ? CHANNEL_ACCEPTED : CHANNEL_REFUSED;
}

/* What a channel is to say first waits for rdp_channels_run(): FreeRDP is in the middle of
 * receiving here. */
static BOOL handle_answer(void *data, UINT32 number, INT32 status)
{
	struct rdp_channels *channels = data;

	note_answer(&channels->graphics, number, status >= 0);
	note_answer(&channels->display_control, number, status >= 0);
	note_answer(&channels->touch, number, status >= 0);
	return TRUE;
}

static bool has_dynamic_channels(const struct rdp_channels *channels)
{
	return WTSVirtualChannelManagerIsChannelJoined(channels->manager, DRDYNVC_SVC_CHANNEL_NAME);
}

static bool client_knows_graphics(const struct rdp_channels *channels)
{
	return freerdp_settings_get_bool(channels->context->base.settings,
					 FreeRDP_SupportGraphicsPipeline);
}

int rdp_channels_create(rdpContext *context, const struct services *services,
			enum rdp_video_use video_use, struct rdp_channels **ret_channels)
{
	CLEANUP(rdp_channels_destroyp)
	struct rdp_channels *channels = xcalloc(1, sizeof(*channels));

	channels->context = (struct rdp_peer_context *)context;
	channels->services = services;
	channels->manager = WTSOpenServerA((LPSTR)context);
	if (!channels->manager || channels->manager == INVALID_HANDLE_VALUE) {
		channels->manager = NULL;
		return -EIO;
	}
	rdp_library_enter_session(channels->manager);
	WTSVirtualChannelManagerSetDVCCreationCallback(channels->manager, handle_answer, channels);

	int r = rdp_gfx_create(context, channels->manager, video_use, &channels->gfx);
	if (r < 0)
		return r;
	*ret_channels = TAKE(channels);
	return 0;
}

void rdp_channels_destroy(struct rdp_channels *channels)
{
	if (!channels)
		return;
	rdp_touch_close(channels->finger);
	rdp_display_control_close(channels->control);
	rdp_gfx_destroy(channels->gfx);
	if (channels->manager)
		WTSCloseServer(channels->manager);
	free(channels);
}

static size_t add_event(struct pollfd *fds, size_t count, HANDLE event)
{
	if (!event)
		return count;
	fds[count] = (struct pollfd){.fd = GetEventFileDescriptor(event), .events = POLLIN};
	return count + 1;
}

size_t rdp_channels_poll(struct rdp_channels *channels, struct pollfd *fds)
{
	size_t count = add_event(fds, 0, WTSVirtualChannelManagerGetEventHandle(channels->manager));

	count = add_event(fds, count, rdp_gfx_event(channels->gfx));
	if (channels->touch.state == CHANNEL_GREETED)
		count = add_event(fds, count, rdp_touch_event(channels->finger));
	return count;
}

/* A channel that cannot be offered is as good as refused. */
static void offer(struct rdp_channels *channels)
{
	struct rdp_peer_context *context = channels->context;
	struct channel *graphics = &channels->graphics;
	struct channel *control = &channels->display_control;
	struct channel *touch = &channels->touch;
	int r;

	if (client_knows_graphics(channels)) {
		r = rdp_gfx_open(channels->gfx, &graphics->number);
		graphics->state = r < 0 ? CHANNEL_REFUSED : CHANNEL_OFFERED;
	}
	r = rdp_display_control_open(&context->base, channels->manager, channels->services->resize,
				     context->picture, &channels->control, &control->number);
	control->state = r < 0 ? CHANNEL_REFUSED : CHANNEL_OFFERED;
	r = rdp_touch_open(channels->manager, context->hands, &channels->finger, &touch->number);
	touch->state = r < 0 ? CHANNEL_REFUSED : CHANNEL_OFFERED;
	channels->are_offered = true;
}

static bool is_signalled(HANDLE event)
{
	return event && WaitForSingleObject(event, 0) == WAIT_OBJECT_0;
}

/* Says the first word on a channel that the client has accepted since the last time. */
static int greet(struct rdp_channels *channels)
{
	int r = 0;

	if (channels->graphics.state == CHANNEL_ACCEPTED) {
		channels->graphics.state = CHANNEL_GREETED;
		rdp_gfx_accept(channels->gfx);
	}
	if (channels->display_control.state == CHANNEL_ACCEPTED) {
		channels->display_control.state = CHANNEL_GREETED;
		r = rdp_display_control_accept(channels->control);
	}
	if (r == 0 && channels->touch.state == CHANNEL_ACCEPTED) {
		channels->touch.state = CHANNEL_GREETED;
		r = rdp_touch_accept(channels->finger);
	}
	return r;
}

int rdp_channels_run(struct rdp_channels *channels)
{
	int r;

	if (!has_dynamic_channels(channels))
		return 0;
	if (!channels->are_offered &&
	    WTSVirtualChannelManagerGetDrdynvcState(channels->manager) == DRDYNVC_STATE_READY)
		offer(channels);

	r = greet(channels);
	if (r < 0)
		return r;
	if (is_signalled(rdp_gfx_event(channels->gfx))) {
		r = rdp_gfx_receive(channels->gfx);
		if (r < 0)
			return r;
	}
	if (channels->touch.state == CHANNEL_GREETED &&
	    is_signalled(rdp_touch_event(channels->finger)))
		return rdp_touch_receive(channels->finger);
	return 0;
}

int rdp_channels_flush(struct rdp_channels *channels)
{
	if (!has_dynamic_channels(channels))
		return 0;
	/* This also begins the dynamic channels, the first time. */
	return WTSVirtualChannelManagerCheckFileDescriptor(channels->manager) ? 0 : -EIO;
}

struct rdp_output *rdp_channels_graphics(struct rdp_channels *channels)
{
	return rdp_gfx_output(channels->gfx);
}

bool rdp_channels_may_have_graphics(const struct rdp_channels *channels)
{
	return has_dynamic_channels(channels) && client_knows_graphics(channels) &&
	       channels->graphics.state != CHANNEL_REFUSED;
}

uint64_t rdp_channels_deadline_us(const struct rdp_channels *channels)
{
	return rdp_gfx_deadline_us(channels->gfx);
}
