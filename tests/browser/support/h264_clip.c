/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * h264-clip WIDTH HEIGHT COUNT: a short film for tests of decoders
 *
 * Writes access units to stdout, each behind its length (u32, big endian): H.264 as the gateway
 * sends it (one slice a unit, no B-frames, BT.709 full range). Every second one is a key frame,
 * so that a test may begin or go on anywhere even.
 *
 * Picture n shows eight bars of the colours below, turned by n: bar i has colour (i + n) % 8. The
 * conversion here is plain arithmetic of its own, not the gateway's.
 */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <x264.h>

static const uint8_t colours[8][3] = {
	{255, 0, 0},   {0, 255, 0},	{0, 0, 255},	{255, 255, 0},
	{16, 32, 200}, {255, 255, 255}, {96, 128, 160}, {0, 0, 0},
};

static uint8_t to_byte(double value)
{
	return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value + 0.5);
}

/* ITU-R BT.709-6, full range */
static void convert(const uint8_t rgb[3], uint8_t ret_yuv[3])
{
	double luma = 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2];

	ret_yuv[0] = to_byte(luma);
	ret_yuv[1] = to_byte(128 + (rgb[2] - luma) / 1.8556);
	ret_yuv[2] = to_byte(128 + (rgb[0] - luma) / 1.5748);
}

static void draw(x264_picture_t *picture, int width, int height, int number)
{
	for (int x = 0; x < width; x++) {
		uint8_t yuv[3];

		convert(colours[(x * 8 / width + number) % 8], yuv);
		for (int y = 0; y < height; y++)
			picture->img.plane[0][y * picture->img.i_stride[0] + x] = yuv[0];
		for (int plane = 1; plane < 3; plane++)
			for (int y = 0; y < height / 2; y++)
				picture->img.plane[plane][y * picture->img.i_stride[plane] +
							  x / 2] = yuv[plane];
	}
}

static x264_t *open_encoder(int width, int height)
{
	x264_param_t param;

	if (x264_param_default_preset(&param, "superfast", "zerolatency") < 0)
		return NULL;
	param.i_log_level = X264_LOG_NONE;
	param.i_threads = 1;
	param.b_sliced_threads = 0;
	param.i_width = width;
	param.i_height = height;
	param.i_csp = X264_CSP_I420;
	param.i_keyint_max = X264_KEYINT_MAX_INFINITE;
	param.rc.i_rc_method = X264_RC_CRF;
	param.rc.f_rf_constant = 18;
	param.b_annexb = 1;
	param.b_repeat_headers = 1;
	param.vui.b_fullrange = 1;
	param.vui.i_colorprim = 1; /* BT.709 */
	param.vui.i_transfer = 1;
	param.vui.i_colmatrix = 1;
	return x264_encoder_open(&param);
}

static int write_unit(const uint8_t *bytes, int size)
{
	uint8_t length[4] = {(uint8_t)(size >> 24), (uint8_t)(size >> 16), (uint8_t)(size >> 8),
			     (uint8_t)size};

	return fwrite(length, 4, 1, stdout) == 1 && fwrite(bytes, (size_t)size, 1, stdout) == 1;
}

int main(int argc, char **argv)
{
	int width = argc == 4 ? atoi(argv[1]) : 0;
	int height = argc == 4 ? atoi(argv[2]) : 0;
	int count = argc == 4 ? atoi(argv[3]) : 0;
	x264_picture_t picture, ignored;
	x264_t *encoder;

	if (width < 16 || height < 16 || width % 2 || height % 2 || count < 1) {
		fputs("usage: h264-clip WIDTH HEIGHT COUNT\n", stderr);
		return 2;
	}
	encoder = open_encoder(width, height);
	if (!encoder || x264_picture_alloc(&picture, X264_CSP_I420, width, height) < 0)
		return 3;
	for (int number = 0; number < count; number++) {
		x264_nal_t *nals;
		int nals_count, size;

		draw(&picture, width, height, number);
		picture.i_pts = number;
		picture.i_type = number % 2 == 0 ? X264_TYPE_IDR : X264_TYPE_P;
		size = x264_encoder_encode(encoder, &nals, &nals_count, &picture, &ignored);
		if (size <= 0 || !write_unit(nals[0].p_payload, size))
			return 3;
	}
	x264_picture_clean(&picture);
	x264_encoder_close(encoder);
	return 0;
}
