/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Chardev
 *
 * Has QEMU put one of its character devices on a socket pair, over the D-Bus
 * connection of its display (org.qemu.Display1.Chardev: -chardev dbus,id=ID).
 *
 * Threads: the loop's.
 */

#include <stdbool.h>
#include <systemd/sd-bus.h>

#include "common/cleanup.h"

struct chardev;

/* As QEMU's ids are, in a path. */
#define CHARDEV_ID_MAX 64

/** Whether it can be the id of one. */
bool chardev_is_id(const char *text);

/**
 * Asks for chardev `id`. `on_line(data, fd)` gets our end, which it takes, once QEMU has the
 * other; where QEMU has no such chardev the log says so. Returns 0 or negative errno.
 */
int chardev_ask(sd_bus *bus, const char *id, void (*on_line)(void *data, int fd), void *data,
		struct chardev **ret_chardev);

/** What is under way comes to nothing; a line that was handed over stays. Accepts NULL. */
void chardev_destroy(struct chardev *chardev);

DEFINE_CLEANUP(struct chardev *, chardev_destroy)
