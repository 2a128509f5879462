/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel_options.h"

#include <stdio.h>
#include <string.h>

#define PREFIX "cockpit."

const char *kernel_options_parse(const char *command_line,
				 bool (*apply)(void *data, const char *name, const char *value),
				 void *data)
{
	static char copy[4096];
	char *rest = copy, *word;

	snprintf(copy, sizeof(copy), "%s", command_line);
	while ((word = strsep(&rest, " \n"))) {
		char *name = word + strlen(PREFIX), *value = strchr(word, '=');

		if (strncmp(word, PREFIX, strlen(PREFIX)))
			continue;
		if (!value)
			return word;
		*value = 0;
		if (!apply(data, name, value + 1)) {
			*value = '=';
			return word;
		}
	}
	return NULL;
}

void kernel_options_read(char *command_line, int size)
{
	FILE *file = fopen("/proc/cmdline", "r");

	command_line[0] = 0;
	if (!file)
		return;
	if (!fgets(command_line, size, file))
		command_line[0] = 0;
	fclose(file);
}
