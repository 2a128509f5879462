/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Panel
 *
 * The display of QEMU's own, such as a car's screen: a watcher that shows there what the
 * guest shows, by copies on the gpu socket.
 *
 * QEMU is told when it has room, and no faster: what changes meanwhile is kept as a region
 * of each output, and its newest pixels are sent. A QEMU that stands still holds up
 * neither the guest nor other viewers.
 *
 * A picture arrives in bands, and between the bands of one the guest may have drawn the
 * next: what moves can tear, what rests is exact.
 *
 * Threads: the loop's.
 */

#include "common/cleanup.h"
#include "common/loop.h"
#include "gpu-bridge/display.h"

struct panel;

/* A larger surface is shown as an output that is off: QEMU, which keeps a copy of each, would
 * give up the VM where it has no memory for one, and pixman's coordinates end at 32767. */
#define PANEL_BYTES_MAX (64u << 20)
#define PANEL_SIDE_MAX	16384

/** Shows `display`, which outlives the panel, to nobody yet. */
struct panel *panel_create(struct loop *loop, struct display *display);

/** Accepts NULL. */
void panel_destroy(struct panel *panel);

/**
 * Shows everything anew on this gpu socket, in place of an earlier one. It stays the caller's,
 * and open until the next call; -1: there is none.
 */
void panel_set_socket(struct panel *panel, int fd);

DEFINE_CLEANUP(struct panel *, panel_destroy)
