/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The table of commands.
 */

#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "common/cleanup.h"
#include "common/xalloc.h"

const struct command *const commands[] = {
	&command_status,
	&command_capture,
	&command_compare,
	&command_wait,
	&command_key,
	&command_type,
	&command_pointer,
	&command_touch,
	&command_console,
	&command_power,
	&command_record,
	&command_run_scenario,
	&command_look,
	&command_record_scenario,
	NULL,
};

const struct command *command_find(const char *name)
{
	for (size_t i = 0; commands[i]; i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	return NULL;
}

static void print_help(const struct command *command)
{
	printf("Usage: windscreen [OPTION...] %s %s\n", command->name, command->arguments);
	printf("%s.\n", command->summary);
	if (*command->help)
		printf("\n%s", command->help);
}

/* Whether the arguments ask for help, rather than being a text to type. */
static bool wants_help(char **argv)
{
	for (; *argv && strcmp(*argv, "--") != 0; argv++)
		if (strcmp(*argv, "--help") == 0)
			return true;
	return false;
}

int command_run(const struct target *target, int argc, char **argv)
{
	const struct command *command;

	if (argc == 0)
		return usage_error("say what to do: windscreen --help lists the commands");
	command = command_find(argv[0]);
	if (!command)
		return usage_error("there is no command %s: windscreen --help lists them", argv[0]);
	if (wants_help(argv + 1)) {
		print_help(command);
		return STATUS_DONE;
	}

	CLEANUP(freep) char *name = xasprintf("windscreen %s", command->name);

	argv[0] = name;
	optind = 0; /* glibc's way of starting anew */
	return command->run(target, argc, argv);
}
