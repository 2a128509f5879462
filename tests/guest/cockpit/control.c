/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What the commands on serial do. Each is answered by one line, after what it
 * changed is really on the screen.
 */

#include <errno.h>
#include <stdio.h>
#include <sys/reboot.h>
#include <sys/resource.h>

#include "cockpit.h"
#include "commands.h"

/* " 12 34": the frame numbers on the screens, "-" for a head that is off. */
static const char *frame_numbers(const struct cockpit *cockpit)
{
	static char text[64];
	int length = 0;

	for (int i = 0; i < kms_heads(cockpit->kms); i++) {
		const struct face *face = cockpit->faces[i];

		if (face_is_on(face))
			length += snprintf(text + length, sizeof(text) - length, " %u",
					   face->frame);
		else
			length += snprintf(text + length, sizeof(text) - length, " -");
	}
	return text;
}

static double cpu_seconds(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec +
	       (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

void control_restart_rates(struct cockpit *cockpit)
{
	cockpit->rates = (struct cockpit_rates){.cpu_seconds = cpu_seconds()};
	clock_gettime(CLOCK_MONOTONIC, &cockpit->rates.since);
}

static void answer_status(struct cockpit *cockpit)
{
	static const char *const motions[] = {"none", "some", "full"};
	struct cockpit_rates *rates = &cockpit->rates;
	struct timespec now;
	char heads[256];
	int length = 0;
	double seconds, cpu = cpu_seconds();

	clock_gettime(CLOCK_MONOTONIC, &now);
	seconds = now.tv_sec - rates->since.tv_sec + (now.tv_nsec - rates->since.tv_nsec) / 1e9;
	for (int i = 0; i < kms_heads(cockpit->kms); i++) {
		const struct canvas *size = &cockpit->faces[i]->background;

		length += snprintf(heads + length, sizeof(heads) - length,
				   " head%d=%dx%d frame%d=%u rate%d=%.1f", i, size->width,
				   size->height, i, cockpit->faces[i]->frame, i,
				   seconds > 0 ? rates->frames[i] / seconds : 0);
	}
	serial_printf(
		cockpit->serial, "status frozen=%d motion=%s present=%s fps=%d%s late=%d cpu=%.1f",
		cockpit->frozen, motions[cockpit->world.motion],
		cockpit->options.present == PRESENT_FLIP ? "flip" : "damage", cockpit->options.fps,
		heads, rates->late, seconds > 0 ? 100 * (cpu - rates->cpu_seconds) / seconds : 0);
	control_restart_rates(cockpit);
}

static void answer_done(struct cockpit *cockpit, const struct command *command)
{
	cockpit_settle(cockpit);
	serial_printf(cockpit->serial, "done %s%s", command->name, frame_numbers(cockpit));
}

static void step(struct cockpit *cockpit, const struct command *command)
{
	if (!cockpit->frozen) {
		serial_printf(cockpit->serial, "error step: not frozen");
		return;
	}
	for (int i = 0; i < command->number; i++) {
		cockpit_tick(cockpit, 1);
		cockpit_settle(cockpit);
	}
	answer_done(cockpit, command);
}

static void toggle_pixel(struct cockpit *cockpit, const struct command *command)
{
	int result = face_toggle_pixel(cockpit->faces[command->head], command->x, command->y,
				       command->colour);

	if (result < 0)
		serial_printf(cockpit->serial, "error pixel: %s",
			      result == -EINVAL ? "outside the head" : "too many pixels");
	else
		answer_done(cockpit, command);
}

/* The world is another, without having moved on. */
static void animate(struct cockpit *cockpit)
{
	for (int i = 0; i < KMS_MAX_HEADS; i++)
		if (face_is_on(cockpit->faces[i]))
			cockpit->faces[i]->ops->animate(cockpit->faces[i]);
}

static void leave(struct cockpit *cockpit, const struct command *command, int how)
{
	serial_printf(cockpit->serial, "done %s", command->name);
	serial_flush(cockpit->serial);
	reboot(how);
}

void control_handle_line(void *data, const char *line)
{
	struct cockpit *cockpit = data;
	struct command command;
	const char *reason;

	if (!command_parse(line, &command, &reason)) {
		serial_printf(cockpit->serial, "error %s", reason);
		return;
	}
	switch (command.kind) {
	case COMMAND_FREEZE:
		cockpit->frozen = true;
		cockpit_settle(cockpit);
		serial_printf(cockpit->serial, "frozen%s", frame_numbers(cockpit));
		return;
	case COMMAND_RESUME:
		cockpit->frozen = false;
		break;
	case COMMAND_STEP:
		step(cockpit, &command);
		return;
	case COMMAND_PIXEL:
		toggle_pixel(cockpit, &command);
		return;
	case COMMAND_NEEDLE:
		cockpit->world.needle_shift = command.degrees;
		animate(cockpit);
		break;
	case COMMAND_FPS:
		cockpit_set_fps(cockpit, command.number);
		break;
	case COMMAND_PRESENT:
		cockpit->options.present = command.number;
		break;
	case COMMAND_MOTION:
		cockpit->world.motion = command.number;
		break;
	case COMMAND_CLOCK:
		world_stop_clock(&cockpit->world, command.number);
		animate(cockpit);
		break;
	case COMMAND_FRAME:
		cockpit_settle(cockpit);
		serial_printf(cockpit->serial, "frame%s", frame_numbers(cockpit));
		return;
	case COMMAND_STATUS:
		answer_status(cockpit);
		return;
	case COMMAND_REBOOT:
		leave(cockpit, &command, RB_AUTOBOOT);
		return;
	case COMMAND_QUIT:
		leave(cockpit, &command, RB_POWER_OFF);
		return;
	}
	answer_done(cockpit, &command);
}
