/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Canvas
 *
 * Anti-aliased drawing into XRGB8888 memory, clipped to a rectangle. Faces
 * draw in design units (a screen of 1920 by so many); the canvas scales and
 * centres them on the mode that is set.
 *
 * The same shape gives the same pixels whatever the clip is, so that a part
 * may be redrawn without a seam.
 */

#include <stdbool.h>
#include <stdint.h>

/* Pixels: x0,y0 inside, x1,y1 outside. */
struct rect {
	int x0, y0, x1, y1;
};

struct canvas {
	uint32_t *pixels;
	int width, height;
	int stride; /* in pixels */
	struct rect clip;
	float scale, offset_x, offset_y; /* design units to pixels */
};

/* What a shape is filled with: colours are 0xAARRGGBB, not premultiplied. */
struct paint {
	enum {
		PAINT_SOLID,
		PAINT_LINEAR,
		PAINT_RADIAL
	} kind;
	uint32_t from, to;
	/* Linear: from (x0,y0) to (x1,y1). Radial: centre (x0,y0), radius x1,
	 * squared falloff. Design units. */
	float x0, y0, x1, y1;
};

static inline struct paint solid(uint32_t colour)
{
	return (struct paint){.kind = PAINT_SOLID, .from = colour, .to = colour};
}

static inline struct paint gradient(uint32_t from, float x0, float y0, uint32_t to, float x1,
				    float y1)
{
	return (struct paint){PAINT_LINEAR, from, to, x0, y0, x1, y1};
}

static inline struct paint glow(uint32_t centre, uint32_t edge, float x, float y, float radius)
{
	return (struct paint){PAINT_RADIAL, centre, edge, x, y, radius, 0};
}

static inline bool rect_is_empty(struct rect r)
{
	return r.x0 >= r.x1 || r.y0 >= r.y1;
}

struct rect rect_intersection(struct rect a, struct rect b);
struct rect rect_union(struct rect a, struct rect b);
bool rect_contains(struct rect r, int x, int y);
bool rect_is_inside(struct rect inner, struct rect outer);

/** Allocates a black canvas for a design of `design_width` by `design_height`. Aborts without
 * memory. */
void canvas_init(struct canvas *canvas, int width, int height, float design_width,
		 float design_height);

/** Frees the pixels. */
void canvas_finish(struct canvas *canvas);

/** The smallest rectangle of pixels that holds this part of the design. */
struct rect canvas_rect(const struct canvas *canvas, float x, float y, float width, float height);

/** Pixels to design units. */
float canvas_design_x(const struct canvas *canvas, int x);
float canvas_design_y(const struct canvas *canvas, int y);

/** Fills every pixel of `rect` inside the clip with one opaque colour. */
void canvas_fill_rect(struct canvas *canvas, struct rect rect, uint32_t colour);

/** Puts `colour` over `count` pixels of a row, or over one, at `coverage` (0..255) of its alpha.
 * Inside the clip only. */
void canvas_blend_run(struct canvas *canvas, int x, int y, int count, uint32_t colour,
		      int coverage);
void canvas_blend_pixel(struct canvas *canvas, int x, int y, uint32_t colour, int coverage);

/** Copies `rect` of `source`, which has the same size, to the same place. Heeds the clip. */
void canvas_copy(struct canvas *canvas, const struct canvas *source, struct rect rect);

/** Fills `rect` from a `source` that repeats endlessly, its pixel (x, y) at the corner. Heeds the
 * clip. */
void canvas_tile(struct canvas *canvas, const struct canvas *source, struct rect rect, int x,
		 int y);

/** Copies `count` pixels that do not overlap. memcpy() chooses by CPU features that TCG is slow at.
 */
void copy_pixels(uint32_t *to, const uint32_t *from, int count);
