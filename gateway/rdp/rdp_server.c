/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/rdp/rdp_server.h"

#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "common/log.h"
#include "common/loop.h"
#include "common/xalloc.h"
#include "gateway/frame/heads.h"
#include "gateway/rdp/rdp_library.h"
#include "gateway/rdp/rdp_peer.h"
#include "gateway/viewers.h"

/* Connections that have not logged in; those beyond are closed at once. */
#define STRANGERS_MAX 16

/* All connections: each viewer, and as many strangers as may be. */
#define PEERS_MAX (VIEWERS_MAX + STRANGERS_MAX)

/* Connections taken in a second; further ones wait. This also keeps the loop from spinning while
 * the process has no descriptors left. */
#define CONNECTIONS_PER_SECOND 32

/* The most that a connection opens until it is a viewer. Inside of FreeRDP 3.10 the process ends
 * with a segmentation fault where one of them is missing. */
#define DESCRIPTORS_EACH 32

struct rdp_server {
	struct services services;
	struct rdp_options options;
	int fd;
	sd_event_source *accepting;
	struct loop_timer *login_timer;
	unsigned count;
	struct rdp_peer *peers[PEERS_MAX];
};

struct ending {
	struct rdp_server *server;
	struct rdp_peer *peer;
};

static unsigned strangers(const struct rdp_server *server, uint64_t *ret_oldest_us)
{
	unsigned count = 0;

	*ret_oldest_us = UINT64_MAX;
	for (unsigned i = 0; i < server->count; i++) {
		if (rdp_peer_has_logged_in(server->peers[i]))
			continue;
		count++;
		if (rdp_peer_since_us(server->peers[i]) < *ret_oldest_us)
			*ret_oldest_us = rdp_peer_since_us(server->peers[i]);
	}
	return count;
}

static void arm_login_timer(struct rdp_server *server)
{
	uint64_t oldest_us;
	uint64_t now = loop_now_us();

	if (strangers(server, &oldest_us) == 0) {
		loop_timer_disarm(server->login_timer);
		return;
	}
	uint64_t due = oldest_us + RDP_LOGIN_TIMEOUT_US;
	loop_timer_arm(server->login_timer, due > now ? due - now : 0);
}

static void handle_login_timeout(void *data)
{
	struct rdp_server *server = data;
	uint64_t now = loop_now_us();

	for (unsigned i = 0; i < server->count; i++) {
		struct rdp_peer *peer = server->peers[i];

		if (!rdp_peer_has_logged_in(peer) &&
		    now >= rdp_peer_since_us(peer) + RDP_LOGIN_TIMEOUT_US)
			rdp_peer_stop(peer, "took too long");
	}
	arm_login_timer(server);
}

/* Loop thread. */
static void handle_ending(void *data)
{
	CLEANUP(freep) struct ending *ending = data;
	struct rdp_server *server = ending->server;

	for (unsigned i = 0; i < server->count; i++) {
		if (server->peers[i] != ending->peer)
			continue;
		server->peers[i] = server->peers[--server->count];
		break;
	}
	rdp_peer_destroy(ending->peer);
	arm_login_timer(server);
}

/* The viewer's thread, at its end. */
static void handle_peer_end(struct rdp_peer *peer, void *data)
{
	struct rdp_server *server = data;
	struct ending *ending = xcalloc(1, sizeof(*ending));

	*ending = (struct ending){server, peer};
	loop_post(server->services.loop, handle_ending, ending);
}

/* The system gives the lowest number that is free: those above `fd` are. */
static bool has_descriptors(int fd, unsigned connections)
{
	struct rlimit limit;

	return getrlimit(RLIMIT_NOFILE, &limit) == 0 &&
	       (rlim_t)fd + (rlim_t)connections * DESCRIPTORS_EACH < limit.rlim_cur;
}

/* NULL: it is served. */
static const char *reason_to_turn_away(const struct rdp_server *server, int fd)
{
	uint64_t oldest_us;
	unsigned waiting = strangers(server, &oldest_us);

	if (server->count == PEERS_MAX || waiting >= STRANGERS_MAX)
		return "too many connections that have not logged in";
	return has_descriptors(fd, waiting + 1) ? NULL : "too many open files";
}

static void serve(struct rdp_server *server, int fd)
{
	const char *reason = reason_to_turn_away(server, fd);
	char name[VIEWER_PEER_MAX];
	struct log_subject subject = {.protocol = "rdp", .peer = name};

	if (reason) {
		socket_peer_name(fd, name, sizeof(name));
		log_write(LOG_LEVEL_WARNING, &subject, "turned away: %s", reason);
		close_fd(fd);
		return;
	}

	int r = rdp_peer_start(fd, &server->services, &server->options, handle_peer_end, server,
			       &server->peers[server->count]);
	if (r < 0) {
		log_error("rdp: could not serve a connection: %s", strerror(-r));
		return;
	}
	server->count++;
	arm_login_timer(server);
}

static int handle_connection(sd_event_source *source, int fd, uint32_t events, void *data)
{
	int connection = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (connection >= 0)
		serve(data, connection);
	else if (errno != EAGAIN && errno != ECONNABORTED && errno != EINTR)
		log_warning("rdp: could not accept a connection: %s", strerror(errno));
	return 0;
}

/* A head more may belong on the desktops. */
static void handle_head_added(struct head *head, void *data)
{
	struct rdp_server *server = data;

	for (unsigned i = 0; i < server->count; i++)
		rdp_peer_wake(server->peers[i]);
}

int rdp_server_create(const struct services *services, const struct rdp_options *options,
		      struct rdp_server **ret_server)
{
	CLEANUP(rdp_server_destroyp) struct rdp_server *server = xcalloc(1, sizeof(*server));
	char text[LISTEN_ADDRESS_MAX];

	server->services = *services;
	server->options = *options;
	server->fd = -1;

	int r = rdp_library_init();
	if (r < 0) {
		log_error("rdp: FreeRDP did not start");
		return r;
	}
	server->fd = listener_open(&server->options.address);
	if (server->fd < 0) {
		log_error("rdp: cannot listen on %s: %s",
			  listen_address_format(&options->address, text), strerror(-server->fd));
		return server->fd;
	}
	r = loop_timer_create(services->loop, handle_login_timeout, server, &server->login_timer);
	if (r >= 0)
		r = sd_event_add_io(loop_event(services->loop), &server->accepting, server->fd,
				    EPOLLIN, handle_connection, server);
	if (r >= 0)
		r = sd_event_source_set_ratelimit(server->accepting, UINT64_C(1000000),
						  CONNECTIONS_PER_SECOND);
	if (r < 0) {
		log_error("rdp: cannot wait for connections: %s", strerror(-r));
		return r;
	}
	heads_observe(services->heads, handle_head_added, server);
	log_info("rdp: listening on %s", listen_address_format(&server->options.address, text));
	*ret_server = TAKE(server);
	return 0;
}

void rdp_server_destroy(struct rdp_server *server)
{
	if (!server)
		return;
	sd_event_source_disable_unref(server->accepting);
	if (server->fd >= 0)
		listener_close(server->fd, &server->options.address);

	for (unsigned i = 0; i < server->count; i++)
		rdp_peer_stop(server->peers[i], "the gateway stopped");
	for (unsigned i = 0; i < server->count; i++)
		rdp_peer_join(server->peers[i]);
	/* Each has posted its end, upon which it is destroyed. */
	if (server->services.loop)
		loop_run_posts(server->services.loop);
	loop_timer_destroy(server->login_timer);
	free(server);
}

const struct listen_address *rdp_server_address(const struct rdp_server *server)
{
	return &server->options.address;
}
