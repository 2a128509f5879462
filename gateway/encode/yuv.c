/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/encode/yuv.h"

#include <stddef.h>
#include <string.h>

/* What processors' vectors and caches like to begin at. */
#define ALIGNMENT 64

/*
 * ITU-R BT.709-6, 3.2 and 3.3, in 65536ths. The factors of luma add up to one, those below
 * zero to a half: grey has no colour, and white is 255.
 */
#define LUMA_RED   13933
#define LUMA_GREEN 46871
#define LUMA_BLUE  4732
#define BLUE_RED   7509
#define BLUE_GREEN 25259
#define RED_GREEN  29763
#define RED_BLUE   3005

struct yuv_picture *yuv_picture_create(uint32_t width, uint32_t height)
{
	uint32_t stride_bytes = (width + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	size_t luma_bytes = (size_t)stride_bytes * height;
	size_t chroma_bytes = luma_bytes / 2;
	struct yuv_picture *picture = malloc(sizeof(*picture));
	uint8_t *planes = aligned_alloc(ALIGNMENT, luma_bytes + chroma_bytes);

	if (!picture || !planes) {
		free(picture);
		free(planes);
		return NULL;
	}
	memset(planes, 0, luma_bytes);
	memset(planes + luma_bytes, 128, chroma_bytes);
	*picture = (struct yuv_picture){
		.width = width,
		.height = height,
		.stride_bytes = stride_bytes,
		.luma = planes,
		.chroma = planes + luma_bytes,
	};
	return picture;
}

void yuv_picture_destroy(struct yuv_picture *picture)
{
	if (!picture)
		return;
	free(picture->luma);
	free(picture);
}

/*
 * All arithmetic is in 16 bits without a sign, values in 256ths: the compiler makes vectors of
 * it with instructions that every amd64 and arm64 processor has (amd64: pmulhuw).
 */
#define INLINED static inline __attribute__((always_inline))

INLINED uint16_t times(uint16_t value, uint16_t factor)
{
	return (uint16_t)((uint32_t)value * factor >> 16);
}

INLINED void convert_luma(uint8_t *restrict luma, const uint32_t *restrict pixels, size_t width)
{
	for (size_t x = 0; x < width; x++) {
		uint16_t red = (uint16_t)(pixels[x] >> 8 & 0xff00);
		uint16_t green = (uint16_t)(pixels[x] & 0xff00);
		uint16_t blue = (uint16_t)(pixels[x] << 8 & 0xff00);
		uint16_t sum = (uint16_t)(times(red, LUMA_RED) + times(green, LUMA_GREEN) +
					  times(blue, LUMA_BLUE) + 128);

		luma[x] = (uint8_t)(sum >> 8);
	}
}

INLINED uint32_t sum_of_four(const uint32_t *upper, const uint32_t *lower, uint32_t mask)
{
	return (upper[0] & mask) + (upper[1] & mask) + (lower[0] & mask) + (lower[1] & mask);
}

INLINED void convert_chroma(uint8_t *restrict chroma, const uint32_t *restrict upper,
			    const uint32_t *restrict lower, size_t width)
{
	/* Rounding by 127 and not 128 keeps the purest blue and red, 255.5, within a byte. */
	const uint16_t middle = 0x8000 + 127;

	for (size_t x = 0; x < width; x += 2) {
		/* A sum of four takes ten bits, so that red and blue do not meet. */
		uint32_t outer = sum_of_four(upper + x, lower + x, 0xff00ff);
		uint32_t inner = sum_of_four(upper + x, lower + x, 0x00ff00);
		uint16_t red = (uint16_t)(outer >> 10);
		uint16_t green = (uint16_t)(inner >> 2);
		uint16_t blue = (uint16_t)(outer << 6);
		uint16_t cb = (uint16_t)(middle + blue / 2 - times(red, BLUE_RED) -
					 times(green, BLUE_GREEN));
		uint16_t cr = (uint16_t)(middle + red / 2 - times(green, RED_GREEN) -
					 times(blue, RED_BLUE));

		chroma[x] = (uint8_t)(cb >> 8);
		chroma[x + 1] = (uint8_t)(cr >> 8);
	}
}

/* `box` is even and within the picture; rows of pixels begin `step` pixels apart. */
INLINED void convert_box(struct yuv_picture *picture, const uint32_t *pixels, size_t step,
			 const pixman_box32_t *box)
{
	size_t x = (size_t)box->x1;
	size_t width = (size_t)(box->x2 - box->x1);

	for (size_t y = (size_t)box->y1; y < (size_t)box->y2; y += 2) {
		const uint32_t *upper = pixels + y * step + x;
		const uint32_t *lower = upper + step;
		uint8_t *luma = picture->luma + y * picture->stride_bytes + x;
		uint8_t *chroma = picture->chroma + y / 2 * picture->stride_bytes + x;

		convert_luma(luma, upper, width);
		convert_luma(luma + picture->stride_bytes, lower, width);
		convert_chroma(chroma, upper, lower, width);
	}
}

typedef void convert_function(struct yuv_picture *picture, const uint32_t *pixels, size_t step,
			      const pixman_box32_t *box);

static void convert_anywhere(struct yuv_picture *picture, const uint32_t *pixels, size_t step,
			     const pixman_box32_t *box)
{
	convert_box(picture, pixels, step, box);
}

#ifdef __x86_64__
/* With vectors twice as wide it takes half the time. (Not by target_clones: its resolver crashes
 * under ThreadSanitizer.) */
__attribute__((target("avx2"))) static void convert_with_avx2(struct yuv_picture *picture,
							      const uint32_t *pixels, size_t step,
							      const pixman_box32_t *box)
{
	convert_box(picture, pixels, step, box);
}

static convert_function *choose_convert(void)
{
	return __builtin_cpu_supports("avx2") ? convert_with_avx2 : convert_anywhere;
}
#else
static convert_function *choose_convert(void)
{
	return convert_anywhere;
}
#endif

static int32_t clamp(int32_t value, uint32_t most)
{
	if (value < 0)
		return 0;
	return (uint32_t)value < most ? value : (int32_t)most;
}

void yuv_picture_convert(struct yuv_picture *picture, const uint32_t *pixels, uint32_t stride_bytes,
			 const pixman_box32_t *box)
{
	pixman_box32_t even = {
		.x1 = clamp(box->x1, picture->width) & ~1,
		.y1 = clamp(box->y1, picture->height) & ~1,
		.x2 = (clamp(box->x2, picture->width) + 1) & ~1,
		.y2 = (clamp(box->y2, picture->height) + 1) & ~1,
	};

	if (even.x1 < even.x2 && even.y1 < even.y2)
		choose_convert()(picture, pixels, stride_bytes / 4, &even);
}
