/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/web/web_route.h"

#include <ctype.h>
#include <string.h>

/* A number as we write it ourselves: no sign, no zeros in front. */
static bool parse_head(const char *text, size_t length, unsigned *ret_head)
{
	unsigned head = 0;

	if (length == 0 || length > 3 || (length > 1 && *text == '0'))
		return false;
	for (size_t i = 0; i < length; i++) {
		if (!isdigit((unsigned char)text[i]))
			return false;
		head = head * 10 + (unsigned)(text[i] - '0');
	}
	*ret_head = head;
	return true;
}

static bool matches(const char *pattern, const char *path, unsigned *ret_head)
{
	*ret_head = WEB_NO_HEAD;
	for (;;) {
		size_t want = strcspn(pattern, "/"), have = strcspn(path, "/");

		if (want == 1 && *pattern == 'N') {
			if (!parse_head(path, have, ret_head))
				return false;
		} else if (want != have || strncmp(pattern, path, want) != 0) {
			return false;
		}
		if (pattern[want] != path[have])
			return false;
		if (pattern[want] == '\0')
			return true;
		pattern += want + 1;
		path += have + 1;
	}
}

unsigned web_route_find(const struct web_route *routes, size_t count, enum web_method method,
			const char *path, const struct web_route **ret_route, unsigned *ret_head)
{
	unsigned status = 404;

	for (size_t i = 0; i < count; i++) {
		unsigned head;

		if (!matches(routes[i].path, path, &head))
			continue;
		if (routes[i].method == method) {
			*ret_route = &routes[i];
			*ret_head = head;
			return 0;
		}
		status = routes[i].method == WEB_WEBSOCKET ? 426 : 405;
	}
	return status;
}
