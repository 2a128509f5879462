/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Connection
 *
 * A client of the web server, from accept() until its socket is closed. The
 * struct is in web_context.h.
 *
 * Threads: the server's.
 */

#include <stdint.h>

struct lws;
struct web_connection;
struct web_listener;
struct web_server;

/** Attaches to `wsi`, which owns it. */
void web_connection_create(struct web_server *server, struct web_listener *listener,
			   struct lws *wsi, const char *peer);

/** Its wsi goes away. Accepts NULL. */
void web_connection_destroy(struct web_connection *connection);

/** Has those go on whose answer goes on, where there is more of it. */
void web_connections_wake(struct web_server *server);

/**
 * Closes those that do not take their answer, or get one that goes on, but have sent more, or
 * hung up: libwebsockets would spin on them.
 */
void web_connections_drop_impatient(struct web_server *server);

/** Closes the WebSockets and the answers that go on of a session, soon. */
void web_connections_drop(struct web_server *server, uint64_t session);
