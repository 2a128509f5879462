/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <x264.h>

#include "common/log.h"
#include "common/xalloc.h"
#include "gateway/encode/encoder.h"
#include "gateway/encode/packet.h"
#include "gateway/encode/yuv.h"

#define MACROBLOCK 16

/* A bound above this is none: H.264's at level 5.2. */
#define KBPS_MAX 240000

struct x264_encoder {
	struct encoder base;
	struct encoder_config config;
	x264_t *x264;
	int64_t pictures;

	/* A byte for each macroblock: x264 reads it during the call that it is given to. */
	uint8_t *flags;
	uint32_t columns;
	uint32_t rows;
};

static bool is_bounded(const struct encoder_config *config)
{
	return config->kbps_max > 0 && config->kbps_max < KBPS_MAX;
}

static void __attribute__((format(printf, 3, 0)))
handle_log(void *data, int level, const char *format, va_list arguments)
{
	char line[256];

	(void)data;
	(void)level;
	vsnprintf(line, sizeof(line), format, arguments);
	line[strcspn(line, "\n")] = '\0';
	log_debug("x264: %s", line);
}

static void set_bound(x264_param_t *param, uint32_t kbps_max)
{
	param->rc.i_vbv_max_bitrate = (int)kbps_max;
	param->rc.i_vbv_buffer_size = (int)(kbps_max * ENCODER_BURST_MS / 1000);
}

/* Without a bound every picture has the same quantiser, and x264 need not look at it first to
 * choose one: a quarter of its time. */
static void set_constant_quality(x264_param_t *param, const struct encoder_config *config)
{
	param->rc.i_rc_method = X264_RC_CQP;
	param->rc.i_qp_constant = (int)config->quality;
}

/* Where bytes are dear, these two spare a sixth of them for a fifth more time. */
static void set_bounded_rate(x264_param_t *param, const struct encoder_config *config)
{
	param->rc.i_rc_method = X264_RC_CRF;
	param->rc.f_rf_constant = (float)config->quality;
	set_bound(param, config->kbps_max);
	param->b_cabac = 1;
	param->b_deblocking_filter = 1;
}

static void set_up(x264_param_t *param, const struct encoder_config *config)
{
	x264_param_default_preset(param, "ultrafast", "zerolatency");
	if (is_bounded(config))
		set_bounded_rate(param, config);
	else
		set_constant_quality(param, config);

	param->i_width = (int)config->width;
	param->i_height = (int)config->height;
	param->i_csp = X264_CSP_NV12;
	param->i_fps_num = ENCODER_RATED_PICTURES;
	param->i_fps_den = 1;

	/* One slice, on the caller's thread, at once. */
	param->i_threads = 1;
	param->b_sliced_threads = 0;
	param->i_bframe = 0;
	param->rc.i_lookahead = 0;
	param->i_keyint_max = X264_KEYINT_MAX_INFINITE;
	param->i_scenecut_threshold = 0;
	param->b_repeat_headers = 1;
	param->b_annexb = 1;
	param->analyse.b_mb_info = 1;

	/* ITU-T H.264, E.2.1: BT.709 is 1 everywhere; chroma is in the middle of 2x2 pixels. */
	param->vui.b_fullrange = 1;
	param->vui.i_colorprim = 1;
	param->vui.i_transfer = 1;
	param->vui.i_colmatrix = 1;
	param->vui.i_chroma_loc = 1;

	param->pf_log = handle_log;
	param->i_log_level = X264_LOG_WARNING;
}

static int open_x264(struct x264_encoder *encoder)
{
	x264_param_t param;

	set_up(&param, &encoder->config);
	/* The least that has what set_up() asks for: every decoder has both. */
	x264_param_apply_profile(&param, is_bounded(&encoder->config) ? "main" : "baseline");
	encoder->x264 = x264_encoder_open(&param);
	return encoder->x264 ? 0 : -EIO;
}

static void close_x264(struct x264_encoder *encoder)
{
	if (encoder->x264)
		x264_encoder_close(encoder->x264);
	encoder->x264 = NULL;
}

static void destroy(struct encoder *base)
{
	struct x264_encoder *encoder = (struct x264_encoder *)base;

	close_x264(encoder);
	free(encoder->flags);
	free(encoder);
}

static int create(const struct encoder_config *config, struct encoder **ret_encoder)
{
	struct x264_encoder *encoder = xcalloc(1, sizeof(*encoder));

	encoder->base.ops = &encoder_x264;
	encoder->config = *config;
	encoder->columns = (config->width + MACROBLOCK - 1) / MACROBLOCK;
	encoder->rows = (config->height + MACROBLOCK - 1) / MACROBLOCK;
	encoder->flags = malloc((size_t)encoder->columns * encoder->rows);

	int r = encoder->flags ? open_x264(encoder) : -ENOMEM;

	if (r < 0) {
		destroy(&encoder->base);
		return r;
	}
	*ret_encoder = &encoder->base;
	return 0;
}

static int set_rate(struct encoder *base, uint32_t kbps_max)
{
	struct x264_encoder *encoder = (struct x264_encoder *)base;
	bool was_bounded = is_bounded(&encoder->config);
	x264_param_t param;

	encoder->config.kbps_max = kbps_max;
	if (is_bounded(&encoder->config) != was_bounded) {
		close_x264(encoder);
		return open_x264(encoder);
	}
	if (!was_bounded)
		return 0;
	x264_encoder_parameters(encoder->x264, &param);
	set_bound(&param, kbps_max);
	return x264_encoder_reconfig(encoder->x264, &param) < 0 ? -EINVAL : 0;
}

/* Spares x264 looking at macroblocks that are as they were. */
static void flag_constant(struct x264_encoder *encoder, const pixman_region32_t *changed)
{
	int count;
	const pixman_box32_t *boxes = pixman_region32_rectangles((pixman_region32_t *)changed,
								 &count);

	memset(encoder->flags, X264_MBINFO_CONSTANT, (size_t)encoder->columns * encoder->rows);
	for (int i = 0; i < count; i++) {
		uint32_t left = (uint32_t)boxes[i].x1 / MACROBLOCK;
		uint32_t right = ((uint32_t)boxes[i].x2 - 1) / MACROBLOCK;
		uint32_t bottom = ((uint32_t)boxes[i].y2 - 1) / MACROBLOCK;

		for (uint32_t row = (uint32_t)boxes[i].y1 / MACROBLOCK; row <= bottom; row++)
			memset(encoder->flags + (size_t)row * encoder->columns + left, 0,
			       right - left + 1);
	}
}

/* x264 introduces itself in an SEI with its first picture, which is nobody's business. */
static bool is_wanted(const x264_nal_t *nal)
{
	return nal->i_type != NAL_SEI;
}

static int make_packet(const x264_nal_t *nals, int count, bool is_key, struct packet **ret_packet)
{
	size_t size = 0;

	for (int i = 0; i < count; i++)
		size += is_wanted(&nals[i]) ? (size_t)nals[i].i_payload : 0;

	struct packet *packet = packet_create(size);

	if (!packet)
		return -ENOMEM;

	uint8_t *at = packet->data;

	for (int i = 0; i < count; i++) {
		if (!is_wanted(&nals[i]))
			continue;
		memcpy(at, nals[i].p_payload, (size_t)nals[i].i_payload);
		at += nals[i].i_payload;
	}
	packet->is_key = is_key;
	*ret_packet = packet;
	return 0;
}

static int encode(struct encoder *base, const struct yuv_picture *picture,
		  const pixman_region32_t *changed, bool is_key, struct packet **ret_packet)
{
	struct x264_encoder *encoder = (struct x264_encoder *)base;
	x264_picture_t input, output;
	x264_nal_t *nals;
	int count;

	if (!encoder->x264)
		return -EIO;
	flag_constant(encoder, changed);
	x264_picture_init(&input);
	input.i_type = is_key ? X264_TYPE_IDR : X264_TYPE_AUTO;
	input.i_pts = encoder->pictures++;
	input.img = (x264_image_t){
		.i_csp = X264_CSP_NV12,
		.i_plane = 2,
		.i_stride = {(int)picture->stride_bytes, (int)picture->stride_bytes},
		.plane = {picture->luma, picture->chroma},
	};
	input.prop.mb_info = encoder->flags;

	int size = x264_encoder_encode(encoder->x264, &nals, &count, &input, &output);

	/* Nothing would be a picture that comes later, which it was told not to do. */
	if (size <= 0)
		return -EIO;
	return make_packet(nals, count, output.b_keyframe, ret_packet);
}

const struct encoder_ops encoder_x264 = {
	.create = create,
	.destroy = destroy,
	.set_rate = set_rate,
	.encode = encode,
};
