/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/encode/piece_planar.h"

#include "tests/support/test.h"

#define WIDTH	   PIECE_PLANAR_WIDTH_MAX
#define HEIGHT	   24
#define GUARD_BYTE 0xa5

/* -- A decoder, by [MS-RDPEGDI] 2.2.2.5.1 ------------------------------------------ */

static const uint8_t *read_row(const uint8_t *in, const uint8_t *end, uint8_t *row, uint32_t width)
{
	uint8_t last = 0;

	for (uint32_t x = 0; x < width;) {
		EXPECT(in < end && *in != 0);
		unsigned values = *in >> 4;
		unsigned run = *in++ & 15;

		if (run == 1 || run == 2) {
			run = run * 16 + values;
			values = 0;
		}
		EXPECT(x + values + run <= width && in + values <= end);
		for (; values > 0; values--)
			row[x++] = last = *in++;
		for (; run > 0; run--)
			row[x++] = last;
	}
	return in;
}

static void decode(const uint8_t *in, size_t length, uint32_t *pixels, uint32_t width,
		   uint32_t height)
{
	const uint8_t *end = in + length;
	uint8_t row[WIDTH];

	EXPECT_INT(*in++, 0x30);
	memset(pixels, 0, (size_t)width * height * sizeof(*pixels));
	for (int shift = 16; shift >= 0; shift -= 8) {
		uint8_t before[WIDTH] = {0};

		for (uint32_t y = 0; y < height; y++) {
			in = read_row(in, end, row, width);
			for (uint32_t x = 0; x < width; x++) {
				int difference = row[x] & 1 ? -(row[x] / 2) - 1 : row[x] / 2;

				before[x] = (uint8_t)(y == 0 ? row[x] : before[x] + difference);
				pixels[y * width + x] |= (uint32_t)before[x] << shift;
			}
		}
	}
	EXPECT(in == end);
}

static void expect_decoded_is(const uint32_t *pixels, uint32_t width, uint32_t height)
{
	size_t room = PIECE_PLANAR_BYTES_MAX(width, height);
	uint8_t *out = malloc(room + 1);
	uint32_t *decoded = malloc((size_t)width * height * sizeof(*decoded));

	out[room] = GUARD_BYTE;
	size_t length = piece_planar_encode(pixels, (ptrdiff_t)width, width, height, out);
	EXPECT(length <= room);
	EXPECT_INT(out[room], GUARD_BYTE);
	decode(out, length, decoded, width, height);
	for (size_t i = 0; i < (size_t)width * height; i++)
		EXPECT_INT(decoded[i], pixels[i] & 0xffffff);
	free(decoded);
	free(out);
}

/* -- Sentences ---------------------------------------------------------------------- */

/* [MS-RDPEGDI] 3.1.9.2.1 and 3.1.9.2.2, as each of the three planes. */
static void the_specifications_example_is_encoded_as_it_says(void)
{
	static const uint8_t values[3][6] = {
		{255, 255, 255, 255, 254, 253},
		{254, 192, 132, 96, 75, 25},
		{253, 140, 62, 14, 135, 193},
	};
	static const uint8_t plane[] = {
		0x13, 0xff, 0x20, 0xfe, 0xfd, 0x60, 0x01, 0x7d, 0xf5, 0xc2,
		0x9a, 0x38, 0x60, 0x01, 0x67, 0x8b, 0xa3, 0x78, 0xaf,
	};
	uint32_t pixels[3 * 6];
	uint8_t out[PIECE_PLANAR_BYTES_MAX(6, 3)];

	for (unsigned i = 0; i < 3 * 6; i++)
		pixels[i] = 0x10101u * values[i / 6][i % 6];
	EXPECT_INT(piece_planar_encode(pixels, 6, 6, 3, out), 1 + 3 * sizeof(plane));
	for (unsigned i = 0; i < 3; i++)
		EXPECT_INT(memcmp(out + 1 + i * sizeof(plane), plane, sizeof(plane)), 0);
}

static void every_difference_of_two_rows_comes_back(void)
{
	static uint32_t pixels[2 * WIDTH];

	for (uint32_t first = 0; first < 256; first++) {
		for (uint32_t x = 0; x < WIDTH; x++) {
			pixels[x] = 0x010100 * first + x;
			pixels[WIDTH + x] = 0x010100 * x + first;
		}
		expect_decoded_is(pixels, WIDTH, 2);
	}
}

static void runs_of_every_length_come_back_wherever_they_begin(void)
{
	static uint32_t pixels[2 * WIDTH];

	for (uint32_t begin = 0; begin < 40; begin++) {
		for (uint32_t length = 0; begin + length <= WIDTH; length++) {
			for (uint32_t x = 0; x < WIDTH; x++) {
				bool is_run = x >= begin && x < begin + length;

				pixels[x] = is_run ? 0x123456 : x * 0x030507;
				pixels[WIDTH + x] = is_run ? 0x654321 : x * 0x070503;
			}
			expect_decoded_is(pixels, WIDTH, 2);
		}
	}
}

static void pictures_of_every_width_come_back(void)
{
	static uint32_t pixels[WIDTH * HEIGHT];

	for (uint32_t width = 1; width <= WIDTH; width++) {
		for (uint32_t i = 0; i < width * HEIGHT; i++)
			pixels[i] = i / 7 % 3 == 0 ? i * 2654435761u : i / 31 * 0x010203;
		expect_decoded_is(pixels, width, HEIGHT);
	}
}

/* Different from both neighbours, in its row and as a difference: nothing to be saved. */
static void noise_fits_into_the_room_that_is_asked_for(void)
{
	static uint32_t pixels[WIDTH * HEIGHT];
	uint32_t state = 1;

	for (uint32_t width = 1; width <= WIDTH; width++) {
		for (uint32_t i = 0; i < width * HEIGHT; i++) {
			state = state * 1664525 + 1013904223;
			pixels[i] = state >> 8;
		}
		expect_decoded_is(pixels, width, HEIGHT);
	}
}

static void a_picture_may_be_encoded_from_the_bottom_up(void)
{
	static const uint32_t rows[3][2] = {{1, 2}, {30, 40}, {500, 600}};
	static const uint32_t turned[3][2] = {{500, 600}, {30, 40}, {1, 2}};
	uint8_t out[PIECE_PLANAR_BYTES_MAX(2, 3)], expected[PIECE_PLANAR_BYTES_MAX(2, 3)];
	size_t length = piece_planar_encode(rows[2], -2, 2, 3, out);

	EXPECT_INT(length, piece_planar_encode(turned[0], 2, 2, 3, expected));
	EXPECT_INT(memcmp(out, expected, length), 0);
}

static void rows_that_repeat_cost_next_to_nothing(void)
{
	static uint32_t pixels[WIDTH * HEIGHT];
	uint8_t out[PIECE_PLANAR_BYTES_MAX(WIDTH, HEIGHT)];

	for (uint32_t i = 0; i < WIDTH * HEIGHT; i++)
		pixels[i] = 0xff204060;
	/* A run takes 47 at most. */
	EXPECT(piece_planar_encode(pixels, WIDTH, WIDTH, HEIGHT, out) <= 1 + 3 * (8 + 23 * 6));
}

int main(void)
{
	RUN_TEST(the_specifications_example_is_encoded_as_it_says);
	RUN_TEST(every_difference_of_two_rows_comes_back);
	RUN_TEST(runs_of_every_length_come_back_wherever_they_begin);
	RUN_TEST(pictures_of_every_width_come_back);
	RUN_TEST(noise_fits_into_the_room_that_is_asked_for);
	RUN_TEST(a_picture_may_be_encoded_from_the_bottom_up);
	RUN_TEST(rows_that_repeat_cost_next_to_nothing);
	return 0;
}
