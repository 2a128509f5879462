/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/fakes/fake_api.h"

#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "common/xalloc.h"
#include "tests/support/test.h"

#define REQUEST_MAX 8192

struct fake_api {
	char *path; /* one of these is NULL */
	char *url;
	int fd;
	pthread_t thread;
	pthread_mutex_t lock;

	/* protected by lock: */
	unsigned http_status;
	void *body;
	size_t size;
	size_t promised;
	char *requests;
};

/* The value of a header in `head`, cut out. The caller frees. */
static char *header_value(const char *head, const char *name)
{
	for (const char *line = head; (line = strstr(line, "\r\n")); line += 2) {
		if (strncasecmp(line + 2, name, strlen(name)) == 0) {
			const char *value = line + 2 + strlen(name) + 2;

			return xasprintf("%.*s", (int)strcspn(value, "\r"), value);
		}
	}
	return NULL;
}

/* Reads one request, whole. Returns the body in it, or NULL when the client left. */
static char *read_request(int fd, char request[REQUEST_MAX])
{
	size_t size = 0;

	for (;;) {
		ssize_t got = recv(fd, request + size, REQUEST_MAX - 1 - size, 0);
		char *end;

		if (got <= 0)
			return NULL;
		size += (size_t)got;
		request[size] = '\0';

		end = strstr(request, "\r\n\r\n");
		if (end) {
			CLEANUP(freep) char *length = header_value(request, "Content-Length");

			if (strlen(end + 4) >= (length ? strtoul(length, NULL, 10) : 0))
				return end + 4;
		}
	}
}

static void remember(struct fake_api *api, const char *request, const char *body)
{
	CLEANUP(freep) char *authorization = header_value(request, "Authorization");
	CLEANUP(freep) char *before = api->requests;
	const char *protocol = strstr(request, " HTTP/");

	api->requests = xasprintf("%s%.*s%s%s%s%s%s\n", before ? before : "",
				  (int)(protocol - request), request, *body ? " " : "", body,
				  authorization ? " [" : "", authorization ? authorization : "",
				  authorization ? "]" : "");
}

static void serve(struct fake_api *api, int fd)
{
	char request[REQUEST_MAX];
	const char *body = read_request(fd, request);

	if (!body)
		return;
	pthread_mutex_lock(&api->lock);
	remember(api, request, body);
	dprintf(fd, "HTTP/1.1 %u Status\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n",
		api->http_status, api->size + api->promised);
	send(fd, api->body, api->size, MSG_NOSIGNAL);
	pthread_mutex_unlock(&api->lock);
}

static void *run(void *data)
{
	struct fake_api *api = data;
	int fd;

	/* Until fake_api_destroy() shuts the socket down. */
	while ((fd = accept4(api->fd, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
		serve(api, fd);
		close(fd);
	}
	return NULL;
}

static void listen_on_unix(struct fake_api *api, const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	api->path = xstrdup(path);
	api->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	EXPECT_INT(bind(api->fd, (struct sockaddr *)&address, sizeof(address)), 0);
}

static void listen_on_tcp(struct fake_api *api)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t size = sizeof(address);

	api->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	EXPECT_INT(bind(api->fd, (struct sockaddr *)&address, size), 0);
	EXPECT_INT(getsockname(api->fd, (struct sockaddr *)&address, &size), 0);
	api->url = xasprintf("http://127.0.0.1:%u/", ntohs(address.sin_port));
}

struct fake_api *fake_api_create(const char *path)
{
	struct fake_api *api = xcalloc(1, sizeof(*api));

	api->http_status = 204;
	if (path)
		listen_on_unix(api, path);
	else
		listen_on_tcp(api);
	EXPECT_INT(listen(api->fd, 8), 0);
	pthread_mutex_init(&api->lock, NULL);
	EXPECT_INT(pthread_create(&api->thread, NULL, run, api), 0);
	return api;
}

void fake_api_destroy(struct fake_api *api)
{
	if (!api)
		return;
	shutdown(api->fd, SHUT_RDWR);
	pthread_join(api->thread, NULL);
	pthread_mutex_destroy(&api->lock);
	close(api->fd);
	if (api->path)
		unlink(api->path);
	free(api->path);
	free(api->url);
	free(api->body);
	free(api->requests);
	free(api);
}

const char *fake_api_url(const struct fake_api *api)
{
	return api->url;
}

void fake_api_answer(struct fake_api *api, unsigned http_status, const void *body, size_t size)
{
	pthread_mutex_lock(&api->lock);
	free(api->body);
	api->body = xcalloc(1, size + 1);
	memcpy(api->body, body, size);
	api->size = size;
	api->promised = 0;
	api->http_status = http_status;
	pthread_mutex_unlock(&api->lock);
}

void fake_api_promise_more(struct fake_api *api, size_t size)
{
	pthread_mutex_lock(&api->lock);
	api->promised = size;
	pthread_mutex_unlock(&api->lock);
}

char *fake_api_take_requests(struct fake_api *api)
{
	char *requests;

	pthread_mutex_lock(&api->lock);
	requests = api->requests ? TAKE(api->requests) : xstrdup("");
	pthread_mutex_unlock(&api->lock);
	return requests;
}
