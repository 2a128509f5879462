/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Text
 *
 * DejaVu, built into the program, drawn through a cache of glyphs. Strings
 * are UTF-8.
 */

#include "canvas.h"

enum font {
	FONT_REGULAR,
	FONT_BOLD,
	FONT_MONO,
	FONTS
};

enum align {
	ALIGN_LEFT,
	ALIGN_CENTRE,
	ALIGN_RIGHT
};

/** Width of `string` in design units at `size`, the height of the font's line from ascender to
 * descender. */
float text_width(const struct canvas *canvas, enum font font, float size, const char *string);

/** Draws `string` with its baseline at `y`; `x` is where `align` says. Design units. */
void text_draw(struct canvas *canvas, enum font font, float size, float x, float y,
	       enum align align, uint32_t colour, const char *string);
