/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gpu-bridge/bus/bus_handshake.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "common/fd_pass.h"
#include "common/xalloc.h"

#define PATIENCE_US (10 * UINT64_C(1000000))

/* A client needs four lines of at most thirty bytes. */
#define LINES_MAX 16
#define LINE_MAX  256

/* More steps than this a line does not take. */
#define STEPS_MAX 8

struct bus_handshake {
	struct loop *loop;
	sd_bus *bus;
	int socket; /* the bus's own: what it writes to */
	int input;  /* the bus's own: what it reads from, the socket in the end */
	int feed;   /* the other end of that; -1: the handshake is over */
	sd_event_source *source;
	struct loop_timer *timer;
	char line[LINE_MAX];
	size_t length;
	unsigned lines;

	/* The bus may find its end while it takes a line, and its owner destroys both then. */
	bool is_taking;
	bool is_destroyed;
};

/* From now on the bus goes on by itself. */
static void finish(struct bus_handshake *handshake)
{
	handshake->feed = close_fd(handshake->feed);
	handshake->source = sd_event_source_disable_unref(handshake->source);
	loop_timer_disarm(handshake->timer);
	sd_bus_attach_event(handshake->bus, loop_event(handshake->loop), SD_EVENT_PRIORITY_NORMAL);
}

/* The bus finds its input at the end, and tells. */
static void fail(struct bus_handshake *handshake)
{
	shutdown(handshake->socket, SHUT_RDWR);
	finish(handshake);
}

/*
 * Reads as far as the end of a line, and not a byte beyond. Returns 1 for a whole
 * line, 0 when more of it has to come, or negative errno.
 */
static int read_line(struct bus_handshake *handshake)
{
	char *to = handshake->line + handshake->length;
	size_t room = LINE_MAX - handshake->length;
	ssize_t got = recv(handshake->socket, to, room, MSG_PEEK | MSG_DONTWAIT);
	char *end;

	if (got < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	if (got == 0)
		return -ECONNRESET;
	end = memchr(to, '\n', (size_t)got);
	if (!end && (size_t)got == room)
		return -EMSGSIZE;
	if (end)
		got = end + 1 - to;
	if (recv(handshake->socket, to, (size_t)got, MSG_DONTWAIT) != got)
		return -EIO;
	handshake->length += (size_t)got;
	return end != NULL;
}

/* Has the bus take a line, and answer it. */
static int pass_line(struct bus_handshake *handshake)
{
	ssize_t sent = fd_pass_send(handshake->feed, handshake->line, handshake->length, -1);
	int r = 1;

	if (sent != (ssize_t)handshake->length)
		return sent < 0 ? (int)sent : -EIO;
	for (int i = 0; i < STEPS_MAX; i++) {
		r = sd_bus_process(handshake->bus, NULL);
		if (handshake->is_destroyed)
			return -ECONNRESET;
		if (r < 0)
			return r;
		if (r == 0 && !(sd_bus_get_events(handshake->bus) & POLLOUT))
			return 0;
	}
	return -EIO;
}

static int take_line(struct bus_handshake *handshake)
{
	static const char begin[] = "BEGIN\r\n";
	bool is_last = handshake->length == sizeof(begin) - 1 &&
		       memcmp(handshake->line, begin, sizeof(begin) - 1) == 0;
	int r;

	if (++handshake->lines > LINES_MAX)
		return -E2BIG;
	r = pass_line(handshake);
	handshake->length = 0;
	if (r < 0 || !is_last)
		return r;
	if (sd_bus_is_ready(handshake->bus) <= 0)
		return -EPROTO;
	/* The bus reads from the same number, which is the socket now. */
	if (dup3(handshake->socket, handshake->input, O_CLOEXEC) < 0)
		return -errno;
	finish(handshake);
	return 0;
}

static int handle_readable(sd_event_source *source, int fd, uint32_t events, void *data)
{
	struct bus_handshake *handshake = data;
	int r = read_line(handshake);

	handshake->is_taking = true;
	if (r > 0)
		r = take_line(handshake);
	handshake->is_taking = false;
	if (handshake->is_destroyed)
		free(handshake);
	else if (r < 0)
		fail(handshake);
	return 0;
}

static void handle_timer(void *data)
{
	fail(data);
}

/* The bus owns both descriptors from here on. */
static int open_bus(int input, int output, sd_bus **ret_bus)
{
	CLEANUP(sd_bus_unrefp) sd_bus *bus = NULL;
	CLEANUP(close_fdp) int owned_input = input;
	CLEANUP(close_fdp) int owned_output = output;
	sd_id128_t id;
	int r;

	r = sd_bus_new(&bus);
	if (r < 0)
		return r;
	r = sd_bus_set_fd(bus, input, output);
	if (r < 0)
		return r;
	owned_input = owned_output = -1;
	r = sd_id128_randomize(&id);
	if (r < 0)
		return r;
	r = sd_bus_set_server(bus, 1, id);
	if (r < 0)
		return r;
	r = sd_bus_set_anonymous(bus, 1);
	if (r < 0)
		return r;
	r = sd_bus_negotiate_fds(bus, 1);
	if (r < 0)
		return r;
	r = sd_bus_start(bus);
	if (r < 0)
		return r;
	*ret_bus = TAKE(bus);
	return 0;
}

int bus_handshake_begin(struct loop *loop, int fd, struct bus_handshake **ret_handshake,
			sd_bus **ret_bus)
{
	CLEANUP(bus_handshake_destroyp)
	struct bus_handshake *handshake = xcalloc(1, sizeof(*handshake));
	CLEANUP(sd_bus_close_unrefp) sd_bus *bus = NULL;
	CLEANUP(close_fdp) int owned = fd;
	int pair[2];
	int r;

	handshake->loop = loop;
	handshake->feed = -1;
	r = fd_pass_pair(pair);
	if (r < 0)
		return r;
	handshake->feed = pair[0];
	handshake->input = pair[1];
	handshake->socket = take_fd(&owned);
	r = open_bus(handshake->input, handshake->socket, &bus);
	if (r < 0)
		return r;
	handshake->bus = bus;
	r = loop_timer_create(loop, handle_timer, handshake, &handshake->timer);
	if (r < 0)
		return r;
	loop_timer_arm(handshake->timer, PATIENCE_US);
	r = sd_event_add_io(loop_event(loop), &handshake->source, handshake->socket, EPOLLIN,
			    handle_readable, handshake);
	if (r < 0)
		return r;
	*ret_handshake = TAKE(handshake);
	*ret_bus = TAKE(bus);
	return 0;
}

void bus_handshake_destroy(struct bus_handshake *handshake)
{
	if (!handshake)
		return;
	sd_event_source_disable_unref(handshake->source);
	loop_timer_destroy(handshake->timer);
	close_fd(handshake->feed);
	handshake->is_destroyed = true;
	if (!handshake->is_taking)
		free(handshake);
}
