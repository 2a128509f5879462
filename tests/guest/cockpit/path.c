/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "path.h"

#include <math.h>
#include <stdlib.h>

#define DEGREES (float)(M_PI / 180)

void path_start(struct path *path)
{
	path->n_points = 0;
	path->n_outlines = 0;
}

void path_point(struct path *path, float x, float y)
{
	if (path->n_points == PATH_MAX_POINTS)
		abort();
	path->x[path->n_points] = x;
	path->y[path->n_points] = y;
	path->n_points++;
}

void path_close(struct path *path)
{
	if (path->n_outlines == PATH_MAX_OUTLINES)
		abort();
	path->outline_end[path->n_outlines++] = path->n_points;
}

void path_polygon(struct path *path, int n_points, const float (*points)[2])
{
	for (int i = 0; i < n_points; i++)
		path_point(path, points[i][0], points[i][1]);
	path_close(path);
}

/* Enough points that the corners of the polygon do not show. */
static int points_of_circle(float radius)
{
	int points = 12 + (int)(5 * sqrtf(radius));

	return points > 120 ? 120 : points;
}

/* Points lie at the same angles wherever the arc begins and ends: one that grows keeps its shape.
 */
static void arc_points(struct path *path, float x, float y, float radius, float from, float to)
{
	float step = 360.0f / points_of_circle(radius);
	int direction = to > from ? 1 : -1;
	int i = direction > 0 ? (int)floorf(from / step) + 1 : (int)ceilf(from / step) - 1;

	path_point(path, x + radius * cosf(from * DEGREES), y + radius * sinf(from * DEGREES));
	for (; direction * (i * step) < direction * to; i += direction)
		path_point(path, x + radius * cosf(i * step * DEGREES),
			   y + radius * sinf(i * step * DEGREES));
	path_point(path, x + radius * cosf(to * DEGREES), y + radius * sinf(to * DEGREES));
}

void path_box(struct path *path, float x, float y, float width, float height, float radius)
{
	if (radius <= 0) {
		path_point(path, x, y);
		path_point(path, x + width, y);
		path_point(path, x + width, y + height);
		path_point(path, x, y + height);
	} else {
		arc_points(path, x + radius, y + radius, radius, 180, 270);
		arc_points(path, x + width - radius, y + radius, radius, 270, 360);
		arc_points(path, x + width - radius, y + height - radius, radius, 0, 90);
		arc_points(path, x + radius, y + height - radius, radius, 90, 180);
	}
	path_close(path);
}

void path_circle(struct path *path, float x, float y, float radius)
{
	arc_points(path, x, y, radius, 0, 360);
	path_close(path);
}

void path_hole(struct path *path, float x, float y, float radius)
{
	arc_points(path, x, y, radius, 360, 0);
	path_close(path);
}

void path_arc(struct path *path, float x, float y, float inner, float outer, float from, float to)
{
	arc_points(path, x, y, outer, from, to);
	arc_points(path, x, y, inner, to, from);
	path_close(path);
}

void path_line(struct path *path, float x0, float y0, float x1, float y1, float thickness)
{
	float angle = atan2f(y1 - y0, x1 - x0) / DEGREES;

	arc_points(path, x1, y1, thickness / 2, angle - 90, angle + 90);
	arc_points(path, x0, y0, thickness / 2, angle + 90, angle + 270);
	path_close(path);
}

/* -- Rasteriser ------------------------------------------------------------
 *
 * Coordinates are 1/256 pixel. For one row of pixels, each edge adds to
 * `cells` how much the area to its right changes, in 1/65536 pixel; summed up
 * from the left that is each pixel's coverage. An edge is always cut at the same
 * places whatever the clip is, which makes partial redraws exact.
 */

#define SUBPIXELS 256

struct row {
	int *cells; /* one per column from x0 on, and one to spare */
	int x0, x1;
	int first, last; /* cells touched */
};

static void row_add(struct row *row, int column, int area)
{
	if (column < row->x0)
		column = row->x0;
	if (column > row->x1)
		return;
	row->cells[column - row->x0] += area;
	if (column < row->first)
		row->first = column;
	if (column > row->last)
		row->last = column;
}

/* An edge within one pixel: `height` is its signed height, `twice_x` the sum of its ends' distances
 * from the left side of the pixel. */
static void row_add_piece(struct row *row, int column, int height, int twice_x)
{
	int right = height * twice_x / 2;

	if (column < row->x0) {
		row_add(row, row->x0, height * SUBPIXELS);
		return;
	}
	row_add(row, column, height * SUBPIXELS - right);
	row_add(row, column + 1, right);
}

static int column_of(int x)
{
	return x >> 8;
}

/* An edge within one row. */
static void row_add_edge(struct row *row, int x0, int y0, int x1, int y1)
{
	int step = x1 > x0 ? 1 : -1;
	int column = column_of(x0);
	int last = column_of(x1);
	int x = x0, y = y0;

	if (column != last && (column < row->x0 || column > row->x1)) {
		/* Outside the clip only the height counts: go straight to where it enters. */
		int enter = column < row->x0 ? row->x0 - 1 : row->x1 + 1;

		if ((step > 0) == (enter > column) && (step > 0) == (enter < last))
			column = enter;
	}
	while (column != last) {
		if (step > 0 && column > row->x1)
			return;
		if (step < 0 && column < row->x0)
			break;

		int border = (step > 0 ? column + 1 : column) * SUBPIXELS;
		int next_y = y0 + (int)((int64_t)(y1 - y0) * (border - x0) / (x1 - x0));

		row_add_piece(row, column, next_y - y, x + border - 2 * column * SUBPIXELS);
		x = border;
		y = next_y;
		column += step;
	}
	row_add_piece(row, column, y1 - y, x + x1 - 2 * column * SUBPIXELS);
}

struct edge {
	int x0, y0, x1, y1;
};

static int edge_x_at(const struct edge *edge, int y)
{
	return edge->x0 +
	       (int)((int64_t)(edge->x1 - edge->x0) * (y - edge->y0) / (edge->y1 - edge->y0));
}

static void row_add_part(struct row *row, const struct edge *edge, int top)
{
	int low = edge->y0 < edge->y1 ? edge->y0 : edge->y1;
	int high = edge->y0 < edge->y1 ? edge->y1 : edge->y0;
	int bottom = top + SUBPIXELS;

	if (high <= top || low >= bottom)
		return;
	if (low < top)
		low = top;
	if (high > bottom)
		high = bottom;

	int from = edge->y0 < edge->y1 ? low : high;
	int to = edge->y0 < edge->y1 ? high : low;

	row_add_edge(row, edge_x_at(edge, from), from, edge_x_at(edge, to), to);
}

/* The paint, ready to be asked for pixels. */
struct brush {
	struct paint paint;
	float origin, step_x, step_y; /* linear: position 0..256 */
	float x, y, per_square;	      /* radial */
};

static struct brush brush_from_paint(const struct canvas *canvas, struct paint paint)
{
	struct brush brush = {.paint = paint};
	float x = paint.x0 * canvas->scale + canvas->offset_x;
	float y = paint.y0 * canvas->scale + canvas->offset_y;

	if (paint.kind == PAINT_LINEAR) {
		float dx = (paint.x1 - paint.x0) * canvas->scale;
		float dy = (paint.y1 - paint.y0) * canvas->scale;
		float length = dx * dx + dy * dy;

		brush.step_x = 256 * dx / length;
		brush.step_y = 256 * dy / length;
		brush.origin = -x * brush.step_x - y * brush.step_y;
	} else if (paint.kind == PAINT_RADIAL) {
		float radius = paint.x1 * canvas->scale;

		brush.x = x;
		brush.y = y;
		brush.per_square = 256 / (radius * radius);
	}
	return brush;
}

static uint32_t mix(uint32_t from, uint32_t to, int position)
{
	uint32_t t = position < 0 ? 0 : position > 256 ? 256 : position;
	uint32_t low = ((from & 0xff00ff) * (256 - t) + (to & 0xff00ff) * t) >> 8 & 0xff00ff;
	uint32_t high = (from >> 8 & 0xff00ff) * (256 - t) + (to >> 8 & 0xff00ff) * t;

	return low | (high & 0xff00ff00);
}

static uint32_t brush_colour(const struct brush *brush, int x, int y)
{
	if (brush->paint.kind == PAINT_LINEAR)
		return mix(brush->paint.from, brush->paint.to,
			   (int)(brush->origin + x * brush->step_x + y * brush->step_y));
	if (brush->paint.kind == PAINT_RADIAL) {
		float dx = x - brush->x, dy = y - brush->y;

		return mix(brush->paint.from, brush->paint.to,
			   (int)((dx * dx + dy * dy) * brush->per_square));
	}
	return brush->paint.from;
}

/* Pixels of equal coverage. A brush that is one colour along the row takes them at once. */
static void paint_run(struct canvas *canvas, int x, int y, int count, const struct brush *brush,
		      int coverage)
{
	bool even = brush->paint.kind == PAINT_SOLID ||
		    (brush->paint.kind == PAINT_LINEAR && brush->step_x == 0);

	if (even) {
		canvas_blend_run(canvas, x, y, count, brush_colour(brush, x, y), coverage);
		return;
	}
	for (int i = 0; i < count; i++)
		canvas_blend_pixel(canvas, x + i, y, brush_colour(brush, x + i, y), coverage);
}

static void row_paint(struct row *row, struct canvas *canvas, int y, const struct brush *brush)
{
	int sum = 0;

	for (int x = row->first, end; x < row->x1; x = end) {
		int coverage;

		if (x <= row->last)
			sum += row->cells[x - row->x0];
		for (end = x + 1; end <= row->last && !row->cells[end - row->x0]; end++)
			;
		if (end > row->last || end > row->x1)
			end = row->x1;
		coverage = abs(sum) >> 8;
		if (coverage)
			paint_run(canvas, x, y, end - x, brush, coverage > 255 ? 255 : coverage);
	}
	for (int x = row->first; x <= row->last; x++)
		row->cells[x - row->x0] = 0;
}

static int path_edges(const struct path *path, const struct canvas *canvas, struct edge *edges,
		      struct rect *ret_bounds)
{
	struct rect bounds = {INT32_MAX, INT32_MAX, INT32_MIN, INT32_MIN};
	int n = 0, start = 0;

	for (int outline = 0; outline < path->n_outlines; outline++) {
		int end = path->outline_end[outline];

		for (int i = start; i < end; i++) {
			int j = i + 1 < end ? i + 1 : start;
			struct edge edge = {
				lroundf((path->x[i] * canvas->scale + canvas->offset_x) *
					SUBPIXELS),
				lroundf((path->y[i] * canvas->scale + canvas->offset_y) *
					SUBPIXELS),
				lroundf((path->x[j] * canvas->scale + canvas->offset_x) *
					SUBPIXELS),
				lroundf((path->y[j] * canvas->scale + canvas->offset_y) *
					SUBPIXELS),
			};
			struct rect point = {edge.x0 >> 8, edge.y0 >> 8, (edge.x0 >> 8) + 1,
					     (edge.y0 >> 8) + 1};

			bounds = rect_union(bounds, point);
			if (edge.y0 != edge.y1)
				edges[n++] = edge;
		}
		start = end;
	}
	*ret_bounds = bounds;
	return n;
}

void path_fill(const struct path *path, struct canvas *canvas, struct paint paint)
{
	struct edge edges[PATH_MAX_POINTS];
	struct rect bounds;
	int n_edges = path_edges(path, canvas, edges, &bounds);
	struct rect area = rect_intersection(bounds, canvas->clip);

	if (rect_is_empty(area))
		return;

	struct brush brush = brush_from_paint(canvas, paint);
	struct row row = {
		.cells = calloc(area.x1 - area.x0 + 1, sizeof(int)), .x0 = area.x0, .x1 = area.x1};

	if (!row.cells)
		abort();
	for (int y = area.y0; y < area.y1; y++) {
		row.first = row.x1 + 1;
		row.last = row.x0 - 1;
		for (int i = 0; i < n_edges; i++)
			row_add_part(&row, &edges[i], y * SUBPIXELS);
		row_paint(&row, canvas, y, &brush);
	}
	free(row.cells);
}

void fill_box(struct canvas *canvas, float x, float y, float width, float height, float radius,
	      struct paint paint)
{
	struct path path;

	path_start(&path);
	path_box(&path, x, y, width, height, radius);
	path_fill(&path, canvas, paint);
}

void fill_circle(struct canvas *canvas, float x, float y, float radius, struct paint paint)
{
	struct path path;

	path_start(&path);
	path_circle(&path, x, y, radius);
	path_fill(&path, canvas, paint);
}

void fill_ring(struct canvas *canvas, float x, float y, float inner, float outer,
	       struct paint paint)
{
	struct path path;

	path_start(&path);
	path_circle(&path, x, y, outer);
	path_hole(&path, x, y, inner);
	path_fill(&path, canvas, paint);
}

void fill_arc(struct canvas *canvas, float x, float y, float inner, float outer, float from,
	      float to, struct paint paint)
{
	struct path path;

	path_start(&path);
	path_arc(&path, x, y, inner, outer, from, to);
	path_fill(&path, canvas, paint);
}

void fill_line(struct canvas *canvas, float x0, float y0, float x1, float y1, float thickness,
	       struct paint paint)
{
	struct path path;

	path_start(&path);
	path_line(&path, x0, y0, x1, y1, thickness);
	path_fill(&path, canvas, paint);
}

void fill_polygon(struct canvas *canvas, int n_points, const float (*points)[2], struct paint paint)
{
	struct path path;

	path_start(&path);
	path_polygon(&path, n_points, points);
	path_fill(&path, canvas, paint);
}

/* The inner outline turns the other way: it is the box with its points reversed. */
void stroke_box(struct canvas *canvas, float x, float y, float width, float height, float radius,
		float thickness, struct paint paint)
{
	struct path path;
	float inside = radius > thickness ? radius - thickness : 0;

	path_start(&path);
	path_box(&path, x + thickness, y + thickness, width - 2 * thickness, height - 2 * thickness,
		 inside);
	for (int i = 0, j = path.n_points - 1; i < j; i++, j--) {
		float px = path.x[i], py = path.y[i];

		path.x[i] = path.x[j];
		path.y[i] = path.y[j];
		path.x[j] = px;
		path.y[j] = py;
	}
	path_box(&path, x, y, width, height, radius);
	path_fill(&path, canvas, paint);
}
