/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/source/placeholder.h"

#include <string.h>

/* QEMU writes its messages in a VGA font, in grey on black. */
#define GLYPH_WIDTH  8
#define GLYPH_HEIGHT 16
#define GREY	     0xaaaaaa

/*
 * QEMU's messages: how long they are, and the FNV-1a hash of their glyphs, a
 * byte for each row of each. Computed from the font in QEMU 10.0.2, and the
 * second compared with what it showed; the font is as old as QEMU.
 */
static const struct {
	uint32_t length;
	uint64_t hash;
} messages[] = {
	{44, 0x4161d165ba224037}, /* Guest has not initialized the display (yet). */
	{29, 0x79b3daaa6610e4e9}, /* Display output is not active. */
	{32, 0x9003a9b592d1d127}, /* Guest display has been unplugged */
	{38, 0x163dc680759ce3d1}, /* This VM has no graphic display device. */
};

bool placeholder_may_be_in(const char *memfd_name)
{
	return !memfd_name || strstr(memfd_name, "displaysurface") != NULL;
}

static uint32_t pixel(const struct pixels *picture, uint32_t x, uint32_t y)
{
	const char *row = (const char *)picture->data + (size_t)y * picture->stride_bytes;
	uint32_t value;

	memcpy(&value, row + (size_t)x * 4, sizeof(value));
	return value & 0xffffff;
}

static bool is_black(const struct pixels *picture, uint32_t x, uint32_t y, uint32_t width,
		     uint32_t height)
{
	for (uint32_t row = y; row < y + height; row++)
		for (uint32_t column = x; column < x + width; column++)
			if (pixel(picture, column, row) != 0)
				return false;
	return true;
}

/* The hash of what stands at a place, or 0 where something is neither black nor grey. */
static uint64_t hash_text(const struct pixels *picture, uint32_t x, uint32_t y, uint32_t length)
{
	uint64_t hash = 0xcbf29ce484222325;

	for (uint32_t i = 0; i < length; i++) {
		for (uint32_t row = 0; row < GLYPH_HEIGHT; row++) {
			uint8_t bits = 0;

			for (uint32_t column = 0; column < GLYPH_WIDTH; column++) {
				uint32_t value = pixel(picture, x + i * GLYPH_WIDTH + column,
						       y + row);

				if (value != 0 && value != GREY)
					return 0;
				bits = (uint8_t)(bits << 1 | (value == GREY));
			}
			hash = (hash ^ bits) * 0x100000001b3;
		}
	}
	return hash;
}

static bool says(const struct pixels *picture, uint32_t length, uint64_t hash)
{
	uint32_t columns = picture->width / GLYPH_WIDTH;
	uint32_t rows = picture->height / GLYPH_HEIGHT;
	uint32_t width = length * GLYPH_WIDTH;
	uint32_t x, y;

	if (columns < length || rows < 1)
		return false;
	x = (columns - length) / 2 * GLYPH_WIDTH;
	y = (rows - 1) / 2 * GLYPH_HEIGHT;
	return hash_text(picture, x, y, length) == hash &&
	       is_black(picture, 0, 0, picture->width, y) &&
	       is_black(picture, 0, y, x, GLYPH_HEIGHT) &&
	       is_black(picture, x + width, y, picture->width - x - width, GLYPH_HEIGHT) &&
	       is_black(picture, 0, y + GLYPH_HEIGHT, picture->width,
			picture->height - y - GLYPH_HEIGHT);
}

bool placeholder_is(const struct pixels *picture)
{
	if (picture->format != PIXMAN_x8r8g8b8)
		return false;
	for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++)
		if (says(picture, messages[i].length, messages[i].hash))
			return true;
	return false;
}
