/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Listener
 *
 * A socket of the web server's: accepts clients, up to a number, and knows
 * what they have to show to be admitted.
 *
 * libwebsockets could listen by itself; it would not take over a dead
 * process's socket file, and would go on when the port is in use.
 *
 * Threads: the server's; create and destroy before and after it runs.
 */

#include "gateway/net/listener.h"
#include "gateway/web/web_admission.h"

struct lws;
struct web_listener;
struct web_server;

/* Clients of one listener at a time: others are closed at once. */
#define WEB_CONNECTIONS_MAX 256

/**
 * Listens on `address`, and fills in a port of 0. `policy` is copied, with its
 * own address set. Returns 0 or negative errno, logged.
 */
int web_listener_create(struct web_server *server, const struct listen_address *address,
			const struct web_policy *policy, bool has_tls,
			struct web_listener **ret_listener);

/** Removes a unix socket's file. The context must be gone already. Accepts NULL. */
void web_listener_destroy(struct web_listener *listener);

const struct listen_address *web_listener_address(const struct web_listener *listener);

const struct web_policy *web_listener_policy(const struct web_listener *listener);

/** Clients wait to be accepted. */
void web_listener_accept(struct web_listener *listener);

/** One of its connections is gone. */
void web_listener_forget(struct web_listener *listener);

/** The listener of a listening wsi. */
struct web_listener *web_listener_of(struct lws *wsi);

DEFINE_CLEANUP(struct web_listener *, web_listener_destroy)
