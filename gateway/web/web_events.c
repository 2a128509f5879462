/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/web/web_events.h"

#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <string.h>

#include "common/wakeup.h"
#include "common/xalloc.h"
#include "gateway/frame/heads.h"
#include "gateway/web/web_channel.h"
#include "gateway/web/web_context.h"

struct web_events {
	struct web_server *server;
	struct wakeup *wakeup;
	struct lws_dll2_owner listeners;
	unsigned watched; /* heads that wake us: none while nobody listens */
	char *text;	  /* the present message */
	uint64_t version; /* of it, from 1 */
};

/* A page that listens. */
struct listener {
	struct lws_dll2 list;
	struct web_channel *channel;
	uint64_t sent; /* the version that it has */
};

/* Loop thread. */
static void handle_added_head(struct head *head, void *data)
{
	struct web_events *events = data;

	wakeup_signal(events->wakeup);
}

static int watch_wakeup(struct web_events *events)
{
	lws_sock_file_fd_type fd = {.filefd = fcntl(wakeup_fd(events->wakeup), F_DUPFD_CLOEXEC, 3)};
	struct lws *wsi;

	if (fd.filefd < 0)
		return -errno;
	wsi = lws_adopt_descriptor_vhost(events->server->vhost, LWS_ADOPT_RAW_FILE_DESC, fd,
					 "wakeup", NULL);
	if (!wsi) {
		close(fd.filefd);
		return -ENOMEM;
	}
	lws_set_wsi_user(wsi, events);
	return 0;
}

int web_events_create(struct web_server *server, struct web_events **ret_events)
{
	struct web_events *events = xcalloc(1, sizeof(*events));
	int r;

	events->server = server;
	r = wakeup_create(&events->wakeup);
	if (r == 0)
		r = watch_wakeup(events);
	if (r < 0) {
		web_events_destroy(events);
		return r;
	}
	heads_observe(server->services.heads, handle_added_head, events);
	*ret_events = events;
	return 0;
}

void web_events_destroy(struct web_events *events)
{
	if (!events)
		return;
	wakeup_destroy(events->wakeup);
	free(events->text);
	free(events);
}

/* -- The message ------------------------------------------------------------------ */

static struct json_object *describe_head(struct head *head)
{
	struct json_object *json = json_object_new_object();
	struct size size = head_size(head);
	char notice[NOTICE_MAX];

	head_notice(head, notice);
	json_object_object_add(json, "index", json_object_new_int((int)head_index(head)));
	json_object_object_add(json, "width", json_object_new_int((int)size.width));
	json_object_object_add(json, "height", json_object_new_int((int)size.height));
	json_object_object_add(json, "notice", json_object_new_string(notice));
	return json;
}

/* The caller frees. */
static char *describe(struct heads *heads)
{
	struct json_object *json = json_object_new_object();
	struct json_object *list = json_object_new_array();
	unsigned count = heads_count(heads);
	char *text;

	for (unsigned i = 0; i < count; i++)
		json_object_array_add(list, describe_head(heads_get(heads, i)));
	json_object_object_add(json, "heads", list);
	text = xstrdup(json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN));
	json_object_put(json);
	return text;
}

/* Returns whether the message changed. */
static bool refresh(struct web_events *events)
{
	char *text = describe(events->server->services.heads);

	if (events->text && strcmp(events->text, text) == 0) {
		free(text);
		return false;
	}
	free(events->text);
	events->text = text;
	events->version++;
	return true;
}

/* -- Watching ---------------------------------------------------------------------- */

static void watch_heads(struct web_events *events)
{
	struct heads *heads = events->server->services.heads;
	unsigned count = heads_count(heads);

	for (; events->watched < count; events->watched++)
		head_watch(heads_get(heads, events->watched), events->wakeup,
			   HEAD_SIZE | HEAD_NOTICE);
}

static void unwatch_heads(struct web_events *events)
{
	while (events->watched > 0)
		head_unwatch(heads_get(events->server->services.heads, --events->watched),
			     events->wakeup);
}

void web_events_wake(struct lws *wsi)
{
	struct web_events *events = lws_wsi_user(wsi);

	wakeup_clear(events->wakeup);
	if (!lws_dll2_get_head(&events->listeners))
		return;
	watch_heads(events);
	if (!refresh(events))
		return;
	lws_start_foreach_dll(struct lws_dll2 *, link, lws_dll2_get_head(&events->listeners))
	{
		web_channel_want_write(lws_container_of(link, struct listener, list)->channel);
	}
	lws_end_foreach_dll(link);
}

/* -- The channel --------------------------------------------------------------------- */

static bool events_open(struct web_channel *channel)
{
	struct web_events *events = channel->connection->server->events;
	struct listener *listener = channel->state;

	listener->channel = channel;
	lws_dll2_add_tail(&listener->list, &events->listeners);
	/* What changes from now on wakes us, so that nothing falls between. */
	watch_heads(events);
	refresh(events);
	web_channel_want_write(channel);
	return true;
}

static void events_close(struct web_channel *channel)
{
	struct web_events *events = channel->connection->server->events;
	struct listener *listener = channel->state;

	lws_dll2_remove(&listener->list);
	if (!lws_dll2_get_head(&events->listeners))
		unwatch_heads(events);
}

/* Nothing is expected from the page: what comes anyway is dropped. */
static bool events_receive(struct web_channel *channel, const void *bytes, size_t size,
			   bool is_last)
{
	return true;
}

static bool events_writable(struct web_channel *channel)
{
	struct web_server *server = channel->connection->server;
	struct listener *listener = channel->state;
	size_t size = strlen(server->events->text);

	if (listener->sent == server->events->version || size > WEB_WRITE_MAX)
		return true;
	listener->sent = server->events->version;
	memcpy(server->write_buffer + LWS_PRE, server->events->text, size);
	return web_channel_write(channel, server->write_buffer + LWS_PRE, size, true);
}

const struct web_channel_ops web_events_channel = {
	.state_size = sizeof(struct listener),
	.open = events_open,
	.receive = events_receive,
	.writable = events_writable,
	.close = events_close,
};
