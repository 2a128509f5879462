/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Routes
 *
 * What there is at which path: a table, of which web_routes.c has the
 * server's.
 *
 * Threads: any.
 */

#include <stdbool.h>
#include <stddef.h>

struct web_channel_ops;
struct web_request;

enum web_method {
	WEB_GET,
	WEB_POST,
	WEB_OTHER,     /* a method that nothing here has */
	WEB_WEBSOCKET, /* the upgrade to one */
};

struct web_route {
	enum web_method method;
	const char *path; /* a segment "N" stands for the number of a head */
	bool is_public;	  /* needs no login */

	/* Answers, or defers, the request: web_request.h. Not of a WebSocket. */
	void (*handle)(struct web_request *request);
	const struct web_channel_ops *channel; /* of a WebSocket */

	size_t body_max; /* bytes; 0: WEB_BODY_MAX */
};

/* A head's number in a path is at most this, whether or not there is such a head. */
#define WEB_HEAD_MAX 999

/**
 * Finds what is at `path`, and the head in it if it has one (NO_HEAD otherwise).
 *
 * Returns 0; 404 when nothing is there, 405 when it has other methods, 426 when
 * it is a WebSocket.
 */
#define WEB_NO_HEAD (WEB_HEAD_MAX + 1)
unsigned web_route_find(const struct web_route *routes, size_t count, enum web_method method,
			const char *path, const struct web_route **ret_route, unsigned *ret_head);

extern const struct web_route web_routes[];
extern const size_t web_routes_count;
