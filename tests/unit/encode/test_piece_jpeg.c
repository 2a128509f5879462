/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/encode/piece_jpeg.h"

#include <stdio.h> /* for jpeglib.h, which forgets it */

#include <jpeglib.h>

#include "tests/support/test.h"

#define WIDTH	   256
#define HEIGHT	   64
#define GUARD_BYTE 0xa5

static struct piece_jpeg *jpeg;
static uint8_t out[PIECE_JPEG_BYTES_MAX(WIDTH, HEIGHT) + 1];
static uint32_t pixels[WIDTH * HEIGHT];

static uint32_t random_number(void)
{
	static uint32_t state = 1;

	state = state * 1664525 + 1013904223;
	return state >> 8;
}

static void draw_noise(void)
{
	for (int i = 0; i < WIDTH * HEIGHT; i++)
		pixels[i] = random_number();
}

/* Red grows to the right, green to the bottom, and blue is one for all. */
static void draw_gradient(void)
{
	for (uint32_t y = 0; y < HEIGHT; y++)
		for (uint32_t x = 0; x < WIDTH; x++)
			pixels[y * WIDTH + x] = x << 16 | y * 4 << 8 | 100;
}

static size_t encode(uint32_t width, uint32_t height, unsigned quality)
{
	size_t room = PIECE_JPEG_BYTES_MAX(width, height);

	out[room] = GUARD_BYTE;
	size_t size = piece_jpeg_encode(jpeg, pixels, WIDTH, width, height, quality, out);
	EXPECT(size > 0 && size <= room);
	EXPECT_INT(out[room], GUARD_BYTE);
	return size;
}

static int distance(int one, int other)
{
	return one > other ? one - other : other - one;
}

/* Returns how far the worst of all pixels' colours is off. */
static int worst_error(size_t size, uint32_t width, uint32_t height)
{
	struct jpeg_decompress_struct decompress;
	struct jpeg_error_mgr errors;
	static uint8_t row[WIDTH * 3];
	size_t length = out[1] & 0x7f;
	size_t begin = 3;
	int worst = 0;

	EXPECT_INT(out[0], 0x90);
	EXPECT(out[1] & 0x80);
	length |= (size_t)(out[2] & 0x7f) << 7;
	if (out[2] & 0x80)
		length |= (size_t)out[begin++] << 14;
	EXPECT_INT(begin + length, size);

	decompress.err = jpeg_std_error(&errors);
	jpeg_create_decompress(&decompress);
	jpeg_mem_src(&decompress, out + begin, length);
	EXPECT_INT(jpeg_read_header(&decompress, TRUE), JPEG_HEADER_OK);
	jpeg_start_decompress(&decompress);
	EXPECT_INT(decompress.output_width, width);
	EXPECT_INT(decompress.output_height, height);
	for (uint32_t y = 0; y < height; y++) {
		JSAMPROW samples = row;

		EXPECT_INT(jpeg_read_scanlines(&decompress, &samples, 1), 1);
		for (uint32_t i = 0; i < width * 3; i++) {
			uint32_t pixel = pixels[y * WIDTH + i / 3];
			int error = distance(row[i], pixel >> (16 - i % 3 * 8) & 0xff);

			worst = error > worst ? error : worst;
		}
	}
	jpeg_finish_decompress(&decompress);
	jpeg_destroy_decompress(&decompress);
	return worst;
}

static void better_qualities_are_nearer_to_the_picture_and_longer(void)
{
	size_t before = 0;

	draw_gradient();
	for (unsigned quality = 0; quality <= PIECE_JPEG_QUALITY_MAX; quality++) {
		size_t size = encode(WIDTH, HEIGHT, quality);

		EXPECT(size > before);
		EXPECT(worst_error(size, WIDTH, HEIGHT) <= (quality < 3 ? 20 : 8));
		before = size;
	}
}

static void pictures_of_every_width_are_shown(void)
{
	draw_gradient();
	for (uint32_t width = 1; width <= WIDTH; width++)
		EXPECT(worst_error(encode(width, 9, 5), width, 9) <= 16);
}

static void noise_fits_into_the_room_that_is_asked_for(void)
{
	draw_noise();
	for (uint32_t width = 1; width <= WIDTH; width += 5)
		for (unsigned quality = 0; quality <= PIECE_JPEG_QUALITY_MAX; quality++)
			encode(width, HEIGHT, quality);
}

static void no_picture_is_shorter_than_the_least(void)
{
	memset(pixels, 0, sizeof(pixels));
	EXPECT(encode(1, 1, 0) >= PIECE_JPEG_BYTES_MIN);
	EXPECT(encode(1, 1, 0) <= PIECE_JPEG_BYTES_MIN + 16);
}

int main(void)
{
	jpeg = piece_jpeg_create();
	RUN_TEST(better_qualities_are_nearer_to_the_picture_and_longer);
	RUN_TEST(pictures_of_every_width_are_shown);
	RUN_TEST(noise_fits_into_the_room_that_is_asked_for);
	RUN_TEST(no_picture_is_shorter_than_the_least);
	piece_jpeg_destroy(jpeg);
	return 0;
}
