/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/h264.h"

#include <libavcodec/avcodec.h>
#include <math.h>

#include "common/xalloc.h"
#include "gateway/encode/annexb.h"
#include "tests/support/test.h"

struct h264_decoder {
	AVCodecContext *context;
	AVPacket *packet;
	AVFrame *frame;
};

struct h264_decoder *h264_decoder_create(void)
{
	struct h264_decoder *decoder = xcalloc(1, sizeof(*decoder));

	decoder->context = avcodec_alloc_context3(avcodec_find_decoder(AV_CODEC_ID_H264));
	decoder->packet = av_packet_alloc();
	decoder->frame = av_frame_alloc();
	EXPECT(decoder->context && decoder->packet && decoder->frame);
	decoder->context->thread_count = 1;
	decoder->context->err_recognition = AV_EF_EXPLODE;
	EXPECT_INT(avcodec_open2(decoder->context, NULL, NULL), 0);
	return decoder;
}

void h264_decoder_destroy(struct h264_decoder *decoder)
{
	if (!decoder)
		return;
	av_frame_free(&decoder->frame);
	av_packet_free(&decoder->packet);
	avcodec_free_context(&decoder->context);
	free(decoder);
}

struct h264_picture h264_decode(struct h264_decoder *decoder, const uint8_t *data, size_t size)
{
	AVFrame *frame = decoder->frame;
	struct h264_picture picture = {0};

	EXPECT_INT(av_new_packet(decoder->packet, (int)size), 0);
	memcpy(decoder->packet->data, data, size);
	EXPECT_INT(avcodec_send_packet(decoder->context, decoder->packet), 0);
	av_packet_unref(decoder->packet);
	EXPECT_INT(avcodec_receive_frame(decoder->context, frame), 0);

	picture.width = (uint32_t)frame->width;
	picture.height = (uint32_t)frame->height;
	for (unsigned i = 0; i < 3; i++) {
		picture.planes[i] = frame->data[i];
		picture.strides[i] = (size_t)frame->linesize[i];
	}
	picture.is_bt709_full = frame->color_range == AVCOL_RANGE_JPEG &&
				frame->colorspace == AVCOL_SPC_BT709 &&
				frame->color_primaries == AVCOL_PRI_BT709 &&
				frame->color_trc == AVCOL_TRC_BT709;
	return picture;
}

struct h264_unit h264_look_at(const uint8_t *data, size_t size)
{
	struct h264_unit unit = {0};
	const uint8_t *at = data;
	struct annexb_nal nal;

	while (annexb_next(&at, data + size, &nal)) {
		switch (nal.type) {
		case ANNEXB_SLICE:
		case ANNEXB_SLICE_IDR:
			unit.slices++;
			unit.is_idr = nal.type == ANNEXB_SLICE_IDR;
			break;
		case ANNEXB_SPS:
			unit.profile = nal.data[nal.start_code_bytes + 1];
			unit.parameter_sets++;
			break;
		case ANNEXB_PPS:
			unit.parameter_sets++;
			break;
		default:
			unit.others++;
		}
	}
	return unit;
}

static uint32_t channel(double value)
{
	return (uint32_t)lrint(fmin(fmax(value, 0), 255));
}

uint32_t h264_picture_pixel(const struct h264_picture *picture, uint32_t x, uint32_t y)
{
	double luma = picture->planes[0][y * picture->strides[0] + x];
	double cb = picture->planes[1][y / 2 * picture->strides[1] + x / 2] - 128.0;
	double cr = picture->planes[2][y / 2 * picture->strides[2] + x / 2] - 128.0;
	double red = luma + 1.5748 * cr;
	double blue = luma + 1.8556 * cb;
	double green = (luma - 0.2126 * red - 0.0722 * blue) / 0.7152;

	return channel(red) << 16 | channel(green) << 8 | channel(blue);
}

int h264_difference(uint32_t one, uint32_t other)
{
	int most = 0;

	for (unsigned shift = 0; shift < 24; shift += 8) {
		int channel = abs((int)(one >> shift & 0xff) - (int)(other >> shift & 0xff));

		most = channel > most ? channel : most;
	}
	return most;
}
