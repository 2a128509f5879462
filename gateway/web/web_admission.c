/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/web/web_admission.h"

#include <string.h>
#include <strings.h>

#include "gateway/web/web_origin.h"
#include "gateway/web/web_session.h"

static bool refuse(struct web_refusal *ret_refusal, unsigned status, const char *reason)
{
	*ret_refusal = (struct web_refusal){status, reason};
	return false;
}

static uint64_t find_bearer(const struct web_policy *policy, const char *authorization)
{
	if (!authorization || strncasecmp(authorization, "Bearer ", 7) != 0)
		return 0;
	return web_sessions_find(policy->sessions, authorization + 7);
}

/* NAME=VALUE; NAME=VALUE, of which browsers send all that localhost ever set. */
static uint64_t find_cookie(const struct web_policy *policy, const char *cookies)
{
	size_t name_length = strlen(policy->cookie);
	char token[WEB_TOKEN_LENGTH + 1];

	while (cookies && *cookies) {
		size_t length;

		cookies += strspn(cookies, "; ");
		length = strcspn(cookies, ";");
		if (length == name_length + 1 + WEB_TOKEN_LENGTH && cookies[name_length] == '=' &&
		    strncmp(cookies, policy->cookie, name_length) == 0) {
			memcpy(token, cookies + name_length + 1, WEB_TOKEN_LENGTH);
			token[WEB_TOKEN_LENGTH] = '\0';
			return web_sessions_find(policy->sessions, token);
		}
		cookies += length;
	}
	return 0;
}

bool web_admit(const struct web_policy *policy, const struct web_claim *claim,
	       uint64_t *ret_session, struct web_refusal *ret_refusal)
{
	*ret_session = 0;
	if (policy->is_control) {
		if (claim->origin)
			return refuse(ret_refusal, 403, "the control socket is not for browsers");
		return true;
	}

	if (!claim->host || !host_is_ours(claim->host, policy->name, policy->address))
		return refuse(ret_refusal, 403, "a foreign Host");
	if (claim->origin && !origin_is_host(claim->origin, claim->host))
		return refuse(ret_refusal, 403, "a foreign Origin");

	/* A program says so itself; a browser adds the cookie to whatever any page
	 * asks for. */
	*ret_session = find_bearer(policy, claim->authorization);
	if (*ret_session)
		return true;
	*ret_session = find_cookie(policy, claim->cookie);
	if (*ret_session && claim->changes_something && !claim->origin)
		return refuse(ret_refusal, 403, "a cookie without an Origin");

	if (claim->needs_session && !*ret_session && !policy->is_open)
		return refuse(ret_refusal, 401, "not logged in");
	return true;
}
