/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Options from the kernel's command line: cockpit.scene=drive|shapes,
 * cockpit.motion=none|some|full, cockpit.fps=N|max, and cockpit.gl=host|software, which is the
 * init's.
 */

#include "scene.h"

struct options {
	const struct scene_ops *scene;
	enum motion motion;
	int fps; /* 0 is as many as there can be */
};

/**
 * Reads the options from a command line, over the defaults.
 *
 * Returns NULL, or the first word that is ours and wrong, valid until the next call.
 */
const char *options_parse(struct options *options, const char *command_line);
