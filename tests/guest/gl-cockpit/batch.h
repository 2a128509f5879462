/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Batch
 *
 * Flat triangles in design units, collected and then drawn by one call, in
 * the order they came, blended over what is there. Edges of shapes are
 * anti-aliased by a fringe one pixel wide that fades out.
 *
 * Colours are 0xAARRGGBB, not premultiplied, and multiply what the sheet has there.
 */

#include "sheet.h"

struct batch;

/* Where the design lies on the screen. */
struct layout {
	int width, height; /* of the screen, in pixels */
	float scale, offset_x, offset_y;
};

/** Makes a batch. Aborts without memory. */
struct batch *batch_create(void);
void batch_destroy(struct batch *batch);

/** Empties the batch, for this sheet. */
void batch_start(struct batch *batch, const struct layout *layout, const struct sheet *sheet);

/** Draws what was collected. */
void batch_draw(struct batch *batch);

/** A picture of the sheet with its corner at (x, y), as large as it is, or made to fit. */
void batch_picture(struct batch *batch, int picture, float x, float y, uint32_t colour);
void batch_fit(struct batch *batch, int picture, float x, float y, float width, float height,
	       uint32_t colour);

/** A picture's light added to what is there. */
void batch_glow(struct batch *batch, int picture, float x, float y, float width, float height,
		uint32_t colour);

/** A picture on four corners, from its top left one clockwise, each with a depth that is 1 on the
 * screen and more behind it, and a colour. */
void batch_quad(struct batch *batch, int picture, const float (*corners)[3],
		const uint32_t *colours);

/** A rectangle whose colour goes from the upper to the lower one. */
void batch_box(struct batch *batch, float x, float y, float width, float height, uint32_t upper,
	       uint32_t lower);

/** A convex shape, clockwise. */
void batch_shape(struct batch *batch, int n_points, const float (*points)[2], uint32_t colour);

/** A part of a ring; degrees clockwise from three o'clock, colours at its two ends. */
void batch_arc(struct batch *batch, float x, float y, float inner, float outer, float from,
	       float to, uint32_t from_colour, uint32_t to_colour);

/** A line of text with its baseline at `y`; `x` is where `align` says. */
void batch_text(struct batch *batch, int font, float x, float y, enum align align, uint32_t colour,
		const char *text);

/** The frame number in the corner of the screen, in whole pixels. */
void batch_frame_number(struct batch *batch, uint32_t number);
