/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * RDP client's graphics
 *
 * Listens in on what FreeRDP's client does with its graphics pipeline: it counts,
 * and holds the server to rules that FreeRDP does not insist on. Private to the fake.
 *
 * Threads: the client's.
 */

#include <freerdp/client/rdpgfx.h>
#include <freerdp/freerdp.h>

#include "tests/fakes/rdp_client.h"

struct rdp_client_graphics {
	RdpgfxClientContext *context; /* NULL: there is no channel */
	bool is_silent;
	bool is_blind;
	struct rdp_client_video seen;

	/* FreeRDP's own: */
	pcRdpgfxCreateSurface create_surface;
	pcRdpgfxDeleteSurface delete_surface;
	pcRdpgfxSurfaceCommand surface_command;
	pcRdpgfxSurfaceToSurface surface_to_surface;
	pcRdpgfxStartFrame start_frame;
};

/** A client's, by the context that FreeRDP knows. Implemented by the client. */
struct rdp_client_graphics *rdp_client_graphics_of(rdpContext *context);

/** Once FreeRDP has taken the channel. */
void rdp_client_graphics_attach(struct rdp_client_graphics *graphics, RdpgfxClientContext *context);

void rdp_client_graphics_detach(struct rdp_client_graphics *graphics);

/** Acknowledges a frame, whether it was shown or not. */
void rdp_client_graphics_acknowledge(struct rdp_client_graphics *graphics, uint32_t frame);

/** Tells again what it can, as a client does that begins anew. */
void rdp_client_graphics_advertise(struct rdp_client_graphics *graphics, bool takes_video);
