/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/web/web_origin.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* As long as a DNS name gets. */
#define NAME_MAX_LENGTH 253

#define PORT_HTTP  80
#define PORT_HTTPS 443

struct authority {
	char name[NAME_MAX_LENGTH + 1]; /* without brackets */
	unsigned port;			/* 0: not given */
};

static bool parse_port(const char *text, unsigned *ret_port)
{
	unsigned port = 0;

	if (*text == '\0')
		return false;
	for (; *text; text++) {
		if (!isdigit((unsigned char)*text) || port > UINT16_MAX)
			return false;
		port = port * 10 + (unsigned)(*text - '0');
	}
	*ret_port = port;
	return port > 0 && port <= UINT16_MAX;
}

static bool is_of(const char *text, size_t length, const char *others)
{
	for (size_t i = 0; i < length; i++)
		if (!isalnum((unsigned char)text[i]) && !strchr(others, text[i]))
			return false;
	return length > 0;
}

/* NAME, NAME:PORT, [ADDRESS] or [ADDRESS]:PORT, and nothing else. */
static bool parse(const char *text, struct authority *ret_authority)
{
	const char *name = text, *others = "-._";
	size_t length = strcspn(text, ":");
	const char *rest = text + length;

	if (*text == '[') {
		name = text + 1;
		others = ":.";
		length = strcspn(name, "]");
		if (name[length] != ']')
			return false;
		rest = name + length + 1;
	}
	if (length > NAME_MAX_LENGTH || !is_of(name, length, others))
		return false;
	memcpy(ret_authority->name, name, length);
	ret_authority->name[length] = '\0';
	ret_authority->port = 0;
	return *rest == '\0' || (*rest == ':' && parse_port(rest + 1, &ret_authority->port));
}

static bool is_loopback(const char *name)
{
	static const char below[] = ".localhost";
	size_t length = strlen(name);
	struct in_addr address;

	if (strcasecmp(name, "localhost") == 0 || strcmp(name, "::1") == 0)
		return true;
	if (length >= sizeof(below) && strcasecmp(name + length - (sizeof(below) - 1), below) == 0)
		return true;
	return inet_pton(AF_INET, name, &address) == 1 && ntohl(address.s_addr) >> 24 == 127;
}

bool host_is_ours(const char *host, const char *name, const char *address)
{
	struct authority authority;

	if (!parse(host, &authority))
		return false;
	return is_loopback(authority.name) || (name && strcasecmp(authority.name, name) == 0) ||
	       (address && strcasecmp(authority.name, address) == 0);
}

bool origin_is_host(const char *origin, const char *host)
{
	struct authority from, to;
	unsigned standard_port;

	if (strncasecmp(origin, "http://", 7) == 0) {
		standard_port = PORT_HTTP;
		origin += 7;
	} else if (strncasecmp(origin, "https://", 8) == 0) {
		standard_port = PORT_HTTPS;
		origin += 8;
	} else {
		return false;
	}
	if (!parse(origin, &from) || !parse(host, &to))
		return false;
	/* A browser leaves the standard port out of both. */
	return strcasecmp(from.name, to.name) == 0 &&
	       (from.port ?: standard_port) == (to.port ?: standard_port);
}
