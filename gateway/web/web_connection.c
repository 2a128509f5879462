/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/web/web_connection.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "common/loop.h"
#include "common/xalloc.h"
#include "gateway/web/web_channel.h"
#include "gateway/web/web_context.h"
#include "gateway/web/web_http.h"
#include "gateway/web/web_listener.h"
#include "gateway/web/web_request.h"

void web_connection_create(struct web_server *server, struct web_listener *listener,
			   struct lws *wsi, const char *peer)
{
	struct web_connection *connection = xcalloc(1, sizeof(*connection));

	connection->server = server;
	connection->listener = listener;
	connection->wsi = wsi;
	connection->since_us = loop_now_us();
	snprintf(connection->peer, sizeof(connection->peer), "%s", peer);
	lws_dll2_add_tail(&connection->list, &server->connections);
	lws_set_opaque_user_data(wsi, connection);
}

void web_connection_destroy(struct web_connection *connection)
{
	if (!connection)
		return;
	lws_set_opaque_user_data(connection->wsi, NULL);
	web_request_release(connection->request);
	web_channel_destroy(connection->channel);
	web_listener_forget(connection->listener);
	lws_dll2_remove(&connection->list);
	free(connection);
}

static bool is_impatient(const struct web_connection *connection)
{
	const struct web_request *request = connection->request;
	char byte;

	return request && !request->inbox && request->headers_sent &&
	       (request->answer.stream || lws_send_pipe_choked(connection->wsi)) &&
	       recv(lws_get_socket_fd(connection->wsi), &byte, 1, MSG_PEEK | MSG_DONTWAIT) >= 0;
}

void web_connections_wake(struct web_server *server)
{
	lws_start_foreach_dll(struct lws_dll2 *, link, lws_dll2_get_head(&server->connections))
	{
		web_http_wake(lws_container_of(link, struct web_connection, list));
	}
	lws_end_foreach_dll(link);
}

/* Soon: we may be in one of its events. */
static void kill_connection(struct web_connection *connection)
{
	lws_set_timeout(connection->wsi, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_ASYNC);
}

static bool has_stream_of(const struct web_connection *connection, uint64_t session)
{
	const struct web_request *request = connection->request;

	return request && !request->inbox && request->answer.stream && request->session == session;
}

void web_connections_drop_impatient(struct web_server *server)
{
	lws_start_foreach_dll(struct lws_dll2 *, link, lws_dll2_get_head(&server->connections))
	{
		struct web_connection *connection = lws_container_of(link, struct web_connection,
								     list);

		if (is_impatient(connection))
			kill_connection(connection);
	}
	lws_end_foreach_dll(link);
}

void web_connections_drop(struct web_server *server, uint64_t session)
{
	lws_start_foreach_dll(struct lws_dll2 *, link, lws_dll2_get_head(&server->connections))
	{
		struct web_connection *connection = lws_container_of(link, struct web_connection,
								     list);

		if (connection->channel && connection->channel->session == session)
			web_channel_drop(connection->channel);
		else if (has_stream_of(connection, session))
			kill_connection(connection);
	}
	lws_end_foreach_dll(link);
}
