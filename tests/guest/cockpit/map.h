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

/** Paints the town at `scale` pixels per design unit. */
void map_init(struct map *map, float scale);
void map_finish(struct map *map);

/** Where the car is after `distance` units along the route. */
struct map_place map_place_at(double distance);

/** Name of the street there, and the distance to the next turn; `ret_right` says which way that
 * goes. */
const char *map_next_turn(double distance, float *ret_units, bool *ret_right);
