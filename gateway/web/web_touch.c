/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The touch channel: contacts from a page, whose RFB client would make mouse
 * events of them.
 */

#include <stdio.h>
#include <string.h>

#include "gateway/input/seat.h"
#include "gateway/web/input_request.h"
#include "gateway/web/web_channel.h"
#include "gateway/web/web_context.h"

#define MESSAGE_MAX 1024

/* RFC 6455, 7.4.1 */
#define CLOSE_TOO_BIG	1009
#define CLOSE_TRY_LATER 1013

struct touch {
	struct seat_client *client;
	struct input_contacts contacts;
	char message[MESSAGE_MAX + 1]; /* so far */
	size_t size;
	uint8_t error[LWS_PRE + REQUEST_ERROR_MAX + 64]; /* the latest, not sent yet */
	size_t error_size;
};

static bool touch_open(struct web_channel *channel)
{
	struct touch *touch = channel->state;

	touch->client = seat_client_open(channel->connection->server->services.seat);
	return true;
}

static void touch_close(struct web_channel *channel)
{
	struct touch *touch = channel->state;

	seat_client_close(touch->client);
}

static void set_error(struct web_channel *channel, const char *error)
{
	struct touch *touch = channel->state;
	struct json_object *json = json_object_new_object();
	int size;

	json_object_object_add(json, "error", json_object_new_string(error));
	size = snprintf((char *)touch->error + LWS_PRE, sizeof(touch->error) - LWS_PRE, "%s",
			json_object_to_json_string(json));
	json_object_put(json);
	if (size < (int)(sizeof(touch->error) - LWS_PRE)) {
		touch->error_size = (size_t)size;
		web_channel_want_write(channel);
	}
}

/* A whole message. Returns false to close. */
static bool handle_message(struct web_channel *channel, const char *text)
{
	struct touch *touch = channel->state;
	struct heads *heads = channel->connection->server->services.heads;
	struct json_object *json = json_tokener_parse(text);
	struct input_events events = {0};
	char error[REQUEST_ERROR_MAX] = "a message must be a JSON object";
	unsigned status = 400;

	if (json_object_is_type(json, json_type_object))
		status = input_request_contact(json, heads, &touch->contacts, &events, error);
	json_object_put(json);
	if (status)
		set_error(channel, error);
	for (unsigned i = 0; status == 0 && i < events.count; i++)
		if (seat_client_send(touch->client, &events.events[i]) < 0)
			return web_channel_end(channel, CLOSE_TRY_LATER, "too much input at once");
	return true;
}

static bool touch_receive(struct web_channel *channel, const void *bytes, size_t size, bool is_last)
{
	struct touch *touch = channel->state;

	if (size > MESSAGE_MAX - touch->size)
		return web_channel_end(channel, CLOSE_TOO_BIG, "a message is too long");
	memcpy(touch->message + touch->size, bytes, size);
	touch->size += size;
	if (!is_last)
		return true;
	touch->message[touch->size] = '\0';
	touch->size = 0;
	return handle_message(channel, touch->message);
}

static bool touch_writable(struct web_channel *channel)
{
	struct touch *touch = channel->state;
	size_t size = touch->error_size;

	touch->error_size = 0;
	return size == 0 || web_channel_write(channel, touch->error + LWS_PRE, size, true);
}

const struct web_channel_ops web_touch_channel = {
	.state_size = sizeof(struct touch),
	.open = touch_open,
	.receive = touch_receive,
	.writable = touch_writable,
	.close = touch_close,
};
