/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * QMP
 *
 * A client of QEMU's monitor that does one thing: it has QEMU serve its D-Bus
 * display on a socket pair (getfd, add_client).
 *
 * It stays connected afterwards: a monitor serves one client at a time, so that
 * nobody else can take the display over, and its end tells of QEMU's.
 *
 * Threads: the loop's.
 */

#include "common/cleanup.h"
#include "common/loop.h"

struct qmp;

struct qmp_events {
	/* The display is served on `fd`, which the callee takes. */
	void (*on_display)(void *data, int fd);

	/* It did not work, or does not any more: `reason` completes "QEMU ...".
	 * Nothing follows it. The client must be closed later, not in this call. */
	void (*on_failed)(void *data, const char *reason);
};

/** Starts to talk on a connected socket, which it takes. Returns 0 or negative errno. */
int qmp_open(struct loop *loop, int fd, const struct qmp_events *events, void *data,
	     struct qmp **ret_qmp);

/** Accepts NULL. */
void qmp_close(struct qmp *qmp);

DEFINE_CLEANUP(struct qmp *, qmp_close)
