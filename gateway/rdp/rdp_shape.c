/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/rdp/rdp_shape.h"

#include "common/xalloc.h"
#include "gateway/frame/cursor.h"

struct span {
	uint32_t begin;
	uint32_t end;
};

static void include(struct span *span, uint32_t at)
{
	if (at < span->begin)
		span->begin = at;
	if (at >= span->end)
		span->end = at + 1;
}

/* Shortens a span to `length`, keeping `at` inside. */
static void shorten(struct span *span, uint32_t length, uint32_t at)
{
	if (span->end - span->begin <= length)
		return;
	if (at - span->begin < length)
		span->end = span->begin + length;
	else if (span->end - at <= length)
		span->begin = span->end - length;
	else
		*span = (struct span){at - length / 2, at - length / 2 + length};
}

/* The guest's pixels are premultiplied; RDP's are not. */
static void write_pixel(uint8_t *bgra, uint32_t argb)
{
	uint32_t alpha = argb >> 24;

	for (int channel = 0; channel < 3; channel++) {
		uint32_t value = argb >> (8 * channel) & 0xff;

		if (alpha > 0)
			value = value >= alpha ? 255 : (value * 255 + alpha / 2) / alpha;
		bgra[channel] = (uint8_t)value;
	}
	bgra[3] = (uint8_t)alpha;
}

struct rdp_shape *rdp_shape_create(const struct cursor_image *image, uint32_t side_max)
{
	struct rdp_shape *shape = xcalloc(1, sizeof(*shape));
	/* The hot spot stays inside, whatever is seen there. */
	struct span x = {image->hot_x, image->hot_x + 1};
	struct span y = {image->hot_y, image->hot_y + 1};

	for (uint32_t row = 0; row < image->height; row++) {
		for (uint32_t column = 0; column < image->width; column++) {
			if (image->pixels[row * image->width + column] >> 24 == 0)
				continue;
			include(&x, column);
			include(&y, row);
		}
	}
	shorten(&x, side_max, image->hot_x);
	shorten(&y, side_max, image->hot_y);

	shape->width = x.end - x.begin;
	shape->height = y.end - y.begin;
	shape->hot_x = image->hot_x - x.begin;
	shape->hot_y = image->hot_y - y.begin;
	shape->colour_bytes = shape->width * shape->height * 4;
	shape->mask_bytes = (shape->width + 15) / 16 * 2 * shape->height;
	shape->colours = xcalloc(1, shape->colour_bytes);
	shape->mask = xcalloc(1, shape->mask_bytes);
	for (uint32_t row = 0; row < shape->height; row++) {
		uint8_t *out = shape->colours + (shape->height - 1 - row) * shape->width * 4;

		for (uint32_t column = 0; column < shape->width; column++)
			write_pixel(
				out + column * 4,
				image->pixels[(y.begin + row) * image->width + x.begin + column]);
	}
	return shape;
}

void rdp_shape_destroy(struct rdp_shape *shape)
{
	if (!shape)
		return;
	free(shape->colours);
	free(shape->mask);
	free(shape);
}
