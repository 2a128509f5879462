/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/encode/piece_tight.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>
#include <zlib.h>

/* rfbproto, 7.7.6: the compression control byte, and what follows it. */
#define CONTROL_RESET(stream)  (1u << (stream))
#define CONTROL_STREAM(stream) ((stream) << 4)
#define CONTROL_HAS_FILTER     0x40
#define CONTROL_FILL	       0x80
#define FILTER_PALETTE	       1
#define PALETTE_MAX	       256
#define COMPRESSED_MIN	       12

/* Its header, blocks stored as they are, the mark of a flush, and a byte to spare. */
#define ZLIB_BYTES_MAX(size) ((size) + (size) / 1024 + 32)

/* 5 % shorter than level 1 in 6 % more time; 6 is another 9 % shorter and takes twice as long. */
#define ZLIB_LEVEL 3

/* What tells whether a picture is noise, which zlib's search takes ten times as long for as a copy:
 * so many samples of so many bytes do not become shorter either, by a thirty-second at least. */
#define SAMPLES	     16
#define SAMPLE_BYTES 192
#define SAMPLED_MIN  (4 * SAMPLES * SAMPLE_BYTES)

#define PIXEL_MASK 0xffffffu

/* A hash table of the palette, four times as large as it may be full. */
#define SLOT_BITS 10
#define SLOTS	  (1 << SLOT_BITS)

struct piece_tight {
	z_stream zlib;

	/* A slot is in use when its top byte is that of the piece: nothing to clear for each. */
	uint32_t slots[SLOTS]; /* colours */
	uint8_t indices[SLOTS];
	uint32_t generation; /* 1 to 255 */

	uint32_t palette[PALETTE_MAX];
	unsigned colours;
	unsigned colours_max;
	uint8_t plain[3 * PIECE_TIGHT_PIXELS_MAX]; /* what is compressed */
};

struct piece_tight *piece_tight_create(void)
{
	struct piece_tight *tight = calloc(1, sizeof(*tight));

	if (!tight)
		return NULL;
	if (deflateInit(&tight->zlib, ZLIB_LEVEL) != Z_OK) {
		free(tight);
		return NULL;
	}
	return tight;
}

void piece_tight_destroy(struct piece_tight *tight)
{
	if (!tight)
		return;
	deflateEnd(&tight->zlib);
	free(tight);
}

/* Returns the index of a colour, or -1 when there are too many. */
static int palette_index(struct piece_tight *tight, uint32_t colour)
{
	uint32_t key = tight->generation << 24 | colour;
	uint32_t slot = colour * 0x9e3779b1u >> (32 - SLOT_BITS);

	while (tight->slots[slot] != key) {
		if (tight->slots[slot] >> 24 != tight->generation) {
			if (tight->colours == tight->colours_max)
				return -1;
			tight->slots[slot] = key;
			tight->indices[slot] = (uint8_t)tight->colours;
			tight->palette[tight->colours++] = colour;
			break;
		}
		slot = (slot + 1) % SLOTS;
	}
	return tight->indices[slot];
}

static void begin_palette(struct piece_tight *tight, uint32_t pixels)
{
	tight->colours = 0;
	/* With more, palette and indices are longer than the colours themselves. */
	tight->colours_max = pixels * 2 / 3 < PALETTE_MAX ? pixels * 2 / 3 : PALETTE_MAX;
	if (tight->colours_max == 0)
		tight->colours_max = 1;
	if (++tight->generation < 256)
		return;
	memset(tight->slots, 0, sizeof(tight->slots));
	tight->generation = 1;
}

/* Sets the palette, and `plain` to an index for each pixel. Returns false for too many colours. */
static bool find_palette(struct piece_tight *tight, const uint32_t *row, ptrdiff_t step,
			 uint32_t width, uint32_t height)
{
	uint32_t last = ~row[0];
	int index = 0;
	uint8_t *out = tight->plain;

	begin_palette(tight, width * height);
	for (uint32_t y = 0; y < height; y++, row += step, out += width) {
		if (y > 0 && memcmp(row, row - step, width * sizeof(*row)) == 0) {
			memcpy(out, out - width, width);
			continue;
		}
		for (uint32_t x = 0; x < width; x++) {
			if (row[x] != last) {
				last = row[x];
				index = palette_index(tight, last & PIXEL_MASK);
				if (index < 0)
					return false;
			}
			out[x] = (uint8_t)index;
		}
	}
	return true;
}

/* Rows of bits, from the left, filled up to a byte, in place of an index for each pixel. */
static size_t pack_bits(uint8_t *plain, uint32_t width, uint32_t height)
{
	const uint8_t *in = plain;
	size_t size = 0;

	for (uint32_t y = 0; y < height; y++, in += width) {
		for (uint32_t x = 0; x < width; x += 8) {
			unsigned bits = 0;

			for (uint32_t i = x; i < x + 8; i++)
				bits = bits << 1 | (i < width ? in[i] : 0);
			plain[size++] = (uint8_t)bits;
		}
	}
	return size;
}

static uint8_t *put_colour(uint8_t *out, uint32_t colour)
{
	*out++ = (uint8_t)(colour >> 16);
	*out++ = (uint8_t)(colour >> 8);
	*out++ = (uint8_t)colour;
	return out;
}

static size_t copy_colours(uint8_t *plain, const uint32_t *row, ptrdiff_t step, uint32_t width,
			   uint32_t height)
{
	uint8_t *out = plain;

	for (uint32_t y = 0; y < height; y++, row += step)
		for (uint32_t x = 0; x < width; x++)
			out = put_colour(out, row[x]);
	return (size_t)(out - plain);
}

/* Seven bits a byte, the low ones first, but eight in the third. */
uint8_t *piece_tight_put_length(uint8_t *out, size_t length)
{
	*out++ = (uint8_t)((length & 0x7f) | (length > 0x7f ? 0x80 : 0));
	if (length > 0x7f)
		*out++ = (uint8_t)((length >> 7 & 0x7f) | (length > 0x3fff ? 0x80 : 0));
	if (length > 0x3fff)
		*out++ = (uint8_t)(length >> 14);
	return out;
}

/* Compresses more of `plain` to the end of what is there, and with `flush` all of it so far. */
static void compress_part(z_stream *zlib, uint8_t *plain, size_t size, int flush)
{
	zlib->next_in = plain;
	zlib->avail_in = (uInt)size;
	deflate(zlib, flush);
	assert(zlib->avail_in == 0 && zlib->avail_out > 0);
}

static void begin_stream(z_stream *zlib, int level, uint8_t *out, size_t size)
{
	deflateReset(zlib);
	deflateParams(zlib, level, Z_DEFAULT_STRATEGY);
	zlib->next_out = out;
	zlib->avail_out = (uInt)ZLIB_BYTES_MAX(size);
}

static bool is_noise(struct piece_tight *tight, size_t size)
{
	uint8_t packed[ZLIB_BYTES_MAX(SAMPLES * SAMPLE_BYTES)];

	if (size < SAMPLED_MIN)
		return false;
	begin_stream(&tight->zlib, ZLIB_LEVEL, packed, SAMPLES * SAMPLE_BYTES);
	for (size_t i = 0; i < SAMPLES; i++)
		compress_part(&tight->zlib, tight->plain + size / SAMPLES * i, SAMPLE_BYTES,
			      i + 1 < SAMPLES ? Z_NO_FLUSH : Z_SYNC_FLUSH);
	return tight->zlib.total_out > SAMPLES * SAMPLE_BYTES * 31 / 32;
}

/* Puts how long the first `size` bytes of `plain` become, and what they become. */
static uint8_t *put_compressed(struct piece_tight *tight, size_t size, uint8_t *out)
{
	uint8_t *packed = out + PIECE_TIGHT_LENGTH_MAX;
	int level = is_noise(tight, size) ? Z_NO_COMPRESSION : ZLIB_LEVEL;
	size_t length;

	begin_stream(&tight->zlib, level, packed, size);
	/* Not finished: a viewer that sees a stream's end may refuse what follows it. */
	compress_part(&tight->zlib, tight->plain, size, Z_SYNC_FLUSH);
	length = tight->zlib.total_out;
	out = piece_tight_put_length(out, length);
	memmove(out, packed, length);
	return out + length;
}

/* Puts what `plain` holds, on stream `stream`. Returns the end. */
static uint8_t *put_plain(struct piece_tight *tight, size_t size, unsigned stream, uint8_t *control,
			  uint8_t *out)
{
	if (size < COMPRESSED_MIN) {
		memcpy(out, tight->plain, size);
		return out + size;
	}
	*control |= (uint8_t)CONTROL_RESET(stream);
	return put_compressed(tight, size, out);
}

size_t piece_tight_encode_few(struct piece_tight *tight, const uint32_t *row, ptrdiff_t step,
			      uint32_t width, uint32_t height, unsigned stream, uint8_t *out)
{
	const uint8_t *begin = out;
	uint8_t *control = out++;
	size_t size = (size_t)width * height;

	assert(width <= PIECE_TIGHT_WIDTH_MAX && size <= PIECE_TIGHT_PIXELS_MAX);
	if (!find_palette(tight, row, step, width, height))
		return 0;
	if (tight->colours == 1) {
		*control = CONTROL_FILL;
		return (size_t)(put_colour(out, tight->palette[0]) - begin);
	}
	*control = (uint8_t)(CONTROL_STREAM(stream) | CONTROL_HAS_FILTER);
	*out++ = FILTER_PALETTE;
	*out++ = (uint8_t)(tight->colours - 1);
	for (unsigned i = 0; i < tight->colours; i++)
		out = put_colour(out, tight->palette[i]);
	if (tight->colours == 2)
		size = pack_bits(tight->plain, width, height);
	return (size_t)(put_plain(tight, size, stream, control, out) - begin);
}

size_t piece_tight_encode(struct piece_tight *tight, const uint32_t *row, ptrdiff_t step,
			  uint32_t width, uint32_t height, unsigned stream, uint8_t *out)
{
	size_t size = piece_tight_encode_few(tight, row, step, width, height, stream, out);

	if (size > 0)
		return size;
	*out = (uint8_t)CONTROL_STREAM(stream);
	size = copy_colours(tight->plain, row, step, width, height);
	return (size_t)(put_plain(tight, size, stream, out, out + 1) - out);
}
