/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Web client
 *
 * A small client of HTTP and WebSocket for tests: it sends what it is told to
 * the letter, wrong as that may be, and turns the loop while it waits.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/cleanup.h"
#include "gateway/net/listener.h"

struct loop;
struct web_client;

struct web_response {
	unsigned status; /* 0: the connection was closed without one */
	char *headers;	 /* all lines */
	char *body;	 /* NUL after it */
	size_t size;
};

/** Fails the test when nobody listens. */
struct web_client *web_client_connect(struct loop *loop, const struct listen_address *address);

/** Accepts NULL. */
void web_client_destroy(struct web_client *client);

/** Sends bytes as they are, as far as the connection takes them. Returns how many. */
size_t web_client_send(struct web_client *client, const void *bytes, size_t size);

/** Sends a formatted text. */
void web_client_say(struct web_client *client, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/** Waits for one response. The caller finishes it. */
struct web_response web_client_response(struct web_client *client);

/** The same, to a HEAD: no body follows, whatever its length. */
struct web_response web_client_headers(struct web_client *client);

void web_response_finish(struct web_response *response);

/** Copies a header's value; false when it is not there. */
bool web_response_header(const struct web_response *response, const char *name, char *value,
			 size_t size);

/** Waits until the server has closed the connection. */
void web_client_expect_closed(struct web_client *client);

/* -- WebSocket ---------------------------------------------------------------- */

enum web_opcode {
	WEB_OPCODE_MORE = 0,
	WEB_OPCODE_TEXT = 1,
	WEB_OPCODE_BINARY = 2,
	WEB_OPCODE_CLOSE = 8,
	WEB_OPCODE_PING = 9,
	WEB_OPCODE_PONG = 10,
};

struct web_frame {
	enum web_opcode opcode;
	char *payload; /* NUL after it */
	size_t size;
};

/** Asks for an upgrade, with `headers` besides (each with its CRLF). Returns the status. */
unsigned web_client_upgrade(struct web_client *client, const char *path, const char *headers);

/** A whole message as one masked frame. The caller frees. */
uint8_t *web_frame_encode(enum web_opcode opcode, const void *payload, size_t size,
			  size_t *ret_size);

/** Sends a whole message, masked. Waits while the connection takes none. */
void web_client_send_frame(struct web_client *client, enum web_opcode opcode, const void *payload,
			   size_t size);

/** Waits for a frame. The caller frees the payload. */
struct web_frame web_client_frame(struct web_client *client);

/** The connection's socket, for a test that reads or shuts it by itself. */
int web_client_fd(const struct web_client *client);

DEFINE_CLEANUP(struct web_client *, web_client_destroy)
