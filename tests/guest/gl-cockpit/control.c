/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What the commands on serial do. Each is answered by one line, after what it
 * changed was shown.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "commands.h"
#include "gl_cockpit.h"

/* What gl-init takes the compositor's exit status for, which is ours. */
#define LEAVE_TO_POWER_OFF 0
#define LEAVE_TO_REBOOT	   10

static double cpu_seconds(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec +
	       (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

void control_restart_rates(struct gl_cockpit *cockpit)
{
	cockpit->rates = (struct cockpit_rates){.cpu_seconds = cpu_seconds()};
	clock_gettime(CLOCK_MONOTONIC, &cockpit->rates.since);
}

static void answer_status(struct gl_cockpit *cockpit)
{
	static const char *const motions[] = {"none", "some", "full"};
	const struct cockpit_rates *rates = &cockpit->rates;
	struct timespec now;
	char fps[16] = "max";
	double seconds, cpu = cpu_seconds();

	clock_gettime(CLOCK_MONOTONIC, &now);
	seconds = now.tv_sec - rates->since.tv_sec + (now.tv_nsec - rates->since.tv_nsec) / 1e9;
	if (cockpit->options.fps)
		snprintf(fps, sizeof(fps), "%d", cockpit->options.fps);
	serial_printf(cockpit->serial,
		      "status frozen=%d motion=%s scene=%s fps=%s head0=%dx%d frame0=%u rate0=%.1f "
		      "late=%d cpu=%.1f",
		      cockpit->frozen, motions[cockpit->world.motion], cockpit->options.scene->name,
		      fps, cockpit->width, cockpit->height, cockpit->frame,
		      seconds > 0 ? rates->frames / seconds : 0, rates->late,
		      seconds > 0 ? 100 * (cpu - rates->cpu_seconds) / seconds : 0);
	control_restart_rates(cockpit);
}

/* There is no second head. */
static void answer(struct gl_cockpit *cockpit, const char *words)
{
	gl_cockpit_settle(cockpit);
	serial_printf(cockpit->serial, "%s %u -", words, cockpit->frame);
}

static void answer_done(struct gl_cockpit *cockpit, const char *name)
{
	char words[32];

	snprintf(words, sizeof(words), "done %s", name);
	answer(cockpit, words);
}

static void step(struct gl_cockpit *cockpit, int frames)
{
	if (!cockpit->frozen) {
		serial_printf(cockpit->serial, "error step: not frozen");
		return;
	}
	for (int i = 0; i < frames; i++) {
		gl_cockpit_step(cockpit);
		gl_cockpit_settle(cockpit);
	}
	answer_done(cockpit, "step");
}

/* The init does the rest, by the status. */
static void leave(struct gl_cockpit *cockpit, const char *name, int status)
{
	serial_printf(cockpit->serial, "done %s", name);
	serial_flush(cockpit->serial);
	exit(status);
}

/* Those that change the world or its pace; false for any other. */
static bool change(struct gl_cockpit *cockpit, const struct command *command)
{
	switch (command->kind) {
	case COMMAND_RESUME:
		cockpit->frozen = false;
		return true;
	case COMMAND_NEEDLE:
		cockpit->world.needle_shift = command->degrees;
		cockpit->dirty = true;
		return true;
	case COMMAND_FPS:
		gl_cockpit_set_fps(cockpit, command->number);
		return true;
	case COMMAND_MOTION:
		cockpit->world.motion = command->number;
		return true;
	default:
		return false;
	}
}

static void carry_out(struct gl_cockpit *cockpit, const struct command *command)
{
	switch (command->kind) {
	case COMMAND_FREEZE:
		cockpit->frozen = true;
		answer(cockpit, "frozen");
		return;
	case COMMAND_STEP:
		step(cockpit, command->number);
		return;
	case COMMAND_FRAME:
		answer(cockpit, "frame");
		return;
	case COMMAND_STATUS:
		answer_status(cockpit);
		return;
	case COMMAND_REBOOT:
		leave(cockpit, command->name, LEAVE_TO_REBOOT);
		return;
	case COMMAND_QUIT:
		leave(cockpit, command->name, LEAVE_TO_POWER_OFF);
		return;
	default:
		break;
	}
	if (change(cockpit, command))
		answer_done(cockpit, command->name);
	else
		serial_printf(cockpit->serial, "error %s: not in this cockpit", command->name);
}

void control_handle_line(void *data, const char *line)
{
	struct gl_cockpit *cockpit = data;
	struct command command;
	const char *reason;

	if (!strcmp(line, "fps max")) {
		gl_cockpit_set_fps(cockpit, 0);
		answer_done(cockpit, "fps");
	} else if (command_parse(line, &command, &reason)) {
		carry_out(cockpit, &command);
	} else {
		serial_printf(cockpit->serial, "error %s", reason);
	}
}
