/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "map.h"

#include <math.h>
#include <stdlib.h>

#include "path.h"
#include "text.h"

/*
 * The town is a grid of streets, bent by a smooth displacement that repeats
 * with the map. Everything is laid out on the straight grid and bent last.
 */
#define TAU	    6.2831853f
#define GRID	    192
#define CELLS	    (MAP_PERIOD / GRID)
#define ROAD_POINTS 96

#define LAND	   0xff101925
#define WATER	   0xff0e3350
#define BANK	   0xff123b5c
#define PARK	   0xff13342c
#define TREE	   0xff1a4639
#define STREET	   0xff243246
#define AVENUE	   0xff3a4c68
#define CASING	   0xff0b121c
#define ROUTE	   0xff2f8cff
#define ROUTE_CORE 0xff6cb4ff
#define LABEL	   0xffa9b8ca

static const uint32_t building_colours[] = {0xff172331, 0xff1a2838, 0xff1d2c3e, 0xff192634,
					    0xff202f42};

static bool is_avenue_row(int row)
{
	return row % 4 == 0;
}

static bool is_avenue_column(int column)
{
	return column % 4 == 1;
}

static float bent_x(float x, float y)
{
	return x + 44 * sinf(TAU * y / MAP_PERIOD + 0.6f) +
	       20 * sinf(TAU * (2 * y + x) / MAP_PERIOD + 1.9f);
}

static float bent_y(float x, float y)
{
	return y + 40 * sinf(TAU * x / MAP_PERIOD + 2.1f) +
	       18 * sinf(TAU * (2 * x - y) / MAP_PERIOD);
}

/* Draws on every period of the map that the path reaches. */
static void fill_wrapped(const struct path *path, struct canvas *canvas, uint32_t colour)
{
	float left = path->x[0], right = left, top = path->y[0], bottom = top;

	for (int i = 1; i < path->n_points; i++) {
		left = fminf(left, path->x[i]);
		right = fmaxf(right, path->x[i]);
		top = fminf(top, path->y[i]);
		bottom = fmaxf(bottom, path->y[i]);
	}
	for (int dy = -MAP_PERIOD; dy <= MAP_PERIOD; dy += MAP_PERIOD) {
		for (int dx = -MAP_PERIOD; dx <= MAP_PERIOD; dx += MAP_PERIOD) {
			if (right + dx < 0 || left + dx > MAP_PERIOD || bottom + dy < 0 ||
			    top + dy > MAP_PERIOD)
				continue;
			canvas->offset_x = dx * canvas->scale;
			canvas->offset_y = dy * canvas->scale;
			path_fill(path, canvas, solid(colour));
		}
	}
	canvas->offset_x = canvas->offset_y = 0;
}

/* A band of constant width along points. */
static void fill_band(struct canvas *canvas, int n, const float (*points)[2], float width,
		      uint32_t colour)
{
	struct path path;
	float half = width / 2;

	path_start(&path);
	for (int side = 0; side < 2; side++) {
		for (int k = 0; k < n; k++) {
			int i = side ? n - 1 - k : k;
			int before = i ? i - 1 : 0, after = i < n - 1 ? i + 1 : n - 1;
			float dx = points[after][0] - points[before][0];
			float dy = points[after][1] - points[before][1];
			float scale = (side ? -half : half) / sqrtf(dx * dx + dy * dy);

			path_point(&path, points[i][0] + dy * scale, points[i][1] - dx * scale);
		}
	}
	path_close(&path);
	fill_wrapped(&path, canvas, colour);
}

static void row_points(int row, float (*points)[2])
{
	for (int i = 0; i <= ROAD_POINTS; i++) {
		float x = (float)MAP_PERIOD * i / ROAD_POINTS, y = row * GRID;

		points[i][0] = bent_x(x, y);
		points[i][1] = bent_y(x, y);
	}
}

static void column_points(int column, float (*points)[2])
{
	for (int i = 0; i <= ROAD_POINTS; i++) {
		float x = column * GRID, y = (float)MAP_PERIOD * i / ROAD_POINTS;

		points[i][0] = bent_x(x, y);
		points[i][1] = bent_y(x, y);
	}
}

static void paint_roads(struct canvas *canvas, bool avenues, float width, uint32_t colour)
{
	float points[ROAD_POINTS + 1][2];

	for (int k = 0; k < CELLS; k++) {
		if (is_avenue_row(k) == avenues) {
			row_points(k, points);
			fill_band(canvas, ROAD_POINTS + 1, points, width, colour);
		}
		if (is_avenue_column(k) == avenues) {
			column_points(k, points);
			fill_band(canvas, ROAD_POINTS + 1, points, width, colour);
		}
	}
}

/* -- What stands between the streets. The town is always the same one. */

static void bend_box(float corners[4][2], float x, float y, float width, float height)
{
	const float straight[4][2] = {
		{x, y}, {x + width, y}, {x + width, y + height}, {x, y + height}};

	for (int i = 0; i < 4; i++) {
		corners[i][0] = bent_x(straight[i][0], straight[i][1]);
		corners[i][1] = bent_y(straight[i][0], straight[i][1]);
	}
}

static void plan_park(const struct map_visitor *visitor, void *data, float x, float y, float size)
{
	float corners[4][2];

	bend_box(corners, x, y, size, size);
	visitor->on_park(data, (const float(*)[2])corners);
	for (int i = 0; i < 9; i++) {
		float tree_x = x + 22 + rand() % (int)(size - 44);
		float tree_y = y + 22 + rand() % (int)(size - 44);
		float radius = 7 + rand() % 8;

		visitor->on_tree(data, bent_x(tree_x, tree_y), bent_y(tree_x, tree_y), radius);
	}
}

static void plan_houses(const struct map_visitor *visitor, void *data, float x, float y, float size)
{
	int columns = 2 + rand() % 2, rows = 2 + rand() % 2;

	for (int row = 0; row < rows; row++) {
		for (int column = 0; column < columns; column++) {
			float width = size / columns, height = size / rows;
			int inset = 4 + rand() % 7;
			struct map_house house;

			bend_box(house.corners, x + column * width + inset,
				 y + row * height + inset, width - 2 * inset, height - 2 * inset);
			house.colour = building_colours[rand() % 5];
			visitor->on_house(data, &house);
		}
	}
}

void map_visit(const struct map_visitor *visitor, void *data)
{
	srand(20);
	for (int row = 0; row < CELLS; row++) {
		for (int column = 0; column < CELLS; column++) {
			float x = column * GRID + 16, y = row * GRID + 16, size_inside = GRID - 32;

			if ((column * 5 + row * 3) % 11 == 0)
				plan_park(visitor, data, x, y, size_inside);
			else
				plan_houses(visitor, data, x, y, size_inside);
		}
	}
}

static void fill_corners(struct canvas *canvas, const float (*corners)[2], uint32_t colour)
{
	struct path path;

	path_start(&path);
	for (int i = 0; i < 4; i++)
		path_point(&path, corners[i][0], corners[i][1]);
	path_close(&path);
	fill_wrapped(&path, canvas, colour);
}

static void paint_park(void *data, const float (*corners)[2])
{
	fill_corners(data, corners, PARK);
}

static void paint_tree(void *data, float x, float y, float radius)
{
	struct path path;

	path_start(&path);
	path_circle(&path, x, y, radius);
	fill_wrapped(&path, data, TREE);
}

static void paint_house(void *data, const struct map_house *house)
{
	fill_corners(data, house->corners, house->colour);
}

static const struct map_visitor painter = {
	.on_park = paint_park,
	.on_tree = paint_tree,
	.on_house = paint_house,
};

static void paint_river(struct canvas *canvas)
{
	float points[ROAD_POINTS + 1][2];

	for (int i = 0; i <= ROAD_POINTS; i++) {
		float y = (float)MAP_PERIOD * i / ROAD_POINTS;

		points[i][0] = 3.5f * GRID + 70 * sinf(TAU * y / MAP_PERIOD) +
			       40 * sinf(2 * TAU * y / MAP_PERIOD + 1);
		points[i][1] = y;
	}
	fill_band(canvas, ROAD_POINTS + 1, points, 132, BANK);
	fill_band(canvas, ROAD_POINTS + 1, points, 116, WATER);
}

/* -- The route: a staircase along the avenues, which meets itself one period further down and
 * right. */

#define ROUTE_STEP   8
#define ROUTE_POINTS (2 * MAP_PERIOD / ROUTE_STEP)
#define ROUTE_LEG    (4 * GRID)
#define CORNER	     6 /* route points on either side that round a corner */

static float route[ROUTE_POINTS + 1][2];

static void straight_route_at(int point, float *x, float *y)
{
	int along = point * ROUTE_STEP;
	int leg = along / ROUTE_LEG, rest = along % ROUTE_LEG;

	if (rest < 0) {
		leg--;
		rest += ROUTE_LEG;
	}
	/* Even legs go east, odd ones south. */
	int east = leg >= 0 ? (leg + 1) / 2 : leg / 2;
	int south = leg - east;

	*x = GRID + east * ROUTE_LEG + (leg % 2 ? 0 : rest);
	*y = south * ROUTE_LEG + (leg % 2 ? rest : 0);
}

static void route_init(void)
{
	if (route[0][0] || route[0][1])
		return;
	for (int i = 0; i <= ROUTE_POINTS; i++) {
		float sum_x = 0, sum_y = 0;

		for (int k = -CORNER; k <= CORNER; k++) {
			float x, y;

			straight_route_at(i + k, &x, &y);
			sum_x += x / (2 * CORNER + 1);
			sum_y += y / (2 * CORNER + 1);
		}
		route[i][0] = bent_x(sum_x, sum_y);
		route[i][1] = bent_y(sum_x, sum_y);
	}
}

static void paint_route(struct canvas *canvas, float width, uint32_t colour)
{
	/* In pieces: a path holds so many points. Each overlaps the next by one point. */
	for (int start = 0; start < ROUTE_POINTS; start += ROUTE_POINTS / 4)
		fill_band(canvas, ROUTE_POINTS / 4 + 1, (const float(*)[2]) & route[start], width,
			  colour);
}

static void route_point(double distance, float *x, float *y)
{
	double position = fmod(distance / ROUTE_STEP, ROUTE_POINTS);
	int i = (int)position;
	float t = position - i;

	*x = route[i][0] + (route[i + 1][0] - route[i][0]) * t;
	*y = route[i][1] + (route[i + 1][1] - route[i][1]) * t;
}

struct map_place map_place_at(double distance)
{
	struct map_place place;
	float x, y;

	route_init();
	route_point(distance, &place.x, &place.y);
	route_point(distance + 14, &x, &y);
	/* The route's end is its start, one period on. */
	x -= MAP_PERIOD * roundf((x - place.x) / MAP_PERIOD);
	y -= MAP_PERIOD * roundf((y - place.y) / MAP_PERIOD);
	place.heading = atan2f(y - place.y, x - place.x) * 360 / TAU;
	return place;
}

static const char *const street_names[CELLS] = {
	"Harbour Street", "Mill Lane",	 "Station Road", "Garden Row",
	"Museum Avenue",  "Bridge Road", "Tower Street", "Orchard Way",
};

const char *map_next_turn(double distance, float *ret_units, bool *ret_right)
{
	static const char *const after_leg[] = {"Quay Street", "Museum Avenue", "Ring Road",
						"Harbour Street"};
	int leg = (int)fmod(distance / ROUTE_LEG, 4);

	*ret_units = ROUTE_LEG - fmod(distance, ROUTE_LEG);
	*ret_right = leg % 2 == 0;
	return after_leg[leg];
}

/* The text is level: put it where the street is, nearly. */
static void paint_label(struct canvas *canvas, int row)
{
	float points[ROAD_POINTS + 1][2];
	float best = 1e9f;
	int place = 0;

	row_points(row, points);
	for (int i = 8; i < ROAD_POINTS - 8; i++) {
		float fall = fabsf(points[i + 5][1] - points[i - 5][1]) +
			     (i % 12 == 6 ? 0 : 1000); /* between two crossings */

		if (fall < best) {
			best = fall;
			place = i;
		}
	}
	for (int dy = -MAP_PERIOD; dy <= MAP_PERIOD; dy += MAP_PERIOD)
		for (int dx = -MAP_PERIOD; dx <= MAP_PERIOD; dx += MAP_PERIOD)
			text_draw(canvas, FONT_REGULAR, 17, points[place][0] + dx,
				  points[place][1] + dy + 5, ALIGN_CENTRE, LABEL,
				  street_names[row]);
}

void map_paint(struct canvas *canvas)
{
	route_init();
	canvas_fill_rect(canvas, canvas->clip, LAND);
	map_visit(&painter, canvas);
	paint_river(canvas);
	paint_roads(canvas, false, 20, CASING);
	paint_roads(canvas, false, 15, STREET);
	paint_roads(canvas, true, 34, CASING);
	paint_roads(canvas, true, 27, AVENUE);
	paint_route(canvas, 17, ROUTE);
	paint_route(canvas, 7, ROUTE_CORE);
}

void map_init(struct map *map, float scale)
{
	int size = lroundf(MAP_PERIOD * scale);
	struct canvas *canvas = &map->canvas;

	if (size < 1)
		size = 1;
	canvas_init(canvas, size, size, MAP_PERIOD, MAP_PERIOD);
	map_paint(canvas);
	for (int row = 0; row < CELLS; row++)
		paint_label(canvas, row);
}

void map_finish(struct map *map)
{
	canvas_finish(&map->canvas);
}
