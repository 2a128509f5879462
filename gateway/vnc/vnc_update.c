/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/vnc/vnc_update.h"

#include <errno.h>
#include <rfb/rfbregion.h>

#include "gateway/frame/cursor.h"
#include "gateway/frame/frame.h"
#include "gateway/vnc/vnc_wire.h"

static void destroy_region(sraRegionPtr *region)
{
	if (*region)
		sraRgnDestroy(*region);
}

static void cursor_unref_image(struct cursor *cursor)
{
	cursor_image_unref(cursor->image);
}

void vnc_update_init(struct vnc_update *update, struct head *head, struct vnc_client *client)
{
	*update = (struct vnc_update){.head = head, .client = client, .is_stale = true};
}

void vnc_update_finish(struct vnc_update *update)
{
	vnc_canvas_finish(&update->canvas);
}

static bool viewer_draws_cursor(const struct vnc_update *update)
{
	return update->client->can.alpha_cursor || update->client->rfb->useRichCursorEncoding;
}

void vnc_update_use_encodings(struct vnc_update *update, const struct vnc_capabilities *before)
{
	const struct vnc_capabilities *can = &update->client->can;

	if (can->qemu_keys && !before->qemu_keys)
		update->announces_keys = true;
	if (can->extended_buttons && !before->extended_buttons)
		update->announces_buttons = true;
	update->shape.is_known = false;
	if (!viewer_draws_cursor(update))
		update->seen = 0; /* the canvas may have missed something */
	else
		vnc_canvas_finish(&update->canvas);
	update->is_stale = true;
}

static bool is_wanted(const struct vnc_update *update)
{
	return update->is_continuous || !sraRgnEmpty(update->client->rfb->requestedRegion);
}

/* Whether something that was changed before lies in what is asked for now. */
static bool has_leftovers(const struct vnc_update *update)
{
	rfbClientPtr rfb = update->client->rfb;
	__attribute__((cleanup(destroy_region)))
	sraRegionPtr region = sraRgnCreateRgn(rfb->modifiedRegion);

	return sraRgnAnd(region, rfb->requestedRegion);
}

bool vnc_update_is_due(const struct vnc_update *update)
{
	rfbClientPtr rfb = update->client->rfb;

	if (!is_wanted(update))
		return false;
	return update->is_stale || update->announces_keys || update->announces_buttons ||
	       (rfb->useNewFBSize && rfb->newFBSizePending) || has_leftovers(update);
}

static void add_box(sraRegionPtr region, int x1, int y1, int x2, int y2)
{
	sraRegionPtr box = sraRgnCreateRect(x1, y1, x2, y2);

	sraRgnOr(region, box);
	sraRgnDestroy(box);
}

static void add_damage(sraRegionPtr region, pixman_region32_t *damage)
{
	pixman_box32_t *boxes;
	int count;

	boxes = pixman_region32_rectangles(damage, &count);
	for (int i = 0; i < count; i++)
		add_box(region, boxes[i].x1, boxes[i].y1, boxes[i].x2, boxes[i].y2);
}

/* The viewer is told of the size first, and then gets all of the picture for
 * the request that it made for the old one. */
static int follow_size(struct vnc_update *update, const struct frame *frame)
{
	rfbScreenInfoPtr screen = update->client->screen;
	rfbClientPtr rfb = update->client->rfb;
	int width = (int)frame->width;
	int height = (int)frame->height;

	if (screen->width == width && screen->height == height)
		return 0;
	if (!rfb->useNewFBSize)
		return -EMSGSIZE;
	screen->width = width;
	screen->height = height;
	screen->paddedWidthInBytes = width * 4;
	rfb->newFBSizePending = TRUE;
	sraRgnMakeEmpty(rfb->modifiedRegion);
	add_box(rfb->modifiedRegion, 0, 0, width, height);
	sraRgnMakeEmpty(rfb->requestedRegion);
	add_box(rfb->requestedRegion, 0, 0, width, height);
	if (update->is_continuous)
		update->continuous = (pixman_box32_t){0, 0, width, height};
	return 0;
}

/* An update of empty rectangles tells the viewer which extensions there are. */
static int announce(struct vnc_update *update)
{
	uint8_t message[VNC_UPDATE_SIZE + 2 * VNC_RECT_SIZE];
	unsigned count = (unsigned)update->announces_keys + (unsigned)update->announces_buttons;
	uint8_t *at = vnc_write_update(message, (uint16_t)count);

	if (count == 0)
		return 0;
	if (update->announces_keys)
		at = vnc_write_rect(at, 0, 0, 0, 0, VNC_ENCODING_QEMU_KEYS);
	if (update->announces_buttons)
		at = vnc_write_rect(at, 0, 0, 0, 0, VNC_ENCODING_EXTENDED_BUTTONS);
	update->announces_keys = false;
	update->announces_buttons = false;
	return vnc_client_write(update->client, message, (size_t)(at - message));
}

/* Before anything else: TigerVNC decides by its first update whether the size can be changed.
 * Returns how many updates. */
static int send_size(struct vnc_update *update)
{
	rfbClientPtr rfb = update->client->rfb;

	if (!rfb->useNewFBSize || !rfb->newFBSizePending)
		return 0;
	update->client->reason[0] = '\0';
	/* This sends the size alone, whatever the region. */
	rfbSendFramebufferUpdate(rfb, rfb->modifiedRegion);
	return vnc_client_is_closed(update->client) ? -ECONNRESET : 1;
}

/* Sends the region. Returns how many updates. */
static int send_picture(struct vnc_update *update, const uint32_t *pixels)
{
	struct vnc_client *client = update->client;
	rfbClientPtr rfb = client->rfb;
	uint32_t bytes = vnc_client_bytes_sent(client);
	int count = 0;

	client->reason[0] = '\0';
	/* The library only reads here: it has no cursor to draw. */
	client->screen->frameBuffer = (char *)pixels;
	if (has_leftovers(update)) {
		rfbSendFramebufferUpdate(rfb, rfb->modifiedRegion);
		count++;
	}
	client->screen->frameBuffer = NULL;
	update->sent_bytes = vnc_client_bytes_sent(client) - bytes;
	return vnc_client_is_closed(client) ? -ECONNRESET : count;
}

static int send_frame(struct vnc_update *update, const struct frame *frame,
		      pixman_region32_t *damage, const struct cursor *cursor)
{
	rfbClientPtr rfb = update->client->rfb;
	const uint32_t *pixels = frame->pixels;
	int sizes, r;

	r = follow_size(update, frame);
	if (r < 0)
		return r;
	sizes = send_size(update);
	if (sizes < 0)
		return sizes;
	r = announce(update);
	if (r < 0)
		return r;
	if (!viewer_draws_cursor(update)) {
		r = vnc_canvas_update(&update->canvas, frame, cursor, damage);
		if (r < 0)
			return r;
		pixels = update->canvas.pixels;
	} else if (vnc_shape_is_stale(&update->shape, cursor)) {
		r = vnc_shape_send(&update->shape, update->client, cursor);
		if (r < 0)
			return r;
	}
	add_damage(rfb->modifiedRegion, damage);
	if (update->is_continuous)
		add_box(rfb->requestedRegion, update->continuous.x1, update->continuous.y1,
			update->continuous.x2, update->continuous.y2);
	r = send_picture(update, pixels);
	return r < 0 ? r : r + sizes;
}

int vnc_update_send(struct vnc_update *update)
{
	CLEANUP(frame_unrefp) struct frame *frame = NULL;
	CLEANUP(cursor_unref_image) struct cursor cursor = head_cursor(update->head);
	pixman_region32_t damage;
	int r;

	pixman_region32_init(&damage);
	update->is_stale = false;
	frame = head_fetch(update->head, update->seen, &damage);
	r = send_frame(update, frame, &damage, &cursor);
	update->seen = frame->number;
	pixman_region32_fini(&damage);
	return r;
}
