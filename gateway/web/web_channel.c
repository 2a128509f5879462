/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/web/web_channel.h"

#include <string.h>

#include "common/xalloc.h"
#include "gateway/web/web_context.h"

/* What a close frame has room for. */
#define REASON_MAX 123

struct web_channel *web_channel_create(const struct web_channel_ops *ops,
				       struct web_connection *connection, unsigned head,
				       uint64_t session)
{
	struct web_channel *channel = xcalloc(1, sizeof(*channel));

	channel->ops = ops;
	channel->connection = connection;
	channel->head = head;
	channel->session = session;
	channel->state = xcalloc(1, ops->state_size);
	return channel;
}

void web_channel_destroy(struct web_channel *channel)
{
	if (!channel)
		return;
	if (channel->is_open)
		channel->ops->close(channel);
	free(channel->state);
	free(channel);
}

void web_channel_want_write(struct web_channel *channel)
{
	lws_callback_on_writable(channel->connection->wsi);
}

bool web_channel_write(struct web_channel *channel, void *bytes, size_t size, bool is_text)
{
	return lws_write(channel->connection->wsi, bytes, size,
			 is_text ? LWS_WRITE_TEXT : LWS_WRITE_BINARY) >= (int)size;
}

bool web_channel_end(struct web_channel *channel, unsigned status, const char *reason)
{
	unsigned char text[REASON_MAX];
	size_t size = strnlen(reason, sizeof(text));

	channel->has_close_frame = true;
	memcpy(text, reason, size);
	lws_close_reason(channel->connection->wsi, (enum lws_close_status)status, text, size);
	return false;
}

void web_channel_drop(struct web_channel *channel)
{
	lws_set_timeout(channel->connection->wsi, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_ASYNC);
}
