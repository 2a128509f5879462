/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Town
 *
 * The first cockpit's map as a town at night: its streets as the ground, its
 * houses with storeys and lit windows, its trees, and the car on its route.
 */

struct town;

/** Where the picture is taken from. */
struct town_view {
	float heading; /* degrees, clockwise from east */
	float horizon; /* 0 is the upper edge of the screen, 1 the lower */
};

#define TOWN_HAZE 0xff2b2f4f /* what far things fade into: the sky's colour at the horizon */

/** Builds the town. Aborts without memory. */
struct town *town_create(void);
void town_destroy(struct town *town);

/** From behind the car, after `distance` along the route. */
struct town_view town_view_at(double distance);

/** Draws all that is below the horizon, over the whole viewport. */
void town_draw(struct town *town, double distance, float aspect);
