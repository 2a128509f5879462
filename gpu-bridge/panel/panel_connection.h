/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Panel connection
 *
 * The socket on which QEMU takes pictures for a display of its own.
 *
 * QEMU reads each message with calls that block its main loop, and the VM with it:
 * one that has begun must not keep it waiting for its end. Messages therefore leave in
 * batches that fit into the socket, and at no other time than when it says that
 * it has room. Should one go out in part all the same, the rest is what goes next.
 *
 * How much is sent at a turn of the loop, and how much waits in the socket, is
 * bounded by that. Nothing waits anywhere else.
 *
 * Threads: the loop's.
 */

#include <stdbool.h>
#include <stddef.h>

#include "common/cleanup.h"
#include "common/loop.h"
#include "gpu-bridge/panel/panel_message.h"

struct panel_connection;

/* What a batch has room for at least. */
#define PANEL_BATCH_BYTES_MIN (128u << 10)

struct panel_connection_events {
	/* QEMU takes pictures from now on. */
	void (*on_ready)(void *data);

	/* There is room, which panel_connection_want() asked for: panel_connection_append()
	 * messages, which are sent when this returns. */
	void (*on_room)(void *data);

	/* QEMU closed the socket (`reason` is NULL), or it cannot be spoken to any longer. The
	 * connection is to be destroyed. */
	void (*on_end)(void *data, const char *reason);
};

/**
 * Begins to speak on `fd`, which stays the caller's and is closed after the connection is
 * destroyed. It is QEMU's turn to get ready: see on_ready. Returns 0 or negative errno.
 */
int panel_connection_create(struct loop *loop, int fd, const struct panel_connection_events *events,
			    void *data, struct panel_connection **ret_connection);

/** Without a further event. Accepts NULL. */
void panel_connection_destroy(struct panel_connection *connection);

/** Has on_room called, again and again, whenever there is room; or not any more. */
void panel_connection_want(struct panel_connection *connection, bool wants_room);

/** What there is room for, in bytes. In on_room. */
size_t panel_connection_room(const struct panel_connection *connection);

/** Takes `size` bytes of that room. Returns where to write them. */
void *panel_connection_append(struct panel_connection *connection, size_t size);

DEFINE_CLEANUP(struct panel_connection *, panel_connection_destroy)
