/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * World
 *
 * What both heads show: the drive, the clock, and what was done to the
 * guest. It moves on only by world_tick(), so that a frozen picture stays.
 */

#include <stdbool.h>
#include <time.h>

#define WORLD_EVENTS	   7  /* lines that the text panel remembers */
#define WORLD_EVENT_LENGTH 40 /* bytes, with the final 0 */
#define WORLD_TYPED_LENGTH 33

/* How much moves by itself. */
enum motion {
	MOTION_NONE, /* nothing, not even the clock */
	MOTION_SOME, /* needles, clock, small things */
	MOTION_FULL, /* the map too */
};

enum indicator {
	INDICATOR_OFF,
	INDICATOR_LEFT,
	INDICATOR_RIGHT,
	INDICATOR_HAZARD
};

struct world {
	enum motion motion;
	double seconds; /* of driving so far */
	float speed;	/* km/h */
	float rpm;
	int gear;
	double distance; /* along the map's route, in its units */
	time_t clock;
	bool clock_stands; /* for tests: the time is not the guest's */

	enum indicator indicator;
	bool high_beam, playing;
	int volume;	    /* 0..100 */
	float needle_shift; /* degrees, for tests */

	char events[WORLD_EVENTS][WORLD_EVENT_LENGTH]; /* the newest last */
	bool shift;
	char typed[WORLD_TYPED_LENGTH];
};

/** The start of the drive, at a pleasant speed. */
void world_init(struct world *world, enum motion motion);

/** Moves on by `seconds`. */
void world_tick(struct world *world, float seconds);

/** Stops the clock at a time, in seconds since 1970. */
void world_stop_clock(struct world *world, time_t at);

/** Notes one line for the text panel; it is cut to fit. */
void world_note(struct world *world, const char *line);

/** A key went down or up: text grows, indicators and lights change. `code` is Linux's. */
void world_key(struct world *world, int code, bool down);

/** True while the indicator lamps of that side are lit. */
bool world_indicator_lit(const struct world *world, enum indicator side);
