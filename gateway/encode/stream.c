/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/encode/stream.h"

#include <errno.h>

#include "common/xalloc.h"
#include "gateway/encode/packet.h"
#include "gateway/encode/yuv.h"
#include "gateway/frame/frame.h"

/* What H.264 codes at a time. */
#define MACROBLOCK 16

struct stream {
	struct stream_config config;

	/* Both are made for the first unit. Without an encoder the picture is out of date. */
	struct yuv_picture *picture;
	struct encoder *encoder;

	uint32_t kbps_max;	   /* as it is to be */
	uint32_t encoder_kbps_max; /* as the encoder was told */
	uint64_t units;
};

static int32_t lesser(int32_t a, int32_t b)
{
	return a < b ? a : b;
}

/* One axis of stream_fit_box(). */
static bool fit_axis(int32_t *begin, int32_t *end, int32_t head_side)
{
	int32_t limit = head_side & ~1;

	if (*begin >= *end)
		return false;
	*begin = *begin < 0 ? 0 : *begin & ~(MACROBLOCK - 1);
	*end = (lesser(*end, limit) + MACROBLOCK - 1) & ~(MACROBLOCK - 1);
	*end = lesser(*end, limit);
	if (*begin >= *end)
		return false;
	/* A sliver at the head's end takes the macroblock before it along. */
	if (*end - *begin < ENCODER_SIDE_MIN && *begin >= MACROBLOCK)
		*begin -= MACROBLOCK;
	return *end - *begin >= ENCODER_SIDE_MIN && *end - *begin <= ENCODER_SIDE_MAX;
}

bool stream_fit_box(pixman_box32_t *box, uint32_t head_width, uint32_t head_height)
{
	pixman_box32_t fit = *box;

	if (!fit_axis(&fit.x1, &fit.x2, (int32_t)head_width) ||
	    !fit_axis(&fit.y1, &fit.y2, (int32_t)head_height))
		return false;
	if ((fit.x2 - fit.x1) * (fit.y2 - fit.y1) > ENCODER_PIXELS_MAX)
		return false;
	*box = fit;
	return true;
}

struct stream *stream_create(const struct stream_config *config)
{
	struct stream *stream = xcalloc(1, sizeof(*stream));

	stream->config = *config;
	stream_set_rate(stream, config->kbps_max);
	return stream;
}

void stream_destroy(struct stream *stream)
{
	if (!stream)
		return;
	encoder_destroy(stream->encoder);
	yuv_picture_destroy(stream->picture);
	free(stream);
}

const struct stream_config *stream_config(const struct stream *stream)
{
	return &stream->config;
}

void stream_set_rate(struct stream *stream, uint32_t kbps_max)
{
	bool is_too_low = kbps_max > 0 && kbps_max < ENCODER_KBPS_MIN;

	stream->kbps_max = is_too_low ? ENCODER_KBPS_MIN : kbps_max;
}

static int make_encoder(struct stream *stream)
{
	const pixman_box32_t *box = &stream->config.box;
	struct encoder_config config = {
		.width = (uint32_t)(box->x2 - box->x1),
		.height = (uint32_t)(box->y2 - box->y1),
		.quality = stream->config.quality,
		.kbps_max = stream->kbps_max,
	};

	if (!stream->picture)
		stream->picture = yuv_picture_create(config.width, config.height);
	if (!stream->picture)
		return -ENOMEM;
	stream->encoder_kbps_max = stream->kbps_max;
	return encoder_create(stream->config.encoder, &config, &stream->encoder);
}

static int apply_rate(struct stream *stream)
{
	if (stream->encoder_kbps_max == stream->kbps_max)
		return 0;
	stream->encoder_kbps_max = stream->kbps_max;
	return stream->encoder->ops->set_rate(stream->encoder, stream->kbps_max);
}

/* `changed` is in the picture's pixels. */
static void convert(struct stream *stream, const struct frame *frame, pixman_region32_t *changed)
{
	const pixman_box32_t *box = &stream->config.box;
	const uint32_t *corner = frame_row(frame, (uint32_t)box->y1) + box->x1;
	int count;
	const pixman_box32_t *boxes = pixman_region32_rectangles(changed, &count);

	for (int i = 0; i < count; i++)
		yuv_picture_convert(stream->picture, corner, frame->stride_bytes, &boxes[i]);
}

/* Takes the part of `damage` that the stream shows, or, without `damage`, all of it. */
static int encode_damage(struct stream *stream, const struct frame *frame,
			 const pixman_region32_t *damage, bool is_key, struct packet **ret_packet)
{
	const pixman_box32_t *box = &stream->config.box;
	pixman_region32_t changed;

	pixman_region32_init_with_extents(&changed, box);
	if (damage)
		pixman_region32_intersect(&changed, &changed, (pixman_region32_t *)damage);
	pixman_region32_translate(&changed, -box->x1, -box->y1);
	convert(stream, frame, &changed);

	int r = stream->encoder->ops->encode(stream->encoder, stream->picture, &changed, is_key,
					     ret_packet);

	if (r == 0 && (*ret_packet)->is_key) {
		pixman_region32_reset(&(*ret_packet)->damage, (pixman_box32_t *)box);
	} else if (r == 0) {
		pixman_region32_translate(&changed, box->x1, box->y1);
		pixman_region32_copy(&(*ret_packet)->damage, &changed);
	}
	pixman_region32_fini(&changed);
	return r;
}

int stream_encode(struct stream *stream, const struct frame *frame, const pixman_region32_t *damage,
		  bool is_key, struct packet **ret_packet)
{
	const pixman_box32_t *box = &stream->config.box;
	bool is_new = !stream->encoder;
	struct packet *packet;

	if (box->x2 > (int32_t)frame->width || box->y2 > (int32_t)frame->height)
		return -EINVAL;

	int r = is_new ? make_encoder(stream) : apply_rate(stream);

	if (r == 0)
		r = encode_damage(stream, frame, is_new ? NULL : damage, is_new || is_key, &packet);
	if (r < 0) {
		if (stream->encoder)
			encoder_give_up(TAKE(stream->encoder), r);
		return r;
	}
	packet->number = ++stream->units;
	packet->frame = frame->number;
	*ret_packet = packet;
	return 0;
}
