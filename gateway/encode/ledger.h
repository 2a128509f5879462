/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Ledger
 *
 * What one viewer has of one head: which parts it has not been sent (stale), which
 * it has been sent inexactly (lossy), and how far it is in each stream. From that
 * follows what to send next, whatever the protocol.
 *
 * One turn of a viewer with room to send:
 *
 *   1. feed_view_fetch(view, ledger->seen, &picture)
 *   2. ledger_take(ledger, &picture): what changed becomes stale
 *   3. if ledger_wants_still(): feed_view_still(), send it if there is one,
 *      ledger_sent_still()
 *   4. for each stream: send the units that ledger_units() names, ledger_sent_unit() each
 *   5. ask for the key frames that ledger_wants_key() names
 *   6. send pieces of ledger_exact(), for as long as the update may be,
 *      and ledger_sent_exact() them
 *
 * Pure state. Threads: the viewer's.
 */

#include <pixman.h>
#include <stdbool.h>
#include <stdint.h>

#include "gateway/encode/feed.h"

/* What a unit changes of what the viewer shows. */
enum ledger_paint {
	LEDGER_PAINTS_BOX,    /* the stream's whole box (RFB, encoding 50) */
	LEDGER_PAINTS_DAMAGE, /* what differs: the rest of the box stays exact (RDP) */
};

struct ledger_stream {
	uint64_t id;   /* 0: none */
	uint64_t unit; /* number of the last one sent; 0: none, a key frame is needed */
	bool is_in_picture;
};

struct ledger {
	enum ledger_paint paint;
	uint64_t seen; /* number of the frame that all this is up to; 0: nothing was sent */
	uint32_t width;
	uint32_t height;
	pixman_region32_t stale;
	pixman_region32_t lossy;
	struct ledger_stream streams[MOTION_REGIONS_MAX];
	uint64_t dropped; /* frames that were never sent, because a newer one was there */
};

void ledger_init(struct ledger *ledger, enum ledger_paint paint);
void ledger_finish(struct ledger *ledger);

/** Forgets all: the viewer shows nothing of ours. */
void ledger_reset(struct ledger *ledger);

/** The viewer has lost what it showed in `box`, which is cut to the picture. */
void ledger_expose(struct ledger *ledger, const pixman_box32_t *box);

/** The viewer lost its decoder for a stream, or skipped a unit: only a key frame helps. */
void ledger_lose_stream(struct ledger *ledger, uint64_t stream);

/** Takes note of a picture. Everything that follows is about this picture. */
void ledger_take(struct ledger *ledger, const struct feed_picture *picture);

/** Whether so much is stale that it is shown as video first. */
bool ledger_wants_still(const struct ledger *ledger, const struct feed_picture *picture);

/** The viewer was sent a still of `box`: what differs from the picture stays or becomes stale, all
 * else of the box is lossy. */
void ledger_sent_still(struct ledger *ledger, const pixman_box32_t *box,
		       pixman_region32_t *differs);

/**
 * Which units of stream `index` of the picture to send, in order, as indices into its units
 * from `*ret_first` on. Returns how many: 0 when there is nothing new, or when the viewer
 * has to wait for a key frame.
 */
unsigned ledger_units(const struct ledger *ledger, const struct feed_picture *picture,
		      unsigned index, unsigned *ret_first);

/**
 * What sending `unit` is to repaint, in the head's pixels (`ret_painted`, initialised by the
 * caller), for protocols that say so with each unit. The whole box when the viewer begins.
 */
void ledger_painted(const struct ledger *ledger, const struct feed_stream *stream,
		    const struct packet *unit, pixman_region32_t *ret_painted);

void ledger_sent_unit(struct ledger *ledger, const struct feed_stream *stream,
		      const struct packet *unit);

/** Whether the viewer can go on in stream `index` of the picture with a key frame only. */
bool ledger_wants_key(const struct ledger *ledger, const struct feed_picture *picture,
		      unsigned index);

/**
 * Sets `ret_exact` (initialised by the caller) to what is to be sent losslessly now: what is
 * stale and has no stream, and what is lossy and does not move any more.
 */
void ledger_exact(const struct ledger *ledger, const struct feed_picture *picture,
		  pixman_region32_t *ret_exact);

/** `sent` was sent as exact pixels of the picture's frame. */
void ledger_sent_exact(struct ledger *ledger, pixman_region32_t *sent);

/** `sent` was sent as inexact ones (JPEG). */
void ledger_sent_lossy(struct ledger *ledger, pixman_region32_t *sent);

/** Whether the viewer shows the picture exactly. */
bool ledger_is_exact(const struct ledger *ledger);
