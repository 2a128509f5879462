/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Power
 *
 * Resets the guest, pauses it, switches it off: by QEMU's monitor, which whoever has it
 * lends for as long as it is there.
 *
 * Threads: the loop's.
 */

#include <stdbool.h>

#include "common/cleanup.h"

struct power;
struct power_request;
struct qmp;

enum power_action {
	POWER_RESET,  /* as the reset button does */
	POWER_DOWN,   /* asks the guest to shut down, as the power button does */
	POWER_OFF,    /* ends QEMU, as pulling the plug does */
	POWER_PAUSE,  /* its processors stand still */
	POWER_RESUME, /* and go on */
	POWER_STATUS, /* nothing, but to ask */
};

/** By its name: "reset", "down", "off", "pause", "resume", "status". */
bool power_action_from_name(const char *name, enum power_action *ret_action);

struct power *power_create(void);

/** Nobody may wait for an answer any more. Accepts NULL. */
void power_destroy(struct power *power);

/** A monitor is there, and takes commands. It is in use until power_detach(). */
void power_attach(struct power *power, struct qmp *qmp);

/** The monitor goes: what it has not answered has failed. Accepts NULL, and that there is none. */
void power_detach(struct power *power);

/** `state` is QEMU's word for what the VM does ("running", "paused"), of POWER_STATUS; else "".
 * `error` is a sentence where it failed, else NULL. */
typedef void (*power_answer_fn)(void *data, const char *state, const char *error);

/**
 * Asks for it. `on_answer` is called once, not before this returns.
 *
 * Returns NULL, without an answer, when there is no monitor or it takes no more.
 */
struct power_request *power_ask(struct power *power, enum power_action action,
				power_answer_fn on_answer, void *data);

/** The monitor told of something by this name: QEMU's RESET, STOP, RESUME, SHUTDOWN, POWERDOWN.
 * Others do not matter. Accepts NULL. */
void power_note_event(struct power *power, const char *name);

/** Has `on_event(data)` called with what happened to the VM: "reset", "paused", "resumed",
 * "shutdown" (it is off), "powerdown" (its power button was pressed). There is one observer; NULL:
 * no more. */
void power_observe(struct power *power, void (*on_event)(void *data, const char *what), void *data);

/** Whoever asked is gone: there will be no answer. */
void power_cancel(struct power_request *request);

DEFINE_CLEANUP(struct power *, power_destroy)
