/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/bench/bench_websocket.h"

#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "common/xalloc.h"
#include "tests/bench/bench_target.h"
#include "tests/fakes/web_client.h"

#define READ_BYTES 65536
#define HEADER_MAX 10

struct channel {
	struct web_client *web;
	int web_fd;
	int local_fd; /* our end of what the RFB client has the other of */

	/* of what comes from the server */
	uint8_t header[HEADER_MAX];
	size_t header_size;
	uint64_t payload_left;
	enum web_opcode opcode;
};

static bool send_all(int fd, const uint8_t *bytes, size_t size)
{
	while (size > 0) {
		ssize_t n = send(fd, bytes, size, MSG_NOSIGNAL);

		if (n <= 0)
			return false;
		bytes += n;
		size -= (size_t)n;
	}
	return true;
}

/* Takes one byte of a frame's header, which a server does not mask. */
static void take_header_byte(struct channel *channel, uint8_t byte)
{
	size_t length_bytes;

	channel->header[channel->header_size++] = byte;
	if (channel->header_size < 2)
		return;
	length_bytes = channel->header[1] == 127 ? 8 : channel->header[1] == 126 ? 2 : 0;
	if (channel->header_size < 2 + length_bytes)
		return;
	channel->payload_left = length_bytes ? 0 : channel->header[1];
	for (size_t i = 0; i < length_bytes; i++)
		channel->payload_left = channel->payload_left << 8 | channel->header[2 + i];
	channel->opcode = (enum web_opcode)(channel->header[0] & 0x0f);
	channel->header_size = 0;
}

static bool pack(struct channel *channel, enum web_opcode opcode, const uint8_t *bytes, size_t size)
{
	size_t frame_size;
	CLEANUP(freep) uint8_t *frame = web_frame_encode(opcode, bytes, size, &frame_size);

	return send_all(channel->web_fd, frame, frame_size);
}

static bool take_payload(struct channel *channel, const uint8_t *bytes, size_t size)
{
	if (channel->opcode == WEB_OPCODE_PING)
		return pack(channel, WEB_OPCODE_PONG, bytes, size);
	return channel->opcode > WEB_OPCODE_BINARY || send_all(channel->local_fd, bytes, size);
}

static bool unpack(struct channel *channel, const uint8_t *bytes, size_t size)
{
	while (size > 0) {
		size_t part = channel->payload_left < size ? (size_t)channel->payload_left : size;

		if (part == 0) {
			take_header_byte(channel, *bytes++);
			size--;
			/* A ping may well be empty, and wants its answer all the same. */
			if (channel->header_size > 0 || channel->payload_left > 0 ||
			    take_payload(channel, bytes, 0))
				continue;
			return false;
		}
		if (!take_payload(channel, bytes, part))
			return false;
		channel->payload_left -= part;
		bytes += part;
		size -= part;
	}
	return true;
}

static void *run(void *data)
{
	struct channel *channel = data;
	struct pollfd fds[] = {{channel->web_fd, POLLIN, 0}, {channel->local_fd, POLLIN, 0}};
	uint8_t bytes[READ_BYTES];
	bool is_open = true;

	while (is_open && poll(fds, 2, -1) >= 0) {
		for (unsigned i = 0; i < 2 && is_open; i++) {
			ssize_t n = fds[i].revents ? recv(fds[i].fd, bytes, sizeof(bytes), 0) : -1;

			if (!fds[i].revents)
				continue;
			is_open = n > 0 &&
				  (i == 0 ? unpack(channel, bytes, (size_t)n)
					  : pack(channel, WEB_OPCODE_BINARY, bytes, (size_t)n));
		}
	}
	shutdown(channel->local_fd, SHUT_RDWR);
	return NULL;
}

int bench_websocket_connect(uint16_t port, unsigned head)
{
	struct listen_address address = {.host = "127.0.0.1", .port = port};
	struct channel *channel = xcalloc(1, sizeof(*channel));
	CLEANUP(freep) char *path = xasprintf("/api/v1/heads/%u/rfb", head);
	CLEANUP(freep)
	char *headers = xasprintf("Host: 127.0.0.1:%u\r\n"
				  "Origin: http://127.0.0.1:%u\r\n"
				  "Sec-WebSocket-Protocol: binary\r\n",
				  port, port);
	struct web_frame version;
	pthread_t thread;
	int fds[2];

	channel->web = web_client_connect(NULL, &address);
	if (web_client_upgrade(channel->web, path, headers) != 101)
		bench_fail("the gateway opens no WebSocket");
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0)
		bench_fail("no more descriptors");
	channel->web_fd = web_client_fd(channel->web);
	channel->local_fd = fds[0];
	/* The server's version may have come with the response; it says no more before it is
	 * answered. */
	version = web_client_frame(channel->web);
	send_all(channel->local_fd, (const uint8_t *)version.payload, version.size);
	free(version.payload);
	if (pthread_create(&thread, NULL, run, channel) != 0)
		bench_fail("no more threads");
	pthread_detach(thread);
	return fds[1];
}
