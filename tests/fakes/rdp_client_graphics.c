/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/fakes/rdp_client_graphics.h"

#include <freerdp/channels/rdpgfx.h>
#include <freerdp/gdi/gdi.h>
#include <freerdp/gdi/gfx.h>

#include "common/loop.h"

/* FreeRDP's drawing has taken `custom` for itself. */
static struct rdp_client_graphics *graphics_of(RdpgfxClientContext *context)
{
	const rdpGdi *gdi = context->custom;

	return rdp_client_graphics_of(gdi->context);
}

static bool do_overlap(const RECTANGLE_16 *a, const RECTANGLE_16 *b)
{
	return a->left < b->right && b->left < a->right && a->top < b->bottom && b->top < a->bottom;
}

/* [MS-RDPEGFX] 2.2.4.4: FreeRDP's client drops rectangles that overlap, without a word to
 * the server. */
static void check_rects(struct rdp_client_video *seen, const gdiGfxSurface *surface,
			const RDPGFX_H264_METABLOCK *meta)
{
	for (UINT32 i = 0; i < meta->numRegionRects; i++) {
		const RECTANGLE_16 *rect = &meta->regionRects[i];

		if (rect->left >= rect->right || rect->top >= rect->bottom ||
		    rect->right > surface->mappedWidth || rect->bottom > surface->mappedHeight)
			seen->bad_rects++;
		for (UINT32 k = i + 1; k < meta->numRegionRects; k++)
			if (do_overlap(rect, &meta->regionRects[k]))
				seen->bad_rects++;
	}
}

static UINT handle_surface_command(RdpgfxClientContext *context,
				   const RDPGFX_SURFACE_COMMAND *command)
{
	struct rdp_client_graphics *graphics = graphics_of(context);
	const gdiGfxSurface *surface = context->GetSurfaceData(context, (UINT16)command->surfaceId);

	if (command->codecId == RDPGFX_CODECID_AVC420) {
		const RDPGFX_AVC420_BITMAP_STREAM *stream = command->extra;

		if (surface && surface->outputMapped)
			graphics->seen.units_in_place++;
		else
			graphics->seen.units++;
		if (surface)
			check_rects(&graphics->seen, surface, &stream->meta);
	} else {
		graphics->seen.pieces++;
	}
	graphics->seen.received_us = loop_now_us();
	if (graphics->is_blind)
		return CHANNEL_RC_OK;
	UINT error = graphics->surface_command(context, command);
	if (error)
		graphics->seen.errors++;
	return error;
}

static UINT handle_surface_to_surface(RdpgfxClientContext *context,
				      const RDPGFX_SURFACE_TO_SURFACE_PDU *pdu)
{
	struct rdp_client_graphics *graphics = graphics_of(context);

	graphics->seen.copies++;
	if (graphics->is_blind)
		return CHANNEL_RC_OK;
	UINT error = graphics->surface_to_surface(context, pdu);
	if (error)
		graphics->seen.errors++;
	return error;
}

static UINT handle_create_surface(RdpgfxClientContext *context,
				  const RDPGFX_CREATE_SURFACE_PDU *pdu)
{
	struct rdp_client_graphics *graphics = graphics_of(context);

	graphics->seen.surfaces++;
	return graphics->create_surface(context, pdu);
}

static UINT handle_delete_surface(RdpgfxClientContext *context,
				  const RDPGFX_DELETE_SURFACE_PDU *pdu)
{
	struct rdp_client_graphics *graphics = graphics_of(context);

	/* FreeRDP deletes a number also before it makes a surface of it. */
	if (context->GetSurfaceData(context, pdu->surfaceId))
		graphics->seen.surfaces--;
	return graphics->delete_surface(context, pdu);
}

static UINT handle_start_frame(RdpgfxClientContext *context, const RDPGFX_START_FRAME_PDU *pdu)
{
	struct rdp_client_graphics *graphics = graphics_of(context);

	graphics->seen.frames++;
	return graphics->start_frame(context, pdu);
}

static UINT handle_open(RdpgfxClientContext *context, BOOL *advertise, BOOL *acknowledge)
{
	*acknowledge = !graphics_of(context)->is_silent;
	return CHANNEL_RC_OK;
}

void rdp_client_graphics_attach(struct rdp_client_graphics *graphics, RdpgfxClientContext *context)
{
	graphics->context = context;
	graphics->create_surface = context->CreateSurface;
	graphics->delete_surface = context->DeleteSurface;
	graphics->surface_command = context->SurfaceCommand;
	graphics->surface_to_surface = context->SurfaceToSurface;
	graphics->start_frame = context->StartFrame;
	context->CreateSurface = handle_create_surface;
	context->DeleteSurface = handle_delete_surface;
	context->SurfaceCommand = handle_surface_command;
	context->SurfaceToSurface = handle_surface_to_surface;
	context->StartFrame = handle_start_frame;
	context->OnOpen = handle_open;
}

void rdp_client_graphics_detach(struct rdp_client_graphics *graphics)
{
	graphics->context = NULL;
}

void rdp_client_graphics_acknowledge(struct rdp_client_graphics *graphics, uint32_t frame)
{
	RDPGFX_FRAME_ACKNOWLEDGE_PDU acknowledge = {.frameId = frame, .queueDepth = 0};

	if (graphics->context)
		graphics->context->FrameAcknowledge(graphics->context, &acknowledge);
}

void rdp_client_graphics_advertise(struct rdp_client_graphics *graphics, bool takes_video)
{
	RDPGFX_CAPSET caps = {
		.version = RDPGFX_CAPVERSION_81,
		.length = 4,
		.flags = takes_video ? RDPGFX_CAPS_FLAG_AVC420_ENABLED : 0,
	};
	RDPGFX_CAPS_ADVERTISE_PDU advertise = {.capsSetCount = 1, .capsSets = &caps};

	/* What there is belongs to the past, and nobody deletes it. */
	graphics->seen.surfaces = 0;
	if (graphics->context)
		graphics->context->CapsAdvertise(graphics->context, &advertise);
}
