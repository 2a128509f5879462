/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/encode/encoder.h"
#include "gateway/encode/packet.h"
#include "gateway/encode/yuv.h"
#include "tests/support/h264.h"
#include "tests/support/test.h"

/* How far a decoded colour may be from the drawn one, in smooth pictures. */
#define TOLERANCE 12

/* ITU-T H.264, A.2. */
#define PROFILE_BASELINE 66
#define PROFILE_MAIN	 77

/* An encoder, what is drawn for it, and somebody who watches. */
struct setup {
	struct encoder *encoder;
	struct h264_decoder *decoder;
	struct yuv_picture *picture;
	uint32_t *pixels;
	uint32_t width;
	uint32_t height;
	pixman_box32_t whole;
};

static struct setup set_up(uint32_t width, uint32_t height, uint32_t kbps_max)
{
	struct setup setup = {
		.decoder = h264_decoder_create(),
		.picture = yuv_picture_create(width, height),
		.pixels = calloc((size_t)width * height, 4),
		.width = width,
		.height = height,
		.whole = {0, 0, (int32_t)width, (int32_t)height},
	};
	struct encoder_config config = {
		.width = width, .height = height, .quality = 18, .kbps_max = kbps_max};

	EXPECT_INT(encoder_x264.create(&config, &setup.encoder), 0);
	return setup;
}

static void tear_down(struct setup *setup)
{
	encoder_x264.destroy(setup->encoder);
	h264_decoder_destroy(setup->decoder);
	yuv_picture_destroy(setup->picture);
	free(setup->pixels);
}

/* A smooth picture that is another with each `phase`. */
static uint32_t smooth(uint32_t x, uint32_t y, uint32_t phase)
{
	uint32_t red = (x / 2 + phase) & 0xff;
	uint32_t green = (y / 2 + 2 * phase) & 0xff;

	red = red < 128 ? red * 2 : (255 - red) * 2;
	green = green < 128 ? green * 2 : (255 - green) * 2;
	return red << 16 | green << 8 | 0x60;
}

static uint32_t noise(uint32_t x, uint32_t y, uint32_t phase)
{
	uint32_t mixed = (x * 73856093u) ^ (y * 19349663u) ^ (phase * 83492791u);

	return (mixed * 2654435761u) >> 8;
}

static void draw(struct setup *setup, uint32_t colour(uint32_t x, uint32_t y, uint32_t phase),
		 uint32_t phase)
{
	for (uint32_t y = 0; y < setup->height; y++)
		for (uint32_t x = 0; x < setup->width; x++)
			setup->pixels[(size_t)y * setup->width + x] = colour(x, y, phase);
	yuv_picture_convert(setup->picture, setup->pixels, setup->width * 4, &setup->whole);
}

static struct packet *encode(struct setup *setup, const pixman_box32_t *changed, bool is_key)
{
	pixman_region32_t region;
	struct packet *packet = NULL;

	pixman_region32_init_with_extents(&region, (pixman_box32_t *)changed);
	EXPECT_INT(encoder_x264.encode(setup->encoder, setup->picture, &region, is_key, &packet),
		   0);
	pixman_region32_fini(&region);
	return packet;
}

static size_t encode_size(struct setup *setup, const pixman_box32_t *changed)
{
	CLEANUP(packet_unrefp) struct packet *packet = encode(setup, changed, false);

	return packet->size;
}

/* Encodes all of what was drawn, and has it watched. */
static struct h264_picture show(struct setup *setup, bool is_key)
{
	CLEANUP(packet_unrefp) struct packet *packet = encode(setup, &setup->whole, is_key);

	return h264_decode(setup->decoder, packet->data, packet->size);
}

static void expect_shown(const struct h264_picture *shown, const struct setup *setup)
{
	EXPECT_INT(shown->width, setup->width);
	EXPECT_INT(shown->height, setup->height);
	for (uint32_t y = 0; y < setup->height; y++) {
		for (uint32_t x = 0; x < setup->width; x++) {
			uint32_t drawn = setup->pixels[(size_t)y * setup->width + x];
			uint32_t seen = h264_picture_pixel(shown, x, y);

			if (h264_difference(drawn, seen) > TOLERANCE)
				test_fail(__FILE__, __LINE__, "%06x is shown as %06x at %u,%u",
					  drawn, seen, x, y);
		}
	}
}

static void show_motion(uint32_t width, uint32_t height, uint32_t kbps_max)
{
	struct setup setup = set_up(width, height, kbps_max);

	for (uint32_t n = 0; n < 6; n++) {
		draw(&setup, smooth, n);
		struct h264_picture shown = show(&setup, false);
		expect_shown(&shown, &setup);
		EXPECT(shown.is_bt709_full);
	}
	tear_down(&setup);
}

static void a_viewer_sees_what_was_drawn(void)
{
	show_motion(320, 256, 0);
	show_motion(320, 256, 20000);
}

static void sizes_need_not_be_multiples_of_16(void)
{
	show_motion(1366, 766, 0);
	show_motion(16, 16, 0);
	show_motion(18, 26, 0);
	show_motion(4096, 16, 0);
}

static void expect_unit(const struct packet *packet, bool is_key, unsigned profile)
{
	struct h264_unit unit = h264_look_at(packet->data, packet->size);

	EXPECT_INT(unit.slices, 1);
	EXPECT_INT(unit.others, 0);
	EXPECT_INT(packet->is_key, is_key);
	EXPECT_INT(unit.is_idr, is_key);
	EXPECT_INT(unit.parameter_sets, is_key ? 2 : 0);
	EXPECT_INT(unit.profile, is_key ? profile : 0);
}

static void every_unit_is_one_slice(void)
{
	for (uint32_t kbps_max = 0; kbps_max <= 4000; kbps_max += 4000) {
		struct setup setup = set_up(640, 480, kbps_max);

		for (uint32_t n = 0; n < 10; n++) {
			draw(&setup, noise, n);
			CLEANUP(packet_unrefp)
			struct packet *packet = encode(&setup, &setup.whole, n == 5);
			expect_unit(packet, n == 0 || n == 5,
				    kbps_max ? PROFILE_MAIN : PROFILE_BASELINE);
		}
		tear_down(&setup);
	}
}

static void a_new_viewer_can_begin_at_any_key_frame(void)
{
	struct setup setup = set_up(320, 256, 0);

	for (uint32_t n = 0; n < 4; n++) {
		draw(&setup, smooth, n);
		show(&setup, false);
	}
	h264_decoder_destroy(setup.decoder);
	setup.decoder = h264_decoder_create();
	struct h264_picture shown = show(&setup, true);
	expect_shown(&shown, &setup);
	tear_down(&setup);
}

static void what_stays_the_same_costs_next_to_nothing(void)
{
	static const pixman_box32_t nothing = {0};
	static const pixman_box32_t little = {64, 64, 96, 96};
	struct setup setup = set_up(1280, 720, 0);

	draw(&setup, noise, 1);
	size_t all = encode_size(&setup, &setup.whole);
	EXPECT(encode_size(&setup, &nothing) < 32);
	draw(&setup, noise, 2);
	EXPECT(encode_size(&setup, &little) < all / 200);
	tear_down(&setup);
}

/* Everything changes, and a little of it is declared. */
static void only_what_is_said_to_have_changed_is_looked_at(void)
{
	static const pixman_box32_t declared = {100, 50, 101, 51};
	static const pixman_box32_t macroblock = {96, 48, 112, 64};
	struct setup setup = set_up(320, 256, 0);

	draw(&setup, smooth, 0);
	show(&setup, false);
	draw(&setup, smooth, 60);
	CLEANUP(packet_unrefp) struct packet *packet = encode(&setup, &declared, false);
	struct h264_picture shown = h264_decode(setup.decoder, packet->data, packet->size);

	for (int32_t y = 0; y < setup.whole.y2; y++) {
		for (int32_t x = 0; x < setup.whole.x2; x++) {
			bool is_declared = x >= macroblock.x1 && x < macroblock.x2 &&
					   y >= macroblock.y1 && y < macroblock.y2;
			uint32_t expected = smooth((uint32_t)x, (uint32_t)y, is_declared ? 60 : 0);
			uint32_t seen = h264_picture_pixel(&shown, (uint32_t)x, (uint32_t)y);

			EXPECT(h264_difference(expected, seen) <= TOLERANCE);
		}
	}
	tear_down(&setup);
}

/* Encodes a second of noise. Returns the bytes, and those of the largest unit. */
static size_t encode_second(struct setup *setup, size_t *ret_largest)
{
	size_t sum = 0;

	*ret_largest = 0;
	for (uint32_t n = 0; n < 30; n++) {
		draw(setup, noise, n);
		size_t size = encode_size(setup, &setup->whole);

		sum += size;
		*ret_largest = size > *ret_largest ? size : *ret_largest;
	}
	return sum;
}

static void a_bound_on_the_rate_is_kept(void)
{
	/* Kilobits a second in bytes a second; a fifth of it may come at once. */
	const size_t bytes = 1000 / 8;
	struct setup setup = set_up(320, 256, 4000);
	size_t largest;

	EXPECT(encode_second(&setup, &largest) < 4000 * bytes * 13 / 10);
	EXPECT(largest < 4000 * bytes / 4);

	EXPECT_INT(encoder_x264.set_rate(setup.encoder, 2000), 0);
	EXPECT(encode_second(&setup, &largest) < 2000 * bytes * 13 / 10);
	EXPECT(largest < 2000 * bytes / 4);
	tear_down(&setup);
}

static void the_lowest_bound_makes_pictures_coarse_and_no_more(void)
{
	struct setup setup = set_up(1280, 720, ENCODER_KBPS_MIN);
	size_t largest;

	draw(&setup, noise, 100);
	EXPECT(encode_size(&setup, &setup.whole) < 64000);
	encode_second(&setup, &largest);
	EXPECT(largest < 64000);
	tear_down(&setup);
}

static void a_bound_may_come_and_go_at_the_price_of_a_key_frame(void)
{
	struct setup setup = set_up(320, 256, 0);
	static const uint32_t bounds[] = {0, 4000, 3000, 0};
	static const bool are_keys[] = {true, true, false, true};

	for (unsigned i = 0; i < 4; i++) {
		EXPECT_INT(encoder_x264.set_rate(setup.encoder, bounds[i]), 0);
		draw(&setup, noise, i);
		CLEANUP(packet_unrefp) struct packet *packet = encode(&setup, &setup.whole, false);
		EXPECT_INT(packet->is_key, are_keys[i]);
		h264_decode(setup.decoder, packet->data, packet->size);
	}
	tear_down(&setup);
}

int main(void)
{
	RUN_TEST(a_viewer_sees_what_was_drawn);
	RUN_TEST(sizes_need_not_be_multiples_of_16);
	RUN_TEST(every_unit_is_one_slice);
	RUN_TEST(a_new_viewer_can_begin_at_any_key_frame);
	RUN_TEST(what_stays_the_same_costs_next_to_nothing);
	RUN_TEST(only_what_is_said_to_have_changed_is_looked_at);
	RUN_TEST(a_bound_on_the_rate_is_kept);
	RUN_TEST(the_lowest_bound_makes_pictures_coarse_and_no_more);
	RUN_TEST(a_bound_may_come_and_go_at_the_price_of_a_key_frame);
	return 0;
}
