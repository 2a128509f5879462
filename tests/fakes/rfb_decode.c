/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/fakes/rfb_decode.h"

#include <errno.h>
#include <stdio.h> /* for jpeglib.h, which forgets it */
#include <string.h>

#include <jpeglib.h>

#include "common/xalloc.h"

#define TILE 64

struct bytes {
	const uint8_t *at;
	size_t left;
};

static bool take(struct bytes *bytes, size_t size, const uint8_t **ret_taken)
{
	if (bytes->left < size)
		return false;
	*ret_taken = bytes->at;
	bytes->at += size;
	bytes->left -= size;
	return true;
}

static void put(struct rfb_client *client, const struct rfb_rect *rect, unsigned x, unsigned y,
		uint32_t pixel)
{
	client->pixels[(size_t)(rect->y + y) * client->width + rect->x + x] = pixel & 0xffffff;
}

/* Four bytes in our format: B, G, R, nothing. */
static uint32_t pixel_from(const uint8_t *bytes)
{
	return (uint32_t)(bytes[2] << 16 | bytes[1] << 8 | bytes[0]);
}

/* Tight's three bytes are R, G, B whatever the format. */
static uint32_t tight_pixel_from(const uint8_t *bytes)
{
	return (uint32_t)(bytes[0] << 16 | bytes[1] << 8 | bytes[2]);
}

ssize_t rfb_decode_raw(struct rfb_client *client, const struct rfb_rect *rect, const uint8_t *bytes,
		       size_t size)
{
	size_t area = (size_t)rect->width * rect->height;

	if (size < area * 4)
		return 0;
	for (size_t i = 0; client->decodes && i < area; i++)
		put(client, rect, (unsigned)(i % rect->width), (unsigned)(i / rect->width),
		    pixel_from(bytes + i * 4));
	return (ssize_t)(area * 4);
}

/* Inflates `size` bytes, which give at most `room`. Returns how many, or -EPROTO. */
static ssize_t inflate_all(z_stream *stream, const uint8_t *bytes, size_t size, uint8_t *out,
			   size_t room)
{
	int r;

	stream->next_in = (uint8_t *)bytes;
	stream->avail_in = (uInt)size;
	stream->next_out = out;
	stream->avail_out = (uInt)room;
	r = inflate(stream, Z_SYNC_FLUSH);
	if (r != Z_OK && r != Z_BUF_ERROR)
		return -EPROTO;
	return stream->avail_in == 0 ? (ssize_t)(room - stream->avail_out) : -EPROTO;
}

static bool open_stream(z_stream *stream, bool *is_open)
{
	if (!*is_open)
		*is_open = inflateInit(stream) == Z_OK;
	return *is_open;
}

static bool take_run(struct bytes *bytes, size_t *ret_length)
{
	const uint8_t *byte;

	*ret_length = 1;
	do {
		if (!take(bytes, 1, &byte))
			return false;
		*ret_length += *byte;
	} while (*byte == 255);
	return true;
}

/* Pixels as indices into a palette, packed from the left, rows filled up to a byte. */
static bool zrle_packed(struct rfb_client *client, const struct rfb_rect *tile, struct bytes *bytes,
			const uint32_t *palette, unsigned colours)
{
	unsigned bits = colours > 4 ? 4 : colours > 2 ? 2 : 1;
	const uint8_t *row;

	for (unsigned y = 0; y < tile->height; y++) {
		if (!take(bytes, (tile->width * bits + 7) / 8, &row))
			return false;
		for (unsigned x = 0; x < tile->width; x++) {
			unsigned shift = 8 - bits - x * bits % 8;
			unsigned index = row[x * bits / 8] >> shift & ((1u << bits) - 1);

			if (index >= colours)
				return false;
			put(client, tile, x, y, palette[index]);
		}
	}
	return true;
}

static bool zrle_runs(struct rfb_client *client, const struct rfb_rect *tile, struct bytes *bytes,
		      const uint32_t *palette, unsigned colours)
{
	size_t area = (size_t)tile->width * tile->height;
	const uint8_t *byte;

	for (size_t i = 0; i < area;) {
		size_t length = 1;
		uint32_t pixel;

		if (!take(bytes, colours ? 1 : 3, &byte))
			return false;
		pixel = colours ? palette[*byte & 0x7f] : pixel_from(byte);
		if (colours && (*byte & 0x7f) >= (int)colours)
			return false;
		if ((!colours || *byte & 0x80) && !take_run(bytes, &length))
			return false;
		for (; length > 0 && i < area; length--, i++)
			put(client, tile, (unsigned)(i % tile->width), (unsigned)(i / tile->width),
			    pixel);
		if (length > 0)
			return false;
	}
	return true;
}

static bool zrle_tile(struct rfb_client *client, const struct rfb_rect *tile, struct bytes *bytes)
{
	uint32_t palette[128] = {0};
	unsigned colours;
	const uint8_t *kind;
	const uint8_t *pixels;

	if (!take(bytes, 1, &kind))
		return false;
	colours = *kind & 0x7f;
	if (*kind == 0) {
		if (!take(bytes, (size_t)tile->width * tile->height * 3, &pixels))
			return false;
		for (unsigned y = 0; y < tile->height; y++)
			for (unsigned x = 0; x < tile->width; x++, pixels += 3)
				put(client, tile, x, y, pixel_from(pixels));
		return true;
	}
	for (unsigned i = 0; i < colours; i++) {
		if (!take(bytes, 3, &pixels))
			return false;
		palette[i] = pixel_from(pixels);
	}
	if (*kind == 1) {
		for (unsigned y = 0; y < tile->height; y++)
			for (unsigned x = 0; x < tile->width; x++)
				put(client, tile, x, y, palette[0]);
		return true;
	}
	if (*kind & 0x80)
		return zrle_runs(client, tile, bytes, palette, colours);
	return colours <= 16 && zrle_packed(client, tile, bytes, palette, colours);
}

static int zrle_tiles(struct rfb_client *client, const struct rfb_rect *rect, struct bytes *bytes)
{
	for (unsigned y = 0; y < rect->height; y += TILE) {
		for (unsigned x = 0; x < rect->width; x += TILE) {
			unsigned width = rect->width - x;
			unsigned height = rect->height - y;
			struct rfb_rect tile = {
				.x = (uint16_t)(rect->x + x),
				.y = (uint16_t)(rect->y + y),
				.width = (uint16_t)(width < TILE ? width : TILE),
				.height = (uint16_t)(height < TILE ? height : TILE),
			};

			if (!zrle_tile(client, &tile, bytes))
				return -EPROTO;
		}
	}
	return bytes->left == 0 ? 0 : -EPROTO;
}

ssize_t rfb_decode_zrle(struct rfb_client *client, const struct rfb_rect *rect,
			const uint8_t *bytes, size_t size)
{
	/* Four bytes a pixel and a kind and palette for each tile are never exceeded. */
	size_t room = (size_t)rect->width * rect->height * 4 + 65536;
	CLEANUP(freep) uint8_t *plain = NULL;
	uint32_t length;
	ssize_t n;
	int r;

	if (size < 4)
		return 0;
	length = (uint32_t)bytes[0] << 24 | (uint32_t)(bytes[1] << 16 | bytes[2] << 8 | bytes[3]);
	if (size - 4 < length)
		return 0;
	if (!client->decodes)
		return 4 + (ssize_t)length;
	if (!open_stream(&client->zrle, &client->has_zrle))
		return -ENOMEM;
	plain = xcalloc(room, 1);
	n = inflate_all(&client->zrle, bytes + 4, length, plain, room);
	if (n < 0)
		return n;
	r = zrle_tiles(client, rect, &(struct bytes){plain, (size_t)n});
	return r < 0 ? r : 4 + (ssize_t)length;
}

static bool take_compact_length(struct bytes *bytes, size_t *ret_length)
{
	const uint8_t *byte;

	*ret_length = 0;
	for (unsigned i = 0; i < 3; i++) {
		if (!take(bytes, 1, &byte))
			return false;
		*ret_length |= (size_t)(*byte & (i < 2 ? 0x7f : 0xff)) << 7 * i;
		if (i < 2 && !(*byte & 0x80))
			break;
	}
	return true;
}

/* What one Tight rectangle says of itself before its data. */
struct tight {
	unsigned stream;
	unsigned colours; /* 0: no palette */
	uint32_t palette[256];
};

static void tight_put_all(struct rfb_client *client, const struct rfb_rect *rect,
			  const struct tight *tight, const uint8_t *data)
{
	for (unsigned y = 0; y < rect->height; y++) {
		for (unsigned x = 0; x < rect->width; x++) {
			size_t i = (size_t)y * rect->width + x;
			size_t row = (rect->width + 7u) / 8;

			if (tight->colours == 0)
				put(client, rect, x, y, tight_pixel_from(data + i * 3));
			else if (tight->colours == 2)
				put(client, rect, x, y,
				    tight->palette[data[y * row + x / 8] >> (7 - x % 8) & 1]);
			else
				put(client, rect, x, y, tight->palette[data[i]]);
		}
	}
}

/* Bits 0 to 3 of the control byte: streams that begin anew. */
static void reset_streams(struct rfb_client *client, unsigned control)
{
	for (unsigned i = 0; i < 4; i++)
		if (control >> i & 1 && client->has_tight[i])
			inflateReset(&client->tight[i]);
}

/* Returns 1, 0 when more is needed, or negative errno. */
static int tight_data(struct rfb_client *client, const struct rfb_rect *rect, struct bytes *bytes,
		      const struct tight *tight)
{
	size_t area = (size_t)rect->width * rect->height;
	size_t plain_size = tight->colours == 0	  ? area * 3
			    : tight->colours == 2 ? (rect->width + 7u) / 8 * (size_t)rect->height
						  : area;
	CLEANUP(freep) uint8_t *plain = NULL;
	const uint8_t *data;
	size_t length;

	if (plain_size < 12) {
		if (!take(bytes, plain_size, &data))
			return 0;
		if (client->decodes)
			tight_put_all(client, rect, tight, data);
		return 1;
	}
	if (!take_compact_length(bytes, &length) || !take(bytes, length, &data))
		return 0;
	if (!client->decodes)
		return 1;
	if (!open_stream(&client->tight[tight->stream], &client->has_tight[tight->stream]))
		return -ENOMEM;
	plain = xcalloc(plain_size, 1);
	if (inflate_all(&client->tight[tight->stream], data, length, plain, plain_size) !=
	    (ssize_t)plain_size)
		return -EPROTO;
	tight_put_all(client, rect, tight, plain);
	return 1;
}

/* One that libjpeg cannot decode ends the program, which says why. */
static bool put_jpeg(struct rfb_client *client, const struct rfb_rect *rect, const uint8_t *data,
		     size_t length)
{
	CLEANUP(freep) uint8_t *row = xcalloc(rect->width, 3);
	struct jpeg_decompress_struct jpeg;
	struct jpeg_error_mgr errors;
	bool fits;

	jpeg.err = jpeg_std_error(&errors);
	jpeg_create_decompress(&jpeg);
	jpeg_mem_src(&jpeg, data, length);
	jpeg_read_header(&jpeg, TRUE);
	jpeg.out_color_space = JCS_RGB;
	jpeg_start_decompress(&jpeg);
	fits = jpeg.output_width == rect->width && jpeg.output_height == rect->height;
	while (fits && jpeg.output_scanline < jpeg.output_height) {
		unsigned y = jpeg.output_scanline;

		jpeg_read_scanlines(&jpeg, &row, 1);
		for (unsigned x = 0; x < rect->width; x++)
			put(client, rect, x, y, tight_pixel_from(row + (size_t)x * 3));
	}
	jpeg_destroy_decompress(&jpeg);
	return fits;
}

/* Returns 1, 0 when more is needed, or negative errno. */
static int tight_jpeg(struct rfb_client *client, const struct rfb_rect *rect, struct bytes *bytes)
{
	const uint8_t *data;
	size_t length;

	if (!take_compact_length(bytes, &length) || !take(bytes, length, &data))
		return 0;
	client->jpegs++;
	return !client->decodes || put_jpeg(client, rect, data, length) ? 1 : -EPROTO;
}

static int tight_palette(struct bytes *bytes, struct tight *tight)
{
	const uint8_t *filter;
	const uint8_t *count;
	const uint8_t *colours;

	if (!take(bytes, 1, &filter))
		return 0;
	if (*filter == 0)
		return 1;
	if (*filter != 1)
		return -EPROTO; /* gradient, which our server does not use */
	if (!take(bytes, 1, &count) || !take(bytes, (*count + 1u) * 3, &colours))
		return 0;
	tight->colours = *count + 1u;
	for (unsigned i = 0; i < tight->colours; i++)
		tight->palette[i] = tight_pixel_from(colours + (size_t)i * 3);
	return 1;
}

ssize_t rfb_decode_tight(struct rfb_client *client, const struct rfb_rect *rect,
			 const uint8_t *input, size_t size)
{
	struct bytes bytes = {input, size};
	struct tight tight = {0};
	const uint8_t *control;
	const uint8_t *colour;
	int r = 1;

	if (!take(&bytes, 1, &control))
		return 0;
	/* Also when more is needed: nothing of this rectangle was inflated yet. */
	reset_streams(client, *control);
	if (*control >> 4 == 8) {
		if (!take(&bytes, 3, &colour))
			return 0;
		for (unsigned y = 0; client->decodes && y < rect->height; y++)
			for (unsigned x = 0; x < rect->width; x++)
				put(client, rect, x, y, tight_pixel_from(colour));
		return (ssize_t)(size - bytes.left);
	}
	if (*control >> 4 > 9)
		return -EPROTO; /* PNG */
	tight.stream = *control >> 4 & 3;
	if (*control & 0x40)
		r = tight_palette(&bytes, &tight);
	if (r > 0 && *control >> 4 == 9)
		r = tight_jpeg(client, rect, &bytes);
	else if (r > 0)
		r = tight_data(client, rect, &bytes, &tight);
	return r <= 0 ? r : (ssize_t)(size - bytes.left);
}
