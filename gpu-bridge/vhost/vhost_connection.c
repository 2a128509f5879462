/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gpu-bridge/vhost/vhost_connection.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "common/log.h"
#include "common/unix_socket.h"
#include "common/xalloc.h"

/* Between attempts to connect. */
#define PAUSE_MIN_US 50000
#define PAUSE_MAX_US 2000000

/* After a connection ended: one that ends at once shall not keep us busy. */
#define PAUSE_AFTER_US 250000

struct vhost_connection {
	struct loop *loop;
	const struct vhost_address *address;
	const struct vhost_connection_events *events;
	void *data;

	/* While we listen. */
	int listen_fd;
	sd_event_source *listen_source;

	/* While we connect. */
	struct loop_timer *retry_timer;
	uint64_t pause_us;
	int last_error; /* that was logged */

	int fd; /* -1: no front end */
	sd_event_source *source;
	struct vhost_message message;
	size_t received; /* bytes of the message */
};

int vhost_address_parse(const char *text, struct vhost_address *ret_address)
{
	static const char listen[] = "listen:", connect[] = "connect:";

	if (strncmp(text, listen, strlen(listen)) == 0)
		*ret_address = (struct vhost_address){true, text + strlen(listen)};
	else if (strncmp(text, connect, strlen(connect)) == 0)
		*ret_address = (struct vhost_address){false, text + strlen(connect)};
	else
		return -EINVAL;
	return ret_address->path[0] ? 0 : -EINVAL;
}

/* -- One front end ----------------------------------------------------------- */

static void close_message(struct vhost_connection *connection)
{
	for (unsigned i = 0; i < connection->message.fds_count; i++)
		close_fd(connection->message.fds[i]);
	connection->message.fds_count = 0;
	connection->received = 0;
}

static void close_socket(struct vhost_connection *connection)
{
	close_message(connection);
	sd_event_source_disable_unref(connection->source);
	connection->source = NULL;
	connection->fd = close_fd(connection->fd);
}

void vhost_connection_drop(struct vhost_connection *connection, const char *reason)
{
	if (connection->fd < 0)
		return;
	close_socket(connection);
	connection->events->on_disconnected(connection->data, reason);
	if (connection->retry_timer)
		loop_timer_arm(connection->retry_timer, PAUSE_AFTER_US);
}

/* Adds what there is of the next `size` bytes at `bytes`. Returns 1 when a message has all
 * of them, 0 when some are missing. */
static int receive(struct vhost_connection *connection, void *bytes, size_t start, size_t size)
{
	struct vhost_message *message = &connection->message;
	size_t there = connection->received - start;
	int fds[FD_PASS_MAX];
	unsigned count;
	ssize_t received;

	if (there >= size)
		return 1;
	received = fd_pass_receive_many(connection->fd, (unsigned char *)bytes + there,
					size - there, fds, &count);
	if (received == -EAGAIN)
		return 0;
	if (received < 0)
		return (int)received;
	for (unsigned i = 0; i < count; i++) {
		if (message->fds_count < FD_PASS_MAX)
			message->fds[message->fds_count++] = fds[i];
		else
			close_fd(fds[i]);
	}
	if (received == 0)
		return -ECONNRESET;
	connection->received += (size_t)received;
	return (size_t)received == size - there;
}

/* Returns 1 when there is a whole message. */
static int receive_message(struct vhost_connection *connection)
{
	struct vhost_message *message = &connection->message;
	struct vhost_header *header = &message->header;
	int r = receive(connection, header, 0, sizeof(*header));

	if (r <= 0)
		return r;
	if ((header->flags & VHOST_FLAG_VERSION_MASK) != VHOST_FLAG_VERSION ||
	    header->size > sizeof(message->payload))
		return -EPROTO;
	return receive(connection, &message->payload, sizeof(*header), header->size);
}

static int handle_io(sd_event_source *source, int fd, uint32_t events, void *data)
{
	struct vhost_connection *connection = data;
	int r = receive_message(connection);

	if (r == 0)
		return 0;
	if (r > 0) {
		r = connection->events->on_message(connection->data, &connection->message);
		close_message(connection);
	}
	if (r == -ECONNRESET)
		vhost_connection_drop(connection, "it closed the connection");
	else if (r < 0)
		vhost_connection_drop(connection, strerror(-r));
	return 0;
}

static int open_socket(struct vhost_connection *connection, int fd)
{
	int r = sd_event_add_io(loop_event(connection->loop), &connection->source, fd, EPOLLIN,
				handle_io, connection);

	if (r < 0) {
		close_fd(fd);
		return r;
	}
	connection->fd = fd;
	connection->events->on_connected(connection->data);
	return 0;
}

int vhost_connection_reply(struct vhost_connection *connection, const struct vhost_message *message,
			   uint32_t size)
{
	struct {
		struct vhost_header header;
		unsigned char payload[sizeof(union vhost_payload)];
	} reply = {
		.header.request = message->header.request,
		.header.flags = VHOST_FLAG_VERSION | VHOST_FLAG_REPLY,
		.header.size = size,
	};
	size_t total = sizeof(reply.header) + size;
	ssize_t sent;

	memcpy(reply.payload, &message->payload, size);
	sent = fd_pass_send(connection->fd, &reply, total, -1);
	if (sent < 0)
		return (int)sent;
	/* It asks one thing at a time: there is room, unless it never reads. */
	return (size_t)sent == total ? 0 : -EAGAIN;
}

/* -- Both ways round --------------------------------------------------------- */

static bool has_left(int fd)
{
	char byte;

	return recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

static int handle_listen(sd_event_source *source, int listen_fd, uint32_t events, void *data)
{
	struct vhost_connection *connection = data;
	CLEANUP(close_fdp) int fd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	int r;

	if (fd < 0)
		return 0;
	/* A VM that started again may be here before we saw its predecessor leave. */
	if (connection->fd >= 0 && has_left(connection->fd))
		vhost_connection_drop(connection, "it closed the connection");
	if (connection->fd >= 0) {
		log_warning("a second front end came while one is connected: closed");
		return 0;
	}
	r = open_socket(connection, take_fd(&fd));
	if (r < 0)
		log_error("cannot serve a front end: %s", strerror(-r));
	return 0;
}

static int connect_to(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	CLEANUP(close_fdp) int fd = -1;

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	strcpy(address.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		return -errno;
	return take_fd(&fd);
}

static void handle_retry(void *data)
{
	struct vhost_connection *connection = data;
	int r = connect_to(connection->address->path);

	if (r >= 0) {
		connection->pause_us = PAUSE_MIN_US;
		connection->last_error = 0;
		r = open_socket(connection, r);
	}
	if (r >= 0)
		return;
	if (r != connection->last_error)
		log_info("waiting for the front end at %s: %s", connection->address->path,
			 strerror(-r));
	connection->last_error = r;
	loop_timer_arm(connection->retry_timer, connection->pause_us);
	connection->pause_us *= 2;
	if (connection->pause_us > PAUSE_MAX_US)
		connection->pause_us = PAUSE_MAX_US;
}

static int start_listening(struct vhost_connection *connection)
{
	connection->listen_fd = unix_socket_listen(connection->address->path);
	if (connection->listen_fd < 0)
		return connection->listen_fd;
	return sd_event_add_io(loop_event(connection->loop), &connection->listen_source,
			       connection->listen_fd, EPOLLIN, handle_listen, connection);
}

int vhost_connection_create(struct loop *loop, const struct vhost_address *address,
			    const struct vhost_connection_events *events, void *data,
			    struct vhost_connection **ret_connection)
{
	CLEANUP(vhost_connection_destroyp) struct vhost_connection *connection = NULL;
	int r;

	connection = xcalloc(1, sizeof(*connection));
	connection->loop = loop;
	connection->address = address;
	connection->events = events;
	connection->data = data;
	connection->fd = -1;
	connection->listen_fd = -1;
	connection->pause_us = PAUSE_MIN_US;
	if (address->we_listen) {
		r = start_listening(connection);
	} else {
		r = loop_timer_create(loop, handle_retry, connection, &connection->retry_timer);
		if (r == 0)
			loop_timer_arm(connection->retry_timer, 0);
	}
	if (r < 0)
		return r;
	*ret_connection = TAKE(connection);
	return 0;
}

void vhost_connection_destroy(struct vhost_connection *connection)
{
	if (!connection)
		return;
	close_socket(connection);
	loop_timer_destroy(connection->retry_timer);
	sd_event_source_disable_unref(connection->listen_source);
	if (connection->listen_fd >= 0)
		unlink(connection->address->path);
	close_fd(connection->listen_fd);
	free(connection);
}
