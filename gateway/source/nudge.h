/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Nudge
 *
 * Has the guest look at its monitors again, where its virtio-gpu is a process beside QEMU. That
 * process says which sizes the monitors have, and cannot say that one has changed; QEMU can:
 * SetUIInfo on its own D-Bus display makes the device raise the event at which a guest asks again.
 *
 * That display also knows which lock keys the guest has on, which the monitor does not.
 *
 * No listener is registered there: nothing of that display is shown, and it can hold
 * up nobody.
 *
 * Threads: the loop's.
 */

#include "common/cleanup.h"
#include "common/loop.h"
#include "gateway/frame/head.h"

struct nudge;
struct seat;

/**
 * Starts to talk on a socket that serves QEMU's display, which it takes. `device` is the id of the
 * guest's display, or "" where it has none. `seat` outlives the nudge.
 *
 * Returns 0 or negative errno.
 */
int nudge_create(struct loop *loop, int fd, const char *device, struct seat *seat,
		 struct nudge **ret_nudge);

/** Accepts NULL. */
void nudge_destroy(struct nudge *nudge);

/** `head` has this size from now on: the guest is told, at once or when QEMU can. */
void nudge_head(struct nudge *nudge, unsigned head, struct size size);

DEFINE_CLEANUP(struct nudge *, nudge_destroy)
