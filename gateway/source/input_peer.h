/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Input peer
 *
 * Where input goes when the display's peer takes none: QEMU's monitor, beside a gpu-bridge
 * that shows the picture.
 *
 * By the same monitor the guest is told of a new size, where QEMU has a D-Bus display: the
 * display's peer cannot tell it.
 *
 * It attaches by itself, and again whenever the monitor went away, and the seat
 * has a port for as long as it is attached. It never waits for QEMU.
 *
 * Threads: the loop's.
 */

#include <stdbool.h>

#include "common/cleanup.h"
#include "common/loop.h"
#include "gateway/frame/head.h"
#include "gateway/input/seat.h"

struct heads;
struct input_peer;
struct power;

/**
 * Starts attaching to the monitor at `path`. All must outlive the peer. Without `wants_display`
 * nobody tells sizes: QEMU's D-Bus display, which has one client, is left to others.
 *
 * Returns 0 or negative errno; that the monitor is not there is no error.
 */
int input_peer_create(struct loop *loop, const char *path, bool wants_display, struct heads *heads,
		      struct seat *seat, struct input_peer **ret_peer);

/** Lends the monitor to `power`, which outlives the peer. Before the loop runs. */
void input_peer_lend_monitor(struct input_peer *peer, struct power *power);

/** Accepts NULL. */
void input_peer_destroy(struct input_peer *peer);

/**
 * The display's peer took another size for `head`: has the guest look. Where QEMU is away, it is
 * told when it comes back; where it has no D-Bus display, the log says what that means.
 */
void input_peer_tell_size(struct input_peer *peer, unsigned head, struct size size);

/** Why input goes nowhere; NULL while it is attached. Valid until the next event. */
const char *input_peer_reason(const struct input_peer *peer);

DEFINE_CLEANUP(struct input_peer *, input_peer_destroy)
