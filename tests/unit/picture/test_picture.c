/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "picture/picture.h"

#include <errno.h>
#include <sys/stat.h>

#include "tests/support/temporary.h"
#include "tests/support/test.h"

#define WIDTH  7
#define HEIGHT 5

static char *directory;
static char *path;

static void write_bytes(const void *bytes, size_t size)
{
	FILE *file = fopen(path, "wb");

	EXPECT(file && fwrite(bytes, 1, size, file) == size && fclose(file) == 0);
}

static struct picture *test_picture(void)
{
	struct picture *picture = picture_create(WIDTH, HEIGHT);

	for (uint32_t i = 0; i < WIDTH * HEIGHT; i++)
		picture->pixels[i] = i * 0x9e3779b1u & 0xffffff;
	return picture;
}

/* The file's content, which the caller frees. */
static uint8_t *written(size_t *ret_size)
{
	CLEANUP(picture_destroyp) struct picture *picture = test_picture();
	uint8_t *png;

	EXPECT_INT(picture_to_png(picture, &png, ret_size), 0);
	write_bytes(png, *ret_size);
	return png;
}

static void what_was_written_is_read(void)
{
	CLEANUP(picture_destroyp) struct picture *expected = test_picture();
	CLEANUP(picture_destroyp) struct picture *picture = NULL;
	size_t size;

	free(written(&size));
	EXPECT_INT(picture_read(path, &picture), 0);
	EXPECT_INT(picture->width, WIDTH);
	EXPECT_INT(picture->height, HEIGHT);
	EXPECT(memcmp(picture->pixels, expected->pixels, WIDTH * HEIGHT * 4) == 0);
}

/* 2x1 pixels with a palette of two colours, of 1 bit each: red and blue. */
static void a_file_with_a_palette_is_read_too(void)
{
	static const uint8_t png[] = {
		0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49,
		0x48, 0x44, 0x52, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x01, 0x01, 0x03,
		0x00, 0x00, 0x00, 0xce, 0xec, 0xed, 0xc9, 0x00, 0x00, 0x00, 0x06, 0x50, 0x4c,
		0x54, 0x45, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0x6c, 0xa1, 0xfd, 0x8e, 0x00,
		0x00, 0x00, 0x0a, 0x49, 0x44, 0x41, 0x54, 0x78, 0x9c, 0x63, 0x70, 0x00, 0x00,
		0x00, 0x42, 0x00, 0x41, 0x29, 0x37, 0xf4, 0xef, 0x00, 0x00, 0x00, 0x00, 0x49,
		0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82};
	CLEANUP(picture_destroyp) struct picture *picture = NULL;

	write_bytes(png, sizeof(png));
	EXPECT_INT(picture_read(path, &picture), 0);
	EXPECT_INT(picture->width, 2);
	EXPECT_INT(picture->pixels[0], 0xff0000);
	EXPECT_INT(picture->pixels[1], 0x0000ff);
}

static void what_is_no_picture_is_refused(void)
{
	struct picture *picture = NULL;

	EXPECT_INT(picture_read(path, &picture), -ENOENT);
	EXPECT_INT(picture_read(directory, &picture), -EISDIR);
	write_bytes("", 0);
	EXPECT_INT(picture_read(path, &picture), -EBADMSG);
	write_bytes("not a picture, but long enough to be one", 40);
	EXPECT_INT(picture_read(path, &picture), -EBADMSG);
	EXPECT(!picture);
}

static void a_damaged_picture_is_refused_wherever_it_ends(void)
{
	struct picture *picture = NULL;
	size_t size;
	CLEANUP(freep) uint8_t *png = written(&size);

	/* Without the end marker, and the checksums before it, the pixels are all there. */
	for (size_t length = 0; length < size - 12 - 8; length++) {
		write_bytes(png, length);
		EXPECT_INT(picture_read(path, &picture), -EBADMSG);
	}
	png[size / 2] ^= 0x55;
	write_bytes(png, size);
	EXPECT_INT(picture_read(path, &picture), -EBADMSG);
	EXPECT(!picture);
}

static void a_picture_larger_than_any_head_is_refused_before_it_takes_memory(void)
{
	struct picture *picture = NULL;
	size_t size;
	CLEANUP(freep) uint8_t *png = written(&size);
	/* The header of one of 16385 x 5, with its checksum. */
	static const uint8_t header[] = {0x00, 0x00, 0x40, 0x01, 0x00, 0x00, 0x00, 0x05, 0x08,
					 0x02, 0x00, 0x00, 0x00, 0xdd, 0xae, 0x08, 0x27};

	memcpy(png + 16, header, sizeof(header));
	write_bytes(png, size);
	EXPECT_INT(picture_read(path, &picture), -EFBIG);
	EXPECT(!picture);
}

int main(void)
{
	directory = temporary_create();
	path = xasprintf("%s/picture.png", directory);
	RUN_TEST(what_is_no_picture_is_refused);
	RUN_TEST(what_was_written_is_read);
	RUN_TEST(a_file_with_a_palette_is_read_too);
	RUN_TEST(a_damaged_picture_is_refused_wherever_it_ends);
	RUN_TEST(a_picture_larger_than_any_head_is_refused_before_it_takes_memory);
	free(path);
	temporary_destroy(directory);
	return 0;
}
