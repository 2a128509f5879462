/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * The server's inside, as its files share it.
 *
 *   web_server      the thread, and libwebsockets' events to whom they concern
 *   web_listener    accepts; makes a connection
 *   web_connection  HTTP requests one after another, or one WebSocket
 *   web_request     a request and its answer: api_*.c, web_login.c, web_static.c
 *   web_channel     a WebSocket: web_rfb.c, web_touch.c, web_events.c
 *
 * Threads: all of it belongs to the server's thread, but for what says
 * otherwise.
 */

#include <libwebsockets.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "gateway/services.h"
#include "gateway/viewers.h"
#include "gateway/web/web_admission.h"
#include "gateway/web/web_refusal_log.h"
#include "gateway/web/web_server.h"

struct api_input;
struct api_input_log;
struct api_serial;
struct web_channel;
struct web_errands;
struct web_events;
struct web_inbox;
struct web_listener;
struct web_request;
struct web_sessions;

/* libwebsockets reads into a buffer of this size, so that much comes at a time. */
#define WEB_READ_MAX 32768

/* What a connection writes at a time. */
#define WEB_WRITE_MAX 32768

struct web_server {
	struct services services;
	struct web_callbacks callbacks;
	void *data;
	char *host;
	char *web_root;
	bool has_tls;

	struct lws_context *lws;
	struct lws_vhost *vhost;
	struct web_listener *browser; /* NULL without --web */
	struct web_listener *control;
	pthread_t thread;
	bool has_thread;
	atomic_bool is_stopping;

	char cookie[32]; /* its name */
	struct web_sessions *sessions;
	struct web_inbox *inbox; /* answers that other threads made */
	struct api_input *input;
	struct api_input_log *input_log;
	struct api_serial *serial;
	struct web_errands *errands;
	struct web_events *events;
	struct lws_dll2_owner connections;
	unsigned logins_waiting;
	unsigned requests_deferred;
	struct web_refusal_log refusals;
	uint8_t write_buffer[LWS_PRE + WEB_WRITE_MAX];
};

/* A client, from accept() until its socket is closed. */
struct web_connection {
	struct lws_dll2 list;
	struct web_server *server;
	struct web_listener *listener;
	struct lws *wsi;
	char peer[VIEWER_PEER_MAX];
	uint64_t since_us;
	bool was_understood;	     /* at least one request was HTTP */
	struct web_request *request; /* under way, or NULL */
	struct web_channel *channel; /* once it is a WebSocket, or NULL */
};

/** The connection of a client's wsi; NULL for one of our own. */
static inline struct web_connection *web_connection_of(struct lws *wsi)
{
	return lws_get_opaque_user_data(wsi);
}
