/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Input peer
 *
 * Where input goes when the display's peer takes none: QEMU's monitor, beside a gpu-bridge
 * that shows the picture.
 *
 * It attaches by itself, and again whenever the monitor went away, and the seat
 * has a port for as long as it is attached. It never waits for QEMU.
 *
 * Threads: the loop's.
 */

#include <stdbool.h>

#include "common/cleanup.h"
#include "common/loop.h"
#include "gateway/input/seat.h"

struct heads;
struct input_peer;

/** Starts attaching to the monitor at `path`. All must outlive the peer. Returns 0 or negative
 * errno; that the monitor is not there is no error. */
int input_peer_create(struct loop *loop, const char *path, struct heads *heads, struct seat *seat,
		      struct input_peer **ret_peer);

/** Accepts NULL. */
void input_peer_destroy(struct input_peer *peer);

/** Why input goes nowhere; NULL while it is attached. Valid until the next event. */
const char *input_peer_reason(const struct input_peer *peer);

DEFINE_CLEANUP(struct input_peer *, input_peer_destroy)
