/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/encode/piece_jpeg.h"

#include <assert.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h> /* for jpeglib.h, which forgets it */
#include <string.h>

#include <jpeglib.h>

#include "gateway/encode/piece_tight.h"

#define CONTROL_JPEG 0x90

/* Pixels as they lie in memory. */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define COLOUR_SPACE JCS_EXT_BGRX
#else
#define COLOUR_SPACE JCS_EXT_XRGB
#endif

/* What RFB's qualities are in libjpeg's terms: those that TigerVNC and libvncserver took from
 * TurboVNC. Pixels that share their colour are side by side first, then below each other too. */
static const struct {
	int quality;
	int shared_x;
	int shared_y;
} qualities[PIECE_JPEG_QUALITY_MAX + 1] = {
	{15, 2, 2}, {29, 2, 2}, {41, 2, 2}, {42, 2, 1}, {62, 2, 1},
	{77, 2, 1}, {79, 1, 1}, {86, 1, 1}, {92, 1, 1}, {100, 1, 1},
};

struct piece_jpeg {
	struct jpeg_compress_struct compress;
	struct jpeg_error_mgr errors;
	jmp_buf on_error;
};

static void handle_error(j_common_ptr compress)
{
	struct piece_jpeg *jpeg = compress->client_data;

	longjmp(jpeg->on_error, 1);
}

static void handle_message(j_common_ptr compress)
{
	(void)compress;
}

/* Returns false when there is no memory. */
static bool open_compress(struct piece_jpeg *jpeg)
{
	if (setjmp(jpeg->on_error) != 0)
		return false;
	jpeg_create_compress(&jpeg->compress);
	return true;
}

struct piece_jpeg *piece_jpeg_create(void)
{
	struct piece_jpeg *jpeg = calloc(1, sizeof(*jpeg));

	if (!jpeg)
		return NULL;
	jpeg->compress.err = jpeg_std_error(&jpeg->errors);
	jpeg->compress.client_data = jpeg;
	jpeg->errors.error_exit = handle_error;
	jpeg->errors.output_message = handle_message;
	if (!open_compress(jpeg)) {
		piece_jpeg_destroy(jpeg);
		return NULL;
	}
	return jpeg;
}

void piece_jpeg_destroy(struct piece_jpeg *jpeg)
{
	if (!jpeg)
		return;
	jpeg_destroy_compress(&jpeg->compress);
	free(jpeg);
}

static void compress_rows(struct jpeg_compress_struct *compress, const uint32_t *row,
			  ptrdiff_t step, uint32_t width, uint32_t height, unsigned quality)
{
	compress->image_width = width;
	compress->image_height = height;
	compress->input_components = 4;
	compress->in_color_space = COLOUR_SPACE;
	jpeg_set_defaults(compress);
	jpeg_set_quality(compress, qualities[quality].quality, TRUE);
	compress->comp_info[0].h_samp_factor = qualities[quality].shared_x;
	compress->comp_info[0].v_samp_factor = qualities[quality].shared_y;
	jpeg_start_compress(compress, TRUE);
	while (compress->next_scanline < height) {
		JSAMPROW samples = (JSAMPROW)(uintptr_t)row;

		jpeg_write_scanlines(compress, &samples, 1);
		row += step;
	}
	jpeg_finish_compress(compress);
}

size_t piece_jpeg_encode(struct piece_jpeg *jpeg, const uint32_t *row, ptrdiff_t step,
			 uint32_t width, uint32_t height, unsigned quality, uint8_t *out)
{
	unsigned char *packed = out + 1 + PIECE_TIGHT_LENGTH_MAX;
	unsigned long size = PIECE_JPEG_BYTES_MAX(width, height) - 1 - PIECE_TIGHT_LENGTH_MAX;

	assert(quality <= PIECE_JPEG_QUALITY_MAX);
	if (setjmp(jpeg->on_error) != 0) {
		jpeg_abort_compress(&jpeg->compress);
		return 0;
	}
	jpeg_mem_dest(&jpeg->compress, &packed, &size);
	compress_rows(&jpeg->compress, row, step, width, height, quality);
	/* It takes memory of its own only when this does not do. */
	assert(packed == out + 1 + PIECE_TIGHT_LENGTH_MAX);

	out[0] = CONTROL_JPEG;
	uint8_t *end = piece_tight_put_length(out + 1, size);
	memmove(end, packed, size);
	return (size_t)(end - out) + size;
}
