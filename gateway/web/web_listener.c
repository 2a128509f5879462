/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/web/web_listener.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#include "common/log.h"
#include "common/xalloc.h"
#include "gateway/web/web_connection.h"
#include "gateway/web/web_context.h"

/* How many to accept before others have their turn. */
#define ACCEPTS_AT_A_TIME 16

/* The pause when the process has no descriptor left: the clients stay in the backlog. */
#define PAUSE_US (LWS_US_PER_SEC / 2)

/* More than this in the kernel's queue would only be late. */
#define NOTSENT_LOWAT (128 * 1024)

struct web_listener {
	struct web_server *server;
	struct listen_address address;
	struct web_policy policy;
	bool has_tls;
	int fd;
	struct lws *wsi; /* has a copy of `fd` */
	lws_sorted_usec_list_t pause;
	unsigned connections;
};

static int watch(struct web_listener *listener)
{
	lws_sock_file_fd_type fd = {.filefd = fcntl(listener->fd, F_DUPFD_CLOEXEC, 3)};

	if (fd.filefd < 0)
		return -errno;
	listener->wsi = lws_adopt_descriptor_vhost(listener->server->vhost, LWS_ADOPT_RAW_FILE_DESC,
						   fd, "listener", NULL);
	if (!listener->wsi) {
		close(fd.filefd);
		return -ENOMEM;
	}
	lws_set_wsi_user(listener->wsi, listener);
	return 0;
}

int web_listener_create(struct web_server *server, const struct listen_address *address,
			const struct web_policy *policy, bool has_tls,
			struct web_listener **ret_listener)
{
	CLEANUP(web_listener_destroyp)
	struct web_listener *listener = xcalloc(1, sizeof(*listener));
	const char *name = policy->is_control ? "control" : "web";
	char text[LISTEN_ADDRESS_MAX];
	int r;

	listener->server = server;
	listener->address = *address;
	listener->has_tls = has_tls;
	listener->policy = *policy;
	listener->policy.address = address->is_unix ? NULL : listener->address.host;
	listener->fd = listener_open(&listener->address);
	r = listener->fd < 0 ? listener->fd : watch(listener);
	if (r < 0) {
		log_error("%s: cannot listen on %s: %s", name, listen_address_format(address, text),
			  strerror(-r));
		return r;
	}
	log_info("%s: listening on %s", name, listen_address_format(&listener->address, text));
	*ret_listener = TAKE(listener);
	return 0;
}

void web_listener_destroy(struct web_listener *listener)
{
	if (!listener)
		return;
	listener_close(listener->fd, &listener->address);
	free(listener);
}

const struct listen_address *web_listener_address(const struct web_listener *listener)
{
	return &listener->address;
}

const struct web_policy *web_listener_policy(const struct web_listener *listener)
{
	return &listener->policy;
}

struct web_listener *web_listener_of(struct lws *wsi)
{
	return lws_wsi_user(wsi);
}

static void handle_pause_end(lws_sorted_usec_list_t *pause)
{
	struct web_listener *listener = lws_container_of(pause, struct web_listener, pause);

	lws_rx_flow_control(listener->wsi, 1);
}

static void adopt(struct web_listener *listener, int fd)
{
	lws_sock_file_fd_type socket = {.sockfd = fd};
	lws_adoption_type type = LWS_ADOPT_HTTP | LWS_ADOPT_SOCKET;
	char peer[VIEWER_PEER_MAX];
	int lowat = NOTSENT_LOWAT, on = 1;
	struct lws *wsi;

	socket_peer_name(fd, peer, sizeof(peer));
	if (!listener->address.is_unix) {
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &lowat, sizeof(lowat));
	}
	if (listener->has_tls)
		type |= LWS_ADOPT_ALLOW_SSL;
	/* Closes the socket where it fails. */
	wsi = lws_adopt_descriptor_vhost(listener->server->vhost, type, socket, NULL, NULL);
	if (!wsi)
		return;
	listener->connections++;
	web_connection_create(listener->server, listener, wsi, peer);
}

void web_listener_accept(struct web_listener *listener)
{
	for (int i = 0; i < ACCEPTS_AT_A_TIME; i++) {
		int fd = accept4(listener->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOMEM)) {
			web_refusal_log_write(&listener->server->refusals, "",
					      "to accept for now: %s", strerror(errno));
			lws_rx_flow_control(listener->wsi, 0);
			lws_sul_schedule(listener->server->lws, 0, &listener->pause,
					 handle_pause_end, PAUSE_US);
		}
		if (fd < 0)
			return;
		if (listener->connections >= WEB_CONNECTIONS_MAX) {
			web_refusal_log_write(&listener->server->refusals, "",
					      "a connection: there are %d already",
					      WEB_CONNECTIONS_MAX);
			close(fd);
			continue;
		}
		adopt(listener, fd);
	}
}

void web_listener_forget(struct web_listener *listener)
{
	listener->connections--;
}
