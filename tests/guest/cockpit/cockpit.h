/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Cockpit
 *
 * The demo guest's only program: faces on heads, input to faces, and a
 * serial line that says what happens and takes commands. One thread.
 */

#include <stdint.h>
#include <time.h>

#include "face.h"
#include "input.h"
#include "kms.h"
#include "options.h"
#include "serial.h"
#include "world.h"

/* Since the last `status`. */
struct cockpit_rates {
	struct timespec since;
	double cpu_seconds;
	int frames[KMS_MAX_HEADS];
	int late; /* ticks that came too late */
};

struct cockpit {
	struct options options;
	struct world world;
	struct face *faces[KMS_MAX_HEADS];
	struct kms *kms;
	struct input *input;
	struct serial *serial;
	int timer_fd, uevent_fd;
	bool frozen;
	struct cockpit_rates rates;
};

/** Opens everything and runs until the guest is switched off. Returns a negative errno if it
 * cannot. */
int cockpit_run(const char *command_line);

/** Moves the world on by one frame, or several at once, and marks what that changes. */
void cockpit_tick(struct cockpit *cockpit, int frames);

/** Redraws and presents the heads that are dirty and ready for it. */
void cockpit_present(struct cockpit *cockpit);

/** Presents what is dirty and waits until it is really shown. */
void cockpit_settle(struct cockpit *cockpit);

/** Sets the pace of the ticks. */
void cockpit_set_fps(struct cockpit *cockpit, int fps);

/** Starts counting what `status` tells anew. */
void control_restart_rates(struct cockpit *cockpit);

/** Carries out one line from serial and answers it. */
void control_handle_line(void *data, const char *line);
