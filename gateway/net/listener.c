/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/net/listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "common/unix_socket.h"

#define BACKLOG 16

/* An address in the form that the system calls take. */
struct socket_address {
	union {
		struct sockaddr any;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
		struct sockaddr_un un;
	};
	socklen_t size;
};

static int parse_port(const char *text, uint16_t *ret_port)
{
	char *end;
	unsigned long port;

	if (*text < '0' || *text > '9')
		return -EINVAL;
	port = strtoul(text, &end, 10);
	if (*end != '\0' || port > UINT16_MAX)
		return -EINVAL;
	*ret_port = (uint16_t)port;
	return 0;
}

static bool is_ipv6(const char *host)
{
	return strchr(host, ':') != NULL;
}

static bool is_numeric(const char *host)
{
	struct in6_addr ignored;

	return inet_pton(is_ipv6(host) ? AF_INET6 : AF_INET, host, &ignored) == 1;
}

static int parse_unix(const char *path, struct listen_address *ret_address)
{
	size_t length = strlen(path);

	if (length == 0 || length >= sizeof(ret_address->path))
		return -EINVAL;
	*ret_address = (struct listen_address){.is_unix = true};
	memcpy(ret_address->path, path, length + 1);
	return 0;
}

int listen_address_parse(const char *text, struct listen_address *ret_address)
{
	struct listen_address address = {0};
	const char *host = text, *colon;
	size_t length;
	int r;

	if (strncmp(text, "unix:", 5) == 0)
		return parse_unix(text + 5, ret_address);

	colon = strrchr(text, ':');
	if (!colon)
		return -EINVAL;
	r = parse_port(colon + 1, &address.port);
	if (r < 0)
		return r;

	length = (size_t)(colon - text);
	if (length >= 2 && text[0] == '[' && text[length - 1] == ']') {
		host++;
		length -= 2;
	} else if (memchr(text, ':', length)) {
		return -EINVAL; /* an IPv6 address wants its brackets */
	}
	if (length >= sizeof(address.host))
		return -EINVAL;
	memcpy(address.host, host, length);
	if (!is_numeric(address.host))
		return -EINVAL;
	*ret_address = address;
	return 0;
}

bool listen_address_is_local(const struct listen_address *address)
{
	return address->is_unix || strcmp(address->host, "::1") == 0 ||
	       (!is_ipv6(address->host) && strncmp(address->host, "127.", 4) == 0);
}

const char *listen_address_format(const struct listen_address *address,
				  char text[LISTEN_ADDRESS_MAX])
{
	if (address->is_unix)
		snprintf(text, LISTEN_ADDRESS_MAX, "unix:%s", address->path);
	else
		snprintf(text, LISTEN_ADDRESS_MAX, is_ipv6(address->host) ? "[%s]:%u" : "%s:%u",
			 address->host, address->port);
	return text;
}

/* Of one that has a port. */
static struct socket_address socket_address_from(const struct listen_address *address)
{
	struct socket_address to = {0};

	if (is_ipv6(address->host)) {
		to.in6.sin6_family = AF_INET6;
		to.in6.sin6_port = htons(address->port);
		inet_pton(AF_INET6, address->host, &to.in6.sin6_addr);
		to.size = sizeof(to.in6);
	} else {
		to.in.sin_family = AF_INET;
		to.in.sin_port = htons(address->port);
		inet_pton(AF_INET, address->host, &to.in.sin_addr);
		to.size = sizeof(to.in);
	}
	return to;
}

static void fill_in_port(int fd, struct listen_address *address)
{
	struct socket_address bound = {.size = sizeof(bound.in6)};

	if (getsockname(fd, &bound.any, &bound.size) == 0)
		address->port = ntohs(is_ipv6(address->host) ? bound.in6.sin6_port
							     : bound.in.sin_port);
}

int listener_open(struct listen_address *address)
{
	struct socket_address at = socket_address_from(address);
	CLEANUP(close_fdp) int fd = -1;
	int on = 1;

	if (address->is_unix)
		return unix_socket_listen(address->path);
	fd = socket(at.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, &at.any, at.size) < 0 || listen(fd, BACKLOG) < 0)
		return -errno;
	fill_in_port(fd, address);
	return take_fd(&fd);
}

void listener_close(int fd, const struct listen_address *address)
{
	if (fd < 0)
		return;
	if (address->is_unix)
		unlink(address->path);
	close_fd(fd);
}

void socket_peer_name(int fd, char *ret_name, size_t size)
{
	struct socket_address peer = {.size = sizeof(peer.un)};
	char host[INET6_ADDRSTRLEN];

	if (getpeername(fd, &peer.any, &peer.size) < 0) {
		snprintf(ret_name, size, "unknown");
	} else if (peer.any.sa_family == AF_INET) {
		inet_ntop(AF_INET, &peer.in.sin_addr, host, sizeof(host));
		snprintf(ret_name, size, "%s:%u", host, ntohs(peer.in.sin_port));
	} else if (peer.any.sa_family == AF_INET6) {
		inet_ntop(AF_INET6, &peer.in6.sin6_addr, host, sizeof(host));
		snprintf(ret_name, size, "[%s]:%u", host, ntohs(peer.in6.sin6_port));
	} else {
		struct ucred who = {0};
		socklen_t who_size = sizeof(who);

		getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &who_size);
		snprintf(ret_name, size, "unix pid %d", who.pid);
	}
}
