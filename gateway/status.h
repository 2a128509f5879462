/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Status
 *
 * What `windscreen status --json` prints: the guest, its heads, its viewers
 * and how to connect. docs/api.md describes each member.
 *
 * Threads: the loop's.
 */

#include <json-c/json.h>
#include <stdbool.h>

struct input_peer;
struct rdp_server;
struct services;
struct source;
struct vnc_server;
struct web_server;

struct status_parts {
	const char *name;
	const char *renderer; /* a tag; NULL: it was not said */
	const char *control;
	const struct services *services;
	const struct source *source;	/* NULL: none yet */
	const struct input_peer *input; /* NULL: the source takes input itself */
	struct vnc_server *vnc;		/* NULL: off */
	const struct rdp_server *rdp;	/* NULL: off */
	const struct web_server *web;	/* NULL: off */
	bool with_secrets;		/* the passwords: for the control socket only */
};

/** The caller owns the object. */
json_object *status_json(const struct status_parts *parts);
