/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "options.h"

#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "kernel_options.h"

/* An option is the command of the same name, given early. */
static bool apply_command(struct options *options, const char *name, const char *value)
{
	char line[COMMAND_MAX_LENGTH + 1];
	struct command command;
	const char *reason;

	if (snprintf(line, sizeof(line), "%s %s", name, value) >= (int)sizeof(line) ||
	    !command_parse(line, &command, &reason))
		return false;
	if (command.kind == COMMAND_MOTION)
		options->motion = command.number;
	else if (command.kind == COMMAND_FPS)
		options->fps = command.number;
	else
		return false;
	return true;
}

static bool apply(void *data, const char *name, const char *value)
{
	struct options *options = data;

	if (!strcmp(name, "scene")) {
		options->scene = scene_from_name(value);
		return options->scene;
	}
	if (!strcmp(name, "gl"))
		return !strcmp(value, "host") || !strcmp(value, "software");
	if (!strcmp(name, "fps") && !strcmp(value, "max")) {
		options->fps = 0;
		return true;
	}
	return apply_command(options, name, value);
}

const char *options_parse(struct options *options, const char *command_line)
{
	*options = (struct options){&scene_drive, MOTION_FULL, 30};
	return kernel_options_parse(command_line, apply, options);
}
