/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "options.h"

#include <stdio.h>

#include "commands.h"
#include "kernel_options.h"

/* An option is the command of the same name, given early. */
static bool apply(void *data, const char *name, const char *value)
{
	struct options *options = data;
	char line[COMMAND_MAX_LENGTH + 1];
	struct command command;
	const char *reason;

	if (snprintf(line, sizeof(line), "%s %s", name, value) >= (int)sizeof(line) ||
	    !command_parse(line, &command, &reason))
		return false;
	switch (command.kind) {
	case COMMAND_PRESENT:
		options->present = command.number;
		return true;
	case COMMAND_MOTION:
		options->motion = command.number;
		return true;
	case COMMAND_FPS:
		options->fps = command.number;
		return true;
	default:
		return false;
	}
}

const char *options_parse(struct options *options, const char *command_line)
{
	*options = (struct options){PRESENT_DAMAGE, MOTION_FULL, 30};
	return kernel_options_parse(command_line, apply, options);
}
