/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Channel
 *
 * A WebSocket and what it is for. The upgrade has been admitted, and the head
 * in its path exists, when a channel is opened.
 *
 * Threads: the server's.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lws;
struct web_channel;
struct web_connection;

struct web_channel_ops {
	size_t state_size; /* of what follows the channel in memory, zeroed */

	/* The client is there. Returns false to close, having said why to web_channel_end(). */
	bool (*open)(struct web_channel *channel);

	/* Part of a message came. Returns false to close. */
	bool (*receive)(struct web_channel *channel, const void *bytes, size_t size, bool is_last);

	/* It may write once: web_channel_write(). Returns false to close. */
	bool (*writable)(struct web_channel *channel);

	/* The client is gone, if it was ever there. */
	void (*close)(struct web_channel *channel);
};

struct web_channel {
	const struct web_channel_ops *ops;
	struct web_connection *connection;
	unsigned head;	      /* in its path, or WEB_NO_HEAD */
	uint64_t session;     /* 0: none was needed */
	bool is_open;	      /* open() was called */
	bool has_close_frame; /* the client's, or ours, says why it ends */
	void *state;
};

struct web_channel *web_channel_create(const struct web_channel_ops *ops,
				       struct web_connection *connection, unsigned head,
				       uint64_t session);

/** Calls close() if open() was called. Accepts NULL. */
void web_channel_destroy(struct web_channel *channel);

/** Asks for writable() to be called. */
void web_channel_want_write(struct web_channel *channel);

/**
 * Writes one message: only from writable(), and once. `bytes` is overwritten, as
 * are LWS_PRE bytes in front of it. Returns false when the connection broke.
 */
bool web_channel_write(struct web_channel *channel, void *bytes, size_t size, bool is_text);

/** Tells the client why it is closed (a status of RFC 6455, 7.4). Returns false. */
bool web_channel_end(struct web_channel *channel, unsigned status, const char *reason);

/** Closes it from outside of its own functions, soon. */
void web_channel_drop(struct web_channel *channel);

extern const struct web_channel_ops web_rfb_channel;
extern const struct web_channel_ops web_touch_channel;
extern const struct web_channel_ops web_events_channel;
