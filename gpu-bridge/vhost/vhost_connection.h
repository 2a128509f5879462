/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Vhost connection
 *
 * The socket to the front end, whichever side listens, and the messages on it.
 * There is one front end at a time; when it leaves, another can come: we go on
 * listening, or connect again, with growing pauses.
 *
 * Whoever listens, the VM needs `server=on` on its socket, with us connecting,
 * where a new bridge shall take over from one that died.
 *
 * Threads: the loop's. One message is handled at a turn of the loop.
 */

#include <stdbool.h>

#include "common/cleanup.h"
#include "common/loop.h"
#include "gpu-bridge/vhost/vhost_message.h"

struct vhost_connection;

struct vhost_address {
	bool we_listen;
	const char *path; /* points into what was parsed */
};

struct vhost_connection_events {
	void (*on_connected)(void *data);

	/* A whole message. The descriptors that it leaves in `message` are closed. Returns 0, or
	 * negative errno for a message after which one cannot go on: the connection ends. */
	int (*on_message)(void *data, struct vhost_message *message);

	/* `reason` says why, to people. */
	void (*on_disconnected)(void *data, const char *reason);
};

/** Parses "listen:PATH" or "connect:PATH". Returns 0, or -EINVAL. */
int vhost_address_parse(const char *text, struct vhost_address *ret_address);

/**
 * Listens at, or keeps connecting to, `address`, which outlives the connection.
 * Returns 0 or negative errno; that nobody is there yet is no error.
 */
int vhost_connection_create(struct loop *loop, const struct vhost_address *address,
			    const struct vhost_connection_events *events, void *data,
			    struct vhost_connection **ret_connection);

/** Closes, without a further event, and removes the socket's file if we listened. Accepts NULL. */
void vhost_connection_destroy(struct vhost_connection *connection);

/**
 * Answers `message` with the first `size` bytes of its payload. Returns 0 or
 * negative errno, such as -EAGAIN when the front end does not read.
 */
int vhost_connection_reply(struct vhost_connection *connection, const struct vhost_message *message,
			   uint32_t size);

/** Ends the present connection, with on_disconnected. Not from within an event. */
void vhost_connection_drop(struct vhost_connection *connection, const char *reason);

DEFINE_CLEANUP(struct vhost_connection *, vhost_connection_destroy)
