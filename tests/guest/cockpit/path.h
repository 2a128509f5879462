/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Path
 *
 * Closed outlines in design units, filled with a paint. Outlines that turn
 * the same way add up; one that turns the other way cuts a hole.
 */

#include "canvas.h"

#define PATH_MAX_POINTS	  512
#define PATH_MAX_OUTLINES 48

struct path {
	float x[PATH_MAX_POINTS], y[PATH_MAX_POINTS];
	int outline_end[PATH_MAX_OUTLINES];
	int n_points, n_outlines;
};

/** Empties the path. A path that gets too many points or outlines aborts: ours are all fixed. */
void path_start(struct path *path);
void path_point(struct path *path, float x, float y);
void path_close(struct path *path);

/** Whole shapes, each an outline of its own (a ring is two). Angles in degrees, clockwise from
 * three o'clock. */
void path_polygon(struct path *path, int n_points, const float (*points)[2]);
void path_box(struct path *path, float x, float y, float width, float height, float radius);
void path_circle(struct path *path, float x, float y, float radius);
void path_hole(struct path *path, float x, float y, float radius);
void path_arc(struct path *path, float x, float y, float inner, float outer, float from, float to);
void path_line(struct path *path, float x0, float y0, float x1, float y1, float thickness);

/** Fills the path on the canvas, inside its clip. */
void path_fill(const struct path *path, struct canvas *canvas, struct paint paint);

/** One shape at once. */
void fill_box(struct canvas *canvas, float x, float y, float width, float height, float radius,
	      struct paint paint);
void fill_circle(struct canvas *canvas, float x, float y, float radius, struct paint paint);
void fill_ring(struct canvas *canvas, float x, float y, float inner, float outer,
	       struct paint paint);
void fill_arc(struct canvas *canvas, float x, float y, float inner, float outer, float from,
	      float to, struct paint paint);
void fill_line(struct canvas *canvas, float x0, float y0, float x1, float y1, float thickness,
	       struct paint paint);
void fill_polygon(struct canvas *canvas, int n_points, const float (*points)[2],
		  struct paint paint);
void stroke_box(struct canvas *canvas, float x, float y, float width, float height, float radius,
		float thickness, struct paint paint);
