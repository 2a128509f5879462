/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define STB_TRUETYPE_IMPLEMENTATION
#define STBTT_STATIC
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#include <stb/stb_truetype.h>
#pragma GCC diagnostic pop

/* A power of two; the faces use about 200 glyphs. Older ones give way. */
#define CACHE_SIZE 1024

extern const unsigned char font_regular[], font_bold[], font_mono[];

static const unsigned char *const font_data[FONTS] = {
	[FONT_REGULAR] = font_regular,
	[FONT_BOLD] = font_bold,
	[FONT_MONO] = font_mono,
};

struct glyph {
	bool used;
	enum font font;
	int pixels; /* height asked for, in quarters of a pixel */
	uint32_t codepoint;
	unsigned char *coverage;
	int width, height, left, top;
	float advance; /* in pixels */
};

static struct glyph cache[CACHE_SIZE];
static stbtt_fontinfo fonts[FONTS];

static const stbtt_fontinfo *font_info(enum font font)
{
	if (!fonts[font].data && !stbtt_InitFont(&fonts[font], font_data[font], 0))
		abort();
	return &fonts[font];
}

static const struct glyph *glyph_fetch(enum font font, int pixels, uint32_t codepoint)
{
	uint32_t hash = (codepoint * 2654435761u) ^ (pixels * 40503u) ^ (font * 97u);
	struct glyph *glyph = &cache[(hash ^ hash >> 15) & (CACHE_SIZE - 1)];

	if (glyph->used && glyph->font == font && glyph->pixels == pixels &&
	    glyph->codepoint == codepoint)
		return glyph;

	const stbtt_fontinfo *info = font_info(font);
	float scale = stbtt_ScaleForPixelHeight(info, pixels / 4.0f);
	int index = stbtt_FindGlyphIndex(info, codepoint);
	int advance, bearing;

	stbtt_FreeBitmap(glyph->coverage, NULL);
	*glyph = (struct glyph){
		.used = true, .font = font, .pixels = pixels, .codepoint = codepoint};
	stbtt_GetGlyphHMetrics(info, index, &advance, &bearing);
	glyph->advance = advance * scale;
	glyph->coverage = stbtt_GetGlyphBitmap(info, scale, scale, index, &glyph->width,
					       &glyph->height, &glyph->left, &glyph->top);
	return glyph;
}

/* Takes one code point off the string; a byte that is not UTF-8 stands for itself. */
static uint32_t next_codepoint(const char **string)
{
	const unsigned char *s = (const unsigned char *)*string;
	int more = s[0] >= 0xf0 ? 3 : s[0] >= 0xe0 ? 2 : s[0] >= 0xc0 ? 1 : 0;
	uint32_t codepoint = more ? s[0] & (0x3f >> more) : s[0];

	for (int i = 1; i <= more; i++) {
		if ((s[i] & 0xc0) != 0x80) {
			more = 0;
			codepoint = s[0];
			break;
		}
		codepoint = codepoint << 6 | (s[i] & 0x3f);
	}
	*string += more + 1;
	return codepoint;
}

static int quarter_pixels(const struct canvas *canvas, float size)
{
	int pixels = lroundf(size * canvas->scale * 4);

	return pixels < 4 ? 4 : pixels;
}

static float width_in_pixels(const struct canvas *canvas, enum font font, float size,
			     const char *string)
{
	float width = 0;

	while (*string)
		width += glyph_fetch(font, quarter_pixels(canvas, size), next_codepoint(&string))
				 ->advance;
	return width;
}

float text_width(const struct canvas *canvas, enum font font, float size, const char *string)
{
	return width_in_pixels(canvas, font, size, string) / canvas->scale;
}

static void glyph_draw(const struct glyph *glyph, struct canvas *canvas, int x, int y,
		       uint32_t colour)
{
	struct rect area = {x + glyph->left, y + glyph->top, x + glyph->left + glyph->width,
			    y + glyph->top + glyph->height};
	struct rect part = rect_intersection(area, canvas->clip);

	for (int row = part.y0; row < part.y1; row++) {
		const unsigned char *coverage = glyph->coverage +
						(size_t)(row - area.y0) * glyph->width;

		for (int column = part.x0; column < part.x1; column++)
			if (coverage[column - area.x0])
				canvas_blend_pixel(canvas, column, row, colour,
						   coverage[column - area.x0]);
	}
}

void text_draw(struct canvas *canvas, enum font font, float size, float x, float y,
	       enum align align, uint32_t colour, const char *string)
{
	float pen = x * canvas->scale + canvas->offset_x;
	int baseline = lroundf(y * canvas->scale + canvas->offset_y);

	if (align != ALIGN_LEFT)
		pen -= width_in_pixels(canvas, font, size, string) /
		       (align == ALIGN_CENTRE ? 2 : 1);
	while (*string) {
		const struct glyph *glyph = glyph_fetch(font, quarter_pixels(canvas, size),
							next_codepoint(&string));

		glyph_draw(glyph, canvas, lroundf(pen), baseline, colour);
		pen += glyph->advance;
	}
}
