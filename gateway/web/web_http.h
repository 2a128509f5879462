/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * HTTP
 *
 * libwebsockets' events about requests and upgrades: reads the headers, has
 * them admitted, finds the route, collects the body, writes the answer.
 *
 * Each event returns what libwebsockets wants of its callback: 0, or -1 to close.
 *
 * Threads: the server's.
 */

#include <stddef.h>

struct web_connection;

/** The headers of a request are there. */
int web_http_begin(struct web_connection *connection, const char *path, size_t path_size);

int web_http_body(struct web_connection *connection, const void *bytes, size_t size);

int web_http_body_end(struct web_connection *connection);

int web_http_writable(struct web_connection *connection);

/** There may be more of an answer that goes on. */
void web_http_wake(struct web_connection *connection);

/**
 * The headers ask for an upgrade. Makes the connection's channel; or writes why
 * not, and returns -1.
 */
int web_http_upgrade(struct web_connection *connection, const char *protocol);
