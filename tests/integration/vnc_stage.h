/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * VNC stage
 *
 * The VNC server with real heads, a real seat and real viewers' connections,
 * in one process; only the guest and the viewers themselves are stand-ins.
 */

#include "common/loop.h"
#include "gateway/access/access.h"
#include "gateway/frame/heads.h"
#include "gateway/services.h"
#include "gateway/vnc/vnc_server.h"
#include "tests/fakes/fake_port.h"
#include "tests/fakes/rfb_client.h"
#include "tests/support/test.h"

#define WIDTH	   320
#define HEIGHT	   200
#define BIG_WIDTH  1920
#define BIG_HEIGHT 1080

static const int32_t all_extensions[] = {
	RFB_RAW,       RFB_CURSOR,	     RFB_DESKTOP_SIZE, RFB_EXTENDED_DESKTOP_SIZE,
	RFB_QEMU_KEYS, RFB_EXTENDED_BUTTONS, RFB_FENCE,	       RFB_CONTINUOUS_UPDATES};

struct stage {
	struct loop *loop;
	struct head_policy policies[HEADS_MAX];
	struct services services;
	struct workers *encoders;
	struct vnc_server *server;
	char *directory;
	struct listen_address address;

	uint32_t *picture; /* what the guest shows on head 0 */
	uint32_t width;
	uint32_t height;

	struct loop_timer *timer; /* of what moves */
	pixman_box32_t moving;
	uint32_t tick;

	struct fake_port port;
	struct size asked_size; /* of the guest */
};

/** Head 0 shows a picture of WIDTH x HEIGHT, and may be resized. */
void stage_open(struct stage *stage, enum access_mode mode, bool is_unix);
void stage_close(struct stage *stage);

#define STAGE(mode) \
	CLEANUP(stage_close) struct stage stage; \
	stage_open(&stage, mode, false)

/** The guest shows `stage->picture`. */
void stage_show(struct stage *stage);

/** The guest shows another picture: flat parts, few colours, gradients and noise. */
void stage_paint(struct stage *stage, uint32_t width, uint32_t height, uint32_t seed);

/** From now on something moves in a box of the picture, 30 times a second while the loop runs. */
void stage_move(struct stage *stage, int32_t x, int32_t y, int32_t width, int32_t height);

/** Nothing moves any more. */
void stage_rest(struct stage *stage);

/** A viewer that has not logged in. */
struct rfb_client *stage_connect(struct stage *stage, const char *password);

/** One that has, and has said which encodings it takes. */
struct rfb_client *stage_connect_ready(struct stage *stage, const int32_t *encodings, size_t count);

#define CONNECT(stage, encodings) \
	stage_connect_ready(stage, encodings, sizeof(encodings) / sizeof((encodings)[0]))

/** Runs the loop and the client until the condition holds. */
#define UNTIL(stage, client, condition) \
	do { \
		uint64_t deadline_ = loop_now_us() + TEST_DEADLINE_MS * UINT64_C(1000); \
		while (rfb_client_process(client), !(condition)) { \
			if (loop_now_us() > deadline_) \
				test_fail(__FILE__, __LINE__, "never came: %s (\"%s\")", \
					  #condition, (client)->failure); \
			sd_event_run(loop_event((stage)->loop), 1000); \
		} \
	} while (0)

/** Until the server has handled all that this client sent so far: it answers a fence in turn. */
void stage_settle(struct stage *stage, struct rfb_client *client);

bool stage_is_shown(const struct stage *stage, const struct rfb_client *client);

/** How far a channel of a pixel is from the guest's, at the mean. */
double stage_difference(const struct stage *stage, const struct rfb_client *client);

unsigned stage_viewers(struct stage *stage);
