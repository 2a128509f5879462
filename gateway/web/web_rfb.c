/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/web/web_rfb.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "common/fd_pass.h"
#include "gateway/web/web_channel.h"
#include "gateway/web/web_context.h"

/* What waits in each direction. A side is read only while there is room for as
 * much as may come at a time. */
#define TO_BROWSER_MAX (4 * WEB_READ_MAX)
#define TO_SERVER_MAX  (2 * WEB_READ_MAX)

/* RFC 6455, 7.4.1 */
#define CLOSE_NORMAL	1000
#define CLOSE_ERROR	1011
#define CLOSE_TRY_LATER 1013

/* Bytes on their way in one direction: those from `start` to `end`. */
struct waiting {
	size_t start;
	size_t end;
};

struct splice {
	struct lws *socket; /* our end of the pair; NULL: closed */
	struct waiting to_browser;
	struct waiting to_server;
	uint8_t browser_bytes[LWS_PRE + TO_BROWSER_MAX];
	uint8_t server_bytes[TO_SERVER_MAX];
};

/* Appends to one of the two buffers, whose bytes begin at `base`. Returns false
 * when it does not fit: then the other side was read although it should not. */
static bool append(struct waiting *waiting, uint8_t *base, size_t max, const void *bytes,
		   size_t size)
{
	if (waiting->start > 0) {
		memmove(base, base + waiting->start, waiting->end - waiting->start);
		waiting->end -= waiting->start;
		waiting->start = 0;
	}
	if (size > max - waiting->end)
		return false;
	memcpy(base + waiting->end, bytes, size);
	waiting->end += size;
	return true;
}

static bool has_room(const struct waiting *waiting, size_t max)
{
	return max - (waiting->end - waiting->start) >= WEB_READ_MAX;
}

/* -- The WebSocket ----------------------------------------------------------------- */

static struct lws *adopt(struct web_channel *channel, int fd)
{
	lws_sock_file_fd_type socket = {.sockfd = fd};
	struct lws *wsi = lws_adopt_descriptor_vhost(channel->connection->server->vhost,
						     LWS_ADOPT_SOCKET, socket, "splice", NULL);

	if (wsi)
		lws_set_wsi_user(wsi, channel);
	return wsi;
}

static bool rfb_open(struct web_channel *channel)
{
	struct splice *splice = channel->state;
	struct web_server *server = channel->connection->server;
	int fds[2];
	int r = fd_pass_pair(fds);

	if (r < 0)
		return web_channel_end(channel, CLOSE_TRY_LATER, strerror(-r));
	/* Takes the descriptor, whether or not it succeeds. */
	splice->socket = adopt(channel, fds[0]);
	if (!splice->socket) {
		close(fds[1]);
		return web_channel_end(channel, CLOSE_ERROR, "no memory");
	}
	r = server->callbacks.open_rfb(server->data, fds[1], channel->head,
				       channel->connection->peer);
	if (r < 0)
		return web_channel_end(channel, CLOSE_TRY_LATER, strerror(-r));
	return true;
}

static void rfb_close(struct web_channel *channel)
{
	struct splice *splice = channel->state;

	if (!splice->socket)
		return;
	lws_set_wsi_user(splice->socket, NULL);
	lws_set_timeout(splice->socket, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_ASYNC);
}

static bool rfb_receive(struct web_channel *channel, const void *bytes, size_t size, bool is_last)
{
	struct splice *splice = channel->state;

	if (!splice->socket)
		return true;
	if (!append(&splice->to_server, splice->server_bytes, TO_SERVER_MAX, bytes, size))
		return web_channel_end(channel, CLOSE_ERROR, "too much at once");
	if (!has_room(&splice->to_server, TO_SERVER_MAX))
		lws_rx_flow_control(channel->connection->wsi, 0);
	lws_callback_on_writable(splice->socket);
	return true;
}

static bool rfb_writable(struct web_channel *channel)
{
	struct splice *splice = channel->state;
	struct waiting *waiting = &splice->to_browser;
	size_t size = waiting->end - waiting->start;

	if (size == 0)
		return splice->socket ||
		       web_channel_end(channel, CLOSE_NORMAL, "the gateway closed it");
	if (size > WEB_WRITE_MAX)
		size = WEB_WRITE_MAX;
	waiting->start += size;
	if (!web_channel_write(channel, splice->browser_bytes + LWS_PRE + waiting->start - size,
			       size, false))
		return false;
	if (splice->socket && has_room(waiting, TO_BROWSER_MAX))
		lws_rx_flow_control(splice->socket, 1);
	if (waiting->end > waiting->start || !splice->socket)
		web_channel_want_write(channel);
	return true;
}

const struct web_channel_ops web_rfb_channel = {
	.state_size = sizeof(struct splice),
	.open = rfb_open,
	.receive = rfb_receive,
	.writable = rfb_writable,
	.close = rfb_close,
};

/* -- The socket pair ----------------------------------------------------------------- */

int web_rfb_socket_read(struct lws *wsi, const void *bytes, size_t size)
{
	struct web_channel *channel = lws_wsi_user(wsi);
	struct splice *splice;

	if (!channel)
		return -1;
	splice = channel->state;
	if (!append(&splice->to_browser, splice->browser_bytes + LWS_PRE, TO_BROWSER_MAX, bytes,
		    size))
		return -1;
	if (!has_room(&splice->to_browser, TO_BROWSER_MAX))
		lws_rx_flow_control(wsi, 0);
	web_channel_want_write(channel);
	return 0;
}

int web_rfb_socket_writable(struct lws *wsi)
{
	struct web_channel *channel = lws_wsi_user(wsi);
	struct splice *splice;
	struct waiting *waiting;
	ssize_t n;

	if (!channel)
		return -1;
	splice = channel->state;
	waiting = &splice->to_server;
	if (waiting->end == waiting->start)
		return 0;
	/* Not lws_write(): that would keep what the socket does not take. */
	n = send(lws_get_socket_fd(wsi), splice->server_bytes + waiting->start,
		 waiting->end - waiting->start, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (n < 0 && errno != EAGAIN && errno != EINTR)
		return -1;
	waiting->start += n < 0 ? 0 : (size_t)n;
	if (has_room(waiting, TO_SERVER_MAX))
		lws_rx_flow_control(channel->connection->wsi, 1);
	if (waiting->end > waiting->start)
		lws_callback_on_writable(wsi);
	return 0;
}

void web_rfb_socket_closed(struct lws *wsi)
{
	struct web_channel *channel = lws_wsi_user(wsi);
	struct splice *splice;

	if (!channel)
		return;
	splice = channel->state;
	splice->socket = NULL;
	/* Once the browser has the rest. */
	web_channel_want_write(channel);
}
