/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/rdp/rdp_pointer.h"

#include <errno.h>

#include <freerdp/pointer.h>
#include <freerdp/update.h>

#include "common/xalloc.h"
#include "gateway/frame/cursor.h"
#include "gateway/rdp/rdp_shape.h"

/* Shapes that the client is asked to keep: a guest switches between a handful. */
#define CACHE_MAX 20

/* [MS-RDPBCGR] 2.2.7.2.7: without and with large pointers. */
#define SIDE_SMALL  32
#define SIDE_MEDIUM 96
#define SIDE_LARGE  384

/* What a client can show that is no shape. */
#define SHOWN_NOTHING UINT64_MAX
#define SHOWN_ARROW   (UINT64_MAX - 1)

struct rdp_cursor {
	rdpContext *context;
	uint64_t shown;		   /* an image's number or SHOWN_...; 0: not known */
	uint64_t cache[CACHE_MAX]; /* numbers of the images that the client keeps; 0: none */
	unsigned cache_size;
	unsigned cache_next; /* to be replaced */
};

struct rdp_cursor *rdp_cursor_create(rdpContext *context)
{
	struct rdp_cursor *cursor = xcalloc(1, sizeof(*cursor));

	cursor->context = context;
	return cursor;
}

void rdp_cursor_destroy(struct rdp_cursor *cursor)
{
	free(cursor);
}

void rdp_cursor_reset(struct rdp_cursor *cursor)
{
	uint32_t size = freerdp_settings_get_uint32(cursor->context->settings,
						    FreeRDP_PointerCacheSize);

	*cursor = (struct rdp_cursor){
		.context = cursor->context,
		.cache_size = size < CACHE_MAX ? size : CACHE_MAX,
	};
}

static uint32_t side_max(const rdpContext *context)
{
	uint32_t flags = freerdp_settings_get_uint32(context->settings, FreeRDP_LargePointerFlag);

	if (flags & LARGE_POINTER_FLAG_384x384)
		return SIDE_LARGE;
	return flags & LARGE_POINTER_FLAG_96x96 ? SIDE_MEDIUM : SIDE_SMALL;
}

static bool send_shape(rdpContext *context, const struct rdp_shape *shape, uint16_t slot)
{
	rdpPointerUpdate *pointer = context->update->pointer;

	if (shape->width > SIDE_MEDIUM || shape->height > SIDE_MEDIUM) {
		POINTER_LARGE_UPDATE large = {
			.xorBpp = 32,
			.cacheIndex = slot,
			.hotSpotX = (UINT16)shape->hot_x,
			.hotSpotY = (UINT16)shape->hot_y,
			.width = (UINT16)shape->width,
			.height = (UINT16)shape->height,
			.lengthAndMask = shape->mask_bytes,
			.lengthXorMask = shape->colour_bytes,
			.xorMaskData = shape->colours,
			.andMaskData = shape->mask,
		};

		return pointer->PointerLarge(context, &large);
	}

	POINTER_NEW_UPDATE update = {
		.xorBpp = 32,
		.colorPtrAttr =
			{
				.cacheIndex = slot,
				.hotSpotX = (UINT16)shape->hot_x,
				.hotSpotY = (UINT16)shape->hot_y,
				.width = (UINT16)shape->width,
				.height = (UINT16)shape->height,
				.lengthAndMask = (UINT16)shape->mask_bytes,
				.lengthXorMask = (UINT16)shape->colour_bytes,
				.xorMaskData = shape->colours,
				.andMaskData = shape->mask,
			},
	};

	return pointer->PointerNew(context, &update);
}

static bool show_image(struct rdp_cursor *cursor, const struct cursor_image *image)
{
	rdpContext *context = cursor->context;

	for (unsigned i = 0; i < cursor->cache_size; i++) {
		POINTER_CACHED_UPDATE cached = {.cacheIndex = i};

		if (cursor->cache[i] == image->number)
			return context->update->pointer->PointerCached(context, &cached);
	}

	CLEANUP(rdp_shape_destroyp)
	struct rdp_shape *shape = rdp_shape_create(image, side_max(context));
	unsigned slot = cursor->cache_next;

	if (cursor->cache_size > 0) {
		cursor->cache[slot] = image->number;
		cursor->cache_next = (slot + 1) % cursor->cache_size;
	}
	return send_shape(context, shape, (uint16_t)slot);
}

int rdp_cursor_show(struct rdp_cursor *cursor, struct head *head)
{
	struct cursor guest = head_cursor(head);
	CLEANUP(cursor_image_unrefp) struct cursor_image *image = guest.image;
	uint64_t wanted = !image ? SHOWN_ARROW : guest.is_visible ? image->number : SHOWN_NOTHING;
	bool is_sent;

	if (wanted == cursor->shown)
		return 0;
	if (image && guest.is_visible) {
		is_sent = show_image(cursor, image);
	} else {
		/* A guest without a cursor of its own may want to be touched: the client's
		 * arrow shows where. */
		POINTER_SYSTEM_UPDATE system = {.type = image ? SYSPTR_NULL : SYSPTR_DEFAULT};

		is_sent = cursor->context->update->pointer->PointerSystem(cursor->context, &system);
	}
	cursor->shown = wanted;
	return is_sent ? 0 : -EIO;
}
