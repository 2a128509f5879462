/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/encode/encoder_libav.h"

#include <errno.h>
#include <libavcodec/avcodec.h>
#include <libavcodec/bsf.h>
#include <libavutil/opt.h>

#include "gateway/encode/packet.h"
#include "gateway/encode/yuv.h"
#include "tests/support/h264.h"
#include "tests/support/test.h"

/*
 * No hardware is needed: these kinds use libavcodec's libx264, in one or the other way as
 * hardware would.
 */

#define WIDTH  320
#define HEIGHT 240

#define TOLERANCE 12

#define OPTIONS "preset=ultrafast:tune=zerolatency:forced-idr=1"

static const struct encoder_ops ops = {
	.destroy = encoder_libav_destroy,
	.set_rate = encoder_libav_set_rate,
	.encode = encoder_libav_encode,
};

static const struct encoder_libav_kind good = {
	.ops = &ops,
	.codec = "libx264",
	.options = OPTIONS,
	.options_without_bound = "",
	.gop_size = 1 << 24,
};

void encoder_destroy(struct encoder *encoder)
{
	encoder_libav_destroy(encoder);
}

static struct encoder *test_encoder(const struct encoder_libav_kind *kind, uint32_t kbps_max)
{
	struct encoder_config config = {
		.width = WIDTH, .height = HEIGHT, .quality = 18, .kbps_max = kbps_max};
	struct encoder *encoder = NULL;

	EXPECT_INT(encoder_libav_create(kind, &config, &encoder), 0);
	return encoder;
}

static uint32_t smooth(uint32_t x, uint32_t y, uint32_t phase)
{
	return (x / 2 + phase) << 16 | (y / 2 + phase) << 8 | 0x60;
}

static struct yuv_picture *draw(uint32_t phase)
{
	static uint32_t pixels[WIDTH * HEIGHT];
	struct yuv_picture *picture = yuv_picture_create(WIDTH, HEIGHT);

	for (uint32_t y = 0; y < HEIGHT; y++)
		for (uint32_t x = 0; x < WIDTH; x++)
			pixels[y * WIDTH + x] = smooth(x, y, phase);
	yuv_picture_convert(picture, pixels, WIDTH * 4, &(pixman_box32_t){0, 0, WIDTH, HEIGHT});
	return picture;
}

static int try_to_encode(struct encoder *encoder, uint32_t phase, bool is_key,
			 struct packet **ret_packet)
{
	CLEANUP(yuv_picture_destroyp) struct yuv_picture *picture = draw(phase);
	pixman_region32_t changed;

	pixman_region32_init_rect(&changed, 0, 0, WIDTH, HEIGHT);
	int r = encoder->ops->encode(encoder, picture, &changed, is_key, ret_packet);
	pixman_region32_fini(&changed);
	return r;
}

static struct packet *encode(struct encoder *encoder, uint32_t phase, bool is_key)
{
	struct packet *packet = NULL;

	EXPECT_INT(try_to_encode(encoder, phase, is_key, &packet), 0);
	return packet;
}

static void expect_shown(struct h264_decoder *decoder, const struct packet *packet, uint32_t phase)
{
	struct h264_picture shown = h264_decode(decoder, packet->data, packet->size);

	EXPECT_INT(shown.width, WIDTH);
	EXPECT_INT(shown.height, HEIGHT);
	EXPECT(shown.is_bt709_full);
	for (uint32_t y = 0; y < HEIGHT; y++)
		for (uint32_t x = 0; x < WIDTH; x++)
			EXPECT(h264_difference(h264_picture_pixel(&shown, x, y),
					       smooth(x, y, phase)) <= TOLERANCE);
}

/* Shows eight pictures, a key frame in their midst. */
static void show_motion(const struct encoder_libav_kind *kind, uint32_t kbps_max)
{
	CLEANUP(encoder_destroyp) struct encoder *encoder = test_encoder(kind, kbps_max);
	CLEANUP(h264_decoder_destroyp) struct h264_decoder *decoder = h264_decoder_create();

	for (uint32_t n = 0; n < 8; n++) {
		bool is_key = n == 0 || n == 5;
		CLEANUP(packet_unrefp) struct packet *packet = encode(encoder, n, is_key);
		struct h264_unit unit = h264_look_at(packet->data, packet->size);

		EXPECT_INT(packet->is_key, is_key);
		EXPECT_INT(unit.is_idr, is_key);
		EXPECT_INT(unit.slices, 1);
		EXPECT_INT(unit.parameter_sets, is_key ? 2 : 0);
		EXPECT_INT(unit.others, 0);
		expect_shown(decoder, packet, n);
	}
}

static void a_viewer_sees_what_was_drawn(void)
{
	show_motion(&good, 0);
	show_motion(&good, 8000);
}

static void key_frames_have_parameter_sets_also_where_the_encoder_writes_them_once(void)
{
	struct encoder_libav_kind kind = good;

	kind.options = OPTIONS ":flags=+global_header";
	show_motion(&kind, 0);
}

static void colours_are_said_also_where_the_encoder_says_nothing_of_them(void)
{
	struct encoder_libav_kind kind = good;

	kind.options = OPTIONS
		":x264-params=fullrange=0\\:colorprim=undef\\:transfer=undef\\:colormatrix=undef";
	kind.filter = "h264_metadata=colour_primaries=1:transfer_characteristics=1:"
		      "matrix_coefficients=1:video_full_range_flag=1:chroma_sample_loc_type=1";
	show_motion(&kind, 0);
}

static void a_bound_may_come_change_and_go(void)
{
	static const uint32_t bounds[] = {4000, 2000, 0};

	for (unsigned follows = 0; follows < 2; follows++) {
		struct encoder_libav_kind kind = good;

		kind.follows_rate = follows;
		CLEANUP(encoder_destroyp) struct encoder *encoder = test_encoder(&kind, 0);
		CLEANUP(h264_decoder_destroyp)
		struct h264_decoder *decoder = h264_decoder_create();

		for (unsigned i = 0; i < 3; i++) {
			EXPECT_INT(encoder->ops->set_rate(encoder, bounds[i]), 0);
			CLEANUP(packet_unrefp) struct packet *packet = encode(encoder, i, false);
			EXPECT_INT(packet->is_key, bounds[i] != 2000 || !follows);
			expect_shown(decoder, packet, i);
		}
	}
}

static int error_of_first_unit(const struct encoder_libav_kind *kind)
{
	CLEANUP(encoder_destroyp) struct encoder *encoder = test_encoder(kind, 0);
	struct packet *none = NULL;
	int r = try_to_encode(encoder, 0, true, &none);

	EXPECT(!none);
	return r;
}

static void an_encoder_that_cuts_pictures_into_slices_is_refused(void)
{
	struct encoder_libav_kind kind = good;

	kind.options = OPTIONS ":x264-params=slices=4";
	EXPECT_INT(error_of_first_unit(&kind), -EPROTO);
}

static void an_encoder_that_keeps_pictures_back_is_refused(void)
{
	struct encoder_libav_kind kind = good;

	kind.options = "preset=ultrafast:forced-idr=1:rc-lookahead=10";
	EXPECT_INT(error_of_first_unit(&kind), -ENODATA);
}

static void a_key_frame_that_cannot_be_decoded_alone_is_refused(void)
{
	struct encoder_libav_kind kind = good;

	kind.filter = "filter_units=pass_types=1|5";
	EXPECT_INT(error_of_first_unit(&kind), -EPROTO);
}

static void what_is_not_there_is_said_at_once(void)
{
	struct encoder_config config = {.width = WIDTH, .height = HEIGHT, .quality = 18};
	struct encoder_libav_kind kind = good;
	struct encoder *encoder = NULL;

	kind.codec = "h264_of_nobody";
	EXPECT_INT(encoder_libav_create(&kind, &config, &encoder), -ENODEV);
	kind = good;
	kind.devices = "/dev/of-nobody*";
	EXPECT_INT(encoder_libav_create(&kind, &config, &encoder), -ENODEV);
	EXPECT(!encoder);
}

static void small_pictures_are_left_to_others(void)
{
	struct encoder_config config = {.width = 64, .height = 480, .quality = 18};
	struct encoder *encoder = NULL;

	EXPECT_INT(encoder_libav_create(&good, &config, &encoder), -EINVAL);
	EXPECT(!encoder);
}

/* One that it does not have would be ignored. */
static void hardware_is_asked_for_nothing_that_libavcodec_does_not_know(void)
{
	for (unsigned i = 0; i < ENCODER_HARDWARE_KINDS; i++) {
		const struct encoder_libav_kind *kind = &encoder_hardware[i];
		const AVCodec *codec = avcodec_find_encoder_by_name(kind->codec);
		AVCodecContext *context = avcodec_alloc_context3(codec);
		AVDictionary *options = NULL;
		const AVDictionaryEntry *option = NULL;
		AVBSFContext *filter = NULL;

		EXPECT_INT(av_dict_parse_string(&options, kind->options, "=", ":", 0), 0);
		EXPECT_INT(av_dict_parse_string(&options, kind->options_without_bound, "=", ":", 0),
			   0);
		while (codec && (option = av_dict_get(options, "", option, AV_DICT_IGNORE_SUFFIX)))
			if (av_opt_set(context, option->key, option->value,
				       AV_OPT_SEARCH_CHILDREN) < 0)
				test_fail(__FILE__, __LINE__, "%s has no %s=%s", kind->codec,
					  option->key, option->value);
		EXPECT_INT(av_bsf_list_parse_str(kind->filter, &filter), 0);
		av_bsf_free(&filter);
		av_dict_free(&options);
		avcodec_free_context(&context);
	}
}

int main(void)
{
	RUN_TEST(a_viewer_sees_what_was_drawn);
	RUN_TEST(key_frames_have_parameter_sets_also_where_the_encoder_writes_them_once);
	RUN_TEST(colours_are_said_also_where_the_encoder_says_nothing_of_them);
	RUN_TEST(a_bound_may_come_change_and_go);
	RUN_TEST(an_encoder_that_cuts_pictures_into_slices_is_refused);
	RUN_TEST(an_encoder_that_keeps_pictures_back_is_refused);
	RUN_TEST(a_key_frame_that_cannot_be_decoded_alone_is_refused);
	RUN_TEST(what_is_not_there_is_said_at_once);
	RUN_TEST(small_pictures_are_left_to_others);
	RUN_TEST(hardware_is_asked_for_nothing_that_libavcodec_does_not_know);
	return 0;
}
