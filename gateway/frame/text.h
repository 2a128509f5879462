/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Text
 *
 * Draws a line of UTF-8 text into a picture, in the sans serif font that the
 * program carries with it (DejaVu Sans, by stb_truetype).
 *
 * Threads: the loop's.
 */

#include <stdint.h>

/* A picture to draw into: PIXMAN_x8r8g8b8. */
struct canvas {
	uint32_t *pixels;
	uint32_t width;
	uint32_t height; /* rows of `width` pixels, with nothing between */
};

/** How wide `length` bytes of `text` are at this height, in pixels. */
uint32_t text_width(const char *text, uint32_t length, uint32_t height);

/**
 * Draws `length` bytes of `text` with its top left corner at x, y; `height` is
 * that of a line. What lies outside of the canvas is cut off.
 */
void text_draw(const struct canvas *canvas, int32_t x, int32_t y, uint32_t height, const char *text,
	       uint32_t length, uint32_t colour);
