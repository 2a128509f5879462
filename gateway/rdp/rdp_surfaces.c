/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/rdp/rdp_surfaces.h"

#include <errno.h>

static bool is_used(const struct rdp_surfaces *surfaces, uint16_t number)
{
	for (unsigned i = 0; i < surfaces->count; i++)
		if (surfaces->numbers[i] == number)
			return true;
	return false;
}

int rdp_surfaces_create(struct rdp_surfaces *surfaces, struct size size, uint16_t *ret_number)
{
	if (surfaces->count == RDP_SURFACES_MAX)
		return -ENOSPC;
	do {
		surfaces->last++;
	} while (surfaces->last == 0 || is_used(surfaces, surfaces->last));

	RDPGFX_CREATE_SURFACE_PDU create = {
		.surfaceId = surfaces->last,
		.width = (UINT16)size.width,
		.height = (UINT16)size.height,
		.pixelFormat = GFX_PIXEL_FORMAT_XRGB_8888,
	};

	if (surfaces->server->CreateSurface(surfaces->server, &create))
		return -EIO;
	surfaces->numbers[surfaces->count++] = surfaces->last;
	*ret_number = surfaces->last;
	return 0;
}

int rdp_surfaces_map(struct rdp_surfaces *surfaces, uint16_t number, uint32_t x, uint32_t y)
{
	RDPGFX_MAP_SURFACE_TO_OUTPUT_PDU map = {
		.surfaceId = number,
		.outputOriginX = x,
		.outputOriginY = y,
	};

	return surfaces->server->MapSurfaceToOutput(surfaces->server, &map) ? -EIO : 0;
}

int rdp_surfaces_delete(struct rdp_surfaces *surfaces, uint16_t number)
{
	RDPGFX_DELETE_SURFACE_PDU delete = {.surfaceId = number};

	for (unsigned i = 0; i < surfaces->count; i++)
		if (surfaces->numbers[i] == number)
			surfaces->numbers[i] = surfaces->numbers[--surfaces->count];
	return surfaces->server->DeleteSurface(surfaces->server, &delete) ? -EIO : 0;
}

int rdp_surfaces_clear(struct rdp_surfaces *surfaces)
{
	int r = 0;

	while (r == 0 && surfaces->count > 0)
		r = rdp_surfaces_delete(surfaces, surfaces->numbers[surfaces->count - 1]);
	return r;
}

void rdp_surfaces_forget(struct rdp_surfaces *surfaces)
{
	surfaces->count = 0;
}
