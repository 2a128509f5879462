/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/rdp/rdp_graphics.h"

#include <errno.h>

#include <freerdp/server/rdpgfx.h>

#include "common/log.h"
#include "common/loop.h"
#include "common/xalloc.h"
#include "gateway/frame/frame.h"
#include "gateway/rdp/rdp_caps.h"
#include "gateway/rdp/rdp_change.h"
#include "gateway/rdp/rdp_pacing.h"
#include "gateway/rdp/rdp_planar.h"
#include "gateway/rdp/rdp_surfaces.h"
#include "gateway/rdp/rdp_video.h"
#include "gateway/viewers.h"

struct rdp_gfx {
	struct rdp_output base;
	RdpgfxServerContext *server;
	enum rdp_video_use video_use;
	uint32_t channel;
	bool is_open;
	bool is_accepted;
	bool is_agreed;
	bool is_odd; /* its acknowledgements are, which was logged */
	struct rdp_pacing pacing;
	struct latency_flights flights;
	struct rdp_surfaces surfaces;
	struct rdp_video video;
	uint16_t shown[RDP_PLACES_MAX]; /* the places' surfaces */
};

static bool gfx_has_room(const struct rdp_output *output)
{
	const struct rdp_gfx *gfx = (const struct rdp_gfx *)output;

	return rdp_pacing_has_room(&gfx->pacing);
}

static uint32_t gfx_kbps(const struct rdp_output *output)
{
	const struct rdp_gfx *gfx = (const struct rdp_gfx *)output;

	return rate_meter_kbps(&gfx->pacing.meter);
}

static int gfx_arrange(struct rdp_output *output, const struct rdp_layout *layout)
{
	struct rdp_gfx *gfx = (struct rdp_gfx *)output;
	RdpgfxServerContext *server = gfx->server;
	MONITOR_DEF monitors[RDP_PLACES_MAX];

	int r = rdp_surfaces_clear(&gfx->surfaces);
	if (r < 0)
		return r;
	rdp_video_forget(&gfx->video);

	for (unsigned i = 0; i < layout->count; i++) {
		const struct rdp_place *place = &layout->places[i];

		/* [MS-RDPBCGR] 2.2.1.3.6.1: right and bottom belong to the monitor. The primary
		 * one has to lie at 0,0. */
		monitors[i] = (MONITOR_DEF){
			.left = (INT32)place->x,
			.top = (INT32)place->y,
			.right = (INT32)(place->x + place->size.width - 1),
			.bottom = (INT32)(place->y + place->size.height - 1),
			.flags = i == 0 ? MONITOR_PRIMARY : 0,
		};
	}

	RDPGFX_RESET_GRAPHICS_PDU reset = {
		.width = layout->size.width,
		.height = layout->size.height,
		.monitorCount = layout->count,
		.monitorDefArray = monitors,
	};

	if (server->ResetGraphics(server, &reset))
		return -EIO;
	for (unsigned i = 0; i < layout->count && r == 0; i++) {
		const struct rdp_place *place = &layout->places[i];

		r = rdp_surfaces_create(&gfx->surfaces, place->size, &gfx->shown[i]);
		if (r == 0)
			r = rdp_surfaces_map(&gfx->surfaces, gfx->shown[i], place->x, place->y);
	}
	return r;
}

/* Returns the bytes sent or negative errno. */
static ssize_t send_still(struct rdp_gfx *gfx, unsigned place, const struct rdp_change *change)
{
	const struct frame *frame = change->picture.frame;
	pixman_box32_t box = feed_still_box(frame->width, frame->height);
	pixman_region32_t all;

	pixman_region32_init_with_extents(&all, &box);
	ssize_t sent = rdp_video_send_in_place(&gfx->video, gfx->shown[place], &box, change->still,
					       &all);
	pixman_region32_fini(&all);
	return sent;
}

static ssize_t send_unit(struct rdp_gfx *gfx, unsigned place, const struct rdp_change_unit *unit)
{
	if (gfx->base.rendition == RENDITION_WHOLE)
		return rdp_video_send_in_place(&gfx->video, gfx->shown[place], &unit->stream->box,
					       unit->packet, &unit->painted);
	return rdp_video_send(&gfx->video, place, gfx->shown[place], unit->stream, unit->packet,
			      &unit->painted);
}

/* How many bytes of exact pixels may come after `sent` of video. */
static size_t planar_max(const struct rdp_gfx *gfx, ssize_t sent)
{
	size_t max = rate_meter_update_max(&gfx->pacing.meter);

	if (max > RDP_UPDATE_BYTES)
		max = RDP_UPDATE_BYTES;
	return (size_t)sent < max ? max - (size_t)sent : 0;
}

/* Sends what lies between the marks of a frame. Returns the bytes sent or negative errno. */
static ssize_t send_parts(struct rdp_gfx *gfx, unsigned place, struct rdp_change *change)
{
	ssize_t sent = change->still ? send_still(gfx, place, change) : 0;

	for (unsigned i = 0; i < change->units_count && sent >= 0; i++) {
		ssize_t bytes = send_unit(gfx, place, &change->units[i]);
		sent = bytes < 0 ? bytes : sent + bytes;
	}
	if (sent < 0)
		return sent;

	ssize_t bytes = rdp_planar_send(gfx->server, gfx->shown[place], change,
					planar_max(gfx, sent));
	return bytes < 0 ? bytes : sent + bytes;
}

static ssize_t gfx_send(struct rdp_output *output, unsigned place, struct rdp_change *change)
{
	struct rdp_gfx *gfx = (struct rdp_gfx *)output;
	RdpgfxServerContext *server = gfx->server;
	uint32_t id = rdp_pacing_next(&gfx->pacing);
	RDPGFX_START_FRAME_PDU start = {.frameId = id};
	RDPGFX_END_FRAME_PDU end = {.frameId = id};
	int r = rdp_video_keep(&gfx->video, place, &change->picture);

	if (r < 0 || rdp_change_is_empty(change))
		return r;
	if (server->StartFrame(server, &start))
		return -EIO;
	ssize_t sent = send_parts(gfx, place, change);
	if (sent < 0)
		return sent;
	if (server->EndFrame(server, &end))
		return -EIO;
	rdp_pacing_sent(&gfx->pacing, (uint32_t)sent, loop_now_us());
	latency_flights_sent(&gfx->flights, id, change->drawn_us);
	return sent;
}

static const struct rdp_output_ops gfx_ops = {
	.name = "the graphics pipeline",
	.has_room = gfx_has_room,
	.arrange = gfx_arrange,
	.send = gfx_send,
	.kbps = gfx_kbps,
};

static enum rendition choose_rendition(const struct rdp_gfx *gfx, const RDPGFX_CAPSET *caps)
{
	if (gfx->video_use == RDP_VIDEO_OFF || !rdp_caps_have_video(caps))
		return RENDITION_NONE;
	return gfx->video_use == RDP_VIDEO_WHOLE ? RENDITION_WHOLE : RENDITION_MAIN;
}

static UINT handle_caps_advertise(RdpgfxServerContext *server,
				  const RDPGFX_CAPS_ADVERTISE_PDU *advertise)
{
	struct rdp_gfx *gfx = server->custom;
	const RDPGFX_CAPSET *chosen = rdp_caps_choose(advertise->capsSets, advertise->capsSetCount,
						      gfx->video_use != RDP_VIDEO_OFF);

	if (!chosen)
		return CHANNEL_RC_UNSUPPORTED_VERSION;

	RDPGFX_CAPSET caps = *chosen;
	RDPGFX_CAPS_CONFIRM_PDU confirm = {.capsSet = &caps};

	/* [MS-RDPEGFX] 3.3.5.18: it may come again, and all surfaces are gone then. Windows 10
	 * stays black without a full refresh. */
	rdp_pacing_reset(&gfx->pacing);
	rdp_surfaces_forget(&gfx->surfaces);
	rdp_video_forget(&gfx->video);
	gfx->base.is_blank = true;
	gfx->base.rendition = choose_rendition(gfx, &caps);
	gfx->is_agreed = true;
	return server->CapsConfirm(server, &confirm);
}

/* One that was sent before the client began anew may still be acknowledged. */
static void note_oddity(struct rdp_gfx *gfx, uint32_t frame)
{
	if (gfx->is_odd || !gfx->base.subject || !rdp_pacing_is_to_come(&gfx->pacing, frame))
		return;
	gfx->is_odd = true;
	log_write(LOG_LEVEL_INFO, gfx->base.subject, "acknowledges frames that it was not sent");
}

static UINT handle_frame_acknowledge(RdpgfxServerContext *server,
				     const RDPGFX_FRAME_ACKNOWLEDGE_PDU *acknowledge)
{
	struct rdp_gfx *gfx = server->custom;
	uint64_t now = loop_now_us();

	note_oddity(gfx, acknowledge->frameId);
	if (rdp_pacing_acknowledge(&gfx->pacing, acknowledge->frameId, acknowledge->queueDepth,
				   now))
		latency_flights_acknowledged(&gfx->flights, acknowledge->frameId, now,
					     &gfx->base.counters->acknowledged);
	return CHANNEL_RC_OK;
}

static BOOL handle_channel_assigned(RdpgfxServerContext *server, UINT32 channel)
{
	struct rdp_gfx *gfx = server->custom;

	gfx->channel = channel;
	return TRUE;
}

int rdp_gfx_create(rdpContext *context, HANDLE channel_manager, enum rdp_video_use video_use,
		   struct rdp_gfx **ret_gfx)
{
	CLEANUP(rdp_gfx_destroyp) struct rdp_gfx *gfx = xcalloc(1, sizeof(*gfx));

	gfx->base.ops = &gfx_ops;
	gfx->base.is_blank = true;
	gfx->video_use = video_use;
	gfx->server = rdpgfx_server_context_new(channel_manager);
	if (!gfx->server)
		return -ENOMEM;

	gfx->surfaces.server = gfx->server;
	gfx->video.surfaces = &gfx->surfaces;
	gfx->server->rdpcontext = context;
	gfx->server->custom = gfx;
	gfx->server->CapsAdvertise = handle_caps_advertise;
	gfx->server->FrameAcknowledge = handle_frame_acknowledge;
	gfx->server->ChannelIdAssigned = handle_channel_assigned;
	if (!gfx->server->Initialize(gfx->server, TRUE))
		return -EIO;

	*ret_gfx = TAKE(gfx);
	return 0;
}

void rdp_gfx_destroy(struct rdp_gfx *gfx)
{
	if (!gfx)
		return;
	if (gfx->is_open)
		gfx->server->Close(gfx->server);
	rdpgfx_server_context_free(gfx->server);
	free(gfx);
}

int rdp_gfx_open(struct rdp_gfx *gfx, uint32_t *ret_channel)
{
	if (!gfx->server->Open(gfx->server))
		return -EIO;
	gfx->is_open = true;
	*ret_channel = gfx->channel;
	return 0;
}

void rdp_gfx_accept(struct rdp_gfx *gfx)
{
	gfx->is_accepted = true;
}

HANDLE rdp_gfx_event(struct rdp_gfx *gfx)
{
	return gfx->is_accepted ? rdpgfx_server_get_event_handle(gfx->server) : NULL;
}

int rdp_gfx_receive(struct rdp_gfx *gfx)
{
	return rdpgfx_server_handle_messages(gfx->server) ? -EPROTO : 0;
}

struct rdp_output *rdp_gfx_output(struct rdp_gfx *gfx)
{
	return gfx->is_agreed ? &gfx->base : NULL;
}

uint64_t rdp_gfx_deadline_us(const struct rdp_gfx *gfx)
{
	return rdp_pacing_deadline_us(&gfx->pacing);
}
