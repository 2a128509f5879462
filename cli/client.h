/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Client
 *
 * Requests to a gateway's HTTP API (docs/api.md). Each function returns
 * STATUS_DONE; or the program's exit status, having said in one line on
 * standard error why.
 */

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/target.h"
#include "common/cleanup.h"

struct client;

/* The body of an answer: the caller frees `data`, which ends with a NUL that `size` leaves out. */
struct reply {
	uint8_t *data;
	size_t size;
};

/** Finds the gateway, and logs in where a password was given. STATUS_CHECKED with only_checks. */
int client_open(const struct target *target, struct client **ret_client);

/** Accepts NULL. */
void client_close(struct client *client);

/** GET `path`, "/api/v1/…". */
int client_get(struct client *client, const char *path, struct reply *ret_reply);

/** GET `path`, which answers with a JSON object. The caller puts it. */
int client_get_json(struct client *client, const char *path, struct json_object **ret_object);

/** POST `body` to `path`. The answer's body does not matter. */
int client_post(struct client *client, const char *path, struct json_object *body);

/** The same for a request whose answer is a JSON object, which may take `timeout_s`. The caller
 * puts it. */
int client_post_json(struct client *client, const char *path, struct json_object *body,
		     unsigned timeout_s, struct json_object **ret_object);

/* An answer that is taken as it comes. */
struct client_stream {
	const char *path;

	/* Returns whether to go on. */
	bool (*on_data)(void *data, const uint8_t *bytes, size_t size);

	/* It has come to its end. Returns what to ask next; NULL: nothing. */
	const char *(*on_end)(void *data);
	void *data;
};

/**
 * GETs all `streams` at once, until a handler does not want to go on, `stop_fd` can be read, or
 * each has come to its end: STATUS_DONE.
 */
int client_follow(struct client *client, const struct client_stream *streams, size_t count,
		  int stop_fd);

static inline void json_object_putp(struct json_object **object)
{
	json_object_put(*object);
}

DEFINE_CLEANUP(struct client *, client_close)
