/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "common/xalloc.h"
#include "gateway/input/seat.h"
#include "gateway/web/api.h"
#include "gateway/web/input_request.h"
#include "gateway/web/web_context.h"
#include "gateway/web/web_request.h"

/* A guest takes its keys from a queue of 64 events, and a busy one is slow. */
#define CHARACTER_US 10000

#define QNUM_SHIFT 0x2a

struct api_input {
	struct seat *seat;
	struct seat_client *client;
	struct input_contacts contacts;
	bool is_typing;
};

/* A text that is being typed. */
struct typing {
	lws_sorted_usec_list_t pause;
	struct web_request *request;
	struct keystroke *keystrokes;
	size_t count;
	size_t done;
};

struct api_input *api_input_create(struct seat *seat)
{
	struct api_input *input = xcalloc(1, sizeof(*input));

	input->seat = seat;
	input->client = seat_client_open(seat);
	return input;
}

void api_input_destroy(struct api_input *input)
{
	if (!input)
		return;
	seat_client_close(input->client);
	free(input);
}

/* Half a chord would leave keys down: then everything is let go of. */
static bool send_all(struct api_input *input, const struct input_events *events)
{
	for (unsigned i = 0; i < events->count; i++) {
		if (seat_client_send(input->client, &events->events[i]) < 0) {
			seat_client_close(input->client);
			input->client = seat_client_open(input->seat);
			return false;
		}
	}
	return true;
}

static void answer_sent(struct web_request *request, bool is_sent)
{
	if (is_sent)
		web_answer_status(request, 204);
	else
		web_answer_error(request, 429, "too much input at once: everything was let go of");
}

/* The body, or NULL, having answered why not. */
static struct json_object *begin(struct web_request *request)
{
	struct api_input *input = request->server->input;

	if (!seat_is_attached(input->seat)) {
		web_answer_error(request, 503, "no guest is attached that takes input");
		return NULL;
	}
	return web_request_json(request);
}

static void finish(struct web_request *request, unsigned status, const char *error,
		   const struct input_events *events)
{
	if (status)
		web_answer_error(request, status, "%s", error);
	else
		answer_sent(request, send_all(request->server->input, events));
}

void api_input_key(struct web_request *request)
{
	struct json_object *json = begin(request);
	struct input_events events;
	char error[REQUEST_ERROR_MAX];

	if (!json)
		return;
	finish(request, input_request_key(json, &events, error), error, &events);
	json_object_put(json);
}

void api_input_pointer(struct web_request *request)
{
	struct json_object *json = begin(request);
	struct heads *heads = request->server->services.heads;
	struct input_events events;
	char error[REQUEST_ERROR_MAX];

	if (!json)
		return;
	finish(request, input_request_pointer(json, heads, &events, error), error, &events);
	json_object_put(json);
}

void api_input_touch(struct web_request *request)
{
	struct json_object *json = begin(request);
	struct heads *heads = request->server->services.heads;
	struct input_contacts *contacts = &request->server->input->contacts;
	struct input_events events;
	char error[REQUEST_ERROR_MAX];

	if (!json)
		return;
	finish(request, input_request_touch(json, heads, contacts, &events, error), error, &events);
	json_object_put(json);
}

/* -- Typing ------------------------------------------------------------------------ */

static void free_typing(struct typing *typing)
{
	typing->request->server->input->is_typing = false;
	lws_sul_cancel(&typing->pause);
	free(typing->keystrokes);
	free(typing);
}

static void handle_cancel(struct web_request *request)
{
	free_typing(request->work);
}

static void add_key(struct input_events *events, uint8_t qnum, bool is_down)
{
	events->events[events->count++] = (struct input_event){.type = INPUT_KEY,
							       .key = {qnum, is_down}};
}

static bool type_next(struct typing *typing)
{
	const struct keystroke *keystroke = &typing->keystrokes[typing->done++];
	struct input_events events = {0};

	if (keystroke->shift)
		add_key(&events, QNUM_SHIFT, true);
	add_key(&events, keystroke->qnum, true);
	add_key(&events, keystroke->qnum, false);
	if (keystroke->shift)
		add_key(&events, QNUM_SHIFT, false);
	return send_all(typing->request->server->input, &events);
}

static void handle_pause_end(lws_sorted_usec_list_t *pause)
{
	struct typing *typing = lws_container_of(pause, struct typing, pause);
	struct web_request *request = typing->request;
	bool is_sent = typing->done == typing->count || type_next(typing);

	if (is_sent && typing->done < typing->count) {
		lws_sul_schedule(request->server->lws, 0, pause, handle_pause_end, CHARACTER_US);
		return;
	}
	answer_sent(request, is_sent);
	free_typing(typing);
	web_request_answered(request);
}

static void start_typing(struct web_request *request, struct keystroke *keystrokes, size_t count)
{
	struct typing *typing = xcalloc(1, sizeof(*typing));

	request->server->input->is_typing = true;
	typing->request = request;
	typing->keystrokes = keystrokes;
	typing->count = count;
	web_request_wait(request, handle_cancel, typing);
	lws_sul_schedule(request->server->lws, 0, &typing->pause, handle_pause_end, 1);
}

void api_input_type(struct web_request *request)
{
	struct json_object *json = begin(request);
	struct keystroke *keystrokes = NULL;
	char error[REQUEST_ERROR_MAX];
	size_t count = 0;
	unsigned status;

	if (!json)
		return;
	status = input_request_text(json, &keystrokes, &count, error);
	json_object_put(json);
	if (status) {
		web_answer_error(request, status, "%s", error);
	} else if (request->server->input->is_typing) {
		web_answer_error(request, 429, "another text is being typed");
		free(keystrokes);
	} else {
		start_typing(request, keystrokes, count);
	}
}
