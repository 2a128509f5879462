/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/encode/piece.h"

#include <pthread.h>

#include "gateway/encode/piece_planar.h"
#include "gateway/frame/frame.h"
#include "tests/support/test.h"

#define WIDTH	512
#define HEIGHT	256
#define BYTES	(1 << 20)
#define THREADS 8

static const struct piece_form planar = {.codec = PIECE_PLANAR};
static const struct piece_form tight = {.codec = PIECE_TIGHT};

static uint32_t pixels[WIDTH * HEIGHT];
static struct frame frame = {
	.number = 1,
	.width = WIDTH,
	.height = HEIGHT,
	.stride_bytes = WIDTH * 4,
	.pixels = pixels,
};

static void draw_noise(void)
{
	static uint32_t state = 1;

	frame.number++;
	for (int i = 0; i < WIDTH * HEIGHT; i++) {
		state = state * 1664525 + 1013904223;
		pixels[i] = state >> 8;
	}
}

static pixman_box32_t box_at(int x, int y)
{
	return (pixman_box32_t){x, y, x + 32, y + 16};
}

static bool is_same(struct packet *one, struct packet *other)
{
	bool same = one == other;

	packet_unref(one);
	packet_unref(other);
	return same;
}

static struct packet *encode_at(struct pieces *pieces, struct piece_form form, int x, int y)
{
	pixman_box32_t box = box_at(x, y);

	return pieces_encode(pieces, form, &frame, &box);
}

static void the_same_pixels_are_encoded_once_wherever_they_are(void)
{
	CLEANUP(pieces_destroyp) struct pieces *pieces = pieces_create(BYTES);

	draw_noise();
	for (int y = 0; y < 16; y++)
		memcpy(&pixels[(100 + y) * WIDTH + 200], &pixels[y * WIDTH], 32 * 4);
	frame.number++;
	EXPECT(is_same(encode_at(pieces, tight, 0, 0), encode_at(pieces, tight, 200, 100)));
	EXPECT_INT(pieces_count(pieces).encoded, 1);
	EXPECT_INT(pieces_count(pieces).shared, 1);
}

static void other_pixels_sizes_and_forms_are_other_pieces(void)
{
	CLEANUP(pieces_destroyp) struct pieces *pieces = pieces_create(BYTES);
	pixman_box32_t wide = {0, 0, 64, 8};

	/* All alike: neither the pixels nor how many there are tell them apart. */
	frame.number++;
	memset(pixels, 0, sizeof(pixels));
	EXPECT(!is_same(encode_at(pieces, tight, 0, 0), encode_at(pieces, planar, 0, 0)));
	EXPECT(!is_same(encode_at(pieces, planar, 0, 0),
			pieces_encode(pieces, planar, &frame, &wide)));
	frame.number++;
	pixels[5] = 1;
	EXPECT(!is_same(encode_at(pieces, tight, 0, 0), encode_at(pieces, tight, 32, 0)));
	EXPECT_INT(pieces_count(pieces).encoded, 4);
}

static void a_newer_frame_is_looked_at_anew(void)
{
	CLEANUP(pieces_destroyp) struct pieces *pieces = pieces_create(BYTES);

	draw_noise();
	CLEANUP(packet_unrefp) struct packet *one = encode_at(pieces, tight, 64, 32);
	frame.number++;
	CLEANUP(packet_unrefp) struct packet *same = encode_at(pieces, tight, 64, 32);
	EXPECT(same == one);
	draw_noise();
	CLEANUP(packet_unrefp) struct packet *other = encode_at(pieces, tight, 64, 32);
	EXPECT(other != one);
	EXPECT_INT(pieces_count(pieces).encoded, 2);
}

static void a_piece_is_its_codecs_payload(void)
{
	CLEANUP(pieces_destroyp) struct pieces *pieces = pieces_create(BYTES);
	uint8_t expected[PIECE_PLANAR_BYTES_MAX(32, 16)];

	draw_noise();
	CLEANUP(packet_unrefp) struct packet *packet = encode_at(pieces, planar, 8, 3);
	size_t size = piece_planar_encode(&pixels[3 * WIDTH + 8], WIDTH, 32, 16, expected);
	EXPECT_INT(packet->size, size);
	EXPECT_INT(memcmp(packet->data, expected, size), 0);
	EXPECT(packet->is_exact);
}

static void what_was_not_asked_for_longest_is_forgotten_first(void)
{
	/* Room for two pieces of noise and their overhead, but not for three. */
	CLEANUP(pieces_destroyp) struct pieces *pieces = pieces_create(2 * (3 * 32 * 16 + 500));

	draw_noise();
	packet_unref(encode_at(pieces, tight, 0, 0));
	packet_unref(encode_at(pieces, tight, 32, 0));
	packet_unref(encode_at(pieces, tight, 0, 0));
	packet_unref(encode_at(pieces, tight, 64, 0));
	EXPECT_INT(pieces_count(pieces).encoded, 3);
	packet_unref(encode_at(pieces, tight, 0, 0));
	EXPECT_INT(pieces_count(pieces).encoded, 3);
	packet_unref(encode_at(pieces, tight, 32, 0));
	EXPECT_INT(pieces_count(pieces).encoded, 4);
}

static void a_piece_larger_than_the_memory_is_handed_out_all_the_same(void)
{
	CLEANUP(pieces_destroyp) struct pieces *pieces = pieces_create(0);

	draw_noise();
	CLEANUP(packet_unrefp) struct packet *packet = encode_at(pieces, tight, 0, 0);
	EXPECT(packet->size > 3 * 32 * 16);
	packet_unref(encode_at(pieces, tight, 0, 0));
	EXPECT_INT(pieces_count(pieces).encoded, 2);
}

static void jpeg_that_saves_nothing_is_lossless_and_says_so(void)
{
	CLEANUP(pieces_destroyp) struct pieces *pieces = pieces_create(BYTES);
	const struct piece_form jpeg = {.codec = PIECE_TIGHT_JPEG, .quality = 6};
	pixman_box32_t whole = {0, 0, PIECE_WIDTH, PIECE_HEIGHT};
	pixman_box32_t small = {0, 0, 8, 8};

	draw_noise();
	CLEANUP(packet_unrefp) struct packet *tiny = pieces_encode(pieces, jpeg, &frame, &small);
	EXPECT(tiny->is_exact);
	CLEANUP(packet_unrefp) struct packet *noise = pieces_encode(pieces, jpeg, &frame, &whole);
	EXPECT(!noise->is_exact);
	EXPECT_INT(noise->data[0], 0x90);
	frame.number++;
	for (int i = 0; i < WIDTH * HEIGHT; i++)
		pixels[i] = pixels[i] % 100 ? 0xffffff : 0;
	CLEANUP(packet_unrefp) struct packet *text = pieces_encode(pieces, jpeg, &frame, &whole);
	EXPECT(text->is_exact);
	EXPECT_INT(text->data[0] & 0x40, 0x40);
}

/* -- Threads -------------------------------------------------------------------- */

#define CELLS (WIDTH / 32 * HEIGHT / 16)

struct viewer {
	pthread_t thread;
	struct pieces *pieces;
	pthread_barrier_t *begin;
	bool is_one_by_one;
	struct packet *packets[CELLS];
};

static void *run_viewer(void *data)
{
	struct viewer *viewer = data;
	pixman_box32_t boxes[CELLS];

	for (int i = 0; i < CELLS; i++)
		boxes[i] = box_at(i * 32 % WIDTH, i * 32 / WIDTH * 16);
	pthread_barrier_wait(viewer->begin);
	if (!viewer->is_one_by_one)
		pieces_encode_all(viewer->pieces, tight, &frame, boxes, CELLS, viewer->packets);
	else
		for (int i = 0; i < CELLS; i++)
			viewer->packets[i] = pieces_encode(viewer->pieces, tight, &frame,
							   &boxes[i]);
	return NULL;
}

static void threads_that_want_the_same_at_once_share_it(void)
{
	CLEANUP(pieces_destroyp) struct pieces *pieces = pieces_create(16 * BYTES);
	static struct viewer viewers[THREADS];
	pthread_barrier_t begin;

	draw_noise();
	pthread_barrier_init(&begin, NULL, THREADS);
	for (int i = 0; i < THREADS; i++) {
		viewers[i] = (struct viewer){
			.pieces = pieces, .begin = &begin, .is_one_by_one = i % 2};
		pthread_create(&viewers[i].thread, NULL, run_viewer, &viewers[i]);
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(viewers[i].thread, NULL);
	for (int n = 0; n < CELLS; n++) {
		for (int i = 1; i < THREADS; i++) {
			EXPECT(viewers[i].packets[n] == viewers[0].packets[n]);
			packet_unref(viewers[i].packets[n]);
		}
		packet_unref(viewers[0].packets[n]);
	}
	EXPECT_INT(pieces_count(pieces).encoded, CELLS);
	EXPECT_INT(pieces_count(pieces).shared, (THREADS - 1) * CELLS);
	EXPECT(pieces_count(pieces).encode_us > 0);
	pthread_barrier_destroy(&begin);
}

int main(void)
{
	RUN_TEST(the_same_pixels_are_encoded_once_wherever_they_are);
	RUN_TEST(other_pixels_sizes_and_forms_are_other_pieces);
	RUN_TEST(a_newer_frame_is_looked_at_anew);
	RUN_TEST(a_piece_is_its_codecs_payload);
	RUN_TEST(what_was_not_asked_for_longest_is_forgotten_first);
	RUN_TEST(a_piece_larger_than_the_memory_is_handed_out_all_the_same);
	RUN_TEST(jpeg_that_saves_nothing_is_lossless_and_says_so);
	RUN_TEST(threads_that_want_the_same_at_once_share_it);
	return 0;
}
