/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Sheet
 *
 * One texture with everything flat that a scene shows: glyphs, and pictures
 * painted by the first cockpit's canvas. So a whole dashboard is one draw call.
 *
 * Everything is added first and then made into the texture at once. Sizes are
 * design units; the sheet is painted at the scale of the mode.
 */

#include <GLES2/gl2.h>

#include "canvas.h"
#include "text.h"

#define SHEET_MAX_PICTURES 512

/* A part of the sheet. */
struct picture {
	float u0, v0, u1, v1;
	float width, height; /* design units */
};

struct sheet;

/** Makes an empty sheet for a scale in pixels per design unit. Aborts without memory. */
struct sheet *sheet_create(float scale);
void sheet_destroy(struct sheet *sheet);

/**
 * Adds a picture and returns its number, from 0 on.
 *
 * `paint` draws it with its corner at (0, 0), as opaque or as translucent as it likes; it is
 * called twice.
 */
int sheet_add(struct sheet *sheet, float width, float height,
	      void (*paint)(struct canvas *canvas, int which), int which);

/** Adds one font at one size, all of printable ASCII, and returns its number. */
int sheet_add_font(struct sheet *sheet, enum font font, float size);

/** Paints what was added into the texture. */
void sheet_make(struct sheet *sheet);

GLuint sheet_texture(const struct sheet *sheet);
const struct picture *sheet_picture(const struct sheet *sheet, int number);

/** A character of a font, and how far it moves the pen. Any other than printable ASCII is a space.
 */
const struct picture *sheet_glyph(const struct sheet *sheet, int font, char character,
				  float *ret_advance);
/** How much higher than the baseline a glyph's picture begins. */
float sheet_ascent(const struct sheet *sheet, int font);

/** The middle of an opaque white spot. */
void sheet_white(const struct sheet *sheet, float *ret_u, float *ret_v);
