/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Locks
 *
 * Which lock keys the guest has on, told to the seat: what a console of org.qemu.Display1
 * says of its keyboard.
 *
 * Threads: the loop's.
 */

#include <systemd/sd-bus.h>

#include "common/cleanup.h"

struct locks;
struct seat;

/** Watches the console at `path`. All arguments must outlive the locks. */
struct locks *locks_create(sd_bus *bus, const char *path, struct seat *seat);

/** To be called with the bus about to be closed. Accepts NULL. */
void locks_destroy(struct locks *locks);

DEFINE_CLEANUP(struct locks *, locks_destroy)
