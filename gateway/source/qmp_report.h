/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * QMP report
 *
 * What input devices have to say at once, as an input-send-event of QEMU's monitor.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/source/qmp.h"

/* Room for some eighty events. */
#define QMP_REPORT_MAX 8192

/* What QEMU says to one while the virtual machine is paused. */
#define QMP_NOT_RUNNING "VM not running"

/* {0} has no events. */
struct qmp_report {
	char events[QMP_REPORT_MAX];
	size_t length;
};

/** A key by its number is a report of its own to QEMU; by its name it is one event of this. */
void qmp_report_key(struct qmp_report *report, uint8_t qnum, bool is_down);
void qmp_report_named_key(struct qmp_report *report, const char *name, bool is_down);

/** `type` is "abs", on a scale that ends at 0x7fff, or "rel". */
void qmp_report_axis(struct qmp_report *report, const char *type, const char *axis, int32_t value);

/** `name` is one of QEMU's InputButton. */
void qmp_report_button(struct qmp_report *report, const char *name, bool is_down);

/** `type` is "begin", "update" or "end". */
void qmp_report_contact(struct qmp_report *report, const char *type, unsigned slot);

/** Where a contact that began is, as an absolute axis. */
void qmp_report_place(struct qmp_report *report, unsigned slot, const char *axis, int32_t value);

/**
 * Sends it to the devices that are bound to a head of `device`, or where that is "" to those that
 * are bound to none.
 *
 * Returns 0, or negative errno: then no answer comes.
 */
int qmp_report_send(const struct qmp_report *report, struct qmp *qmp, const char *device,
		    unsigned head, qmp_answer_fn on_answer, void *data);
