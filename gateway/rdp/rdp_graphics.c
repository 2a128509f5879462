/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/rdp/rdp_graphics.h"

#include <errno.h>

#include <freerdp/server/rdpgfx.h>

#include "common/loop.h"
#include "common/xalloc.h"
#include "gateway/encode/piece_cutter.h"
#include "gateway/rdp/rdp_pacing.h"
#include "gateway/encode/piece_planar.h"

/* A piece that is encoded at once: tall, since planar predicts from the row above. */
#define PIECE_WIDTH  PIECE_PLANAR_WIDTH_MAX
#define PIECE_HEIGHT 128

struct rdp_gfx {
	struct rdp_output base;
	RdpgfxServerContext *server;
	uint8_t *piece;
	uint32_t channel;
	bool is_open;
	bool is_accepted;
	bool is_agreed;
	struct rdp_pacing pacing;
	uint16_t surfaces[RDP_PLACES_MAX]; /* of the places; those of earlier layouts are gone */
	unsigned surfaces_count;
	uint16_t last_surface;
};

static bool gfx_has_room(const struct rdp_output *output)
{
	const struct rdp_gfx *gfx = (const struct rdp_gfx *)output;

	return rdp_pacing_has_room(&gfx->pacing);
}

static int gfx_add_surface(struct rdp_gfx *gfx, const struct rdp_place *place)
{
	RdpgfxServerContext *server = gfx->server;

	/* Numbers are not used again soon: an acknowledgement or a client's cache may be late. */
	if (++gfx->last_surface == 0)
		gfx->last_surface = 1;

	RDPGFX_CREATE_SURFACE_PDU create = {
		.surfaceId = gfx->last_surface,
		.width = (UINT16)place->size.width,
		.height = (UINT16)place->size.height,
		.pixelFormat = GFX_PIXEL_FORMAT_XRGB_8888,
	};
	RDPGFX_MAP_SURFACE_TO_OUTPUT_PDU map = {
		.surfaceId = gfx->last_surface,
		.outputOriginX = place->x,
		.outputOriginY = place->y,
	};

	if (server->CreateSurface(server, &create) || server->MapSurfaceToOutput(server, &map))
		return -EIO;
	gfx->surfaces[gfx->surfaces_count++] = gfx->last_surface;
	return 0;
}

static int gfx_arrange(struct rdp_output *output, const struct rdp_layout *layout)
{
	struct rdp_gfx *gfx = (struct rdp_gfx *)output;
	RdpgfxServerContext *server = gfx->server;
	MONITOR_DEF monitors[RDP_PLACES_MAX];

	for (unsigned i = 0; i < gfx->surfaces_count; i++) {
		RDPGFX_DELETE_SURFACE_PDU delete = {.surfaceId = gfx->surfaces[i]};

		if (server->DeleteSurface(server, &delete))
			return -EIO;
	}
	gfx->surfaces_count = 0;

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
	for (unsigned i = 0; i < layout->count; i++) {
		int r = gfx_add_surface(gfx, &layout->places[i]);
		if (r < 0)
			return r;
	}
	return 0;
}

/* Returns the bytes of the piece or negative errno. */
static ssize_t gfx_send_piece(struct rdp_gfx *gfx, uint16_t surface, const struct frame *frame,
			      const pixman_box32_t *box)
{
	uint32_t width = (uint32_t)(box->x2 - box->x1);
	uint32_t height = (uint32_t)(box->y2 - box->y1);
	UINT32 length = (UINT32)piece_planar_encode(frame_row(frame, (uint32_t)box->y1) + box->x1,
						  frame->stride_bytes / 4, width, height,
						  gfx->piece);
	RDPGFX_SURFACE_COMMAND command = {
		.surfaceId = surface,
		.codecId = RDPGFX_CODECID_PLANAR,
		.format = PIXEL_FORMAT_BGRX32,
		.left = (UINT32)box->x1,
		.top = (UINT32)box->y1,
		.right = (UINT32)box->x2,
		.bottom = (UINT32)box->y2,
		.width = width,
		.height = height,
		.length = length,
		.data = gfx->piece,
	};

	return gfx->server->SurfaceCommand(gfx->server, &command) ? -EIO : (ssize_t)length;
}

static ssize_t gfx_send(struct rdp_output *output, unsigned place, const struct frame *frame,
			pixman_region32_t *stale)
{
	struct rdp_gfx *gfx = (struct rdp_gfx *)output;
	RdpgfxServerContext *server = gfx->server;
	uint32_t id = rdp_pacing_send(&gfx->pacing, loop_now_us());
	RDPGFX_START_FRAME_PDU start = {.frameId = id};
	RDPGFX_END_FRAME_PDU end = {.frameId = id};
	struct piece_cutter cutter;
	pixman_box32_t box;
	ssize_t sent = 0;

	if (server->StartFrame(server, &start))
		return -EIO;
	piece_cutter_begin(&cutter, stale, PIECE_WIDTH, PIECE_HEIGHT);
	while (sent < RDP_UPDATE_BYTES && piece_cutter_next(&cutter, &box)) {
		ssize_t bytes = gfx_send_piece(gfx, gfx->surfaces[place], frame, &box);
		if (bytes < 0)
			return bytes;
		sent += bytes;
	}
	piece_cutter_end(&cutter);
	return server->EndFrame(server, &end) ? -EIO : sent;
}

static const struct rdp_output_ops gfx_ops = {
	.name = "the graphics pipeline",
	.has_room = gfx_has_room,
	.arrange = gfx_arrange,
	.send = gfx_send,
};

/* The newest version that both know; they differ for us in nothing but their codecs. */
static UINT handle_caps_advertise(RdpgfxServerContext *server,
				  const RDPGFX_CAPS_ADVERTISE_PDU *advertise)
{
	static const UINT32 versions[] = {
		RDPGFX_CAPVERSION_107, RDPGFX_CAPVERSION_106, RDPGFX_CAPVERSION_106_ERR,
		RDPGFX_CAPVERSION_105, RDPGFX_CAPVERSION_104, RDPGFX_CAPVERSION_103,
		RDPGFX_CAPVERSION_102, RDPGFX_CAPVERSION_101, RDPGFX_CAPVERSION_10,
		RDPGFX_CAPVERSION_81,  RDPGFX_CAPVERSION_8,
	};
	struct rdp_gfx *gfx = server->custom;

	for (size_t v = 0; v < sizeof(versions) / sizeof(versions[0]); v++) {
		for (UINT16 i = 0; i < advertise->capsSetCount; i++) {
			if (advertise->capsSets[i].version != versions[v])
				continue;

			RDPGFX_CAPSET caps = advertise->capsSets[i];
			RDPGFX_CAPS_CONFIRM_PDU confirm = {.capsSet = &caps};

			/* [MS-RDPEGFX] 3.3.5.18: it may come again, and all surfaces are gone
			 * then. Windows 10 stays black without a full refresh. */
			rdp_pacing_reset(&gfx->pacing);
			gfx->surfaces_count = 0;
			gfx->base.is_blank = true;
			gfx->is_agreed = true;
			return server->CapsConfirm(server, &confirm);
		}
	}
	return CHANNEL_RC_UNSUPPORTED_VERSION;
}

static UINT handle_frame_acknowledge(RdpgfxServerContext *server,
				     const RDPGFX_FRAME_ACKNOWLEDGE_PDU *acknowledge)
{
	struct rdp_gfx *gfx = server->custom;

	rdp_pacing_acknowledge(&gfx->pacing, acknowledge->frameId, acknowledge->queueDepth,
			       loop_now_us());
	return CHANNEL_RC_OK;
}

static BOOL handle_channel_assigned(RdpgfxServerContext *server, UINT32 channel)
{
	struct rdp_gfx *gfx = server->custom;

	gfx->channel = channel;
	return TRUE;
}

int rdp_gfx_create(rdpContext *context, HANDLE channel_manager, struct rdp_gfx **ret_gfx)
{
	CLEANUP(rdp_gfx_destroyp) struct rdp_gfx *gfx = xcalloc(1, sizeof(*gfx));

	gfx->base.ops = &gfx_ops;
	gfx->base.is_blank = true;
	gfx->piece = xcalloc(1, PIECE_PLANAR_BYTES_MAX(PIECE_WIDTH, PIECE_HEIGHT));
	gfx->server = rdpgfx_server_context_new(channel_manager);
	if (!gfx->server)
		return -ENOMEM;

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
	free(gfx->piece);
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
