/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sheet.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gl.h"

#define MAX_FONTS   6
#define FIRST_GLYPH ' '
#define LAST_GLYPH  '~'
#define GLYPHS	    (LAST_GLYPH - FIRST_GLYPH + 1)
#define GAP	    2 /* pixels between pictures, so that a filter does not reach the next */
#define WHITE_SIZE  4

struct entry {
	struct picture picture;
	int x, y, width, height; /* pixels */
	void (*paint)(struct canvas *canvas, int which);
	int which;
	/* Of a glyph, which has no painter: */
	enum font font;
	float size, advance;
};

struct sheet {
	float scale;
	int side; /* of the texture, which is as high as it must be */
	int height;
	struct entry entries[SHEET_MAX_PICTURES];
	int n_entries;
	int fonts[MAX_FONTS]; /* first entries */
	int n_fonts;
	int white;
	GLuint texture;
};

/* -- Adding */

static struct entry *add(struct sheet *sheet, float width, float height)
{
	struct entry *entry = &sheet->entries[sheet->n_entries++];

	if (sheet->n_entries == SHEET_MAX_PICTURES)
		abort(); /* what is added is fixed */
	entry->picture.width = width;
	entry->picture.height = height;
	entry->width = ceilf(width * sheet->scale);
	entry->height = ceilf(height * sheet->scale);
	return entry;
}

static void paint_white(struct canvas *canvas, int which)
{
	(void)which;
	canvas_fill_rect(canvas, canvas->clip, 0xffffff);
}

struct sheet *sheet_create(float scale)
{
	struct sheet *sheet = calloc(1, sizeof(*sheet));

	if (!sheet)
		abort();
	sheet->scale = scale;
	sheet->white = sheet_add(sheet, WHITE_SIZE / scale, WHITE_SIZE / scale, paint_white, 0);
	return sheet;
}

void sheet_destroy(struct sheet *sheet)
{
	if (!sheet)
		return;
	glDeleteTextures(1, &sheet->texture);
	free(sheet);
}

int sheet_add(struct sheet *sheet, float width, float height,
	      void (*paint)(struct canvas *canvas, int which), int which)
{
	struct entry *entry = add(sheet, width, height);

	entry->paint = paint;
	entry->which = which;
	return sheet->n_entries - 1;
}

int sheet_add_font(struct sheet *sheet, enum font font, float size)
{
	struct canvas ruler = {.scale = sheet->scale};

	if (sheet->n_fonts == MAX_FONTS)
		abort();
	sheet->fonts[sheet->n_fonts] = sheet->n_entries;
	for (char c = FIRST_GLYPH; c <= LAST_GLYPH; c++) {
		float advance = text_width(&ruler, font, size, (const char[]){c, 0});
		struct entry *entry = add(sheet, advance + size / 4, size * 1.3f);

		entry->font = font;
		entry->size = size;
		entry->advance = advance;
		entry->which = c;
	}
	return sheet->n_fonts++;
}

/* -- Making */

static int power_of_two(int at_least)
{
	int size = 1;

	while (size < at_least)
		size *= 2;
	return size;
}

/* Side by side in shelves, in the order they came: those of one kind have one height. */
static void place(struct sheet *sheet)
{
	int widest = 0, x = 0, y = 0, shelf = 0;

	for (int i = 0; i < sheet->n_entries; i++)
		if (sheet->entries[i].width > widest)
			widest = sheet->entries[i].width;
	sheet->side = power_of_two(widest);
	for (int i = 0; i < sheet->n_entries; i++) {
		struct entry *entry = &sheet->entries[i];

		if (x + entry->width > sheet->side) {
			x = 0;
			y += shelf + GAP;
			shelf = 0;
		}
		entry->x = x;
		entry->y = y;
		x += entry->width + GAP;
		if (entry->height > shelf)
			shelf = entry->height;
	}
	sheet->height = power_of_two(y + shelf);
	for (int i = 0; i < sheet->n_entries; i++) {
		struct entry *entry = &sheet->entries[i];

		entry->picture.u0 = (float)entry->x / sheet->side;
		entry->picture.v0 = (float)entry->y / sheet->height;
		entry->picture.u1 = (float)(entry->x + entry->width) / sheet->side;
		entry->picture.v1 = (float)(entry->y + entry->height) / sheet->height;
	}
}

static void paint_entry(const struct entry *entry, struct canvas *canvas, uint32_t ground)
{
	canvas_fill_rect(canvas, canvas->clip, ground);
	if (entry->paint)
		entry->paint(canvas, entry->which);
	else
		text_draw(canvas, entry->font, entry->size, entry->size / 8, entry->size,
			  ALIGN_LEFT, 0xffffffff, (const char[]){(char)entry->which, 0});
}

static void scratch(struct canvas *canvas, const struct entry *entry, float scale)
{
	canvas_init(canvas, entry->width, entry->height, entry->width / scale,
		    entry->height / scale);
	canvas->scale = scale;
	canvas->offset_x = canvas->offset_y = 0;
}

/*
 * The canvas knows no alpha of its own: what shows through is the difference
 * between the picture painted on white and the one painted on black, which is at once the
 * premultiplied colour.
 */
static void make_entry(struct sheet *sheet, const struct entry *entry, uint8_t *rgba)
{
	struct canvas black, white;

	scratch(&black, entry, sheet->scale);
	scratch(&white, entry, sheet->scale);
	paint_entry(entry, &black, 0);
	paint_entry(entry, &white, 0xffffff);
	for (int y = 0; y < entry->height; y++) {
		uint8_t *to = rgba + ((size_t)(entry->y + y) * sheet->side + entry->x) * 4;

		for (int x = 0; x < entry->width; x++, to += 4) {
			uint32_t on_black = black.pixels[y * black.stride + x];
			uint32_t on_white = white.pixels[y * white.stride + x];

			to[0] = on_black >> 16;
			to[1] = on_black >> 8;
			to[2] = on_black;
			to[3] = 255 - ((on_white >> 8 & 0xff) - (on_black >> 8 & 0xff));
		}
	}
	canvas_finish(&black);
	canvas_finish(&white);
}

void sheet_make(struct sheet *sheet)
{
	uint8_t *rgba;

	place(sheet);
	rgba = calloc((size_t)sheet->side * sheet->height, 4);
	if (!rgba)
		abort();
	for (int i = 0; i < sheet->n_entries; i++)
		make_entry(sheet, &sheet->entries[i], rgba);
	sheet->texture = gl_texture(sheet->side, sheet->height, rgba, GL_LINEAR, false);
	free(rgba);
}

/* -- Looking up */

GLuint sheet_texture(const struct sheet *sheet)
{
	return sheet->texture;
}

const struct picture *sheet_picture(const struct sheet *sheet, int number)
{
	return &sheet->entries[number].picture;
}

const struct picture *sheet_glyph(const struct sheet *sheet, int font, char character,
				  float *ret_advance)
{
	const struct entry *entry;

	if (character < FIRST_GLYPH || character > LAST_GLYPH)
		character = ' ';
	entry = &sheet->entries[sheet->fonts[font] + character - FIRST_GLYPH];
	*ret_advance = entry->advance;
	return &entry->picture;
}

float sheet_ascent(const struct sheet *sheet, int font)
{
	return sheet->entries[sheet->fonts[font]].size;
}

void sheet_white(const struct sheet *sheet, float *ret_u, float *ret_v)
{
	const struct picture *white = sheet_picture(sheet, sheet->white);

	*ret_u = (white->u0 + white->u1) / 2;
	*ret_v = (white->v0 + white->v1) / 2;
}
