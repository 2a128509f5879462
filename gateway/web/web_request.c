/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/web/web_request.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/xalloc.h"
#include "gateway/web/web_context.h"
#include "gateway/web/web_inbox.h"

/* Requests that other threads have at a time, those of clients that went away included. */
#define REQUESTS_DEFERRED_MAX 64

/* How deep JSON from a client may nest. */
#define JSON_DEPTH_MAX 8

struct web_request *web_request_create(struct web_connection *connection)
{
	struct web_request *request = xcalloc(1, sizeof(*request));

	request->server = connection->server;
	request->connection = connection;
	request->head = WEB_NO_HEAD;
	return request;
}

void web_request_release(struct web_request *request)
{
	if (!request)
		return;
	request->connection = NULL;
	if (request->inbox) {
		if (request->on_gone)
			request->on_gone(request);
		return; /* until it is delivered */
	}
	if (request->cancel)
		request->cancel(request);
	free(request->body);
	if (request->answer.stream)
		request->answer.stream->close(request->answer.stream);
	free(request->answer.headers);
	free(request->answer.body);
	free(request);
}

bool web_request_defer(struct web_request *request)
{
	struct web_server *server = request->server;

	if (server->requests_deferred >= REQUESTS_DEFERRED_MAX) {
		web_answer_error(request, 429, "too many requests are under way");
		return false;
	}
	server->requests_deferred++;
	request->inbox = web_inbox_ref(server->inbox);
	return true;
}

void web_request_deliver(struct web_request *request)
{
	web_inbox_put(request->inbox, request);
}

void web_request_wait(struct web_request *request, void (*cancel)(struct web_request *request),
		      void *work)
{
	request->cancel = cancel;
	request->work = work;
}

void web_request_answered(struct web_request *request)
{
	request->cancel = NULL;
	request->work = NULL;
	web_request_write(request);
}

void web_request_write(struct web_request *request)
{
	struct lws *wsi = request->connection->wsi;

	/* It writes nothing to a client that it may not read from. */
	lws_rx_flow_control(wsi, 1);
	lws_callback_on_writable(wsi);
}

/* Parses one value with nothing but white space after it. json-c's own strict mode
 * would see to that, but in 0.18 it refuses every character beyond ASCII. */
static struct json_object *parse_json(const char *text, size_t size, const char **ret_error)
{
	struct json_tokener *tokener = json_tokener_new_ex(JSON_DEPTH_MAX);
	struct json_object *json;
	enum json_tokener_error error;
	size_t end;

	json_tokener_set_flags(tokener, JSON_TOKENER_VALIDATE_UTF8);
	/* With its NUL, which tells the parser that no more comes. */
	json = json_tokener_parse_ex(tokener, text, (int)size + 1);
	error = json_tokener_get_error(tokener);
	end = json_tokener_get_parse_end(tokener);
	json_tokener_free(tokener);

	*ret_error = NULL;
	if (error != json_tokener_success)
		*ret_error = json_tokener_error_desc(error);
	else if (end + strspn(text + end, " \t\r\n") < size)
		*ret_error = "more comes after its end";
	if (!*ret_error)
		return json;
	json_object_put(json);
	return NULL;
}

struct json_object *web_request_json(struct web_request *request)
{
	const char *error;
	struct json_object *json = parse_json(request->body ?: "", request->body_size, &error);

	if (error)
		web_answer_error(request, 400, "the body is not JSON: %s", error);
	else if (!json_object_is_type(json, json_type_object))
		web_answer_error(request, 400, "the body is not a JSON object");
	else
		return json;
	json_object_put(json);
	return NULL;
}

/* -- Answers --------------------------------------------------------------- */

static void answer(struct web_request *request, unsigned status, const char *content_type,
		   uint8_t *body, size_t size)
{
	free(request->answer.headers);
	free(request->answer.body);
	request->answer = (struct web_answer){
		.status = status, .content_type = content_type, .body = body, .size = size};
}

void web_answer_json(struct web_request *request, unsigned status, struct json_object *json)
{
	char *text = xasprintf(
		"%s\n", json_object_to_json_string_ext(json, JSON_C_TO_STRING_NOSLASHESCAPE));

	json_object_put(json);
	answer(request, status, "application/json", (uint8_t *)text, strlen(text));
}

void web_answer_error(struct web_request *request, unsigned status, const char *format, ...)
{
	struct json_object *json = json_object_new_object();
	char sentence[WEB_PATH_MAX + WEB_HEADER_MAX];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(sentence, sizeof(sentence), format, arguments);
	va_end(arguments);
	json_object_object_add(json, "error", json_object_new_string(sentence));
	web_answer_json(request, status, json);
}

void web_answer_status(struct web_request *request, unsigned status)
{
	answer(request, status, NULL, NULL, 0);
}

void web_answer_bytes(struct web_request *request, const char *content_type, uint8_t *bytes,
		      size_t size)
{
	answer(request, 200, content_type, bytes, size);
}

void web_answer_stream(struct web_request *request, const char *content_type,
		       struct web_stream *stream)
{
	answer(request, 200, content_type, NULL, 0);
	request->answer.stream = stream;
}

void web_answer_header(struct web_request *request, const char *format, ...)
{
	char *before = request->answer.headers;
	CLEANUP(freep) char *line = NULL;
	va_list arguments;

	va_start(arguments, format);
	if (vasprintf(&line, format, arguments) < 0)
		abort();
	va_end(arguments);
	request->answer.headers = xasprintf("%s%s\r\n", before ?: "", line);
	free(before);
}
