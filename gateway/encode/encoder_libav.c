/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/encode/encoder_libav.h"

#include <errno.h>
#include <glob.h>
#include <libavcodec/avcodec.h>
#include <libavcodec/bsf.h>
#include <stdatomic.h>
#include <string.h>

#include "common/log.h"
#include "common/xalloc.h"
#include "gateway/encode/annexb.h"
#include "gateway/encode/packet.h"
#include "gateway/encode/yuv.h"

/* Hardware takes nothing smaller (NVENC: 145x49), and x264 is as quick there. */
#define SIDE_MIN 160

/* Where hardware knows bit rates only, this many bits a pixel stand for no bound. */
#define BITS_PER_PIXEL 0.15

/* Headers are some 40 bytes. */
#define HEADERS_BYTES_MAX 1024

struct libav_encoder {
	struct encoder base;
	const struct encoder_libav_kind *kind;
	struct encoder_config config;
	AVBufferRef *device; /* NULL: pictures are not uploaded */
	AVCodecContext *context;
	AVBSFContext *filter;
	AVFrame *picture;
	AVFrame *uploaded;
	AVPacket *packet;
	int64_t pictures;

	/* The parameter sets, for key frames that come without them. */
	uint8_t headers[HEADERS_BYTES_MAX];
	size_t headers_size;
};

/* -EINVAL is for what is our own doing: libavcodec says it of much else. */
static int error_from_libav(int error)
{
	if (error == AVERROR(EAGAIN))
		return -ENODATA;
	return error < -4095 || error == AVERROR(EINVAL) ? -EIO : error;
}

static void handle_log(void *context, int level, const char *format, va_list arguments)
{
	char line[256];
	int is_at_start = 1;

	if (level > AV_LOG_WARNING)
		return;
	av_log_format_line(context, level, format, arguments, line, sizeof(line), &is_at_start);
	line[strcspn(line, "\n")] = '\0';
	log_debug("libavcodec: %s", line);
}

static void catch_log(void)
{
	static atomic_bool is_caught;

	if (!atomic_exchange(&is_caught, true))
		av_log_set_callback(handle_log);
}

/* -- Opening --------------------------------------------------------------------- */

/* Asks nobody but the file system, so that a machine without the hardware pays nothing. */
static int find_device(const char *pattern, char **ret_path)
{
	glob_t found;

	if (glob(pattern, 0, NULL, &found) != 0)
		return -ENODEV;
	*ret_path = xstrdup(found.gl_pathv[0]);
	globfree(&found);
	return 0;
}

static int open_device(struct libav_encoder *encoder, const char *path)
{
	if (encoder->kind->upload == AV_HWDEVICE_TYPE_NONE)
		return 0;
	return av_hwdevice_ctx_create(&encoder->device, encoder->kind->upload, path, NULL, 0);
}

/* Memory of the device for pictures. */
static int prepare_upload(struct libav_encoder *encoder)
{
	AVCodecContext *context = encoder->context;

	if (!encoder->device)
		return 0;
	context->hw_frames_ctx = av_hwframe_ctx_alloc(encoder->device);
	if (!context->hw_frames_ctx)
		return -ENOMEM;

	AVHWFramesContext *frames = (AVHWFramesContext *)context->hw_frames_ctx->data;

	frames->format = encoder->kind->uploaded;
	frames->sw_format = AV_PIX_FMT_NV12;
	frames->width = context->width;
	frames->height = context->height;
	context->pix_fmt = frames->format;
	return av_hwframe_ctx_init(context->hw_frames_ctx);
}

static void set_rate(struct libav_encoder *encoder)
{
	AVCodecContext *context = encoder->context;
	const struct encoder_config *config = &encoder->config;
	int64_t bits = (int64_t)config->kbps_max * 1000;

	if (bits == 0) {
		context->bit_rate = (int64_t)((double)config->width * config->height *
					      ENCODER_RATED_PICTURES * BITS_PER_PIXEL);
		return;
	}
	context->bit_rate = bits;
	context->rc_max_rate = bits;
	context->rc_buffer_size = (int)(bits * ENCODER_BURST_MS / 1000);
}

static void set_up(struct libav_encoder *encoder)
{
	AVCodecContext *context = encoder->context;

	context->width = (int)encoder->config.width;
	context->height = (int)encoder->config.height;
	context->pix_fmt = AV_PIX_FMT_NV12;
	context->time_base = (AVRational){1, ENCODER_RATED_PICTURES};
	context->framerate = (AVRational){ENCODER_RATED_PICTURES, 1};
	context->flags |= AV_CODEC_FLAG_LOW_DELAY;
	context->thread_count = 1;
	context->slices = 1;
	context->refs = 1;
	context->max_b_frames = 0;
	context->gop_size = encoder->kind->gop_size;
	context->color_range = AVCOL_RANGE_JPEG;
	context->color_primaries = AVCOL_PRI_BT709;
	context->color_trc = AVCOL_TRC_BT709;
	context->colorspace = AVCOL_SPC_BT709;
	context->chroma_sample_location = AVCHROMA_LOC_CENTER;
	set_rate(encoder);
}

/* Options that a codec does not have are left over, and no error. */
static int open_codec(struct libav_encoder *encoder)
{
	const struct encoder_libav_kind *kind = encoder->kind;
	AVDictionary *options = NULL;
	int r = av_dict_parse_string(&options, kind->options, "=", ":", 0);

	if (r >= 0 && encoder->config.kbps_max == 0) {
		r = av_dict_parse_string(&options, kind->options_without_bound, "=", ":", 0);
		av_dict_set_int(&options, "qp", encoder->config.quality, 0);
	}
	if (r >= 0)
		r = avcodec_open2(encoder->context, NULL, &options);
	av_dict_free(&options);
	return r;
}

static int open_filter(struct libav_encoder *encoder)
{
	int r = av_bsf_list_parse_str(encoder->kind->filter, &encoder->filter);

	if (r >= 0)
		r = avcodec_parameters_from_context(encoder->filter->par_in, encoder->context);
	if (r < 0)
		return r;
	encoder->filter->time_base_in = encoder->context->time_base;
	return av_bsf_init(encoder->filter);
}

static void close_context(struct libav_encoder *encoder)
{
	av_bsf_free(&encoder->filter);
	avcodec_free_context(&encoder->context);
}

static int open_context(struct libav_encoder *encoder)
{
	const AVCodec *codec = avcodec_find_encoder_by_name(encoder->kind->codec);

	if (!codec)
		return -ENODEV;
	encoder->headers_size = 0;
	encoder->context = avcodec_alloc_context3(codec);
	if (!encoder->context)
		return -ENOMEM;
	set_up(encoder);

	int r = prepare_upload(encoder);

	if (r >= 0)
		r = open_codec(encoder);
	if (r >= 0)
		r = open_filter(encoder);
	return r < 0 ? error_from_libav(r) : 0;
}

int encoder_libav_create(const struct encoder_libav_kind *kind, const struct encoder_config *config,
			 struct encoder **ret_encoder)
{
	CLEANUP(freep) char *path = NULL;
	int r = kind->devices ? find_device(kind->devices, &path) : 0;

	if (r < 0)
		return r;
	if (config->width < SIDE_MIN || config->height < SIDE_MIN)
		return -EINVAL;
	catch_log();

	struct libav_encoder *encoder = xcalloc(1, sizeof(*encoder));

	encoder->base.ops = kind->ops;
	encoder->kind = kind;
	encoder->config = *config;
	encoder->picture = av_frame_alloc();
	encoder->uploaded = av_frame_alloc();
	encoder->packet = av_packet_alloc();
	r = encoder->picture && encoder->uploaded && encoder->packet ? 0 : -ENOMEM;
	if (r == 0)
		r = error_from_libav(open_device(encoder, path));
	if (r == 0)
		r = open_context(encoder);
	if (r < 0) {
		encoder_libav_destroy(&encoder->base);
		return r;
	}
	*ret_encoder = &encoder->base;
	return 0;
}

void encoder_libav_destroy(struct encoder *base)
{
	struct libav_encoder *encoder = (struct libav_encoder *)base;

	close_context(encoder);
	av_buffer_unref(&encoder->device);
	av_packet_free(&encoder->packet);
	av_frame_free(&encoder->uploaded);
	av_frame_free(&encoder->picture);
	free(encoder);
}

int encoder_libav_set_rate(struct encoder *base, uint32_t kbps_max)
{
	struct libav_encoder *encoder = (struct libav_encoder *)base;
	bool is_same_mode = (kbps_max == 0) == (encoder->config.kbps_max == 0);

	encoder->config.kbps_max = kbps_max;
	if (encoder->kind->follows_rate && is_same_mode) {
		set_rate(encoder);
		return 0;
	}
	close_context(encoder);
	return open_context(encoder);
}

/* -- Encoding -------------------------------------------------------------------- */

/* What is sent is the picture's own memory, of which libavcodec makes a copy. */
static int send_picture(struct libav_encoder *encoder, const struct yuv_picture *picture,
			bool is_key)
{
	AVFrame *frame = encoder->picture;
	int r;

	av_frame_unref(frame);
	frame->format = AV_PIX_FMT_NV12;
	frame->width = (int)picture->width;
	frame->height = (int)picture->height;
	frame->data[0] = picture->luma;
	frame->data[1] = picture->chroma;
	frame->linesize[0] = frame->linesize[1] = (int)picture->stride_bytes;
	if (encoder->device) {
		av_frame_unref(encoder->uploaded);
		r = av_hwframe_get_buffer(encoder->context->hw_frames_ctx, encoder->uploaded, 0);
		if (r >= 0)
			r = av_hwframe_transfer_data(encoder->uploaded, frame, 0);
		if (r < 0)
			return r;
		frame = encoder->uploaded;
	}
	frame->pts = encoder->pictures++;
	frame->pict_type = is_key ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE;
	frame->color_range = AVCOL_RANGE_JPEG;
	return avcodec_send_frame(encoder->context, frame);
}

static int receive_unit(struct libav_encoder *encoder)
{
	int r = avcodec_receive_packet(encoder->context, encoder->packet);

	if (r >= 0)
		r = av_bsf_send_packet(encoder->filter, encoder->packet);
	if (r >= 0)
		r = av_bsf_receive_packet(encoder->filter, encoder->packet);
	return r;
}

/* What a unit consists of. */
struct unit {
	size_t slice_bytes;
	size_t header_bytes;
	unsigned slices;
	bool is_key;
};

static bool is_header(const struct annexb_nal *nal)
{
	return nal->type == ANNEXB_SPS || nal->type == ANNEXB_PPS;
}

static bool is_slice(const struct annexb_nal *nal)
{
	return nal->type == ANNEXB_SLICE || nal->type == ANNEXB_SLICE_IDR;
}

static struct unit look_at(const uint8_t *data, size_t size)
{
	struct unit unit = {0};
	struct annexb_nal nal;

	for (const uint8_t *at = data; annexb_next(&at, data + size, &nal);) {
		if (is_header(&nal)) {
			unit.header_bytes += nal.size;
		} else if (is_slice(&nal)) {
			unit.slices++;
			unit.slice_bytes += nal.size;
			unit.is_key = nal.type == ANNEXB_SLICE_IDR;
		}
	}
	return unit;
}

/* Appends the wanted NAL units to `to`. Returns its new end. */
static uint8_t *copy_nals(uint8_t *to, const uint8_t *data, size_t size,
			  bool is_wanted(const struct annexb_nal *nal))
{
	struct annexb_nal nal;

	for (const uint8_t *at = data; annexb_next(&at, data + size, &nal);) {
		if (is_wanted(&nal)) {
			memcpy(to, nal.data, nal.size);
			to += nal.size;
		}
	}
	return to;
}

/* Some write the parameter sets with their first unit only, some beside the units. */
static void remember_headers(struct libav_encoder *encoder, const uint8_t *data, size_t size)
{
	struct unit unit = look_at(data, size);

	if (unit.header_bytes == 0 || unit.header_bytes > HEADERS_BYTES_MAX)
		return;
	copy_nals(encoder->headers, data, size, is_header);
	encoder->headers_size = unit.header_bytes;
}

static int make_packet(struct libav_encoder *encoder, bool is_key, struct packet **ret_packet)
{
	const uint8_t *data = encoder->packet->data;
	size_t size = (size_t)encoder->packet->size;
	struct unit unit = look_at(data, size);

	if (unit.slices != 1 || (is_key && !unit.is_key))
		return -EPROTO;
	remember_headers(encoder, data, size);
	if (unit.is_key && encoder->headers_size == 0)
		return -EPROTO;

	struct packet *packet = packet_create(unit.slice_bytes +
					      (unit.is_key ? encoder->headers_size : 0));

	if (!packet)
		return -ENOMEM;

	uint8_t *at = packet->data;

	if (unit.is_key)
		at = mempcpy(at, encoder->headers, encoder->headers_size);
	copy_nals(at, data, size, is_slice);
	packet->is_key = unit.is_key;
	*ret_packet = packet;
	return 0;
}

int encoder_libav_encode(struct encoder *base, const struct yuv_picture *picture,
			 const pixman_region32_t *changed, bool is_key, struct packet **ret_packet)
{
	struct libav_encoder *encoder = (struct libav_encoder *)base;

	if (!encoder->filter)
		return -EIO;
	if (encoder->headers_size == 0)
		remember_headers(encoder, encoder->context->extradata,
				 (size_t)encoder->context->extradata_size);

	int r = send_picture(encoder, picture, is_key);

	if (r >= 0)
		r = receive_unit(encoder);
	if (r < 0)
		return error_from_libav(r);
	r = make_packet(encoder, is_key, ret_packet);
	av_packet_unref(encoder->packet);
	return r;
}
