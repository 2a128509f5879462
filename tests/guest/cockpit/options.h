/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Options from the kernel's command line: cockpit.present=flip|damage,
 * cockpit.motion=none|some|full, cockpit.fps=N. Others are not ours.
 */

#include "kms.h"
#include "world.h"

struct options {
	enum present present;
	enum motion motion;
	int fps;
};

/**
 * Reads the options from a command line, over the defaults.
 *
 * Returns NULL, or the first word that is ours and wrong, valid until the next call.
 */
const char *options_parse(struct options *options, const char *command_line);
