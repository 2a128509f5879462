/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * RDP peer
 *
 * One connected client and its thread, on which FreeRDP and all of this
 * folder's parts run: login, then pictures out and input in, until either side
 * ends it.
 *
 * Threads: the loop's, unless said otherwise.
 */

#include <stdbool.h>
#include <stdint.h>

#include "common/cleanup.h"
#include "gateway/services.h"

struct rdp_options;
struct rdp_peer;

/* Until when a client must have logged in. */
#define RDP_LOGIN_TIMEOUT_US (15 * UINT64_C(1000000))

/**
 * Starts to serve a connected socket, which it takes. `on_end(peer, data)` is
 * posted to the loop when the connection has ended: destroy the peer then.
 * Returns 0 or negative errno.
 */
int rdp_peer_start(int socket, const struct services *services, const struct rdp_options *options,
		   void (*on_end)(struct rdp_peer *peer, void *data), void *data,
		   struct rdp_peer **ret_peer);

/** Asks the connection to end, even one that is stuck. */
void rdp_peer_stop(struct rdp_peer *peer, const char *reason);

/** Waits for the thread's end; its post may still be under way. */
void rdp_peer_join(struct rdp_peer *peer);

/** Joins, and frees. Accepts NULL. */
void rdp_peer_destroy(struct rdp_peer *peer);

/** Has the peer look at the heads again. */
void rdp_peer_wake(struct rdp_peer *peer);

bool rdp_peer_has_logged_in(const struct rdp_peer *peer);

/** When it was started. */
uint64_t rdp_peer_since_us(const struct rdp_peer *peer);

DEFINE_CLEANUP(struct rdp_peer *, rdp_peer_destroy)
