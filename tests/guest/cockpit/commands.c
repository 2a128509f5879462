/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "commands.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "kms.h"
#include "world.h"

#define MAX_WORDS 5

/* Whole numbers only, all of the word, inside the range. */
static bool parse_number(const char *word, int base, long low, long high, long *ret_number)
{
	char *end;

	errno = 0;
	*ret_number = strtol(word, &end, base);
	return !errno && end != word && !*end && *ret_number >= low && *ret_number <= high;
}

static bool parse_int(const char *word, int low, int high, int *ret_number)
{
	long number;

	if (!parse_number(word, 10, low, high, &number))
		return false;
	*ret_number = number;
	return true;
}

int present_from_word(const char *word)
{
	if (!strcmp(word, "flip"))
		return PRESENT_FLIP;
	return strcmp(word, "damage") ? -1 : PRESENT_DAMAGE;
}

int motion_from_word(const char *word)
{
	static const char *const words[] = {
		[MOTION_NONE] = "none", [MOTION_SOME] = "some", [MOTION_FULL] = "full"};

	for (int i = 0; i < 3; i++)
		if (!strcmp(word, words[i]))
			return i;
	return -1;
}

/* Each takes the words after the command's name, and returns NULL or what is wrong. */

static const char *parse_nothing(int n, char **words, struct command *command)
{
	(void)n, (void)words, (void)command;
	return NULL;
}

static const char *parse_step(int n, char **words, struct command *command)
{
	command->number = 1;
	return n == 0 || parse_int(words[0], 1, COMMAND_MAX_STEPS, &command->number)
		       ? NULL
		       : "step: not a number of frames";
}

static const char *parse_pixel(int n, char **words, struct command *command)
{
	long colour = 0xff00ff;

	if (!parse_int(words[0], 0, KMS_MAX_HEADS - 1, &command->head))
		return "pixel: no such head";
	if (!parse_int(words[1], 0, KMS_MAX_SIZE, &command->x) ||
	    !parse_int(words[2], 0, KMS_MAX_SIZE, &command->y))
		return "pixel: not a position";
	if (n > 3 && (strlen(words[3]) != 6 || !parse_number(words[3], 16, 0, 0xffffff, &colour)))
		return "pixel: not a colour of the form RRGGBB";
	command->colour = colour;
	return NULL;
}

static const char *parse_needle(int n, char **words, struct command *command)
{
	char *end;

	(void)n;
	command->degrees = strtof(words[0], &end);
	/* Written so that not-a-number is refused as well. */
	if (end == words[0] || *end || !(command->degrees >= -360 && command->degrees <= 360))
		return "needle: not an angle from -360 to 360";
	return NULL;
}

static const char *parse_fps(int n, char **words, struct command *command)
{
	(void)n;
	return parse_int(words[0], 1, 240, &command->number) ? NULL
							     : "fps: not a number from 1 to 240";
}

static const char *parse_present(int n, char **words, struct command *command)
{
	(void)n;
	command->number = present_from_word(words[0]);
	return command->number < 0 ? "present: neither flip nor damage" : NULL;
}

static const char *parse_motion(int n, char **words, struct command *command)
{
	(void)n;
	command->number = motion_from_word(words[0]);
	return command->number < 0 ? "motion: neither none, some nor full" : NULL;
}

static const char *parse_clock(int n, char **words, struct command *command)
{
	(void)n;
	return parse_int(words[0], 0, INT_MAX, &command->number) ? NULL
								 : "clock: not a number of seconds";
}

static const struct {
	const char *name;
	int min_words, max_words; /* after the name */
	const char *(*parse)(int n, char **words, struct command *command);
} commands[] = {
	[COMMAND_FREEZE] = {"freeze", 0, 0, parse_nothing},
	[COMMAND_RESUME] = {"resume", 0, 0, parse_nothing},
	[COMMAND_STEP] = {"step", 0, 1, parse_step},
	[COMMAND_PIXEL] = {"pixel", 3, 4, parse_pixel},
	[COMMAND_NEEDLE] = {"needle", 1, 1, parse_needle},
	[COMMAND_FPS] = {"fps", 1, 1, parse_fps},
	[COMMAND_PRESENT] = {"present", 1, 1, parse_present},
	[COMMAND_MOTION] = {"motion", 1, 1, parse_motion},
	[COMMAND_CLOCK] = {"clock", 1, 1, parse_clock},
	[COMMAND_FRAME] = {"frame", 0, 0, parse_nothing},
	[COMMAND_STATUS] = {"status", 0, 0, parse_nothing},
	[COMMAND_REBOOT] = {"reboot", 0, 0, parse_nothing},
	[COMMAND_QUIT] = {"quit", 0, 0, parse_nothing},
};

bool command_parse(const char *line, struct command *ret_command, const char **ret_reason)
{
	char copy[COMMAND_MAX_LENGTH + 1];
	char *words[MAX_WORDS + 1], *rest = copy, *word;
	int n = 0;

	if (strlen(line) > COMMAND_MAX_LENGTH) {
		*ret_reason = "line too long";
		return false;
	}
	strcpy(copy, line);
	while (n <= MAX_WORDS && (word = strsep(&rest, " \t")))
		if (*word)
			words[n++] = word;
	*ret_reason = "empty command";
	if (n == 0)
		return false;
	*ret_reason = "unknown command";
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(words[0], commands[i].name))
			continue;
		*ret_command = (struct command){.kind = i, .name = commands[i].name};
		*ret_reason = "wrong number of words";
		if (n - 1 < commands[i].min_words || n - 1 > commands[i].max_words)
			return false;
		*ret_reason = commands[i].parse(n - 1, words + 1, ret_command);
		return !*ret_reason;
	}
	return false;
}
