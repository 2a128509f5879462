/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Command
 *
 * One word of the command line and what it does. A command parses its own
 * arguments, opens a client to the gateway, and returns the program's exit
 * status, having said on standard error, in one line, why it is not 0.
 */

#include "cli/target.h"

enum exit_status {
	STATUS_DONE = 0,
	STATUS_NO = 1, /* it differs, it timed out, it failed */
	STATUS_USAGE = 2,
	STATUS_COULD_NOT = 3, /* no gateway, no file, no space */

	/* With target.only_checks: it is well formed, as far as can be told here. */
	STATUS_CHECKED = 100,
};

struct command {
	const char *name;
	const char *arguments; /* as the help shows them */
	const char *summary;
	const char *help; /* a line for each option, or "" */

	/* `argv[0]` is "windscreen NAME", for getopt_long() to complain with. */
	int (*run)(const struct target *target, int argc, char **argv);
};

extern const struct command command_status;
extern const struct command command_capture;
extern const struct command command_compare;
extern const struct command command_wait;
extern const struct command command_key;
extern const struct command command_type;
extern const struct command command_pointer;
extern const struct command command_touch;
extern const struct command command_console;
extern const struct command command_power;
extern const struct command command_record;

extern const struct command command_run_scenario;
extern const struct command command_look;
extern const struct command command_record_scenario;

/* All of them; ends with NULL. */
extern const struct command *const commands[];

/* More words are no command. */
#define COMMAND_WORDS_MAX 80

/** Returns NULL when there is none of that name. */
const struct command *command_find(const char *name);

/** Runs the command that `argv` begins with. Returns the program's exit status. */
int command_run(const struct target *target, int argc, char **argv);

/** Says what is wrong with the arguments. Returns STATUS_USAGE. */
int usage_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** Says why it could not be done. Returns STATUS_COULD_NOT. */
int could_not(const char *format, ...) __attribute__((format(printf, 1, 2)));
