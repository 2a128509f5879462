/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "world.h"

#include <linux/input-event-codes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "key_names.h"

#define TAU 6.28318530717958647692

/* Speeds at which the gearbox changes up, in km/h. */
static const float gear_top[] = {0, 22, 42, 64, 90, 122, 240};

static float speed_at(double seconds)
{
	return 66 + 36 * sin(seconds * TAU / 19) + 13 * sin(seconds * TAU / 5.3);
}

static float rpm_target(const struct world *world)
{
	float low = gear_top[world->gear - 1];
	float high = gear_top[world->gear];

	return 1500 + 3300 * (world->speed - low * 0.72f) / (high - low * 0.72f);
}

static void change_gear(struct world *world)
{
	while (world->gear < 6 && world->speed > gear_top[world->gear])
		world->gear++;
	while (world->gear > 1 && world->speed < gear_top[world->gear - 1] - 6)
		world->gear--;
}

void world_init(struct world *world, enum motion motion)
{
	*world = (struct world){
		.motion = motion,
		.speed = speed_at(0),
		.gear = 4,
		.distance = 400,
		.clock = time(NULL),
		.playing = true,
		.volume = 60,
	};
	change_gear(world);
	world->rpm = rpm_target(world);
}

void world_tick(struct world *world, float seconds)
{
	if (world->motion == MOTION_NONE)
		return;
	world->seconds += seconds;
	if (!world->clock_stands)
		world->clock = time(NULL);
	world->speed = speed_at(world->seconds);
	change_gear(world);
	/* An engine takes a third of a second to follow the gearbox. */
	world->rpm += (rpm_target(world) - world->rpm) * fminf(1, seconds * 7);
	if (world->motion == MOTION_FULL)
		world->distance += world->speed * seconds * 1.6;
}

void world_stop_clock(struct world *world, time_t at)
{
	world->clock = at;
	world->clock_stands = true;
}

void world_note(struct world *world, const char *line)
{
	memmove(world->events[0], world->events[1], sizeof(world->events) - WORLD_EVENT_LENGTH);
	snprintf(world->events[WORLD_EVENTS - 1], WORLD_EVENT_LENGTH, "%s", line);
}

static void type_character(struct world *world, char c)
{
	size_t length = strlen(world->typed);

	if (length == WORLD_TYPED_LENGTH - 1) {
		memmove(world->typed, world->typed + 1, length);
		length--;
	}
	world->typed[length] = c;
	world->typed[length + 1] = 0;
}

void world_key(struct world *world, int code, bool down)
{
	enum indicator side = INDICATOR_OFF;
	size_t length = strlen(world->typed);
	char c = key_character(code, world->shift);

	if (code == KEY_LEFTSHIFT || code == KEY_RIGHTSHIFT)
		world->shift = down;
	if (!down)
		return;
	if (c)
		type_character(world, c);
	if (code == KEY_BACKSPACE && length)
		world->typed[length - 1] = 0;
	if (code == KEY_ENTER || code == KEY_ESC)
		world->typed[0] = 0;
	if (code == KEY_F2)
		world->high_beam = !world->high_beam;
	if (code == KEY_LEFT)
		side = INDICATOR_LEFT;
	if (code == KEY_RIGHT)
		side = INDICATOR_RIGHT;
	if (code == KEY_DOWN)
		side = INDICATOR_HAZARD;
	if (side)
		world->indicator = world->indicator == side ? INDICATOR_OFF : side;
}

bool world_indicator_lit(const struct world *world, enum indicator side)
{
	bool on = world->indicator == side || world->indicator == INDICATOR_HAZARD;

	return on && fmod(world->seconds, 0.8) < 0.4;
}
