/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Events
 *
 * Tells pages which heads there are, their sizes, and what is wrong with them,
 * whenever that changes.
 *
 * Threads: the server's; create and destroy before and after it runs.
 */

struct lws;
struct web_events;
struct web_server;

/** Returns 0 or negative errno. */
int web_events_create(struct web_server *server, struct web_events **ret_events);

/** Its channels are closed, and the context is gone. Accepts NULL. */
void web_events_destroy(struct web_events *events);

/** Something about a head changed: the wsi is that of the wakeup. */
void web_events_wake(struct lws *wsi);
