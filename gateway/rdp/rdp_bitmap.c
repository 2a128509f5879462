/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/rdp/rdp_bitmap.h"

#include <errno.h>

#include <freerdp/peer.h>
#include <freerdp/update.h>

#include "common/xalloc.h"
#include "gateway/encode/piece_cutter.h"
#include "gateway/encode/piece_planar.h"
#include "gateway/frame/frame.h"
#include "gateway/rdp/rdp_change.h"

/* [MS-RDPBCGR] 3.2.5.9.2: tiles of this side are what every client has been sent. */
#define TILE_SIDE 64

struct rdp_bitmap_output {
	struct rdp_output base;
	rdpContext *context;
	uint8_t *tile;
	bool is_active; /* false while the client follows a change of its desktop's size */
	struct rdp_layout layout;
};

static bool bitmap_has_room(const struct rdp_output *output)
{
	return ((const struct rdp_bitmap_output *)output)->is_active;
}

static struct size desktop_size(const rdpContext *context)
{
	return (struct size){
		freerdp_settings_get_uint32(context->settings, FreeRDP_DesktopWidth),
		freerdp_settings_get_uint32(context->settings, FreeRDP_DesktopHeight),
	};
}

static int bitmap_arrange(struct rdp_output *output, const struct rdp_layout *layout)
{
	struct rdp_bitmap_output *bitmap = (struct rdp_bitmap_output *)output;
	rdpContext *context = bitmap->context;
	struct size desktop = desktop_size(context);

	bitmap->layout = *layout;
	if (desktop.width == layout->size.width && desktop.height == layout->size.height)
		return 0;

	/* A client that cannot follow shows what fits. */
	if (!freerdp_settings_get_bool(context->settings, FreeRDP_DesktopResize))
		return 0;

	bitmap->is_active = false;
	if (!freerdp_settings_set_uint32(context->settings, FreeRDP_DesktopWidth,
					 layout->size.width) ||
	    !freerdp_settings_set_uint32(context->settings, FreeRDP_DesktopHeight,
					 layout->size.height) ||
	    !context->update->DesktopResize(context))
		return -EIO;
	context->peer->activated = FALSE;
	return 0;
}

/* Returns the bytes of the tile or negative errno. */
static ssize_t bitmap_send_tile(struct rdp_bitmap_output *bitmap, const struct rdp_place *place,
				const struct frame *frame, const pixman_box32_t *box)
{
	uint32_t width = (uint32_t)(box->x2 - box->x1);
	uint32_t height = (uint32_t)(box->y2 - box->y1);
	/* Bitmap updates begin with the bottom row. */
	UINT32 length = (UINT32)piece_planar_encode(
		frame_row(frame, (uint32_t)box->y2 - 1) + box->x1,
		-(ptrdiff_t)(frame->stride_bytes / 4), width, height, bitmap->tile);

	BITMAP_DATA data = {
		.destLeft = place->x + (uint32_t)box->x1,
		.destTop = place->y + (uint32_t)box->y1,
		.destRight = place->x + (uint32_t)box->x2 - 1,
		.destBottom = place->y + (uint32_t)box->y2 - 1,
		.width = width,
		.height = height,
		.bitsPerPixel = 32,
		.bitmapLength = length,
		.cbCompMainBodySize = length,
		.cbScanWidth = width * 4,
		.cbUncompressedSize = width * height * 4,
		.bitmapDataStream = bitmap->tile,
		.compressed = TRUE,
	};
	/* One to an update: Microsoft's client draws only the first of several. */
	BITMAP_UPDATE update = {.number = 1, .rectangles = &data, .skipCompression = TRUE};

	if (!bitmap->context->update->BitmapUpdate(bitmap->context, &update))
		return -EIO;
	return (ssize_t)length;
}

static ssize_t bitmap_send(struct rdp_output *output, unsigned index, struct rdp_change *change)
{
	struct rdp_bitmap_output *bitmap = (struct rdp_bitmap_output *)output;
	const struct rdp_place *place = &bitmap->layout.places[index];
	struct size desktop = desktop_size(bitmap->context);
	struct piece_cutter cutter;
	pixman_box32_t box;
	ssize_t sent = 0;

	if (desktop.width <= place->x) {
		pixman_region32_clear(&change->rest);
		return 0;
	}
	pixman_region32_intersect_rect(&change->rest, &change->rest, 0, 0, desktop.width - place->x,
				       desktop.height);

	piece_cutter_begin(&cutter, &change->rest, TILE_SIDE, TILE_SIDE);
	while (sent >= 0 && sent < RDP_UPDATE_BYTES && piece_cutter_next(&cutter, &box)) {
		ssize_t bytes = bitmap_send_tile(bitmap, place, change->picture.frame, &box);
		sent = bytes < 0 ? bytes : sent + bytes;
	}
	piece_cutter_end(&cutter);
	return sent;
}

/* Nothing is acknowledged. */
static uint32_t bitmap_kbps(const struct rdp_output *output)
{
	return 0;
}

static const struct rdp_output_ops bitmap_ops = {
	.name = "bitmap updates",
	.has_room = bitmap_has_room,
	.arrange = bitmap_arrange,
	.send = bitmap_send,
	.kbps = bitmap_kbps,
};

int rdp_bitmap_create(rdpContext *context, struct rdp_bitmap_output **ret_bitmap)
{
	CLEANUP(rdp_bitmap_destroyp) struct rdp_bitmap_output *bitmap = xcalloc(1, sizeof(*bitmap));

	bitmap->base.ops = &bitmap_ops;
	bitmap->base.is_blank = true;
	bitmap->base.rendition = RENDITION_NONE;
	bitmap->context = context;
	bitmap->tile = xcalloc(1, PIECE_PLANAR_BYTES_MAX(TILE_SIDE, TILE_SIDE));

	*ret_bitmap = TAKE(bitmap);
	return 0;
}

void rdp_bitmap_destroy(struct rdp_bitmap_output *bitmap)
{
	if (!bitmap)
		return;
	free(bitmap->tile);
	free(bitmap);
}

struct rdp_output *rdp_bitmap_output(struct rdp_bitmap_output *bitmap)
{
	return &bitmap->base;
}

void rdp_bitmap_activate(struct rdp_bitmap_output *bitmap)
{
	bitmap->is_active = true;
	bitmap->base.is_blank = true;
}
