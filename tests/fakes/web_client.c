/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/fakes/web_client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "common/xalloc.h"
#include "tests/support/test.h"

#define READ_SIZE 65536

struct web_client {
	struct loop *loop;
	int fd;
	bool is_closed; /* by the server */
	char *input;	/* not parsed yet; NUL after it */
	size_t size;
};

static int connect_unix(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	EXPECT(fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0);
	return fd;
}

static int connect_tcp(uint16_t port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	EXPECT(fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0);
	return fd;
}

struct web_client *web_client_connect(struct loop *loop, const struct listen_address *address)
{
	struct web_client *client = xcalloc(1, sizeof(*client));

	client->loop = loop;
	client->input = xcalloc(1, 1);
	client->fd = address->is_unix ? connect_unix(address->path) : connect_tcp(address->port);
	return client;
}

void web_client_destroy(struct web_client *client)
{
	if (!client)
		return;
	close_fd(client->fd);
	free(client->input);
	free(client);
}

int web_client_fd(const struct web_client *client)
{
	return client->fd;
}

size_t web_client_send(struct web_client *client, const void *bytes, size_t size)
{
	ssize_t n = send(client->fd, bytes, size, MSG_NOSIGNAL | MSG_DONTWAIT);

	return n < 0 ? 0 : (size_t)n;
}

struct sending {
	struct web_client *client;
	const char *bytes;
	size_t left;
};

static bool is_sent(void *data)
{
	struct sending *sending = data;
	size_t n = web_client_send(sending->client, sending->bytes, sending->left);

	sending->bytes += n;
	sending->left -= n;
	return sending->left == 0;
}

static void send_all(struct web_client *client, const void *bytes, size_t size)
{
	struct sending sending = {client, bytes, size};

	EXPECT(test_wait(client->loop, is_sent, &sending));
}

void web_client_say(struct web_client *client, const char *format, ...)
{
	CLEANUP(freep) char *text = NULL;
	va_list arguments;

	va_start(arguments, format);
	EXPECT(vasprintf(&text, format, arguments) >= 0);
	va_end(arguments);
	send_all(client, text, strlen(text));
}

/* Takes in what has come. */
static void receive(struct web_client *client)
{
	ssize_t n;

	client->input = realloc(client->input, client->size + READ_SIZE + 1);
	EXPECT(client->input);
	n = recv(client->fd, client->input + client->size, READ_SIZE, MSG_DONTWAIT);
	if (n == 0 || (n < 0 && errno != EAGAIN))
		client->is_closed = true;
	client->size += n > 0 ? (size_t)n : 0;
	client->input[client->size] = '\0';
}

static void consume(struct web_client *client, size_t size)
{
	client->size -= size;
	memmove(client->input, client->input + size, client->size + 1);
}

static bool is_closed(void *data)
{
	struct web_client *client = data;

	receive(client);
	return client->is_closed;
}

void web_client_expect_closed(struct web_client *client)
{
	EXPECT(test_wait(client->loop, is_closed, client));
}

/* -- HTTP ---------------------------------------------------------------------- */

static bool find_header(const char *headers, const char *name, char *value, size_t size)
{
	size_t length = strlen(name);

	for (const char *line = headers; line && *line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncasecmp(line, name, length) == 0 && line[length] == ':') {
			line += length + 1 + strspn(line + length + 1, " ");
			snprintf(value, size, "%.*s", (int)strcspn(line, "\r\n"), line);
			return true;
		}
	}
	return false;
}

bool web_response_header(const struct web_response *response, const char *name, char *value,
			 size_t size)
{
	return find_header(response->headers, name, value, size);
}

/* Where the body of a whole response begins, and its size; false while it is none. */
static bool find_body(const struct web_client *client, size_t *ret_start, size_t *ret_size)
{
	const char *end = strstr(client->input, "\r\n\r\n");
	char length[32];

	if (!end)
		return false;
	*ret_start = (size_t)(end + 4 - client->input);
	*ret_size = 0;
	if (find_header(client->input, "Content-Length", length, sizeof(length)))
		*ret_size = strtoul(length, NULL, 10);
	return client->size >= *ret_start + *ret_size;
}

static bool has_response(void *data)
{
	struct web_client *client = data;
	size_t start, size;

	receive(client);
	return client->is_closed || find_body(client, &start, &size);
}

struct web_response web_client_response(struct web_client *client)
{
	struct web_response response = {0};
	size_t start, size;

	EXPECT(test_wait(client->loop, has_response, client));
	if (!find_body(client, &start, &size))
		return response;
	response.headers = xasprintf("%.*s", (int)start, client->input);
	response.body = xcalloc(1, size + 1);
	memcpy(response.body, client->input + start, size);
	response.size = size;
	EXPECT_INT(sscanf(response.headers, "HTTP/1.1 %u", &response.status), 1);
	consume(client, start + size);
	return response;
}

static bool has_headers(void *data)
{
	struct web_client *client = data;

	receive(client);
	return client->is_closed || strstr(client->input, "\r\n\r\n");
}

struct web_response web_client_headers(struct web_client *client)
{
	struct web_response response = {0};
	const char *end;

	EXPECT(test_wait(client->loop, has_headers, client));
	end = strstr(client->input, "\r\n\r\n");
	if (!end)
		return response;
	response.headers = xasprintf("%.*s", (int)(end + 4 - client->input), client->input);
	EXPECT_INT(sscanf(response.headers, "HTTP/1.1 %u", &response.status), 1);
	consume(client, strlen(response.headers));
	return response;
}

void web_response_finish(struct web_response *response)
{
	free(response->headers);
	free(response->body);
	*response = (struct web_response){0};
}

/* -- WebSocket ----------------------------------------------------------------- */

unsigned web_client_upgrade(struct web_client *client, const char *path, const char *headers)
{
	CLEANUP(web_response_finish) struct web_response response = {0};

	web_client_say(client,
		       "GET %s HTTP/1.1\r\n"
		       "Upgrade: websocket\r\n"
		       "Connection: Upgrade\r\n"
		       "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
		       "Sec-WebSocket-Version: 13\r\n"
		       "%s\r\n",
		       path, headers);
	response = web_client_response(client);
	return response.status;
}

uint8_t *web_frame_encode(enum web_opcode opcode, const void *payload, size_t size,
			  size_t *ret_size)
{
	static const uint8_t mask[4] = {0x12, 0x34, 0x56, 0x78};
	uint8_t *frame = xcalloc(1, size + 14);
	size_t header = 2;

	frame[0] = (uint8_t)(0x80 | opcode);
	if (size < 126) {
		frame[1] = (uint8_t)(0x80 | size);
	} else {
		frame[1] = 0x80 | 127;
		for (int i = 0; i < 8; i++)
			frame[2 + i] = (uint8_t)((uint64_t)size >> (56 - 8 * i));
		header = 10;
	}
	memcpy(frame + header, mask, 4);
	header += 4;
	for (size_t i = 0; i < size; i++)
		frame[header + i] = ((const uint8_t *)payload)[i] ^ mask[i % 4];
	*ret_size = header + size;
	return frame;
}

void web_client_send_frame(struct web_client *client, enum web_opcode opcode, const void *payload,
			   size_t size)
{
	size_t frame_size;
	CLEANUP(freep) uint8_t *frame = web_frame_encode(opcode, payload, size, &frame_size);

	send_all(client, frame, frame_size);
}

/* The header's size and the payload's; false while the frame is not whole. */
static bool find_frame(const struct web_client *client, size_t *ret_header, size_t *ret_size)
{
	const uint8_t *bytes = (const uint8_t *)client->input;
	unsigned length_bytes;

	if (client->size < 2)
		return false;
	length_bytes = bytes[1] == 126 ? 2 : bytes[1] == 127 ? 8 : 0;
	*ret_header = 2 + length_bytes;
	*ret_size = length_bytes ? 0 : bytes[1];
	if (client->size < *ret_header)
		return false;
	for (unsigned i = 0; i < length_bytes; i++)
		*ret_size = *ret_size << 8 | bytes[2 + i];
	return client->size >= *ret_header + *ret_size;
}

static bool has_frame(void *data)
{
	struct web_client *client = data;
	size_t header, size;

	if (find_frame(client, &header, &size))
		return true;
	receive(client);
	return client->is_closed || find_frame(client, &header, &size);
}

struct web_frame web_client_frame(struct web_client *client)
{
	struct web_frame frame = {.opcode = WEB_OPCODE_CLOSE};
	size_t header, size;

	EXPECT(test_wait(client->loop, has_frame, client));
	if (!find_frame(client, &header, &size))
		return frame;
	frame.opcode = (enum web_opcode)(client->input[0] & 0x0f);
	frame.payload = xcalloc(1, size + 1);
	memcpy(frame.payload, client->input + header, size);
	frame.size = size;
	consume(client, header + size);
	return frame;
}
