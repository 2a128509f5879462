/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/vnc/vnc_server.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "common/log.h"
#include "common/loop.h"
#include "common/xalloc.h"
#include "gateway/access/access.h"
#include "gateway/frame/head.h"
#include "gateway/frame/heads.h"
#include "gateway/viewers.h"
#include "gateway/vnc/vnc_client.h"
#include "gateway/vnc/vnc_login.h"
#include "gateway/vnc/vnc_viewer.h"

/* Connections that have not logged in, by all listeners together: further ones are closed. */
#define LOGINS_MAX 16

/* Connections that one listener takes in a second; further ones wait. This also
 * keeps the loop from spinning while the process has no descriptors left. */
#define CONNECTIONS_PER_SECOND 32

/* One head's door. */
struct door {
	struct vnc_server *server;
	struct head *head;
	struct listen_address address;
	int fd;
	sd_event_source *event;
};

struct vnc_server {
	struct services services;
	struct listen_address address; /* of head 0 */
	bool listens;
	struct door *doors[HEADS_MAX]; /* loop's thread */
	atomic_uint logins;

	pthread_mutex_t lock;
	pthread_cond_t has_ended;
	/* protected by lock: */
	struct link *links;
	unsigned ended; /* of the links: posted to be reaped */
	bool is_stopping;
};

/* A viewer and its place in the list. */
struct link {
	struct vnc_server *server;
	struct vnc_viewer *viewer;
	struct link *next;
};

/* Loop's thread, after the viewer's last word. */
static void reap(void *data)
{
	struct link *link = data;
	struct vnc_server *server = link->server;

	pthread_mutex_lock(&server->lock);
	server->ended--;
	for (struct link **at = &server->links; *at; at = &(*at)->next) {
		if (*at == link) {
			*at = link->next;
			break;
		}
	}
	pthread_mutex_unlock(&server->lock);
	vnc_viewer_join(link->viewer);
	free(link);
}

static void handle_login_over(void *data)
{
	struct link *link = data;

	link->server->logins--;
}

static void handle_end(struct vnc_viewer *viewer, void *data)
{
	struct link *link = data;
	struct vnc_server *server = link->server;

	pthread_mutex_lock(&server->lock);
	loop_post(server->services.loop, reap, link);
	server->ended++;
	pthread_cond_signal(&server->has_ended);
	pthread_mutex_unlock(&server->lock);
}

/* Takes `fd` over in any case. */
static int start_viewer(struct vnc_server *server, int fd, struct head *head, const char *protocol,
			const char *peer, bool asks_password)
{
	CLEANUP(freep) struct link *link = xcalloc(1, sizeof(*link));
	const struct vnc_viewer_config config = {
		.services = &server->services,
		.head = head,
		.protocol = protocol,
		.peer = peer,
		.asks_password = asks_password,
		.on_login_over = handle_login_over,
		.on_end = handle_end,
		.data = link,
	};
	int r;

	link->server = server;
	server->logins++;
	pthread_mutex_lock(&server->lock);
	if (server->is_stopping) {
		close_fd(fd);
		r = -ECANCELED;
	} else {
		r = vnc_viewer_start(&config, fd, &link->viewer);
	}
	if (r == 0) {
		link->next = server->links;
		server->links = TAKE(link);
	}
	pthread_mutex_unlock(&server->lock);
	if (r < 0)
		server->logins--;
	return r;
}

static int handle_connection(sd_event_source *event, int listener, uint32_t events, void *data)
{
	struct door *door = data;
	struct vnc_server *server = door->server;
	CLEANUP(close_fdp) int fd = -1;
	char peer[VIEWER_PEER_MAX];
	const struct log_subject subject = {.protocol = "vnc", .peer = peer};
	int r;

	fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd < 0) {
		if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
			log_warning("vnc: cannot accept a connection: %s", strerror(errno));
		return 0;
	}
	socket_peer_name(fd, peer, sizeof(peer));
	if (server->logins >= LOGINS_MAX) {
		log_write(LOG_LEVEL_WARNING, &subject,
			  "turned away: %d connections are at their login already", LOGINS_MAX);
		return 0;
	}
	r = start_viewer(server, take_fd(&fd), door->head, "vnc", peer,
			 access_mode(server->services.access) == ACCESS_PASSWORD);
	if (r < 0)
		log_write(LOG_LEVEL_WARNING, &subject, "cannot be served: %s", strerror(-r));
	return 0;
}

static void door_close(struct door *door)
{
	if (!door)
		return;
	sd_event_source_disable_unref(door->event);
	if (door->fd >= 0)
		listener_close(door->fd, &door->address);
	free(door);
}

DEFINE_CLEANUP(struct door *, door_close)

/* Head N is at port + N, or at PATH.N. A port that the system chose counts like a given one. */
static int address_of_head(const struct vnc_server *server, unsigned head,
			   struct listen_address *ret_address)
{
	int length;

	*ret_address = server->address;
	if (head == 0)
		return 0;
	if (!server->address.is_unix) {
		if (server->address.port + head > UINT16_MAX)
			return -ERANGE;
		ret_address->port = (uint16_t)(server->address.port + head);
		return 0;
	}
	length = snprintf(ret_address->path, sizeof(ret_address->path), "%s.%u",
			  server->address.path, head);
	return (size_t)length < sizeof(ret_address->path) ? 0 : -ENAMETOOLONG;
}

static int open_door(struct vnc_server *server, struct head *head)
{
	CLEANUP(door_closep) struct door *door = xcalloc(1, sizeof(*door));
	unsigned index = head_index(head);
	char text[LISTEN_ADDRESS_MAX];
	int r;

	door->server = server;
	door->head = head;
	door->fd = -1;
	r = address_of_head(server, index, &door->address);
	if (r == 0)
		r = door->fd = listener_open(&door->address);
	if (r >= 0)
		r = sd_event_add_io(loop_event(server->services.loop), &door->event, door->fd,
				    EPOLLIN, handle_connection, door);
	if (r >= 0)
		r = sd_event_source_set_ratelimit(door->event, UINT64_C(1000000),
						  CONNECTIONS_PER_SECOND);
	if (r < 0) {
		log_error("vnc: cannot listen on %s for head %u: %s",
			  listen_address_format(&door->address, text), index, strerror(-r));
		return r;
	}
	if (index == 0)
		server->address = door->address;
	log_info("vnc: listening on %s for head %u", listen_address_format(&door->address, text),
		 index);
	server->doors[index] = TAKE(door);
	return 0;
}

static void handle_head_added(struct head *head, void *data)
{
	struct vnc_server *server = data;

	/* Logged; that head goes without. */
	if (server->listens && head_index(head) < HEADS_MAX)
		open_door(server, head);
}

static int open_doors(struct vnc_server *server)
{
	struct heads *heads = server->services.heads;
	int r;

	if (access_mode(server->services.access) == ACCESS_PASSWORD && !vnc_login_is_possible()) {
		log_error("vnc: this system's crypto policy has no DES, which VNC's password "
			  "needs: leave --vnc out");
		return -ENOTSUP;
	}
	r = open_door(server, heads_get(heads, 0));
	if (r < 0)
		return r;
	server->listens = true;
	for (unsigned i = 1; i < heads_count(heads); i++)
		handle_head_added(heads_get(heads, i), server);
	heads_observe(heads, handle_head_added, server);
	return 0;
}

int vnc_server_create(const struct services *services, const struct listen_address *address,
		      struct vnc_server **ret_server)
{
	CLEANUP(vnc_server_destroyp) struct vnc_server *server = xcalloc(1, sizeof(*server));
	int r;

	server->services = *services;
	pthread_mutex_init(&server->lock, NULL);
	pthread_cond_init(&server->has_ended, NULL);
	vnc_client_library_open();
	if (address) {
		server->address = *address;
		r = open_doors(server);
		if (r < 0)
			return r;
	}
	*ret_server = TAKE(server);
	return 0;
}

/* Waits until a viewer is to be reaped. Returns false when there are no more. */
static bool wait_for_end(struct vnc_server *server)
{
	bool has_links;

	pthread_mutex_lock(&server->lock);
	while (server->links && server->ended == 0)
		pthread_cond_wait(&server->has_ended, &server->lock);
	has_links = server->links;
	pthread_mutex_unlock(&server->lock);
	return has_links;
}

void vnc_server_destroy(struct vnc_server *server)
{
	if (!server)
		return;
	for (unsigned i = 0; i < HEADS_MAX; i++)
		door_close(server->doors[i]);
	pthread_mutex_lock(&server->lock);
	server->is_stopping = true;
	for (struct link *link = server->links; link; link = link->next)
		vnc_viewer_stop(link->viewer);
	pthread_mutex_unlock(&server->lock);
	while (wait_for_end(server))
		loop_run_posts(server->services.loop);
	pthread_cond_destroy(&server->has_ended);
	pthread_mutex_destroy(&server->lock);
	free(server);
}

int vnc_server_adopt(struct vnc_server *server, int fd, unsigned head, const char *peer)
{
	struct head *shown = heads_get(server->services.heads, head);

	if (!shown) {
		close_fd(fd);
		return -ENODEV;
	}
	return start_viewer(server, fd, shown, "web", peer, false);
}

const struct listen_address *vnc_server_address(struct vnc_server *server, unsigned head)
{
	return head < HEADS_MAX && server->doors[head] ? &server->doors[head]->address : NULL;
}
