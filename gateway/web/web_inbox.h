/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Inbox
 *
 * How requests come back from the threads that answered them. It outlives the
 * server for as long as one of them is still away.
 *
 * Threads: any, but for create and close.
 */

struct lws_context;
struct web_inbox;
struct web_request;

struct web_inbox *web_inbox_create(void);

/** Wakes the thread that services `context` from now on; with NULL, none. */
void web_inbox_set_context(struct web_inbox *inbox, struct lws_context *context);

struct web_inbox *web_inbox_ref(struct web_inbox *inbox);

void web_inbox_unref(struct web_inbox *inbox);

/** Wakes the server's thread, as long as there is one. */
void web_inbox_wake(struct web_inbox *inbox);

/** Takes the request, and drops the reference that it holds. */
void web_inbox_put(struct web_inbox *inbox, struct web_request *request);

/** All that came, as a list by `next`, in no order. The server's thread. */
struct web_request *web_inbox_take(struct web_inbox *inbox);

/**
 * Releases what came and what comes from now on, and drops the server's
 * reference: no request may have a client any more. Accepts NULL.
 */
void web_inbox_close(struct web_inbox *inbox);
