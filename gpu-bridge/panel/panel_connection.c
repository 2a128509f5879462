/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gpu-bridge/panel/panel_connection.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "common/xalloc.h"

/* A batch. Large ones cost QEMU fewer turns of its loop, and a display that presents
 * each update, as SDL's does, fewer of those. */
#define BATCH_BYTES (256u << 10)

/* What the kernel is asked for; it gives twice that, for its own overhead too, or what
 * net.core.wmem_max allows. */
#define SOCKET_BYTES (256u << 10)

struct panel_connection {
	int fd;
	const struct panel_connection_events *events;
	void *data;
	sd_event_source *source;
	bool is_ready;
	bool wants_room;

	/* The answer that is awaited, as far as it is there. */
	struct panel_features answer;
	size_t received;

	/* What is being sent. */
	unsigned char *batch;
	size_t batch_max;
	size_t batch_size;
	size_t sent;
};

/* -- Sending ----------------------------------------------------------------- */

static void listen_for(struct panel_connection *connection)
{
	bool has_more = connection->wants_room || connection->sent < connection->batch_size;

	sd_event_source_set_io_events(connection->source, EPOLLIN | (has_more ? EPOLLOUT : 0));
}

static int send_batch(struct panel_connection *connection)
{
	ssize_t sent;

	do
		sent = send(connection->fd, connection->batch + connection->sent,
			    connection->batch_size - connection->sent, MSG_DONTWAIT | MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	if (sent < 0)
		return errno == EAGAIN ? 0 : -errno;
	connection->sent += (size_t)sent;
	return 0;
}

static int fill_room(struct panel_connection *connection)
{
	if (connection->sent == connection->batch_size) {
		connection->sent = 0;
		connection->batch_size = 0;
		if (connection->wants_room)
			connection->events->on_room(connection->data);
	}
	return connection->batch_size > 0 ? send_batch(connection) : 0;
}

size_t panel_connection_room(const struct panel_connection *connection)
{
	return connection->batch_max - connection->batch_size;
}

void *panel_connection_append(struct panel_connection *connection, size_t size)
{
	void *bytes = connection->batch + connection->batch_size;

	assert(size <= panel_connection_room(connection));
	connection->batch_size += size;
	return bytes;
}

void panel_connection_want(struct panel_connection *connection, bool wants_room)
{
	if (wants_room == connection->wants_room)
		return;
	connection->wants_room = wants_room;
	listen_for(connection);
}

static void append_features(struct panel_connection *connection, enum panel_request request,
			    size_t size)
{
	struct panel_features message = {
		.header = {.request = request, .size = (uint32_t)(size - sizeof(message.header))},
	};

	memcpy(panel_connection_append(connection, size), &message, size);
}

/* -- Receiving --------------------------------------------------------------- */

/* Returns 0, or -EPROTO for what is no answer to our one question. */
static int take_answer(struct panel_connection *connection)
{
	const struct panel_header *header = &connection->answer.header;

	if (header->request != PANEL_GET_PROTOCOL_FEATURES || !(header->flags & PANEL_FLAG_REPLY) ||
	    header->size != sizeof(connection->answer) - sizeof(*header))
		return -EPROTO;
	if (connection->received < sizeof(connection->answer))
		return 0;
	/* We need none of what it can do. */
	append_features(connection, PANEL_SET_PROTOCOL_FEATURES, sizeof(connection->answer));
	connection->is_ready = true;
	connection->events->on_ready(connection->data);
	return 0;
}

/* Returns 1 when the socket was closed. */
static int receive(struct panel_connection *connection)
{
	unsigned char *bytes = (unsigned char *)&connection->answer;
	size_t wanted = connection->received < sizeof(struct panel_header)
				? sizeof(struct panel_header)
				: sizeof(connection->answer);
	unsigned char unasked;
	ssize_t received;

	/* After the answer there is nothing to be said. */
	received = connection->is_ready ? recv(connection->fd, &unasked, 1, MSG_DONTWAIT)
					: recv(connection->fd, bytes + connection->received,
					       wanted - connection->received, MSG_DONTWAIT);
	if (received == 0)
		return 1;
	if (received < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	if (connection->is_ready)
		return -EPROTO;
	connection->received += (size_t)received;
	return connection->received < sizeof(struct panel_header) ? 0 : take_answer(connection);
}

static int handle_io(sd_event_source *source, int fd, uint32_t events, void *data)
{
	struct panel_connection *connection = data;
	int r = 0;

	if (events & (EPOLLIN | EPOLLHUP | EPOLLERR))
		r = receive(connection);
	if (r == 0 && events & EPOLLOUT)
		r = fill_room(connection);
	/* It closes a socket without having read what lies in it. */
	if (r == 0)
		listen_for(connection);
	else if (r == 1 || r == -ECONNRESET || r == -EPIPE)
		connection->events->on_end(connection->data, NULL);
	else
		connection->events->on_end(connection->data, strerror(-r));
	return 0;
}

/* -- Life -------------------------------------------------------------------- */

/*
 * Linux calls a unix socket writable while at most a quarter of its buffer is taken
 * (unix_writable()). What needs no more than five eighths, with the overhead of a few
 * hundred bytes for each 32 KB, then goes out whole.
 */
static int size_batches(struct panel_connection *connection)
{
	static const int wanted = SOCKET_BYTES;
	int size;
	socklen_t length = sizeof(size);

	setsockopt(connection->fd, SOL_SOCKET, SO_SNDBUF, &wanted, sizeof(wanted));
	if (getsockopt(connection->fd, SOL_SOCKET, SO_SNDBUF, &size, &length) < 0)
		return -errno;
	connection->batch_max = (size_t)size / 8 * 5;
	if (connection->batch_max > BATCH_BYTES)
		connection->batch_max = BATCH_BYTES;
	if (connection->batch_max < PANEL_BATCH_BYTES_MIN)
		connection->batch_max = PANEL_BATCH_BYTES_MIN;
	return 0;
}

int panel_connection_create(struct loop *loop, int fd, const struct panel_connection_events *events,
			    void *data, struct panel_connection **ret_connection)
{
	CLEANUP(panel_connection_destroyp) struct panel_connection *connection = NULL;
	int r;

	connection = xcalloc(1, sizeof(*connection));
	connection->fd = fd;
	connection->events = events;
	connection->data = data;
	r = size_batches(connection);
	if (r < 0)
		return r;
	connection->batch = xcalloc(1, connection->batch_max);
	append_features(connection, PANEL_GET_PROTOCOL_FEATURES, sizeof(struct panel_header));
	r = sd_event_add_io(loop_event(loop), &connection->source, fd, EPOLLIN | EPOLLOUT,
			    handle_io, connection);
	if (r < 0)
		return r;
	*ret_connection = TAKE(connection);
	return 0;
}

void panel_connection_destroy(struct panel_connection *connection)
{
	if (!connection)
		return;
	sd_event_source_disable_unref(connection->source);
	free(connection->batch);
	free(connection);
}
