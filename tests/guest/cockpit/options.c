/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"

#define PREFIX "cockpit."

/* An option is the command of the same name, given early. */
static bool apply(struct options *options, const char *name, const char *value)
{
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
	static char copy[4096];
	char *rest = copy, *word;

	*options = (struct options){PRESENT_DAMAGE, MOTION_FULL, 30};
	snprintf(copy, sizeof(copy), "%s", command_line);
	while ((word = strsep(&rest, " \n"))) {
		char *name = word + strlen(PREFIX), *value = strchr(word, '=');

		if (strncmp(word, PREFIX, strlen(PREFIX)))
			continue;
		if (!value)
			return word;
		*value = 0;
		if (!apply(options, name, value + 1)) {
			*value = '=';
			return word;
		}
	}
	return NULL;
}
