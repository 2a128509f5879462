/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * QMP release
 *
 * Lets go of what an earlier client of QEMU's monitor may have left pressed: nothing tells the
 * guest that a gateway died, and it would repeat a key for ever.
 *
 * A guest that is slow loses what its devices have no room for, so that keys go a few at a time,
 * each lot as one report. A key that a viewer holds is left alone.
 *
 * Threads: the loop's.
 */

#include "common/cleanup.h"
#include "common/loop.h"

struct qmp;
struct qmp_release;
struct source_input;

/** `input`, which outlives the release, knows which keys viewers hold. Returns 0 or negative errno.
 */
int qmp_release_create(struct loop *loop, const struct source_input *input,
		       struct qmp_release **ret_release);

/** To be called stopped, or with the monitor closed. Accepts NULL. */
void qmp_release_destroy(struct qmp_release *release);

/** Begins, at a monitor that is ready, with buttons and contacts. `device` as for
 * qmp_input_attach(). */
void qmp_release_start(struct qmp_release *release, struct qmp *qmp, const char *device);

/** The monitor is closed: what was not sent stays so. */
void qmp_release_stop(struct qmp_release *release);

/** The virtual machine goes on after a pause: begins again if it was in vain. */
void qmp_release_resume(struct qmp_release *release);

DEFINE_CLEANUP(struct qmp_release *, qmp_release_destroy)
