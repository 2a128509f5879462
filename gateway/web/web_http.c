/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/web/web_http.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/xalloc.h"
#include "gateway/frame/heads.h"
#include "gateway/web/web_channel.h"
#include "gateway/web/web_context.h"
#include "gateway/web/web_listener.h"
#include "gateway/web/web_page_policy.h"
#include "gateway/web/web_request.h"
#include "gateway/web/web_static.h"

/* A client that does not take its answer is closed after this long without progress. */
#define WRITE_TIMEOUT_S 30

/* The longest that a GET waits for something to come. */
#define WEB_WAIT_MAX_MS 60000

/* -- Headers ---------------------------------------------------------------- */

/* All headers that admission looks at: what it owns. */
struct headers {
	char *host, *origin, *cookie, *authorization;
};

/* The caller frees. NULL when the header is not there. */
static char *copy_header(struct lws *wsi, enum lws_token_indexes token)
{
	int length = lws_hdr_total_length(wsi, token);
	char *text;

	if (length <= 0)
		return NULL;
	/* Room for what joins headers that come twice. */
	text = xcalloc(1, (size_t)length + 16);
	if (lws_hdr_copy(wsi, text, length + 16, token) < 0)
		*text = '\0';
	return text;
}

static void headers_finish(struct headers *headers)
{
	free(headers->host);
	free(headers->origin);
	free(headers->cookie);
	free(headers->authorization);
}

static struct headers headers_from(struct lws *wsi)
{
	return (struct headers){
		.host = copy_header(wsi, WSI_TOKEN_HOST),
		.origin = copy_header(wsi, WSI_TOKEN_ORIGIN),
		.cookie = copy_header(wsi, WSI_TOKEN_HTTP_COOKIE),
		.authorization = copy_header(wsi, WSI_TOKEN_HTTP_AUTHORIZATION),
	};
}

static void copy_short_header(struct lws *wsi, enum lws_token_indexes token,
			      char ret_text[WEB_HEADER_MAX])
{
	if (lws_hdr_copy(wsi, ret_text, WEB_HEADER_MAX, token) <= 0)
		ret_text[0] = '\0';
}

/* HTTP's length of a body; -1 without one. */
static long long content_length(struct lws *wsi)
{
	char text[WEB_HEADER_MAX], *end;
	long long length;

	copy_short_header(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH, text);
	if (text[0] == '\0')
		return -1;
	length = strtoll(text, &end, 10);
	return *end == '\0' && length >= 0 ? length : LLONG_MAX;
}

static bool is_method(struct lws *wsi, enum lws_token_indexes token)
{
	return lws_hdr_total_length(wsi, token) > 0;
}

static enum web_method method_of(struct web_request *request)
{
	struct lws *wsi = request->connection->wsi;

	request->is_head = is_method(wsi, WSI_TOKEN_HEAD_URI);
	if (request->is_head || is_method(wsi, WSI_TOKEN_GET_URI))
		return WEB_GET;
	return is_method(wsi, WSI_TOKEN_POST_URI) ? WEB_POST : WEB_OTHER;
}

/* -- What is asked for ------------------------------------------------------- */

static void log_refusal(struct web_request *request, const struct headers *headers,
			const char *reason)
{
	web_refusal_log_write(&request->server->refusals, request->connection->peer,
			      "%s: %s (Host %.60s, Origin %.60s)", request->path, reason,
			      headers->host ?: "none", headers->origin ?: "none");
}

static bool admit(struct web_request *request, enum web_method method)
{
	struct web_connection *connection = request->connection;
	struct headers headers = headers_from(connection->wsi);
	struct web_refusal refusal;
	struct web_claim claim = {
		.host = headers.host,
		.origin = headers.origin,
		.cookie = headers.cookie,
		.authorization = headers.authorization,
		.needs_session = request->route && !request->route->is_public,
		.changes_something = method != WEB_GET,
	};
	bool is_admitted = web_admit(web_listener_policy(connection->listener), &claim,
				     &request->session, &refusal);

	request->is_control = web_listener_policy(connection->listener)->is_control;
	if (!is_admitted) {
		log_refusal(request, &headers, refusal.reason);
		web_answer_error(request, refusal.status, "%s", refusal.reason);
	}
	headers_finish(&headers);
	return is_admitted;
}

static void refuse_route(struct web_request *request, unsigned status)
{
	switch (status) {
	case 405:
		web_answer_error(request, 405, "%s is not for this method", request->path);
		break;
	case 426:
		web_answer_error(request, 426, "%s is a WebSocket", request->path);
		web_answer_header(request, "Upgrade: websocket");
		break;
	default:
		web_answer_error(request, 404, "there is no %s", request->path);
	}
}

/* Sets the route, or gives the answer. */
static void find(struct web_request *request, enum web_method method)
{
	struct heads *heads = request->server->services.heads;
	unsigned status = web_route_find(web_routes, web_routes_count, method, request->path,
					 &request->route, &request->head);

	if (!admit(request, method))
		return;
	if (status == 404 && method == WEB_GET && strncmp(request->path, "/api/", 5) != 0)
		return; /* a file */
	if (status != 0)
		refuse_route(request, status);
	else if (request->head != WEB_NO_HEAD && !heads_get(heads, request->head))
		web_answer_error(request, 404, "there is no head %u", request->head);
}

/* The value of `name` in the query, "name=", in `text`; "" when it is not there. */
static const char *argument_of(struct lws *wsi, const char *name, char text[WEB_HEADER_MAX])
{
	return lws_get_urlarg_by_name(wsi, name, text, WEB_HEADER_MAX) ?: "";
}

static void read_arguments(struct web_request *request)
{
	struct lws *wsi = request->connection->wsi;
	char text[WEB_HEADER_MAX];
	const char *since;
	unsigned long wait_ms;

	request->wants_cursor = strcmp(argument_of(wsi, "cursor=", text), "1") == 0;
	since = argument_of(wsi, "since=", text);
	request->since = strcmp(since, "end") == 0 ? UINT64_MAX : strtoull(since, NULL, 10);
	wait_ms = strtoul(argument_of(wsi, "wait_ms=", text), NULL, 10);
	request->wait_ms = wait_ms < WEB_WAIT_MAX_MS ? (unsigned)wait_ms : WEB_WAIT_MAX_MS;
}

static void read_request(struct web_request *request)
{
	struct lws *wsi = request->connection->wsi;

	read_arguments(request);
	copy_short_header(wsi, WSI_TOKEN_HOST, request->host);
	copy_short_header(wsi, WSI_TOKEN_HTTP_CONTENT_TYPE, request->content_type);
	copy_short_header(wsi, WSI_TOKEN_HTTP_IF_NONE_MATCH, request->if_none_match);
}

/* Returns whether the path is one: absolute, not too long, without a NUL. */
static bool set_path(struct web_request *request, const char *path, size_t size)
{
	if (size == 0 || size >= sizeof(request->path) || path[0] != '/' ||
	    strnlen(path, size) < size)
		return false;
	memcpy(request->path, path, size);
	return true;
}

/* -- The request -------------------------------------------------------------- */

static int answer_at_once(struct web_request *request);

static void handle(struct web_request *request)
{
	request->was_handled = true;
	if (request->answer.status == 0) {
		if (request->route)
			request->route->handle(request);
		else
			web_static_answer(request, request->path + 1);
	}
	/* Nothing but `inbox` may be looked at while another thread has it. */
	if (!request->inbox && request->answer.status != 0) {
		web_request_write(request);
		return;
	}
	/* Whoever answers it always does, if not soon. */
	lws_set_timeout(request->connection->wsi, NO_PENDING_TIMEOUT, 0);
	/* After a request without a body libwebsockets does not read on, and would
	 * spin on what comes. */
	if (request->body_expected == 0)
		lws_rx_flow_control(request->connection->wsi, 0);
}

/* Only what was admitted may be long. */
static long long body_max(const struct web_request *request)
{
	bool is_refused = request->answer.status != 0;

	return is_refused || !request->route || request->route->body_max == 0
		       ? WEB_BODY_MAX
		       : (long long)request->route->body_max;
}

static void expect_body(struct web_request *request, enum web_method method, long long length)
{
	if (length > body_max(request)) {
		web_answer_error(request, 413, "the body is longer than %lld bytes",
				 body_max(request));
		request->closes = true;
	} else if (length < 0 && method != WEB_GET) {
		if (request->answer.status == 0)
			web_answer_error(request, 411, "a body needs a Content-Length");
		request->closes = true;
	} else if (length > 0) {
		request->body = xcalloc(1, (size_t)length + 1);
		request->body_expected = (size_t)length;
	}
}

int web_http_begin(struct web_connection *connection, const char *path, size_t path_size)
{
	struct web_request *request = web_request_create(connection);
	enum web_method method = method_of(request);
	long long length = content_length(connection->wsi);

	web_request_release(connection->request);
	connection->request = request;
	if (set_path(request, path, path_size)) {
		read_request(request);
		find(request, method);
	} else {
		web_answer_error(request, 404, "there is no such path");
	}
	expect_body(request, method, length);

	/* Its body cannot be told from what comes after it. */
	if (request->closes)
		return answer_at_once(request);
	/* libwebsockets tells the end of a body where there is one, and of a POST's
	 * where there is none. */
	if (!(length > 0 || (length == 0 && method == WEB_POST)))
		handle(request);
	return 0;
}

int web_http_body(struct web_connection *connection, const void *bytes, size_t size)
{
	struct web_request *request = connection->request;

	if (!request || size > request->body_expected - request->body_size)
		return -1;
	if (size > 0)
		memcpy(request->body + request->body_size, bytes, size);
	request->body_size += size;
	return 0;
}

int web_http_body_end(struct web_connection *connection)
{
	struct web_request *request = connection->request;

	/* Told again, and for ever if that is ignored, where more comes before the
	 * answer. */
	if (!request || request->was_handled)
		return -1;
	handle(request);
	return 0;
}

/* -- The answer ---------------------------------------------------------------- */

static const char *status_text(unsigned status)
{
	static const struct {
		unsigned status;
		const char *text;
	} texts[] = {
		{200, "OK"},
		{204, "No Content"},
		{303, "See Other"},
		{304, "Not Modified"},
		{400, "Bad Request"},
		{401, "Unauthorized"},
		{403, "Forbidden"},
		{404, "Not Found"},
		{405, "Method Not Allowed"},
		{411, "Length Required"},
		{413, "Content Too Large"},
		{426, "Upgrade Required"},
		{429, "Too Many Requests"},
		{500, "Internal Server Error"},
		{503, "Service Unavailable"},
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (texts[i].status == status)
			return texts[i].text;
	return "Status";
}

/* How the body's end is told. The caller frees. */
static char *format_length(const struct web_answer *given)
{
	if (given->status == 204 || given->status == 304)
		return xstrdup("");
	if (given->stream)
		return xstrdup("Transfer-Encoding: chunked\r\n");
	return xasprintf("Content-Length: %zu\r\n", given->size);
}

/* The caller frees. */
static char *format_headers(const struct web_request *request)
{
	const struct web_answer *given = &request->answer;
	bool is_page = given->content_type && strncmp(given->content_type, "text/html", 9) == 0;
	CLEANUP(freep)
	char *policy = is_page ? web_page_policy(request->host, given->body, given->size) : NULL;
	CLEANUP(freep) char *length = format_length(given);

	return xasprintf("HTTP/1.1 %u %s\r\n"
			 "%s%s%s%s%s%s%s%s"
			 "X-Content-Type-Options: nosniff\r\n"
			 "X-Frame-Options: DENY\r\n"
			 "Referrer-Policy: no-referrer\r\n"
			 "Cross-Origin-Resource-Policy: same-origin\r\n"
			 "Cross-Origin-Opener-Policy: same-origin\r\n"
			 "Connection: %s\r\n\r\n",
			 given->status, status_text(given->status), length,
			 given->content_type ? "Content-Type: " : "", given->content_type ?: "",
			 given->content_type ? "\r\n" : "",
			 is_page ? "Content-Security-Policy: " : "", policy ?: "",
			 is_page ? "\r\n" : "", given->headers ?: "Cache-Control: no-store\r\n",
			 request->closes ? "close" : "keep-alive");
}

static bool write_some(struct web_request *request, const void *bytes, size_t size,
		       enum lws_write_protocol kind)
{
	uint8_t *buffer = request->server->write_buffer + LWS_PRE;

	memcpy(buffer, bytes, size);
	return lws_write(request->connection->wsi, buffer, size, kind) >= (int)size;
}

/* A chunk's size and line ends, before and after it. */
#define CHUNK_ROOM 16

/* Writes what there is of a stream, or its end. */
static bool write_chunk(struct web_request *request)
{
	struct web_stream *stream = request->answer.stream;
	uint8_t *bytes = request->server->write_buffer + LWS_PRE + CHUNK_ROOM;
	size_t size = stream->read(stream, bytes, WEB_WRITE_MAX - 2 * CHUNK_ROOM);
	char head[CHUNK_ROOM];
	size_t head_size;

	if (size == 0 && !stream->is_over(stream))
		return true;
	request->is_ended = size == 0;
	head_size = (size_t)snprintf(head, sizeof(head), "%zx\r\n", size);
	memcpy(bytes - head_size, head, head_size);
	memcpy(bytes + size, "\r\n", 2);
	size += head_size + 2;
	return lws_write(request->connection->wsi, bytes - head_size, size, LWS_WRITE_HTTP) >=
	       (int)size;
}

/* Writes the headers, or the next part of the body. */
static bool write_next(struct web_request *request)
{
	const struct web_answer *given = &request->answer;
	size_t size;

	if (!request->headers_sent) {
		CLEANUP(freep) char *headers = format_headers(request);

		request->headers_sent = true;
		size = strlen(headers);
		return size <= WEB_WRITE_MAX &&
		       write_some(request, headers, size, LWS_WRITE_HTTP_HEADERS);
	}
	if (given->stream)
		return write_chunk(request);
	size = given->size - request->body_sent;
	if (size > WEB_WRITE_MAX)
		size = WEB_WRITE_MAX;
	request->body_sent += size;
	return write_some(request, given->body + request->body_sent - size, size, LWS_WRITE_HTTP);
}

static bool is_written(const struct web_request *request)
{
	if (!request->headers_sent || request->is_head)
		return request->headers_sent;
	if (request->answer.stream)
		return request->is_ended;
	return request->body_sent == request->answer.size;
}

/* For short answers on a connection that is closed then. Returns -1. */
static int answer_at_once(struct web_request *request)
{
	while (!is_written(request) && write_next(request))
		;
	return -1;
}

/* Whether a stream has nothing to send for now. */
static bool is_idle(const struct web_request *request)
{
	struct web_stream *stream = request->answer.stream;

	return stream && !is_written(request) && !stream->has_bytes(stream);
}

void web_http_wake(struct web_connection *connection)
{
	struct web_request *request = connection->request;

	/* Nothing but `inbox` may be looked at while another thread has it. */
	if (!request || request->inbox || !request->is_idle || is_idle(request))
		return;
	request->is_idle = false;
	lws_set_timeout(connection->wsi, PENDING_TIMEOUT_HTTP_CONTENT, WRITE_TIMEOUT_S);
	lws_callback_on_writable(connection->wsi);
}

int web_http_writable(struct web_connection *connection)
{
	struct web_request *request = connection->request;

	if (!request || request->inbox || request->answer.status == 0)
		return 0;
	lws_set_timeout(connection->wsi, PENDING_TIMEOUT_HTTP_CONTENT, WRITE_TIMEOUT_S);
	if (!write_next(request))
		return -1;
	if (is_idle(request)) {
		/* web_http_wake() goes on. */
		request->is_idle = true;
		lws_set_timeout(connection->wsi, NO_PENDING_TIMEOUT, 0);
		return 0;
	}
	if (!is_written(request)) {
		lws_callback_on_writable(connection->wsi);
		return 0;
	}

	web_request_release(request);
	connection->request = NULL;
	return lws_http_transaction_completed(connection->wsi) ? -1 : 0;
}

/* -- Upgrades ------------------------------------------------------------------ */

static bool is_protocol_known(struct lws *wsi)
{
	char protocols[WEB_HEADER_MAX];

	/* Others of libwebsockets' protocols are our own sockets. */
	copy_short_header(wsi, WSI_TOKEN_PROTOCOL, protocols);
	return lws_hdr_total_length(wsi, WSI_TOKEN_PROTOCOL) == 0 ||
	       strcmp(protocols, "binary") == 0;
}

static void check_upgrade(struct web_request *request, const char *protocol)
{
	struct lws *wsi = request->connection->wsi;
	char *path = NULL;
	int path_size = 0;

	request->closes = true;
	read_request(request);
	if (lws_http_get_uri_and_method(wsi, &path, &path_size) < 0 ||
	    !set_path(request, path, (size_t)path_size))
		web_answer_error(request, 404, "there is no such path");
	else
		find(request, WEB_WEBSOCKET);

	if (request->answer.status == 0 && strcasecmp(protocol, "websocket") != 0)
		web_answer_error(request, 400, "no upgrade but to websocket");
	else if (request->answer.status == 0 && !is_protocol_known(wsi))
		web_answer_error(request, 400, "no subprotocol but binary");
}

int web_http_upgrade(struct web_connection *connection, const char *protocol)
{
	struct web_request *request = web_request_create(connection);
	bool is_refused;

	check_upgrade(request, protocol);
	is_refused = request->answer.status != 0;
	if (is_refused)
		answer_at_once(request);
	else
		connection->channel = web_channel_create(request->route->channel, connection,
							 request->head, request->session);
	web_request_release(request);
	return is_refused ? -1 : 0;
}
