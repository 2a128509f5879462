/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Web stage
 *
 * The web server with real heads and a real seat, spoken to over sockets; only
 * the guest, the VNC server behind it and the clients are stand-ins.
 */

#include "gateway/access/access.h"
#include "gateway/frame/heads.h"
#include "gateway/services.h"
#include "gateway/web/web_server.h"
#include "tests/fakes/fake_port.h"
#include "tests/fakes/web_client.h"
#include "tests/support/test.h"

#define WIDTH  64
#define HEIGHT 48

/* When the guest drew its picture. */
#define PICTURE_TIME_US 4711

struct stage {
	struct loop *loop;
	char *directory;
	char *web_root; /* in it */
	struct head_policy policies[HEADS_MAX];
	struct services services;
	struct web_server *server;
	struct listen_address address; /* of the browser's listener */
	struct listen_address control;
	struct fake_port port;
	uint32_t picture[WIDTH * HEIGHT];

	int rfb;	/* what the session was given last for its VNC server; -1: nothing */
	int rfb_result; /* what it answers */
};

/** Head 0 shows `picture`; the web root has a few files, and secrets. */
void stage_open(struct stage *stage, enum access_mode mode);
void stage_close(struct stage *stage);

#define STAGE(mode) \
	CLEANUP(stage_close) struct stage stage; \
	stage_open(&stage, mode)

/** Has another server, after `services` was changed. */
void stage_restart(struct stage *stage);

/** The guest shows `picture` again. */
void stage_show(struct stage *stage);

/** Expects exactly this input, and forgets it. */
void stage_expect_input(struct stage *stage, const char *record);

/** Creates a server besides the stage's own, with the same session. Returns as web_server_create().
 */
int stage_create_server(struct stage *stage, const struct web_options *options,
			struct web_server **ret_server);

/* -- Clients --------------------------------------------------------------------- */

#define CLIENT	 CLEANUP(web_client_destroyp) struct web_client *
#define RESPONSE CLEANUP(web_response_finish) struct web_response

/** What a page of this server says in the headers of an upgrade. */
#define SAME_ORIGIN "Host: localhost:8080\r\nOrigin: http://localhost:8080\r\n"

/** A connection to the listener for browsers. */
struct web_client *stage_browser(struct stage *stage);

/** One to the control socket. */
struct web_client *stage_program(struct stage *stage);

/** Tries to open a WebSocket, and closes it. Returns the status. */
unsigned stage_upgrade(struct stage *stage, const char *path, const char *headers);

/** Does nothing wrong, on a connection of its own: nobody else's fault may stop it. */
void stage_expect_served(struct stage *stage);

/** One request with `headers` besides, and its response. */
struct web_response ask(struct web_client *client, const char *method, const char *path,
			const char *headers, const char *body);
struct web_response get(struct web_client *client, const char *path, const char *headers);
struct web_response post(struct web_client *client, const char *path, const char *body);

/** Finishes the response. */
unsigned status_of(struct web_response response);

/** Expects a refusal, with these words in its sentence. Finishes the response. */
void expect_refusal(struct web_response response, unsigned status, const char *words);
