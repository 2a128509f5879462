/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/vnc/vnc_output.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "common/xalloc.h"
#include "gateway/encode/packet.h"

/* Segments that one call hands to the kernel. */
#define SEGMENTS_AT_ONCE 64

void vnc_output_init(struct vnc_output *output, int fd)
{
	*output = (struct vnc_output){.fd = fd};
}

static void drop_all(struct vnc_output *output)
{
	for (size_t i = output->segment; i < output->segments_count; i++)
		packet_unref(output->segments[i].packet);
	output->segments_count = 0;
	output->segment = 0;
	output->segment_sent = 0;
	output->bytes_size = 0;
	output->bytes_at = 0;
}

void vnc_output_finish(struct vnc_output *output)
{
	drop_all(output);
	free(output->segments);
	free(output->bytes);
}

static void add_segment(struct vnc_output *output, struct packet *packet, size_t size)
{
	if (output->segments_count == output->segments_room) {
		output->segments_room = output->segments_room * 2 + 16;
		output->segments = xrealloc(output->segments, output->segments_room,
					    sizeof(output->segments[0]));
	}
	output->segments[output->segments_count++] = (struct vnc_segment){packet, size};
	output->bytes_total += size;
}

void vnc_output_add(struct vnc_output *output, const void *bytes, size_t size)
{
	struct vnc_segment *last = output->segments_count > output->segment
					   ? &output->segments[output->segments_count - 1]
					   : NULL;

	if (output->bytes_room - output->bytes_size < size) {
		output->bytes_room = (output->bytes_size + size) * 2;
		output->bytes = xrealloc(output->bytes, output->bytes_room, 1);
	}
	memcpy(output->bytes + output->bytes_size, bytes, size);
	output->bytes_size += size;
	if (last && !last->packet) {
		last->size += size;
		output->bytes_total += size;
	} else {
		add_segment(output, NULL, size);
	}
}

void vnc_output_add_packet(struct vnc_output *output, struct packet *packet)
{
	add_segment(output, packet, packet->size);
}

/* The next segments as the kernel wants them. Returns how many. */
static size_t gather(const struct vnc_output *output, struct iovec parts[SEGMENTS_AT_ONCE])
{
	size_t bytes_at = output->bytes_at;
	size_t skip = output->segment_sent;
	size_t count = 0;

	for (size_t i = output->segment; i < output->segments_count && count < SEGMENTS_AT_ONCE;
	     i++) {
		const struct vnc_segment *segment = &output->segments[i];
		uint8_t *begin = segment->packet ? segment->packet->data : output->bytes + bytes_at;

		if (!segment->packet)
			bytes_at += segment->size;
		parts[count++] = (struct iovec){begin + skip, segment->size - skip};
		skip = 0;
	}
	return count;
}

static void advance(struct vnc_output *output, size_t sent)
{
	while (output->segment < output->segments_count) {
		struct vnc_segment *segment = &output->segments[output->segment];
		size_t left = segment->size - output->segment_sent;

		if (sent < left) {
			output->segment_sent += sent;
			return;
		}
		sent -= left;
		if (!segment->packet)
			output->bytes_at += segment->size;
		packet_unref(segment->packet);
		output->segment++;
		output->segment_sent = 0;
	}
	drop_all(output);
}

int vnc_output_flush(struct vnc_output *output)
{
	while (!vnc_output_is_empty(output)) {
		struct iovec parts[SEGMENTS_AT_ONCE];
		struct msghdr message = {.msg_iov = parts};
		ssize_t n;

		message.msg_iovlen = gather(output, parts);
		n = sendmsg(output->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0 && errno == EAGAIN)
			return 0;
		if (n < 0 && errno != EINTR)
			return -ECONNRESET;
		if (n > 0)
			advance(output, (size_t)n);
	}
	return 0;
}

int vnc_output_drain(struct vnc_output *output, int timeout_ms)
{
	struct pollfd poll_fd = {.fd = output->fd, .events = POLLOUT};
	int r = vnc_output_flush(output);

	while (r == 0 && !vnc_output_is_empty(output)) {
		int ready = poll(&poll_fd, 1, timeout_ms);

		if (ready == 0 || (ready < 0 && errno != EINTR))
			return -ECONNRESET;
		r = vnc_output_flush(output);
	}
	return r;
}

bool vnc_output_is_empty(const struct vnc_output *output)
{
	return output->segments_count == 0;
}

bool vnc_output_is_full(const struct vnc_output *output)
{
	return output->bytes_size > VNC_OUTPUT_BYTES_MAX;
}
