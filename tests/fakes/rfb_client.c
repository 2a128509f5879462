/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/fakes/rfb_client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <rfb/rfb.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "common/loop.h"
#include "common/xalloc.h"
#include "tests/fakes/rfb_decode.h"
#include "tests/fakes/rfb_h264.h"

/* A rectangle of a full 8K picture, raw, has to fit. */
#define INPUT_MAX (256u << 20)

struct rfb_client *rfb_client_create(int fd, const char *password, bool decodes)
{
	struct rfb_client *client = xcalloc(1, sizeof(*client));

	client->fd = fd;
	client->password = password;
	client->decodes = decodes;
	return client;
}

void rfb_client_destroy(struct rfb_client *client)
{
	if (!client)
		return;
	close_fd(client->fd);
	if (client->has_zrle)
		inflateEnd(&client->zrle);
	for (int i = 0; i < 4; i++)
		if (client->has_tight[i])
			inflateEnd(&client->tight[i]);
	rfb_h264_destroy(client->h264);
	free(client->units);
	free(client->cursor.pixels);
	free(client->pixels);
	free(client->input);
	free(client);
}

static uint16_t u16(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static uint32_t u32(const uint8_t *bytes)
{
	return (uint32_t)u16(bytes) << 16 | u16(bytes + 2);
}

static int wrong(struct rfb_client *client, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static int wrong(struct rfb_client *client, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(client->failure, sizeof(client->failure), format, arguments);
	va_end(arguments);
	return -EPROTO;
}

static void resize(struct rfb_client *client, uint16_t width, uint16_t height)
{
	if (client->pixels && client->width == width && client->height == height)
		return;
	client->width = width;
	client->height = height;
	if (!client->decodes)
		return;
	free(client->pixels);
	client->pixels = xcalloc((size_t)width * height + 1, sizeof(uint32_t));
}

/* -- The handshake. Each returns the bytes it used, 0 when there are too few. -- */

static ssize_t read_version(struct rfb_client *client, const uint8_t *bytes, size_t size)
{
	if (size < 12)
		return 0;
	if (memcmp(bytes, "RFB 003.008\n", 12) != 0)
		return wrong(client, "not the version that was expected");
	rfb_send(client, "RFB 003.008\n", 12);
	client->state = RFB_STATE_SECURITY;
	return 12;
}

static ssize_t read_security(struct rfb_client *client, const uint8_t *bytes, size_t size)
{
	uint8_t type = client->password ? 2 : 1;

	if (size < 1 || size < 1u + bytes[0])
		return 0;
	if (!memchr(bytes + 1, type, bytes[0]))
		return wrong(client, "security type %u is not offered", type);
	rfb_send(client, &type, 1);
	client->state = client->password ? RFB_STATE_CHALLENGE : RFB_STATE_RESULT;
	return 1 + bytes[0];
}

static ssize_t read_challenge(struct rfb_client *client, const uint8_t *bytes, size_t size)
{
	uint8_t response[16];
	char key[9] = "";

	if (size < sizeof(response))
		return 0;
	memcpy(response, bytes, sizeof(response));
	snprintf(key, sizeof(key), "%s", client->password);
	rfbEncryptBytes(response, key);
	rfb_send(client, response, sizeof(response));
	client->state = RFB_STATE_RESULT;
	return sizeof(response);
}

static ssize_t read_result(struct rfb_client *client, const uint8_t *bytes, size_t size)
{
	uint8_t is_shared = 1;

	if (size < 4)
		return 0;
	if (u32(bytes) != 0) {
		if (size < 8 || size < 8 + u32(bytes + 4))
			return 0;
		return wrong(client, "%.*s", (int)u32(bytes + 4), (const char *)bytes + 8);
	}
	rfb_send(client, &is_shared, 1);
	client->state = RFB_STATE_INIT;
	return 4;
}

static ssize_t read_init(struct rfb_client *client, const uint8_t *bytes, size_t size)
{
	if (size < 24 || size < 24 + u32(bytes + 20))
		return 0;
	resize(client, u16(bytes), u16(bytes + 2));
	snprintf(client->name, sizeof(client->name), "%.*s", (int)u32(bytes + 20),
		 (const char *)bytes + 24);
	client->state = RFB_STATE_READY;
	return 24 + (ssize_t)u32(bytes + 20);
}

/* -- Updates --------------------------------------------------------------- */

static ssize_t read_cursor(struct rfb_client *client, const struct rfb_rect *rect, bool has_alpha,
			   const uint8_t *bytes, size_t size)
{
	size_t area = (size_t)rect->width * rect->height;
	size_t row = (rect->width + 7u) / 8;
	size_t needed = has_alpha ? 4 + area * 4 : area * 4 + row * rect->height;
	struct rfb_cursor *cursor = &client->cursor;

	if (size < needed)
		return 0;
	free(cursor->pixels);
	cursor->pixels = xcalloc(area + 1, sizeof(uint32_t));
	for (size_t i = 0; i < area; i++) {
		const uint8_t *p = bytes + (has_alpha ? 4 : 0) + i * 4;
		size_t x = i % rect->width;
		size_t y = i / rect->width;
		const uint8_t *mask = bytes + area * 4 + y * row + x / 8;

		if (has_alpha)
			cursor->pixels[i] = (uint32_t)p[3] << 24 |
					    (uint32_t)(p[0] << 16 | p[1] << 8 | p[2]);
		else if (*mask & 0x80 >> x % 8)
			cursor->pixels[i] = 0xff000000 | (uint32_t)(p[2] << 16 | p[1] << 8 | p[0]);
	}
	cursor->count++;
	cursor->hot_x = rect->x;
	cursor->hot_y = rect->y;
	cursor->width = rect->width;
	cursor->height = rect->height;
	return (ssize_t)needed;
}

static ssize_t read_extended_size(struct rfb_client *client, const struct rfb_rect *rect,
				  const uint8_t *bytes, size_t size)
{
	if (size < 4 || size < 4 + bytes[0] * 16u)
		return 0;
	client->sizes++;
	client->size_reason = rect->x;
	client->size_status = rect->y;
	/* RFB: on failure the size is the present one all the same. */
	resize(client, rect->width, rect->height);
	return 4 + bytes[0] * 16;
}

static ssize_t read_picture(struct rfb_client *client, const struct rfb_rect *rect,
			    int32_t encoding, const uint8_t *bytes, size_t size)
{
	ssize_t n;

	if (rect->x + rect->width > client->width || rect->y + rect->height > client->height)
		return wrong(client, "a rectangle of %ux%u+%u+%u in a picture of %ux%u",
			     rect->width, rect->height, rect->x, rect->y, client->width,
			     client->height);
	switch (encoding) {
	case RFB_RAW:
		n = rfb_decode_raw(client, rect, bytes, size);
		break;
	case RFB_ZRLE:
		n = rfb_decode_zrle(client, rect, bytes, size);
		break;
	case RFB_TIGHT:
		n = rfb_decode_tight(client, rect, bytes, size);
		break;
	case RFB_H264:
		n = rfb_decode_h264(client, rect, bytes, size);
		break;
	default:
		return wrong(client, "encoding %d was not asked for", encoding);
	}
	if (n < 0 && client->failure[0])
		return (int)n;
	if (n < 0)
		return wrong(client, "encoding %d could not be decoded", encoding);
	if (n > 0) {
		client->picture_rects++;
		client->picture_area += (uint64_t)rect->width * rect->height;
		client->last_encoding = encoding;
		client->videos += encoding == RFB_H264;
		if (client->on_rect)
			client->on_rect(client->data, rect->x, rect->y, rect->width, rect->height);
	}
	return n;
}

/* A rectangle's data. -EAGAIN when it is not all there: it may well have none. */
static ssize_t read_data(struct rfb_client *client, const struct rfb_rect *rect, int32_t encoding,
			 const uint8_t *bytes, size_t size)
{
	ssize_t n;

	switch (encoding) {
	case RFB_LAST_RECT:
		client->rects_left = 1;
		return 0;
	case RFB_QEMU_KEYS:
		client->has_qemu_keys = true;
		return 0;
	case RFB_EXTENDED_BUTTONS:
		client->has_extended_buttons = true;
		return 0;
	case RFB_DESKTOP_SIZE:
		client->sizes++;
		resize(client, rect->width, rect->height);
		return 0;
	case RFB_EXTENDED_DESKTOP_SIZE:
		n = read_extended_size(client, rect, bytes, size);
		break;
	case RFB_CURSOR:
	case RFB_ALPHA_CURSOR:
		n = read_cursor(client, rect, encoding == RFB_ALPHA_CURSOR, bytes, size);
		if (n == 0 && rect->width == 0)
			return encoding == RFB_CURSOR ? 0 : -EAGAIN;
		break;
	default:
		n = read_picture(client, rect, encoding, bytes, size);
	}
	return n == 0 ? -EAGAIN : n;
}

static ssize_t read_rect(struct rfb_client *client, const uint8_t *bytes, size_t size)
{
	struct rfb_rect rect;
	ssize_t n;

	if (size < 12)
		return 0;
	rect = (struct rfb_rect){u16(bytes), u16(bytes + 2), u16(bytes + 4), u16(bytes + 6)};
	n = read_data(client, &rect, (int32_t)u32(bytes + 8), bytes + 12, size - 12);
	if (n == -EAGAIN)
		return 0;
	if (n < 0)
		return n;
	if (--client->rects_left == 0)
		client->updates++;
	return 12 + n;
}

static ssize_t read_fence(struct rfb_client *client, const uint8_t *bytes, size_t size)
{
	uint32_t flags;

	if (size < 9 || size < 9u + bytes[8])
		return 0;
	flags = u32(bytes + 4);
	if (flags & 0x80000000) {
		client->fence_requests++;
		if (!client->ignores_fences)
			rfb_send_fence(client, flags & 7, bytes + 9, bytes[8]);
	} else {
		client->fence_answers++;
		client->fence_flags = flags;
	}
	return 9 + bytes[8];
}

static ssize_t read_message(struct rfb_client *client, const uint8_t *bytes, size_t size)
{
	if (client->rects_left > 0)
		return read_rect(client, bytes, size);
	switch (bytes[0]) {
	case 0:
		if (size < 4)
			return 0;
		client->rects_left = u16(bytes + 2);
		if (client->rects_left == 0)
			client->updates++;
		return 4;
	case 2:
		return 1;
	case 3:
		return size < 8 || size < 8 + u32(bytes + 4) ? 0 : 8 + (ssize_t)u32(bytes + 4);
	case 150:
		if (client->has_continuous_updates)
			client->ends_of_continuous_updates++;
		client->has_continuous_updates = true;
		return 1;
	case 248:
		return read_fence(client, bytes, size);
	default:
		return wrong(client, "message type %u", bytes[0]);
	}
}

static ssize_t read_one(struct rfb_client *client, const uint8_t *bytes, size_t size)
{
	switch (client->state) {
	case RFB_STATE_VERSION:
		return read_version(client, bytes, size);
	case RFB_STATE_SECURITY:
		return read_security(client, bytes, size);
	case RFB_STATE_CHALLENGE:
		return read_challenge(client, bytes, size);
	case RFB_STATE_RESULT:
		return read_result(client, bytes, size);
	case RFB_STATE_INIT:
		return read_init(client, bytes, size);
	default:
		return read_message(client, bytes, size);
	}
}

static int parse(struct rfb_client *client)
{
	size_t used = 0;

	while (used < client->input_size) {
		ssize_t n = read_one(client, client->input + used, client->input_size - used);

		if (n < 0)
			return (int)n;
		if (n == 0)
			break;
		used += (size_t)n;
	}
	client->input_size -= used;
	memmove(client->input, client->input + used, client->input_size);
	return 0;
}

static int end(struct rfb_client *client, int error)
{
	client->state = RFB_STATE_CLOSED;
	return error;
}

int rfb_client_process(struct rfb_client *client)
{
	while (client->state != RFB_STATE_CLOSED) {
		ssize_t n;
		int r;

		if (client->input_room - client->input_size < 65536) {
			if (client->input_room >= INPUT_MAX)
				return end(client, wrong(client, "a rectangle without end"));
			client->input_room = client->input_room * 2 + 65536;
			client->input = realloc(client->input, client->input_room);
			if (!client->input)
				abort();
		}
		n = recv(client->fd, client->input + client->input_size,
			 client->input_room - client->input_size, MSG_DONTWAIT);
		if (n < 0 && errno == EAGAIN)
			return 0;
		if (n <= 0)
			return end(client, -ECONNRESET);
		client->bytes += (uint64_t)n;
		client->received_us = loop_now_us();
		client->input_size += (size_t)n;
		r = parse(client);
		if (r < 0)
			return end(client, r);
	}
	return -ECONNRESET;
}

/* -- What a viewer says ------------------------------------------------------ */

int rfb_connect_tcp(uint16_t port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	CLEANUP(close_fdp) int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int one = 1;

	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		return -errno;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	return take_fd(&fd);
}

int rfb_connect_unix(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	CLEANUP(close_fdp) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		return -errno;
	return take_fd(&fd);
}

int rfb_send(struct rfb_client *client, const void *bytes, size_t size)
{
	ssize_t n = send(client->fd, bytes, size, MSG_NOSIGNAL | MSG_DONTWAIT);

	if (n < 0)
		return -errno;
	return (size_t)n == size ? 0 : -EAGAIN;
}

static uint8_t *put16(uint8_t *at, uint16_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
	return at + 2;
}

static uint8_t *put32(uint8_t *at, uint32_t value)
{
	return put16(put16(at, (uint16_t)(value >> 16)), (uint16_t)value);
}

int rfb_send_encodings(struct rfb_client *client, const int32_t *encodings, size_t count)
{
	uint8_t message[4 + 64 * 4] = {2};
	uint8_t *at = put16(message + 2, (uint16_t)count);

	if (count > 64)
		return -EINVAL;
	for (size_t i = 0; i < count; i++)
		at = put32(at, (uint32_t)encodings[i]);
	return rfb_send(client, message, (size_t)(at - message));
}

int rfb_send_request(struct rfb_client *client, bool is_incremental)
{
	return rfb_send_request_of(client, 0, 0, client->width, client->height, is_incremental);
}

int rfb_send_request_of(struct rfb_client *client, uint16_t x, uint16_t y, uint16_t width,
			uint16_t height, bool is_incremental)
{
	uint8_t message[10] = {3, is_incremental};

	put16(put16(put16(put16(message + 2, x), y), width), height);
	return rfb_send(client, message, sizeof(message));
}

int rfb_send_pixel_format(struct rfb_client *client, uint8_t bits, uint8_t depth, uint16_t max,
			  uint8_t red_shift, uint8_t green_shift, uint8_t blue_shift)
{
	uint8_t message[20] = {0, 0, 0, 0, bits, depth, 0, 1};

	put16(put16(put16(message + 8, max), max), max);
	message[14] = red_shift;
	message[15] = green_shift;
	message[16] = blue_shift;
	return rfb_send(client, message, sizeof(message));
}

int rfb_send_key(struct rfb_client *client, uint32_t keysym, bool is_down)
{
	uint8_t message[8] = {4, is_down};

	put32(message + 4, keysym);
	return rfb_send(client, message, sizeof(message));
}

int rfb_send_qemu_key(struct rfb_client *client, uint32_t keysym, uint32_t keycode, bool is_down)
{
	uint8_t message[12] = {255, 0, 0, is_down};

	put32(put32(message + 4, keysym), keycode);
	return rfb_send(client, message, sizeof(message));
}

int rfb_send_pointer(struct rfb_client *client, uint16_t x, uint16_t y, uint16_t buttons)
{
	bool is_extended = client->has_extended_buttons && buttons >> 7;
	uint8_t message[7] = {5, (uint8_t)(is_extended ? 0x80 | (buttons & 0x7f) : buttons)};

	put16(put16(message + 2, x), y);
	message[6] = (uint8_t)(buttons >> 7);
	return rfb_send(client, message, is_extended ? 7 : 6);
}

int rfb_send_desktop_size(struct rfb_client *client, uint16_t width, uint16_t height)
{
	uint8_t message[24] = {251};

	put16(put16(message + 2, width), height);
	message[6] = 1;
	put32(message + 8, 1);
	put16(put16(message + 16, width), height);
	return rfb_send(client, message, sizeof(message));
}

int rfb_send_continuous(struct rfb_client *client, bool is_enabled)
{
	uint8_t message[10] = {150, is_enabled};

	put16(put16(message + 6, client->width), client->height);
	return rfb_send(client, message, sizeof(message));
}

int rfb_send_fence(struct rfb_client *client, uint32_t flags, const void *payload, uint8_t length)
{
	uint8_t message[9 + 255] = {248};

	put32(message + 4, flags);
	message[8] = length;
	memcpy(message + 9, payload, length);
	return rfb_send(client, message, 9u + length);
}
