/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/loop.h"
#include "gateway/web/api.h"
#include "gateway/web/web_context.h"
#include "gateway/web/web_request.h"

/* Loop thread: the session's state is there. */
static void handle_status(void *data)
{
	struct web_request *request = data;
	struct web_server *server = request->server;

	web_answer_json(request, 200, server->callbacks.status(server->data, request->is_control));
	web_request_deliver(request);
}

void api_status_get(struct web_request *request)
{
	if (web_request_defer(request))
		loop_post(request->server->services.loop, handle_status, request);
}
