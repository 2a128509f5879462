/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * VNC update
 *
 * When one viewer is sent something, and what: the head's newest picture, where the
 * viewer's ledger says that it lacks it. In which form depends on what the viewer takes:
 *
 *   encoding 50   the head's shared video where something moves, shared Tight pieces
 *                 elsewhere (vnc_video.h, vnc_pieces.h)
 *   Tight         shared pieces; of JPEG where something moves, if the viewer asks for JPEG
 *   the rest      what libvncserver makes for this viewer alone, always exact: other
 *                 encodings and pixel formats, and viewers that draw no cursor
 *
 * A viewer gets an update when it asked for one, or all the time once it asked for continuous
 * updates (vnc_request.h), and only when there is room for it (vnc_line.h).
 *
 * Threads: the viewer's own.
 */

#include <pixman.h>
#include <stdbool.h>
#include <stdint.h>

#include "gateway/encode/ledger.h"
#include "gateway/frame/head.h"
#include "gateway/vnc/vnc_client.h"
#include "gateway/vnc/vnc_cursor.h"
#include "gateway/vnc/vnc_line.h"
#include "gateway/vnc/vnc_pieces.h"
#include "gateway/vnc/vnc_request.h"
#include "gateway/vnc/vnc_video.h"

struct feed;
struct feed_view;
struct viewer_counters;
struct wakeup;

struct vnc_update {
	struct head *head;
	struct vnc_client *client;
	struct wakeup *wakeup;
	struct feed_view *view;

	/* What the viewer takes. */
	bool takes_pieces;
	bool takes_video;

	struct vnc_request request;
	struct ledger ledger;
	bool is_stale; /* there may be something new */
	bool has_rest; /* the last update had no room for all */

	struct vnc_pieces pieces;
	struct vnc_place moving;  /* where to go on with what moves, */
	struct vnc_place changed; /* and with what else has changed */
	struct vnc_video video;

	bool announces_keys; /* the viewer is still to be told that we have the extension */
	bool announces_buttons;

	struct vnc_shape shape;	  /* for viewers that draw the cursor */
	struct vnc_canvas canvas; /* for those that do not */

	struct vnc_line line;
	bool is_impatient; /* it asked for the same too often, which was logged */
};

/** `wakeup` is signalled when vnc_update_note_news() is to be called. All outlive the update. */
void vnc_update_init(struct vnc_update *update, struct head *head, struct feed *feed,
		     struct vnc_client *client, struct viewer_counters *counters,
		     struct wakeup *wakeup);
void vnc_update_finish(struct vnc_update *update);

/** The head may show something new. */
void vnc_update_note_news(struct vnc_update *update);

/* -- What the viewer says ------------------------------------------------------- */

/** It takes other encodings than `before`. */
void vnc_update_use_encodings(struct vnc_update *update, const struct vnc_capabilities *before);

/** It wants another pixel format. */
void vnc_update_use_format(struct vnc_update *update);

/** FramebufferUpdateRequest. */
void vnc_update_ask(struct vnc_update *update, const pixman_box32_t *box, bool is_incremental);

/** EnableContinuousUpdates; NULL: none. */
void vnc_update_continue(struct vnc_update *update, const pixman_box32_t *box);

/* -- What it is sent -------------------------------------------------------------- */

/** Whether there is something to send now, and the viewer has room for it. */
bool vnc_update_is_due(struct vnc_update *update);

/** When vnc_update_is_due() may change by itself, if that is later than now; UINT64_MAX: never. */
uint64_t vnc_update_deadline_us(struct vnc_update *update);

/**
 * Sends what is due; the client's output is empty. Returns how many updates, which may be
 * none although one was due, or negative errno: -ECONNRESET, -EMSGSIZE when the head
 * has a new size and the viewer cannot follow, -ENOMEM.
 */
int vnc_update_send(struct vnc_update *update);
