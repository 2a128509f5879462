/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Fake watcher
 *
 * Watches a display of the bridge, and writes down what it is told, a word an event:
 * "mode0 surface0:64x48 update0:8x8+16+0 off0 cursor0 pointer0:5,6 pointer0:hidden".
 */

#include "gpu-bridge/display.h"

struct fake_watcher {
	char text[4096];
	struct display_surface surfaces[DISPLAY_OUTPUTS_MAX];
	struct display_cursor cursor; /* the last one */
};

extern const struct display_watcher_ops fake_watcher_ops;

/** Forgets what was written down. */
void fake_watcher_forget(struct fake_watcher *watcher);
