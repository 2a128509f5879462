/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Errand
 *
 * A request that the loop has until it can be answered, for as long as that takes: one that
 * waits for something of the guest's. The loop is told when the client goes away.
 *
 * Threads: web_errand_begin() on the server's; everything else on the loop's.
 */

#include <stdbool.h>

struct loop;
struct web_errands;
struct web_request;

/* Embedded at the head of a larger struct, which its owner frees. */
struct web_errand {
	/* The loop has it now. */
	void (*start)(struct web_errand *errand);

	/* The client, or the server, is gone. Nobody has to be answered any more: the request has
	 * been given back. */
	void (*give_up)(struct web_errand *errand);

	struct web_request *request; /* NULL: it was given back */

	/* Private: */
	struct web_errands *errands;
	struct web_errand *next;
};

/* Those that the loop has. */
struct web_errands *web_errands_create(struct loop *loop);

/** Gives all requests back: none may begin any more. Accepts NULL. */
void web_errands_destroy(struct web_errands *errands);

/** Hands the request over. Returns false, and has answered, when too many are with the loop. */
bool web_errand_begin(struct web_request *request, struct web_errand *errand);

/** Gives the request back, which has its answer. */
void web_errand_deliver(struct web_errand *errand);
