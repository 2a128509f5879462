/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Bus handshake
 *
 * Starts D-Bus on a socket on which the peer shows who it is, as libsystemd's
 * sd-bus should do by itself. But sd-bus (252) reads beyond the handshake's last
 * line, then ends the connection where a descriptor came with what follows, as
 * with a client whose first call is RegisterListener, and forgets to look at it
 * otherwise. So it is given the handshake line by line, and the socket afterwards.
 *
 * Whoever can reach the socket is trusted: its name is not asked for.
 *
 * Threads: the loop's.
 */

#include <systemd/sd-bus.h>

#include "common/cleanup.h"
#include "common/loop.h"

struct bus_handshake;

/**
 * Begins on a connected socket, which it takes. The bus can be used at once: what
 * is sent waits. One whose handshake fails, or takes longer than ten seconds, is
 * disconnected. The caller owns both, and destroys the handshake first, at any time.
 *
 * Returns 0 or negative errno.
 */
int bus_handshake_begin(struct loop *loop, int fd, struct bus_handshake **ret_handshake,
			sd_bus **ret_bus);

/** Accepts NULL. */
void bus_handshake_destroy(struct bus_handshake *handshake);

DEFINE_CLEANUP(struct bus_handshake *, bus_handshake_destroy)
