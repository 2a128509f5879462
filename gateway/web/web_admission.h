/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Admission
 *
 * Whether a request, or the upgrade to a WebSocket, may be served at all:
 * from its headers, before anything else is looked at. docs/api.md has the
 * rules in words.
 *
 * Threads: as the sessions.
 */

#include <stdbool.h>
#include <stdint.h>

struct web_sessions;

/* What a listener asks for. */
struct web_policy {
	bool is_control;     /* whoever can open the socket may do everything */
	bool is_open;	     /* nobody has to log in */
	const char *name;    /* a name besides loopback's that Host may have, or NULL */
	const char *address; /* the listener's own address, or NULL */
	const char *cookie;  /* the name of the session's cookie */
	struct web_sessions *sessions;
};

/* What was asked: NULL for a header that is not there. */
struct web_claim {
	const char *host;
	const char *origin;
	const char *cookie;
	const char *authorization;
	bool needs_session; /* false for what everyone may see, such as the login page */
	bool changes_something;
};

/* Why not. */
struct web_refusal {
	unsigned status; /* of HTTP: 401 or 403 */
	const char *reason;
};

/**
 * Returns whether the request is admitted, and its session in `ret_session`, or
 * 0 where none was needed; or false and `ret_refusal`.
 */
bool web_admit(const struct web_policy *policy, const struct web_claim *claim,
	       uint64_t *ret_session, struct web_refusal *ret_refusal);
