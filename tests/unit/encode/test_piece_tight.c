/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/encode/piece_tight.h"

#include "tests/fakes/rfb_decode.h"
#include "tests/support/test.h"

#define WIDTH	   PIECE_TIGHT_WIDTH_MAX
#define HEIGHT	   64
#define GUARD_BYTE 0xa5

static struct piece_tight *tight;
static uint8_t out[PIECE_TIGHT_BYTES_MAX(WIDTH, HEIGHT) + 1];
static uint32_t pixels[WIDTH * HEIGHT];

/* One viewer for all pieces: its zlib streams go on from piece to piece. */
static struct rfb_client viewer;

static uint32_t random_number(void)
{
	static uint32_t state = 1;

	state = state * 1664525 + 1013904223;
	return state >> 8;
}

/* Pixels of so many colours, with something undefined in the unused byte. */
static void draw(uint32_t colours, uint32_t width, uint32_t height)
{
	for (uint32_t i = 0; i < width * height; i++)
		pixels[i] = (i < colours ? i : random_number() % colours) * 0x00a5c3f1 << 8 >> 8 |
			    random_number() << 24;
}

static size_t encode(uint32_t width, uint32_t height, unsigned stream)
{
	size_t room = PIECE_TIGHT_BYTES_MAX(width, height);

	out[room] = GUARD_BYTE;
	size_t size = piece_tight_encode(tight, pixels, width, width, height, stream, out);
	EXPECT(size <= room);
	EXPECT_INT(out[room], GUARD_BYTE);
	return size;
}

static void expect_decoded(const uint8_t *piece, size_t size, uint32_t width, uint32_t height)
{
	static uint32_t shown[WIDTH * HEIGHT];
	struct rfb_rect rect = {.width = (uint16_t)width, .height = (uint16_t)height};

	viewer.decodes = true;
	viewer.width = (uint16_t)width;
	viewer.pixels = shown;
	EXPECT_INT(rfb_decode_tight(&viewer, &rect, piece, size), size);
	for (uint32_t i = 0; i < width * height; i++)
		EXPECT_INT(shown[i], pixels[i] & 0xffffff);
}

static void expect_to_come_back(uint32_t width, uint32_t height)
{
	expect_decoded(out, encode(width, height, random_number() % 4), width, height);
}

static void pictures_of_every_number_of_colours_come_back(void)
{
	for (uint32_t colours = 1; colours < 300; colours++) {
		draw(colours, WIDTH, 8);
		expect_to_come_back(WIDTH, 8);
	}
	draw(WIDTH * HEIGHT, WIDTH, HEIGHT);
	expect_to_come_back(WIDTH, HEIGHT);
}

static void pictures_of_every_small_size_come_back(void)
{
	for (uint32_t height = 1; height < 20; height++) {
		for (uint32_t width = 1; width < 40; width++) {
			for (uint32_t colours = 1; colours <= width * height; colours *= 2) {
				draw(colours, width, height);
				expect_to_come_back(width, height);
			}
		}
	}
}

static void noise_fits_into_the_room_that_is_asked_for(void)
{
	for (uint32_t width = 1; width <= WIDTH; width++) {
		for (uint32_t i = 0; i < width * HEIGHT; i++)
			pixels[i] = random_number();
		expect_to_come_back(width, HEIGHT);
	}
}

static void a_picture_that_is_half_noise_is_half_as_long(void)
{
	for (int i = 0; i < WIDTH * HEIGHT; i++)
		pixels[i] = i < WIDTH * HEIGHT / 2 ? random_number() : 0x123456;
	EXPECT(encode(WIDTH, HEIGHT, 0) < 3 * WIDTH * HEIGHT * 6 / 10);
	expect_to_come_back(WIDTH, HEIGHT);
}

static void what_the_unused_byte_holds_changes_nothing(void)
{
	for (int i = 0; i < WIDTH * HEIGHT; i++)
		pixels[i] = 0x123456 | random_number() << 24;
	EXPECT_INT(encode(WIDTH, HEIGHT, 0), 4);
	expect_to_come_back(WIDTH, HEIGHT);
}

static void a_picture_may_be_part_of_a_wider_one(void)
{
	static uint32_t part[32 * 32];

	draw(100, WIDTH, HEIGHT);
	size_t size = piece_tight_encode(tight, pixels + 3 * WIDTH + 5, WIDTH, 32, 32, 0, out);
	for (int y = 0; y < 32; y++)
		memcpy(part + y * 32, pixels + (3 + y) * WIDTH + 5, 32 * sizeof(*part));
	memcpy(pixels, part, sizeof(part));
	expect_decoded(out, size, 32, 32);
}

/* Two viewers, one of which missed the first piece. */
static void a_piece_decodes_whatever_was_decoded_before(void)
{
	static const struct rfb_client new_viewer;

	for (unsigned stream = 0; stream < 4; stream++) {
		draw(50, WIDTH, HEIGHT);
		expect_decoded(out, encode(WIDTH, HEIGHT, stream), WIDTH, HEIGHT);
		draw(200, WIDTH, HEIGHT);
		size_t size = encode(WIDTH, HEIGHT, stream);
		expect_decoded(out, size, WIDTH, HEIGHT);
		for (unsigned i = 0; i < 4; i++)
			if (viewer.has_tight[i])
				inflateEnd(&viewer.tight[i]);
		viewer = new_viewer;
		expect_decoded(out, size, WIDTH, HEIGHT);
	}
}

/* What is a stream's own is told by the control byte alone: nothing but it differs. */
static void a_piece_says_which_stream_it_uses(void)
{
	static uint8_t other[sizeof(out)];

	draw(50, WIDTH, HEIGHT);
	size_t size = encode(WIDTH, HEIGHT, 0);
	EXPECT_INT(out[0], 0x41);
	memcpy(other, out, size);
	EXPECT_INT(encode(WIDTH, HEIGHT, 3), size);
	EXPECT_INT(out[0], 0x78);
	EXPECT_INT(memcmp(out + 1, other + 1, size - 1), 0);
}

static void rows_that_repeat_cost_next_to_nothing(void)
{
	for (int i = 0; i < WIDTH * HEIGHT; i++)
		pixels[i] = (uint32_t)(i % WIDTH) * 0x010203;
	EXPECT(encode(WIDTH, HEIGHT, 0) < 4 + 3 * 256 + 512);
}

int main(void)
{
	tight = piece_tight_create();
	RUN_TEST(pictures_of_every_number_of_colours_come_back);
	RUN_TEST(pictures_of_every_small_size_come_back);
	RUN_TEST(noise_fits_into_the_room_that_is_asked_for);
	RUN_TEST(a_picture_that_is_half_noise_is_half_as_long);
	RUN_TEST(what_the_unused_byte_holds_changes_nothing);
	RUN_TEST(a_picture_may_be_part_of_a_wider_one);
	RUN_TEST(a_piece_decodes_whatever_was_decoded_before);
	RUN_TEST(a_piece_says_which_stream_it_uses);
	RUN_TEST(rows_that_repeat_cost_next_to_nothing);
	piece_tight_destroy(tight);
	for (unsigned i = 0; i < 4; i++)
		if (viewer.has_tight[i])
			inflateEnd(&viewer.tight[i]);
	return 0;
}
