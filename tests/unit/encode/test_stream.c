/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/encode/stream.h"

#include "gateway/encode/packet.h"
#include "gateway/frame/frame.h"
#include "tests/support/h264.h"
#include "tests/support/test.h"

/* How far a decoded colour may be from the guest's, in smooth pictures. */
#define TOLERANCE 12

/* A head that is drawn on. */
struct picture {
	struct frame frame;
	uint32_t *pixels;
};

static struct picture picture_create(uint32_t width, uint32_t height)
{
	struct picture picture = {
		.frame = {.number = 100,
			  .width = width,
			  .height = height,
			  .stride_bytes = width * 4},
		.pixels = calloc((size_t)width * height, 4),
	};

	picture.frame.pixels = picture.pixels;
	return picture;
}

static void picture_finish(struct picture *picture)
{
	free(picture->pixels);
}

/* A smooth picture that looks different with each `phase`. */
static uint32_t colour_at(int32_t x, int32_t y, int32_t phase)
{
	uint32_t red = (uint32_t)(x / 2 + phase) & 0xff;
	uint32_t green = (uint32_t)(y / 2 + 2 * phase) & 0xff;

	red = red < 128 ? red * 2 : (255 - red) * 2;
	green = green < 128 ? green * 2 : (255 - green) * 2;
	return red << 16 | green << 8 | 0x60;
}

static void draw(struct picture *picture, const pixman_box32_t *box, int32_t phase)
{
	for (int32_t y = box->y1; y < box->y2; y++)
		for (int32_t x = box->x1; x < box->x2; x++)
			picture->pixels[(size_t)y * picture->frame.width + (size_t)x] = colour_at(
				x, y, phase);
	picture->frame.number++;
}

static struct packet *encode(struct stream *stream, const struct picture *picture,
			     const pixman_box32_t *damaged, bool is_key)
{
	pixman_region32_t damage;
	struct packet *packet = NULL;

	pixman_region32_init_with_extents(&damage, (pixman_box32_t *)damaged);
	EXPECT_INT(stream_encode(stream, &picture->frame, &damage, is_key, &packet), 0);
	pixman_region32_fini(&damage);
	return packet;
}

static int difference(uint32_t one, uint32_t other)
{
	int most = 0;

	for (unsigned shift = 0; shift < 24; shift += 8) {
		int channel = abs((int)(one >> shift & 0xff) - (int)(other >> shift & 0xff));

		most = channel > most ? channel : most;
	}
	return most;
}

static void expect_shown(const struct h264_picture *shown, const struct picture *picture,
			 const pixman_box32_t *box)
{
	EXPECT_INT(shown->width, box->x2 - box->x1);
	EXPECT_INT(shown->height, box->y2 - box->y1);
	EXPECT(shown->is_bt709_full);
	for (int32_t y = box->y1; y < box->y2; y++) {
		for (int32_t x = box->x1; x < box->x2; x++) {
			uint32_t is = h264_picture_pixel(shown, (uint32_t)(x - box->x1),
							 (uint32_t)(y - box->y1));
			uint32_t was =
				picture->pixels[(size_t)y * picture->frame.width + (size_t)x];

			if (difference(is, was & 0xffffff) > TOLERANCE)
				test_fail(__FILE__, __LINE__, "%06x is shown as %06x at %d,%d", was,
					  is, x, y);
		}
	}
}

static struct stream *test_stream(const pixman_box32_t *box)
{
	return stream_create(
		&(struct stream_config){.encoder = ENCODER_X264, .box = *box, .quality = 18});
}

/* Draws, encodes, decodes and compares, for some sizes of head. */
static void show_motion(uint32_t width, uint32_t height, pixman_box32_t box)
{
	struct picture picture = picture_create(width, height);

	EXPECT(stream_fit_box(&box, width, height));

	CLEANUP(stream_destroyp) struct stream *stream = test_stream(&box);
	CLEANUP(h264_decoder_destroyp) struct h264_decoder *decoder = h264_decoder_create();

	for (int32_t n = 0; n < 8; n++) {
		draw(&picture, &box, n);
		CLEANUP(packet_unrefp)
		struct packet *packet = encode(stream, &picture, &box, false);
		struct h264_picture shown = h264_decode(decoder, packet->data, packet->size);

		EXPECT_INT(packet->number, n + 1);
		EXPECT_INT(packet->frame, picture.frame.number);
		EXPECT_INT(packet->is_key, n == 0);
		expect_shown(&shown, &picture, &box);
	}
	picture_finish(&picture);
}

static void a_viewer_sees_what_the_guest_drew(void)
{
	show_motion(640, 480, (pixman_box32_t){64, 32, 384, 256});
}

static void a_head_that_is_no_multiple_of_16_is_seen_to_its_end(void)
{
	show_motion(1366, 766, (pixman_box32_t){0, 0, 1366, 766});
	show_motion(1366, 766, (pixman_box32_t){1300, 700, 1366, 766});
	show_motion(1365, 767, (pixman_box32_t){1360, 760, 1365, 767});
}

int main(void)
{
	RUN_TEST(a_viewer_sees_what_the_guest_drew);
	RUN_TEST(a_head_that_is_no_multiple_of_16_is_seen_to_its_end);
	return 0;
}
