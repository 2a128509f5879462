/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * VNC viewer
 *
 * One connection, from its login to its end, on a thread of its own that waits
 * for the peer and for the head at the same time.
 *
 * Threads: start, stop and join on any; the rest happens on the viewer's own.
 */

#include <stdbool.h>

#include "common/cleanup.h"
#include "gateway/services.h"

struct head;
struct vnc_viewer;

struct vnc_viewer_config {
	const struct services *services; /* outlive the viewer */
	struct head *head;
	const char *protocol; /* a literal: "vnc" or "web" */
	const char *peer;     /* copied */
	bool asks_password;

	/* Both are called on the viewer's thread: once the login is over, well or
	 * not; and last of all, when nothing but vnc_viewer_join() may follow. */
	void (*on_login_over)(void *data);
	void (*on_end)(struct vnc_viewer *viewer, void *data);
	void *data;
};

/** Starts the thread. Takes `fd` over in any case. Returns 0 or negative errno. */
int vnc_viewer_start(const struct vnc_viewer_config *config, int fd,
		     struct vnc_viewer **ret_viewer);

/** Asks it to end, whatever it waits for; on_end() tells when it has. */
void vnc_viewer_stop(struct vnc_viewer *viewer);

/** Waits for the thread's end and frees the viewer. */
void vnc_viewer_join(struct vnc_viewer *viewer);
