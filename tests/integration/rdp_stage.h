/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * RDP stage
 *
 * The RDP server with real heads, a real seat and FreeRDP's own client; only
 * the guest is a stand-in.
 */

#include "common/loop.h"
#include "gateway/frame/heads.h"
#include "gateway/rdp/rdp_server.h"
#include "gateway/services.h"
#include "gateway/viewers.h"
#include "tests/fakes/fake_port.h"
#include "tests/fakes/rdp_client.h"
#include "tests/support/test.h"

#define WIDTH	   640
#define HEIGHT	   400
#define HEADS_USED 2

struct screen {
	uint32_t *pixels;
	struct size size;
};

struct stage {
	struct loop *loop;
	struct head_policy policies[HEADS_MAX];
	struct services services;
	struct rdp_server *server;
	char *directory;
	struct screen screens[HEADS_USED]; /* what the guest shows */
	struct fake_port port;
	struct size asked_size; /* of the guest */
};

/** Head 0 shows a picture of WIDTH x HEIGHT, and may be resized. `options` may be NULL. */
void stage_open(struct stage *stage, const struct rdp_options *options);
void stage_close(struct stage *stage);

#define STAGE(options) \
	CLEANUP(stage_close) struct stage stage; \
	stage_open(&stage, options)

/** The guest shows another picture: gradients, text-like edges and noise. */
void stage_paint(struct stage *stage, unsigned head, uint32_t width, uint32_t height,
		 uint32_t seed);

/** The guest shows what is in `stage->screens` now. */
void stage_show(struct stage *stage, unsigned head);

/** Expects exactly this input, and forgets it. */
void stage_expect_input(struct stage *stage, const char *record);

/* -- Clients ---------------------------------------------------------------------- */

#define CLIENT CLEANUP(rdp_client_destroyp) struct rdp_client *

/** Those of a client that may log in. */
struct rdp_client_options stage_client_options(struct stage *stage);

/** Waits until the client shows head 0. `options` are those above when NULL. */
struct rdp_client *stage_connect(struct stage *stage, const struct rdp_client_options *options);

/** Waits until the client shows a head, exactly; at `x` of its desktop, or at its left edge. */
void stage_expect_shown_at(struct stage *stage, struct rdp_client *client, unsigned head,
			   uint32_t x);
void stage_expect_shown(struct stage *stage, struct rdp_client *client);

/** Waits until the gateway has so many. */
void stage_expect_viewers(struct stage *stage, size_t count);

/** What the gateway says of the first one. */
struct viewer_info stage_first_viewer(struct stage *stage);

/** Runs the loop until the condition holds. */
#define WAIT_UNTIL(stage, condition) \
	do { \
		uint64_t deadline_ = loop_now_us() + TEST_DEADLINE_MS * UINT64_C(1000); \
		while (!(condition)) { \
			if (loop_now_us() > deadline_) \
				test_fail(__FILE__, __LINE__, "did not come true: %s", \
					  #condition); \
			sd_event_run(loop_event((stage)->loop), 2000); \
		} \
	} while (0)
