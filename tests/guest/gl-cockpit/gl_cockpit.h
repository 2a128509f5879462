/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * GL cockpit
 *
 * The GL guest's only program: one scene in one window, and the first
 * cockpit's serial line. One thread.
 */

#include <stdint.h>
#include <time.h>

#include "options.h"
#include "scene.h"
#include "serial.h"
#include "window.h"
#include "world.h"

/* Since the last `status`. */
struct cockpit_rates {
	struct timespec since;
	double cpu_seconds;
	int frames;
	int late; /* ticks that came too late */
};

struct gl_cockpit {
	struct options options;
	struct world world;
	struct scene *scene;
	struct window *window;
	struct serial *serial;
	int timer_fd;
	int width, height;
	int pointer_x, pointer_y;
	uint32_t frame; /* number of the newest picture */
	bool dirty, frozen;
	struct timespec drawn; /* when, the newest picture */
	struct cockpit_rates rates;
};

/** Opens everything and runs until the guest is switched off. Returns a negative errno if it
 * cannot. */
int gl_cockpit_run(const char *command_line);

/** Moves the world on by one frame. */
void gl_cockpit_step(struct gl_cockpit *cockpit);

/** Draws what is dirty and waits until the compositor has shown it. */
void gl_cockpit_settle(struct gl_cockpit *cockpit);

/** Sets the pace; 0 is as fast as it goes. */
void gl_cockpit_set_fps(struct gl_cockpit *cockpit, int fps);

/** Starts counting what `status` tells anew. */
void control_restart_rates(struct gl_cockpit *cockpit);

/** Carries out one line from serial and answers it. */
void control_handle_line(void *data, const char *line);
