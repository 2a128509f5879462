/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Crowd
 *
 * The gateway as a program, a guest that moves, and viewers of all kinds at once: for what
 * one of them does to the others. The guest has one head, and is the test's own, like the
 * viewers; only the gateway is not.
 */

#include "common/loop.h"
#include "tests/fakes/fake_display1.h"
#include "tests/fakes/fake_film.h"
#include "tests/fakes/rdp_client.h"
#include "tests/fakes/rfb_client.h"
#include "tests/integration/gateway_stage.h"
#include "tests/support/test.h"

#define CROWD_MAX    8 /* viewers of one protocol */
#define CROWD_WIDTH  640
#define CROWD_HEIGHT 480

struct crowd {
	struct gateway gateway;
	struct loop *loop;
	char *path;
	struct fake_display1 *guest;
	struct loop_timer *timer;
	struct film_box moving; /* empty: nothing does */
	uint32_t pictures;	/* that the guest has shown */
	struct rfb_client *vnc[CROWD_MAX];
	unsigned vnc_count;
	struct rdp_client *rdp[CROWD_MAX];
	unsigned rdp_count;
};

/** The gateway is started with `words` (NULL: none), and has a guest of CROWD_WIDTH x
 * CROWD_HEIGHT. */
void crowd_open(struct crowd *crowd, const char *const *words);

/** The gateway ends as it should, whoever is there. */
void crowd_close(struct crowd *crowd);

#define CROWD(words) \
	CLEANUP(crowd_close) struct crowd crowd; \
	crowd_open(&crowd, words)

/* -- The guest ------------------------------------------------------------------ */

/** The guest starts, with a picture. */
void crowd_start_guest(struct crowd *crowd, uint32_t width, uint32_t height);

/** It is gone, as if it had crashed. */
void crowd_kill_guest(struct crowd *crowd);

/** It has another size, and shows a picture; what moves goes on where it fits. */
void crowd_resize(struct crowd *crowd, uint32_t width, uint32_t height);

/** From now on a film is shown in this part, 30 pictures a second while the loop runs. */
void crowd_move(struct crowd *crowd, struct film_box moving);

void crowd_rest(struct crowd *crowd);

/* -- Viewers ---------------------------------------------------------------------- */

enum crowd_kind {
	CROWD_VIDEO, /* encoding 50 */
	CROWD_TIGHT, /* exact pixels only */
	CROWD_BLIND, /* encoding 50, without looking at what comes */
};

/** A viewer that takes updates all the time. */
struct rfb_client *crowd_add_vnc(struct crowd *crowd, enum crowd_kind kind);

/** `options` may be NULL; who and where is filled in. It takes video. */
struct rdp_client *crowd_add_rdp(struct crowd *crowd, const struct rdp_client_options *options);

/** Takes in what came for the viewers, and lets the guest go on, once. */
void crowd_turn(struct crowd *crowd);

#define CROWD_UNTIL(crowd, condition) \
	do { \
		uint64_t deadline_ = loop_now_us() + TEST_DEADLINE_MS * UINT64_C(1000); \
		while (crowd_turn(crowd), !(condition)) \
			if (loop_now_us() > deadline_) \
				test_fail(__FILE__, __LINE__, "never came: %s", #condition); \
	} while (0)

/** Whether they show exactly what the guest does. */
bool crowd_vnc_sees(struct crowd *crowd, const struct rfb_client *client);
bool crowd_rdp_sees(struct crowd *crowd, struct rdp_client *client);
bool crowd_sees(struct crowd *crowd); /* all of them */

/** Expects all to be exact once nothing moves, and soon. */
void crowd_expect_exact_at_rest(struct crowd *crowd);

/** Expects this viewer to be shown motion as it goes on, `each` being called at each turn (may be
 * NULL). */
void crowd_expect_vnc_pace(struct crowd *crowd, struct rfb_client *client,
			   void (*each)(struct crowd *crowd));
void crowd_expect_rdp_pace(struct crowd *crowd, struct rdp_client *client,
			   void (*each)(struct crowd *crowd));

/** Expects the gateway to do next to nothing for a while. */
void crowd_expect_idle(struct crowd *crowd);

/** How often the gateway has logged `text`. */
unsigned crowd_logged(struct crowd *crowd, const char *text);
