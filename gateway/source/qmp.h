/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * QMP
 *
 * A client of QEMU's monitor: commands go out one after the other, and each is
 * answered in its turn, sooner or later. Nothing here waits, and what the monitor
 * has not taken or answered yet has a bound, past which the connection fails.
 *
 * A monitor serves one client at a time. So the client stays connected for as long as
 * it has a use for QEMU: nobody else can take the monitor over, and the
 * connection's end tells of QEMU's.
 *
 * Threads: the loop's.
 */

#include "common/cleanup.h"
#include "common/loop.h"

struct json_object;
struct qmp;

struct qmp_events {
	/* The monitor takes commands. */
	void (*on_ready)(void *data);

	/* Something happened to the VM: "RESUME", "RESET". May be NULL. */
	void (*on_event)(void *data, const char *name);

	/* It did not work, or does not any more: `reason` completes "QEMU ...".
	 * Nothing follows it, answers neither. The client must be closed later,
	 * not in this call. */
	void (*on_failed)(void *data, const char *reason);
};

/* What became of a command: `error` says why it failed, and is NULL when it did
 * not. Both are valid during the call. */
typedef void (*qmp_answer_fn)(void *data, struct json_object *value, const char *error);

/* Room for a reason, with its end. */
#define QMP_REASON_MAX 200

/** Starts to talk on a connected socket, which it takes. Returns 0 or negative errno. */
int qmp_open(struct loop *loop, int fd, const struct qmp_events *events, void *data,
	     struct qmp **ret_qmp);

/** What is unanswered stays so: handlers' data may be freed from then on. Accepts NULL. */
void qmp_close(struct qmp *qmp);

/**
 * Sends `command`, JSON in one line without its end. A descriptor, which stays the caller's,
 * goes with it unless it is -1; -EBUSY when others are on their way before it.
 *
 * Returns 0, or negative errno: then no answer comes.
 */
int qmp_send(struct qmp *qmp, const char *command, int fd, qmp_answer_fn on_answer, void *data);

DEFINE_CLEANUP(struct qmp *, qmp_close)
