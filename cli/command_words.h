/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Command words
 *
 * The words of a command that is put together here, for child_command_run(). They are lent.
 */

#include "cli/command.h"

struct command_words {
	unsigned count;
	char *words[COMMAND_WORDS_MAX + 1]; /* ends with NULL */
};

/** More than COMMAND_WORDS_MAX are left out. */
static inline void command_add(struct command_words *command, const char *word)
{
	if (command->count < COMMAND_WORDS_MAX)
		command->words[command->count++] = (char *)word;
}

/** Both of an option's words; none where it has no value. */
static inline void command_add_option(struct command_words *command, const char *option,
				      const char *value)
{
	if (!value)
		return;
	command_add(command, option);
	command_add(command, value);
}
