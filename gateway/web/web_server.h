/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Web server
 *
 * HTTP and WebSocket on libwebsockets: the browser client's files, the HTTP
 * API (docs/api.md), RFB and touch over WebSocket. The control socket is a
 * second listener of the same server, which needs no login.
 *
 * libwebsockets runs on one thread of its own; it reaches the gateway's state
 * by posting to the loop.
 *
 * Threads: create and destroy on the loop's.
 */

#include <json-c/json.h>
#include <stdbool.h>

#include "common/cleanup.h"
#include "gateway/access/tls_key.h"
#include "gateway/net/listener.h"
#include "gateway/services.h"

struct web_server;

/* What the server asks of the session. */
struct web_callbacks {
	/* What `windscreen status --json` prints (docs/api.md), with the passwords if
	 * `with_secrets`: on the control socket. The caller owns it. Loop thread. */
	struct json_object *(*status)(void *data, bool with_secrets);

	/* What /metrics answers, which the caller frees; NULL when there is no memory. Loop
	 * thread. */
	char *(*metrics)(void *data);

	/* Serves RFB for a head on one end of a socket pair, which it takes over.
	 * Any thread, never blocks. Returns 0 or negative errno. */
	int (*open_rfb)(void *data, int fd, unsigned head, const char *peer);
};

struct web_options {
	const struct listen_address *address; /* NULL: the control socket only */
	const char *control_path;	      /* NULL: none */
	const struct tls_key *key;	      /* NULL: plain HTTP, on loopback only */
	const char *host;      /* a name besides loopback's that Host may have, or NULL */
	const char *web_root;  /* directory of the browser client's files */
	const char *state_dir; /* where sessions are kept over a restart; NULL: nowhere */
};

/** Starts the server. Returns 0 or negative errno, logged. */
int web_server_create(const struct services *services, const struct web_options *options,
		      const struct web_callbacks *callbacks, void *data,
		      struct web_server **ret_server);

/** Closes all connections and joins the thread. Accepts NULL. */
void web_server_destroy(struct web_server *server);

/** Where the browser's listener is, with the port found free; NULL without one. */
const struct listen_address *web_server_address(const struct web_server *server);

DEFINE_CLEANUP(struct web_server *, web_server_destroy)
