/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Session
 *
 * One guest's wiring: its source, its heads, its seat, and the servers that
 * its viewers reach. The only file that knows all of them.
 *
 * Threads: the loop's.
 */

#include "common/cleanup.h"
#include "common/loop.h"

struct config;
struct session;

/**
 * Opens all listeners and begins to attach to the guest. `config` must outlive
 * the session. Returns 0, or negative errno with the reason logged.
 */
int session_create(struct loop *loop, const struct config *config, struct session **ret_session);

/** Disconnects viewers and guest, and joins all threads. Accepts NULL. */
void session_destroy(struct session *session);

DEFINE_CLEANUP(struct session *, session_destroy)
