/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Commands: the lines that the cockpit takes on serial. README.md lists them.
 */

#include <stdbool.h>
#include <stdint.h>

#define COMMAND_MAX_LENGTH 127 /* bytes of a line; longer ones are refused whole */
#define COMMAND_MAX_STEPS  10000

enum command_kind {
	COMMAND_FREEZE,
	COMMAND_RESUME,
	COMMAND_STEP,	 /* number: frames */
	COMMAND_PIXEL,	 /* head, x, y, colour */
	COMMAND_NEEDLE,	 /* degrees */
	COMMAND_FPS,	 /* number */
	COMMAND_PRESENT, /* number: enum present */
	COMMAND_MOTION,	 /* number: enum motion */
	COMMAND_CLOCK,	 /* number: seconds since 1970 */
	COMMAND_FRAME,
	COMMAND_STATUS,
	COMMAND_REBOOT,
	COMMAND_QUIT,
};

struct command {
	enum command_kind kind;
	const char *name;
	int number;
	int head, x, y;
	uint32_t colour;
	float degrees;
};

/**
 * Reads one line without its newline.
 *
 * Returns true, or false with the reason, which names what was wrong.
 */
bool command_parse(const char *line, struct command *ret_command, const char **ret_reason);

/** The number of a word: for `present` of "flip" and "damage", for `motion` of "none", "some" and
 * "full"; or -1. */
int present_from_word(const char *word);
int motion_from_word(const char *word);
