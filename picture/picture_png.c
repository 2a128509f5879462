/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "picture/picture.h"

#include <errno.h>
#include <spng.h>
#include <stdio.h>
#include <stdlib.h>

#include "gateway/capture/png.h"
#include "gateway/frame/frame.h"

#define BYTES_PER_PIXEL 3

DEFINE_CLEANUP(spng_ctx *, spng_ctx_free)

static void close_file(FILE *file)
{
	if (file)
		fclose(file);
}

DEFINE_CLEANUP(FILE *, close_file)

/* What a file says of itself is not worth telling apart: it cannot be read. */
static int error_from_spng(int error)
{
	switch (error) {
	case 0:
	case SPNG_EOI: /* that was the last row */
		return 0;
	case SPNG_EMEM:
	case SPNG_EOVERFLOW:
		return -ENOMEM;
	case SPNG_EUSER_WIDTH:
	case SPNG_EUSER_HEIGHT:
		return -EFBIG;
	default:
		return -EBADMSG;
	}
}

static void row_from_rgb(const uint8_t *rgb, uint32_t width, uint32_t *row)
{
	for (uint32_t x = 0; x < width; x++, rgb += BYTES_PER_PIXEL)
		row[x] = (uint32_t)rgb[0] << 16 | (uint32_t)rgb[1] << 8 | rgb[2];
}

/* Decodes the whole at once: interlaced files have no rows to go by. */
static int decode(spng_ctx *png, struct picture **ret_picture)
{
	CLEANUP(picture_destroyp) struct picture *picture = NULL;
	CLEANUP(freep) uint8_t *rgb = NULL;
	struct spng_ihdr header;
	size_t size;
	int r;

	r = error_from_spng(spng_get_ihdr(png, &header));
	if (r < 0)
		return r;
	r = error_from_spng(spng_decoded_image_size(png, SPNG_FMT_RGB8, &size));
	if (r < 0)
		return r;
	rgb = malloc(size);
	picture = picture_create(header.width, header.height);
	if (!rgb || !picture)
		return -ENOMEM;
	r = error_from_spng(spng_decode_image(png, rgb, size, SPNG_FMT_RGB8, 0));
	if (r < 0)
		return r;
	for (uint32_t y = 0; y < header.height; y++)
		row_from_rgb(rgb + (size_t)y * header.width * BYTES_PER_PIXEL, header.width,
			     picture_row(picture, y));
	*ret_picture = TAKE(picture);
	return 0;
}

static spng_ctx *create_decoder(void)
{
	spng_ctx *png = spng_ctx_new(0);

	if (png)
		spng_set_image_limits(png, PICTURE_SIDE_MAX, PICTURE_SIDE_MAX);
	return png;
}

int picture_read(const char *path, struct picture **ret_picture)
{
	CLEANUP(spng_ctx_freep) spng_ctx *png = NULL;
	CLEANUP(close_filep) FILE *file = fopen(path, "rbe");
	int r;

	if (!file)
		return -errno;
	/* A folder opens, and cannot be read. */
	if (fgetc(file) == EOF && ferror(file))
		return -errno;
	rewind(file);
	png = create_decoder();
	if (!png)
		return -ENOMEM;
	r = error_from_spng(spng_set_png_file(png, file));
	return r < 0 ? r : decode(png, ret_picture);
}

int picture_from_png(const uint8_t *bytes, size_t size, struct picture **ret_picture)
{
	CLEANUP(spng_ctx_freep) spng_ctx *png = create_decoder();
	int r;

	if (!png)
		return -ENOMEM;
	r = error_from_spng(spng_set_png_buffer(png, bytes, size));
	return r < 0 ? r : decode(png, ret_picture);
}

int picture_to_png(const struct picture *picture, uint8_t **ret_png, size_t *ret_size)
{
	const struct frame frame = {
		.width = picture->width,
		.height = picture->height,
		.stride_bytes = picture->width * sizeof(uint32_t),
		.pixels = picture->pixels,
	};

	return png_from_frame(&frame, NULL, ret_png, ret_size);
}
