/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * QMP input
 *
 * The guest's input devices as QEMU's monitor reaches them (input-send-event): the virtual
 * machine's own keyboards, pointers and touch screens, whoever shows its picture.
 *
 * A device that is bound to a head gets what is done on that head, and one that is not gets
 * the rest; keys go to head 0.
 *
 * Threads: the loop's.
 */

#include "common/cleanup.h"
#include "common/loop.h"

struct heads;
struct qmp;
struct qmp_input;
struct seat;

/** All must outlive the input. Returns 0 or negative errno. */
int qmp_input_create(struct loop *loop, struct heads *heads, struct seat *seat,
		     struct qmp_input **ret_input);

/** To be called detached. Accepts NULL. */
void qmp_input_destroy(struct qmp_input *input);

/**
 * Sends what viewers do, beginning with what they hold, by a monitor that is ready. `device` is the
 * id of the display that the heads are on, or "" where it has none. Keys that the monitor was told
 * of before, by us or by whoever had it, are let go of.
 */
void qmp_input_attach(struct qmp_input *input, struct qmp *qmp, const char *device);

/** To be called with the monitor closed. What is held stays so in the guest until the next attach.
 */
void qmp_input_detach(struct qmp_input *input);

/** The virtual machine goes on after a pause, in which it takes no input. */
void qmp_input_resume(struct qmp_input *input);

DEFINE_CLEANUP(struct qmp_input *, qmp_input_destroy)
