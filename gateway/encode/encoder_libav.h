/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Encoders of libavcodec
 *
 * What those of encoder_hardware.c have in common, which is nearly everything. Whatever the
 * hardware makes is checked before it goes to a viewer: an encoder that keeps pictures back, cuts
 * them into slices, or gives no key frame when asked for one fails at its first unit, and x264
 * takes over.
 */

#include <libavutil/hwcontext.h>

#include "gateway/encode/encoder.h"

/* A kind of encoder, as libavcodec knows it. */
struct encoder_libav_kind {
	const struct encoder_ops *ops;
	const char *codec;
	const char *options; /* of the codec: "name=value:…" */
	const char *options_without_bound;
	const char *devices;	    /* pattern for glob(3) of the files that it needs; NULL: none */
	enum AVHWDeviceType upload; /* to which pictures are brought first; or _NONE */
	enum AVPixelFormat uploaded; /* their format there */
	const char *filter;	     /* bitstream filter for what comes out; NULL: none */
	int gop_size;		     /* that means: no key frame unless asked for */
	bool follows_rate;	     /* in mid-stream, when the context's bit rate changes */
};

/* NVENC, VAAPI and V4L2 M2M: encoder_hardware.c. */
#define ENCODER_HARDWARE_KINDS 3
extern const struct encoder_libav_kind encoder_hardware[ENCODER_HARDWARE_KINDS];

/** For the `create` of a kind's ops; the others are its ops as they are. */
int encoder_libav_create(const struct encoder_libav_kind *kind, const struct encoder_config *config,
			 struct encoder **ret_encoder);
void encoder_libav_destroy(struct encoder *encoder);
int encoder_libav_set_rate(struct encoder *encoder, uint32_t kbps_max);
int encoder_libav_encode(struct encoder *encoder, const struct yuv_picture *picture,
			 const pixman_region32_t *changed, bool is_key, struct packet **ret_packet);
