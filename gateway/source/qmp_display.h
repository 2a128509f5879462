/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * QMP display
 *
 * Has QEMU serve its D-Bus display on a socket pair, through its monitor (getfd,
 * add_client). QEMU serves it to one client: the newest.
 *
 * Threads: the loop's.
 */

#include "common/cleanup.h"
#include "common/loop.h"

struct qmp;
struct qmp_display;

struct qmp_display_events {
	/* The display is served on `fd`, which the callee takes. */
	void (*on_display)(void *data, int fd);

	/* QEMU has none, or does not answer: `reason` completes "QEMU ...". */
	void (*on_refused)(void *data, const char *reason);
};

/** Asks a monitor that is ready and has nothing else to do. Returns 0 or negative errno. */
int qmp_display_ask(struct loop *loop, struct qmp *qmp, const struct qmp_display_events *events,
		    void *data, struct qmp_display **ret_display);

/** To be called with the monitor closed; accepts NULL. The display that was handed over stays. */
void qmp_display_destroy(struct qmp_display *display);

DEFINE_CLEANUP(struct qmp_display *, qmp_display_destroy)
