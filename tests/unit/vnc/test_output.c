/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/vnc/vnc_output.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>

#include "common/fd_pass.h"
#include "gateway/encode/packet.h"
#include "tests/support/test.h"

struct pipe {
	struct vnc_output output;
	int ours;
	int theirs;
	uint8_t seen; /* of the pattern that was sent */
	size_t received;
};

static void pipe_open(struct pipe *pipe)
{
	int pair[2];
	int room = 4096;

	EXPECT_INT(fd_pass_pair(pair), 0);
	*pipe = (struct pipe){.ours = pair[0], .theirs = pair[1]};
	EXPECT_INT(fcntl(pipe->ours, F_SETFL, O_NONBLOCK), 0);
	EXPECT_INT(setsockopt(pipe->ours, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room)), 0);
	vnc_output_init(&pipe->output, pipe->ours);
}

static void pipe_close(struct pipe *pipe)
{
	vnc_output_finish(&pipe->output);
	close_fd(pipe->ours);
	close_fd(pipe->theirs);
}

#define PIPE() \
	CLEANUP(pipe_close) struct pipe pipe; \
	pipe_open(&pipe)

/* Takes what is there, which goes on counting from what was there before. */
static void receive(struct pipe *pipe)
{
	uint8_t bytes[1000];
	ssize_t n;

	while ((n = recv(pipe->theirs, bytes, sizeof(bytes), MSG_DONTWAIT)) > 0)
		for (ssize_t i = 0; i < n; i++) {
			EXPECT_INT(bytes[i], pipe->seen);
			pipe->seen = (uint8_t)(pipe->seen + 1);
			pipe->received++;
		}
}

static void count_up(uint8_t *bytes, size_t size, uint8_t *next)
{
	for (size_t i = 0; i < size; i++)
		bytes[i] = (*next)++;
}

static void add_bytes(struct pipe *pipe, size_t size, uint8_t *next)
{
	uint8_t bytes[256];

	count_up(bytes, size, next);
	vnc_output_add(&pipe->output, bytes, size);
}

static struct packet *add_packet(struct pipe *pipe, size_t size, uint8_t *next)
{
	struct packet *packet = packet_create(size);

	count_up(packet->data, size, next);
	vnc_output_add_packet(&pipe->output, packet_ref(packet));
	return packet;
}

static void what_was_said_comes_in_order_however_little_the_socket_takes(void)
{
	PIPE();
	uint8_t next = 0;

	for (int i = 0; i < 100; i++) {
		add_bytes(&pipe, 12, &next);
		packet_unref(add_packet(&pipe, (size_t)i * 97 + 1, &next));
		add_bytes(&pipe, 3, &next);
		add_bytes(&pipe, 200, &next);
	}
	EXPECT_INT(vnc_output_flush(&pipe.output), 0);
	EXPECT(!vnc_output_is_empty(&pipe.output));
	while (!vnc_output_is_empty(&pipe.output)) {
		receive(&pipe);
		/* An answer may come in between. */
		if (pipe.output.bytes_total < 600000)
			add_bytes(&pipe, 1, &next);
		EXPECT_INT(vnc_output_flush(&pipe.output), 0);
	}
	receive(&pipe);
	EXPECT_INT(pipe.received, pipe.output.bytes_total);
}

static void nothing_waits_once_it_was_taken(void)
{
	PIPE();
	uint8_t next = 0;

	for (int i = 0; i < 3; i++) {
		add_bytes(&pipe, 100, &next);
		packet_unref(add_packet(&pipe, 100, &next));
		EXPECT_INT(vnc_output_flush(&pipe.output), 0);
		EXPECT(vnc_output_is_empty(&pipe.output));
		EXPECT_INT(pipe.output.bytes_size, 0);
		receive(&pipe);
	}
	EXPECT_INT(pipe.received, 600);
}

static void a_peer_that_is_gone_is_an_error_and_no_signal(void)
{
	PIPE();
	uint8_t next = 0;

	pipe.theirs = close_fd(pipe.theirs);
	packet_unref(add_packet(&pipe, 10, &next));
	EXPECT_INT(vnc_output_flush(&pipe.output), -ECONNRESET);
	EXPECT_INT(vnc_output_drain(&pipe.output, 1), -ECONNRESET);
}

static void draining_does_not_wait_for_ever(void)
{
	PIPE();
	uint8_t next = 0;

	packet_unref(add_packet(&pipe, 1 << 20, &next));
	EXPECT_INT(vnc_output_drain(&pipe.output, 1), -ECONNRESET);
}

static void it_is_full_when_too_much_waits_that_is_not_shared(void)
{
	PIPE();
	uint8_t next = 0;

	packet_unref(add_packet(&pipe, 2 << 20, &next));
	EXPECT_INT(vnc_output_flush(&pipe.output), 0);
	EXPECT(!vnc_output_is_full(&pipe.output));
	for (size_t size = 0; size <= VNC_OUTPUT_BYTES_MAX; size += 256)
		add_bytes(&pipe, 256, &next);
	EXPECT(vnc_output_is_full(&pipe.output));
}

int main(void)
{
	RUN_TEST(what_was_said_comes_in_order_however_little_the_socket_takes);
	RUN_TEST(nothing_waits_once_it_was_taken);
	RUN_TEST(a_peer_that_is_gone_is_an_error_and_no_signal);
	RUN_TEST(draining_does_not_wait_for_ever);
	RUN_TEST(it_is_full_when_too_much_waits_that_is_not_shared);
	return 0;
}
