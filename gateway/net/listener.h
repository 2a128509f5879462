/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Listener
 *
 * Addresses as the command line writes them, and the sockets that listen on
 * them: ADDR:PORT ("127.0.0.1:3389", "[::1]:3389", port 0 for any free one) and
 * unix:PATH.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/cleanup.h"

#define LISTEN_ADDRESS_MAX 128

struct listen_address {
	bool is_unix;
	char path[108]; /* of a unix socket: sun_path's size */
	char host[64];	/* a numeric address, without brackets */
	uint16_t port;
};

/** Returns 0, or -EINVAL for anything else than the two forms above. */
int listen_address_parse(const char *text, struct listen_address *ret_address);

/** Whether only processes of this machine can reach it: a unix socket, 127.0.0.0/8, ::1. */
bool listen_address_is_local(const struct listen_address *address);

/** Writes it as it is parsed. Returns `text`. */
const char *listen_address_format(const struct listen_address *address,
				  char text[LISTEN_ADDRESS_MAX]);

/**
 * Opens a listening socket, non-blocking and close-on-exec. A unix socket gets
 * mode 0600; one that a dead process left behind is replaced, one that answers
 * is -EADDRINUSE. A port of 0 is filled in.
 *
 * Returns the descriptor or negative errno.
 */
int listener_open(struct listen_address *address);

/** Removes a unix socket's file, and closes. */
void listener_close(int fd, const struct listen_address *address);

/** Writes a connected socket's peer: "127.0.0.1:51234", or "unix" (with the pid). */
void socket_peer_name(int fd, char *ret_name, size_t size);
