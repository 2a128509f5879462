/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/fakes/rfb_h264.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/xalloc.h"
#include "gateway/encode/annexb.h"
#include "tests/support/h264.h"

/* As TigerVNC and noVNC keep; here, more is an error. */
#define CONTEXTS_MAX 64

enum flag {
	RESET = 1,
	RESET_ALL = 2,
};

struct context {
	struct rfb_rect rect;
	struct h264_decoder *decoder; /* NULL: not begun */
	unsigned frame_num_bits;
	uint32_t frame_num;
};

struct rfb_h264 {
	struct context contexts[CONTEXTS_MAX];
	unsigned count;
};

void rfb_h264_destroy(struct rfb_h264 *h264)
{
	for (unsigned i = 0; h264 && i < h264->count; i++)
		h264_decoder_destroy(h264->contexts[i].decoder);
	free(h264);
}

/* -- As much of a NAL unit as tells its frame's number ------------------------------ */

struct bits {
	const uint8_t *data;
	size_t size;
	size_t at;
};

static uint32_t take_bit(struct bits *bits)
{
	uint32_t bit = 0;

	if (bits->at / 8 < bits->size)
		bit = bits->data[bits->at / 8] >> (7 - bits->at % 8) & 1;
	bits->at++;
	return bit;
}

static uint32_t take_bits(struct bits *bits, unsigned count)
{
	uint32_t value = 0;

	while (count-- > 0)
		value = value << 1 | take_bit(bits);
	return value;
}

/* Exp-Golomb. */
static uint32_t take_ue(struct bits *bits)
{
	unsigned zeros = 0;

	while (zeros < 32 && bits->at / 8 < bits->size && take_bit(bits) == 0)
		zeros++;
	return (uint32_t)((UINT64_C(1) << zeros) - 1 + take_bits(bits, zeros));
}

static struct bits bits_of(const struct annexb_nal *nal)
{
	size_t begin = nal->start_code_bytes + 1;

	return (struct bits){nal->data + begin, nal->size - begin, 0};
}

static unsigned frame_num_bits(const struct annexb_nal *parameters)
{
	struct bits bits = bits_of(parameters);
	uint32_t profile = take_bits(&bits, 8);

	take_bits(&bits, 16);
	take_ue(&bits);
	if (profile >= 100) {
		take_ue(&bits); /* chroma_format_idc: 4:2:0 */
		take_ue(&bits);
		take_ue(&bits);
		take_bits(&bits, 2);
	}
	return take_ue(&bits) + 4;
}

static uint32_t frame_num_of(const struct annexb_nal *slice, unsigned count)
{
	struct bits bits = bits_of(slice);

	take_ue(&bits);
	take_ue(&bits);
	take_ue(&bits);
	return take_bits(&bits, count);
}

/* Whether the unit is the one after the last. */
static bool is_next(struct context *context, const uint8_t *data, size_t size)
{
	const uint8_t *at = data;
	struct annexb_nal nal;

	while (annexb_next(&at, data + size, &nal)) {
		uint32_t expected = (context->frame_num + 1) &
				    ((UINT32_C(1) << context->frame_num_bits) - 1);

		if (nal.type == ANNEXB_SPS) {
			context->frame_num_bits = frame_num_bits(&nal);
		} else if (nal.type == ANNEXB_SLICE_IDR) {
			context->frame_num = 0;
		} else if (nal.type == ANNEXB_SLICE) {
			context->frame_num = frame_num_of(&nal, context->frame_num_bits);
			if (context->frame_num != expected)
				return false;
		}
	}
	return true;
}

/* -- Contexts ------------------------------------------------------------------------- */

static void drop_all(struct rfb_h264 *h264)
{
	for (unsigned i = 0; i < h264->count; i++)
		h264_decoder_destroy(h264->contexts[i].decoder);
	h264->count = 0;
}

static struct context *find(struct rfb_h264 *h264, const struct rfb_rect *rect)
{
	for (unsigned i = 0; i < h264->count; i++)
		if (memcmp(&h264->contexts[i].rect, rect, sizeof(*rect)) == 0)
			return &h264->contexts[i];
	if (h264->count == CONTEXTS_MAX)
		return NULL;
	h264->contexts[h264->count] = (struct context){.rect = *rect};
	return &h264->contexts[h264->count++];
}

static uint32_t channel(int32_t value)
{
	value = (value + (1 << 15)) >> 16;
	return value < 0 ? 0 : value > 255 ? 255 : (uint32_t)value;
}

/* BT.709, full range, in 65536ths: h264_picture_pixel() is exact, and too slow for all of them. */
static uint32_t pixel_from(const struct h264_picture *picture, uint32_t x, uint32_t y)
{
	int32_t luma = picture->planes[0][y * picture->strides[0] + x] << 16;
	int32_t cb = picture->planes[1][y / 2 * picture->strides[1] + x / 2] - 128;
	int32_t cr = picture->planes[2][y / 2 * picture->strides[2] + x / 2] - 128;

	return channel(luma + 103206 * cr) << 16 | channel(luma - 12276 * cb - 30679 * cr) << 8 |
	       channel(luma + 121609 * cb);
}

static void paint(struct rfb_client *client, const struct rfb_rect *rect,
		  const struct h264_picture *picture)
{
	for (uint32_t y = 0; y < rect->height; y++)
		for (uint32_t x = 0; x < rect->width; x++)
			client->pixels[(size_t)(rect->y + y) * client->width + rect->x + x] =
				pixel_from(picture, x, y);
}

static void note(struct rfb_client *client, const struct rfb_rect *rect, uint32_t flags,
		 const uint8_t *data, size_t size, bool is_key)
{
	client->units = xrealloc(client->units, client->units_count + 1, sizeof(struct rfb_unit));
	client->units[client->units_count++] = (struct rfb_unit){
		.rect = *rect,
		.flags = flags,
		.is_key = is_key,
		.size = (uint32_t)size,
		.checksum = (uint32_t)crc32(0, data, (uInt)size),
	};
}

static const char *decode(struct rfb_client *client, const struct rfb_rect *rect, uint32_t flags,
			  const uint8_t *data, size_t size)
{
	struct h264_unit unit = h264_look_at(data, size);
	struct h264_picture picture;
	struct context *context;

	if (!client->h264)
		client->h264 = xcalloc(1, sizeof(*client->h264));
	if (flags & RESET_ALL)
		drop_all(client->h264);
	context = find(client->h264, rect);
	if (!context)
		return "more contexts than viewers keep";
	if (flags & RESET) {
		h264_decoder_destroy(context->decoder);
		context->decoder = NULL;
	}
	if (unit.slices != 1)
		return "a unit without exactly one slice";
	if (!context->decoder && !(flags & RESET))
		return "a context that begins without a reset";
	if (!context->decoder && !unit.is_idr)
		return "a context that begins without a key frame";
	if (!context->decoder)
		context->decoder = h264_decoder_create();
	if (!is_next(context, data, size))
		return "a unit was left out";
	picture = h264_decode(context->decoder, data, size);
	if (picture.width != rect->width || picture.height != rect->height)
		return "a picture of another size than its rectangle";
	note(client, rect, flags, data, size, unit.is_idr);
	if (client->on_video)
		client->on_video(client->data, rect, &picture);
	else
		paint(client, rect, &picture);
	return NULL;
}

ssize_t rfb_decode_h264(struct rfb_client *client, const struct rfb_rect *rect,
			const uint8_t *bytes, size_t size)
{
	const char *failure = NULL;
	uint32_t length, flags;

	if (size < 8)
		return 0;
	length = (uint32_t)bytes[0] << 24 | (uint32_t)(bytes[1] << 16 | bytes[2] << 8 | bytes[3]);
	flags = (uint32_t)bytes[4] << 24 | (uint32_t)(bytes[5] << 16 | bytes[6] << 8 | bytes[7]);
	if (size - 8 < length)
		return 0;
	if (client->decodes)
		failure = decode(client, rect, flags, bytes + 8, length);
	if (failure)
		snprintf(client->failure, sizeof(client->failure), "%s", failure);
	return failure ? -EPROTO : 8 + (ssize_t)length;
}
