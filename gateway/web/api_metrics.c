/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "common/loop.h"
#include "gateway/web/api.h"
#include "gateway/web/web_context.h"
#include "gateway/web/web_request.h"

/* Prometheus' text format. */
#define CONTENT_TYPE "text/plain; version=0.0.4; charset=utf-8"

/* Loop thread: the session's state is there. */
static void handle_metrics(void *data)
{
	struct web_request *request = data;
	struct web_server *server = request->server;
	char *text = server->callbacks.metrics(server->data);

	if (text)
		web_answer_bytes(request, CONTENT_TYPE, (uint8_t *)text, strlen(text));
	else
		web_answer_error(request, 503, "out of memory");
	web_request_deliver(request);
}

void api_metrics_get(struct web_request *request)
{
	if (web_request_defer(request))
		loop_post(request->server->services.loop, handle_metrics, request);
}
