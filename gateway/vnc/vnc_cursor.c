/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/vnc/vnc_cursor.h"

#include <errno.h>
#include <string.h>

#include "gateway/frame/cursor.h"
#include "gateway/frame/frame.h"
#include "gateway/vnc/vnc_wire.h"

/* Pixels with at least this much of 255 are there, for viewers that know no alpha. */
#define OPAQUE_ENOUGH 128

static uint64_t visible_image(const struct cursor *cursor)
{
	return cursor->is_visible && cursor->image ? cursor->image->number : 0;
}

bool vnc_shape_is_stale(const struct vnc_shape *shape, const struct cursor *cursor)
{
	return !shape->is_known || shape->image != visible_image(cursor);
}

static uint8_t *begin_shape(uint8_t *at, const struct cursor_image *image, int32_t encoding)
{
	at = vnc_write_update(at, 1);
	if (!image)
		return vnc_write_rect(at, 0, 0, 0, 0, encoding);
	return vnc_write_rect(at, (uint16_t)image->hot_x, (uint16_t)image->hot_y,
			      (uint16_t)image->width, (uint16_t)image->height, encoding);
}

/* "Cursor With Alpha": premultiplied R, G, B, A bytes in an encoding of the server's choice. */
static size_t write_alpha(uint8_t *message, const struct cursor_image *image)
{
	uint8_t *at = begin_shape(message, image, VNC_ENCODING_ALPHA_CURSOR);

	at = vnc_write_u32(at, rfbEncodingRaw);
	for (size_t i = 0; image && i < (size_t)image->width * image->height; i++) {
		uint32_t pixel = image->pixels[i];

		*at++ = (uint8_t)(pixel >> 16);
		*at++ = (uint8_t)(pixel >> 8);
		*at++ = (uint8_t)pixel;
		*at++ = (uint8_t)(pixel >> 24);
	}
	return (size_t)(at - message);
}

/* What a premultiplied pixel shows where it is opaque. */
static uint32_t straight(uint32_t pixel)
{
	uint32_t alpha = pixel >> 24;
	uint32_t colour = 0;

	if (alpha == 0 || alpha == 255)
		return pixel & 0xffffff;
	for (int shift = 0; shift < 24; shift += 8) {
		uint32_t part = (pixel >> shift & 0xff) * 255 / alpha;

		colour |= (part > 255 ? 255 : part) << shift;
	}
	return colour;
}

/* RFB 7.8.1 Cursor: pixels in the viewer's format, then a bit mask. */
static size_t write_rich(uint8_t *message, const struct cursor_image *image,
			 struct vnc_client *client)
{
	uint8_t *at = begin_shape(message, image, rfbEncodingRichCursor);
	rfbClientPtr rfb = client->rfb;
	uint32_t row[CURSOR_SIDE_MAX];

	if (!image)
		return (size_t)(at - message);
	for (uint32_t y = 0; y < image->height; y++) {
		const uint32_t *pixels = image->pixels + (size_t)y * image->width;

		for (uint32_t x = 0; x < image->width; x++)
			row[x] = straight(pixels[x]);
		rfb->translateFn(rfb->translateLookupTable, &client->screen->serverFormat,
				 &rfb->format, (char *)row, (char *)at, (int)sizeof(row),
				 (int)image->width, 1);
		at += image->width * (rfb->format.bitsPerPixel / 8u);
	}
	for (uint32_t y = 0; y < image->height; y++) {
		const uint32_t *pixels = image->pixels + (size_t)y * image->width;

		memset(at, 0, (image->width + 7) / 8);
		for (uint32_t x = 0; x < image->width; x++)
			if (pixels[x] >> 24 >= OPAQUE_ENOUGH)
				at[x / 8] |= (uint8_t)(0x80 >> x % 8);
		at += (image->width + 7) / 8;
	}
	return (size_t)(at - message);
}

int vnc_shape_send(struct vnc_shape *shape, struct vnc_client *client, const struct cursor *cursor)
{
	const struct cursor_image *image = visible_image(cursor) ? cursor->image : NULL;
	size_t area = image ? (size_t)image->width * image->height : 0;
	size_t mask = image ? (size_t)(image->width + 7) / 8 * image->height : 0;
	CLEANUP(freep)
	uint8_t *message = malloc(VNC_UPDATE_SIZE + VNC_RECT_SIZE + 4 + area * 4 + mask);
	size_t size;

	if (!message)
		return -ENOMEM;
	size = client->can.alpha_cursor ? write_alpha(message, image)
					: write_rich(message, image, client);
	shape->is_known = true;
	shape->image = visible_image(cursor);
	vnc_client_write(client, message, size);
	return 0;
}

static void copy_from(struct vnc_canvas *canvas, const struct frame *frame,
		      const pixman_box32_t *box)
{
	for (int32_t y = box->y1; y < box->y2; y++)
		memcpy(canvas->pixels + (size_t)y * canvas->width + box->x1,
		       frame_row(frame, (uint32_t)y) + box->x1,
		       (size_t)(box->x2 - box->x1) * sizeof(uint32_t));
}

static pixman_box32_t place_of(const struct cursor *cursor, const struct frame *frame)
{
	pixman_box32_t box = {0};
	pixman_region32_t region;

	if (!visible_image(cursor))
		return box;
	pixman_region32_init_rect(&region, cursor->x - (int32_t)cursor->image->hot_x,
				  cursor->y - (int32_t)cursor->image->hot_y, cursor->image->width,
				  cursor->image->height);
	pixman_region32_intersect_rect(&region, &region, 0, 0, frame->width, frame->height);
	box = *pixman_region32_extents(&region);
	pixman_region32_fini(&region);
	return box;
}

static int draw(struct vnc_canvas *canvas, const struct cursor *cursor)
{
	const struct cursor_image *image = cursor->image;
	pixman_image_t *target;
	pixman_image_t *source;

	target = pixman_image_create_bits_no_clear(PIXMAN_x8r8g8b8, (int)canvas->width,
						   (int)canvas->height, canvas->pixels,
						   (int)canvas->width * 4);
	source = pixman_image_create_bits_no_clear(PIXMAN_a8r8g8b8, (int)image->width,
						   (int)image->height, (uint32_t *)image->pixels,
						   (int)image->width * 4);
	if (target && source)
		pixman_image_composite32(PIXMAN_OP_OVER, source, NULL, target, 0, 0, 0, 0,
					 cursor->x - (int32_t)image->hot_x,
					 cursor->y - (int32_t)image->hot_y, (int32_t)image->width,
					 (int32_t)image->height);
	if (source)
		pixman_image_unref(source);
	if (target)
		pixman_image_unref(target);
	return target && source ? 0 : -ENOMEM;
}

static int fit(struct vnc_canvas *canvas, const struct frame *frame, pixman_region32_t *damage)
{
	if (canvas->pixels && canvas->width == frame->width && canvas->height == frame->height)
		return 0;
	vnc_canvas_finish(canvas);
	canvas->pixels = malloc((size_t)frame->width * frame->height * sizeof(uint32_t));
	if (!canvas->pixels)
		return -ENOMEM;
	canvas->width = frame->width;
	canvas->height = frame->height;
	pixman_region32_union_rect(damage, damage, 0, 0, frame->width, frame->height);
	return 0;
}

static void add_box(pixman_region32_t *region, const pixman_box32_t *box)
{
	if (box->x2 > box->x1 && box->y2 > box->y1)
		pixman_region32_union_rect(region, region, box->x1, box->y1,
					   (unsigned)(box->x2 - box->x1),
					   (unsigned)(box->y2 - box->y1));
}

int vnc_canvas_update(struct vnc_canvas *canvas, const struct frame *frame,
		      const struct cursor *cursor, pixman_region32_t *damage)
{
	pixman_box32_t place = place_of(cursor, frame);
	pixman_box32_t *boxes;
	bool has_moved;
	int count;
	int r;

	r = fit(canvas, frame, damage);
	if (r < 0)
		return r;
	has_moved = vnc_shape_is_stale(&canvas->shape, cursor) || canvas->x != cursor->x ||
		    canvas->y != cursor->y;
	boxes = pixman_region32_rectangles(damage, &count);
	for (int i = 0; i < count; i++)
		copy_from(canvas, frame, &boxes[i]);
	copy_from(canvas, frame, &canvas->drawn);
	if (has_moved) {
		add_box(damage, &canvas->drawn);
		add_box(damage, &place);
	}
	canvas->drawn = place;
	canvas->shape = (struct vnc_shape){true, visible_image(cursor)};
	canvas->x = cursor->x;
	canvas->y = cursor->y;
	/* Drawn over fresh pixels only: an alpha pixel must not be drawn twice. */
	copy_from(canvas, frame, &place);
	return place.x2 > place.x1 ? draw(canvas, cursor) : 0;
}

void vnc_canvas_finish(struct vnc_canvas *canvas)
{
	free(canvas->pixels);
	*canvas = (struct vnc_canvas){0};
}
