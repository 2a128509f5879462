/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * VNC server
 *
 * RFB on libvncserver: head 0 at the configured address, head N at port + N
 * (unix:PATH gets PATH.N), opened as heads become known and kept. The browser's
 * RFB connections, which the web server spliced out of WebSockets, are adopted.
 *
 * Each viewer has a thread, and a rfbScreenInfo of its own that points at the
 * frame that it holds.
 *
 * Threads: create and destroy on the loop's; adopt on any.
 */

#include "common/cleanup.h"
#include "gateway/net/listener.h"
#include "gateway/services.h"

struct vnc_server;

/**
 * Starts the server. `address` may be NULL: then there are adopted viewers
 * only. The first listener's failure is an error, logged; a later head's is
 * logged and leaves that head without one.
 *
 * Returns 0 or negative errno.
 */
int vnc_server_create(const struct services *services, const struct listen_address *address,
		      struct vnc_server **ret_server);

/** Disconnects all viewers and joins their threads. Accepts NULL. */
void vnc_server_destroy(struct vnc_server *server);

/**
 * Serves RFB for head `head` on a connected stream socket, which it takes over in
 * any case; `peer` names the other end and is copied. Whoever adopts has
 * checked the login. Never blocks. Returns 0 or negative errno.
 */
int vnc_server_adopt(struct vnc_server *server, int fd, unsigned head, const char *peer);

/** Where head `head` is served, or NULL: for `windscreen status`. Loop thread. */
const struct listen_address *vnc_server_address(struct vnc_server *server, unsigned head);

DEFINE_CLEANUP(struct vnc_server *, vnc_server_destroy)
