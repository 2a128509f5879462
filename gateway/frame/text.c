/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/frame/text.h"

#include <stdbool.h>
#include <stdlib.h>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wsign-compare"
#define STB_TRUETYPE_IMPLEMENTATION
#define STBTT_STATIC
#include <stb/stb_truetype.h>
#pragma GCC diagnostic pop

/* The font's file, put into the program by the build. */
__asm__(".section .rodata\n"
	".balign 16\n"
	"text_font:\n"
	".incbin \"" TEXT_FONT_FILE "\"\n"
	".byte 0\n"
	".previous\n");
extern const unsigned char text_font[] __attribute__((visibility("hidden")));

static const stbtt_fontinfo *font(void)
{
	static stbtt_fontinfo info;
	static bool is_ready;

	if (!is_ready && !stbtt_InitFont(&info, text_font, 0))
		abort(); /* the build embedded something else than a font */
	is_ready = true;
	return &info;
}

/* Decodes one character; an ill-formed byte stands for itself. */
static uint32_t next_character(const char *text, uint32_t length, uint32_t *at)
{
	uint8_t first = (uint8_t)text[*at];
	uint32_t more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : first >= 0xc0 ? 1 : 0;
	uint32_t character = more ? first & (0x3fu >> more) : first;

	if (*at + more >= length)
		more = 0;
	for (uint32_t i = 1; i <= more; i++)
		character = character << 6 | ((uint8_t)text[*at + i] & 0x3f);
	*at += more + 1;
	return character;
}

uint32_t text_width(const char *text, uint32_t length, uint32_t height)
{
	float scale = stbtt_ScaleForPixelHeight(font(), (float)height);
	float width = 0;
	uint32_t at = 0;

	while (at < length) {
		int advance, bearing;

		stbtt_GetCodepointHMetrics(font(), (int)next_character(text, length, &at), &advance,
					   &bearing);
		width += (float)advance * scale;
	}
	return (uint32_t)(width + 0.999f);
}

static uint32_t mix(uint32_t below, uint32_t above, uint32_t share)
{
	uint32_t mixed = 0;

	for (int shift = 0; shift < 24; shift += 8) {
		uint32_t a = below >> shift & 0xff;
		uint32_t b = above >> shift & 0xff;

		mixed |= (a * (255 - share) + b * share + 127) / 255 << shift;
	}
	return mixed;
}

static void draw_glyph(const struct canvas *canvas, int32_t left, int32_t top, uint32_t colour,
		       const unsigned char *coverage, int width, int height)
{
	for (int y = 0; y < height; y++) {
		for (int x = 0; x < width; x++) {
			int32_t to_x = left + x;
			int32_t to_y = top + y;
			uint32_t *pixel;

			if (to_x < 0 || to_y < 0 || (uint32_t)to_x >= canvas->width ||
			    (uint32_t)to_y >= canvas->height)
				continue;
			pixel = &canvas->pixels[(size_t)to_y * canvas->width + (uint32_t)to_x];
			*pixel = mix(*pixel, colour, coverage[y * width + x]);
		}
	}
}

void text_draw(const struct canvas *canvas, int32_t x, int32_t y, uint32_t height, const char *text,
	       uint32_t length, uint32_t colour)
{
	float scale = stbtt_ScaleForPixelHeight(font(), (float)height);
	int ascent, descent, gap;
	float pen = (float)x;
	uint32_t at = 0;

	stbtt_GetFontVMetrics(font(), &ascent, &descent, &gap);
	while (at < length) {
		int character = (int)next_character(text, length, &at);
		int advance, bearing, width, rows, left, top;
		unsigned char *coverage = stbtt_GetCodepointBitmap(font(), scale, scale, character,
								   &width, &rows, &left, &top);

		if (coverage)
			draw_glyph(canvas, (int32_t)pen + left,
				   y + (int32_t)((float)ascent * scale) + top, colour, coverage,
				   width, rows);
		stbtt_FreeBitmap(coverage, NULL);
		stbtt_GetCodepointHMetrics(font(), character, &advance, &bearing);
		pen += (float)advance * scale;
	}
}
