/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/encode/encoder_libav.h"

/* A day and more, at any pace: what has no word for "never" is asked for it. */
#define RARELY (1 << 24)

/* Drivers of V4L2 know nothing of colours: what they leave out is written into their headers. */
#define BT709_FULL \
	"h264_metadata=colour_primaries=1:transfer_characteristics=1:matrix_coefficients=1:" \
	"video_full_range_flag=1:chroma_sample_loc_type=1"

const struct encoder_libav_kind encoder_hardware[ENCODER_HARDWARE_KINDS] = {
	{
		.ops = &encoder_nvenc,
		.codec = "h264_nvenc",
		.options = "preset=p1:tune=ull:profile=main:zerolatency=1:delay=0:forced-idr=1",
		.options_without_bound = "rc=constqp",
		.devices = "/dev/nvidia[0-9]*",
		.upload = AV_HWDEVICE_TYPE_NONE,
		.gop_size = -1,
		.follows_rate = true,
	},
	{
		.ops = &encoder_vaapi,
		.codec = "h264_vaapi",
		.options = "profile=main:async_depth=1:sei=0:aud=0",
		.options_without_bound = "rc_mode=CQP",
		.devices = "/dev/dri/renderD*",
		.upload = AV_HWDEVICE_TYPE_VAAPI,
		.uploaded = AV_PIX_FMT_VAAPI,
		.gop_size = RARELY,
	},
	{
		.ops = &encoder_v4l2m2m,
		.codec = "h264_v4l2m2m",
		.options = "",
		.options_without_bound = "",
		.devices = "/dev/video*",
		.upload = AV_HWDEVICE_TYPE_NONE,
		.filter = BT709_FULL,
		.gop_size = RARELY,
	},
};

static int create_nvenc(const struct encoder_config *config, struct encoder **ret_encoder)
{
	return encoder_libav_create(&encoder_hardware[0], config, ret_encoder);
}

static int create_vaapi(const struct encoder_config *config, struct encoder **ret_encoder)
{
	return encoder_libav_create(&encoder_hardware[1], config, ret_encoder);
}

static int create_v4l2m2m(const struct encoder_config *config, struct encoder **ret_encoder)
{
	return encoder_libav_create(&encoder_hardware[2], config, ret_encoder);
}

#define OPS(create_kind) \
	{ \
		.create = (create_kind), .destroy = encoder_libav_destroy, \
		.set_rate = encoder_libav_set_rate, .encode = encoder_libav_encode, \
	}

const struct encoder_ops encoder_nvenc = OPS(create_nvenc);
const struct encoder_ops encoder_vaapi = OPS(create_vaapi);
const struct encoder_ops encoder_v4l2m2m = OPS(create_v4l2m2m);
