/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Map
 *
 * A made-up town that repeats in both directions, painted once and then only
 * copied, with a route around it that the car follows for ever.
 */

#include "canvas.h"

#define MAP_PERIOD 1536 /* design units */

struct map {
	struct canvas canvas; /* one period, at the scale it was painted for */
};

/* A place on the map, in its design units; heading in degrees, clockwise from east. */
struct map_place {
	float x, y, heading;
};

/* A house stands on four corners, clockwise, in design units. */
struct map_house {
	float corners[4][2];
	uint32_t colour;
};

struct map_visitor {
	void (*on_house)(void *data, const struct map_house *house);
	void (*on_park)(void *data, const float (*corners)[2]);
	void (*on_tree)(void *data, float x, float y, float radius);
};

/** Calls back for everything that stands between the streets of one period, in a fixed order. */
void map_visit(const struct map_visitor *visitor, void *data);

/** Paints one period onto a canvas whose design is MAP_PERIOD square, without the streets' names.
 */
void map_paint(struct canvas *canvas);

/** Paints the town with its names at `scale` pixels per design unit. */
void map_init(struct map *map, float scale);
void map_finish(struct map *map);

/** Where the car is after `distance` units along the route. */
struct map_place map_place_at(double distance);

/** Name of the street there, and the distance to the next turn; `ret_right` says which way that
 * goes. */
const char *map_next_turn(double distance, float *ret_units, bool *ret_right);
