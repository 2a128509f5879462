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
 *   2. ledger_take(ledger, &picture): what changed becomes stale. Also when the frame is the
 *      same: what moves may be other than before
 *   3. if the viewer takes video and ledger_wants_still(): feed_view_still(), and if there is
 *      one and ledger_is_mended_by_still(), send it, ledger_sent_still()
 *   4. for each stream: send the units that ledger_units() names, ledger_sent_unit() each
 *   5. ask for the key frames that ledger_wants_key() names
 *   6. send pieces of ledger_exact(), for as long as the update may be,
 *      and ledger_sent_exact() them; the same with JPEG for ledger_moving(), where the
 *      viewer takes that, and ledger_sent_lossy()
 *
 * What a live stream covers is not sent in another way while it moves: a viewer
 * that missed units shows the old picture there until the next key frame, at most
 * RATE_KEY_INTERVAL_US and an encode later. Pieces would be old before they arrived, on
 * a line that did not even take the video.
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
	LEDGER_PAINTS_DAMAGE, /* what is stale: the rest of the box stays exact (RDP) */
};

/* Regions with more rectangles than this are made coarser. */
#define LEDGER_RECTS_MAX 256

struct ledger_stream {
	uint64_t id;   /* 0: none */
	uint64_t unit; /* number of the last one sent; 0: none, a key frame is needed */
};

struct ledger {
	enum ledger_paint paint;
	bool takes_lossy; /* set by the owner: the viewer asked for JPEG where something moves */

	uint64_t seen; /* number of the frame that all this is up to; 0: nothing was sent */
	uint32_t width;
	uint32_t height;
	pixman_region32_t stale; /* these two may overlap */
	pixman_region32_t lossy;
	struct ledger_stream streams[MOTION_REGIONS_MAX]; /* of the picture, in its order */
	uint64_t dropped; /* frames that were never sent, because a newer one was there */
};

void ledger_init(struct ledger *ledger, enum ledger_paint paint);
void ledger_finish(struct ledger *ledger);

/** Forgets all: the viewer shows nothing of ours. */
void ledger_reset(struct ledger *ledger);

/** The viewer has lost what it showed in `box`, which is cut to the picture. */
void ledger_expose(struct ledger *ledger, const pixman_box32_t *box);

/** The viewer lost its decoder for a stream, or skipped a unit: only a key frame helps. If it
 * shows something wrong, ledger_expose() that too. */
void ledger_lose_stream(struct ledger *ledger, uint64_t stream);

/** The same for all streams. */
void ledger_lose_all_streams(struct ledger *ledger);

/** Takes note of a picture. Everything that follows is about this picture. One of
 * another size resets the ledger. */
void ledger_take(struct ledger *ledger, const struct feed_picture *picture);

/** Whether so much is stale, and not shown by the picture's units, that it is shown as video
 * first. */
bool ledger_wants_still(const struct ledger *ledger, const struct feed_picture *picture);

/** Whether a still that differs from the picture in `differs` mends most of what is stale. It
 * does not when the viewer was sent the same one before. */
bool ledger_is_mended_by_still(const struct ledger *ledger, const pixman_region32_t *differs);

/** The viewer was sent a still of `box`: what differs from the picture stays or becomes stale, all
 * else of the box is lossy. */
void ledger_sent_still(struct ledger *ledger, const pixman_box32_t *box,
		       const pixman_region32_t *differs);

/**
 * Which units of stream `index` of the picture to send, in order, as indices into its units
 * from `*ret_first` on. Returns how many: 0 when there is nothing new, or when the viewer
 * has to wait for a key frame. The first one is a key frame when the viewer begins, or
 * begins again.
 */
unsigned ledger_units(const struct ledger *ledger, const struct feed_picture *picture,
		      unsigned index, unsigned *ret_first);

/**
 * Sets `ret_painted` (initialised by the caller) to what unit `unit` of stream `index` is to
 * repaint, in the head's pixels, for LEDGER_PAINTS_DAMAGE: what is stale there and moves.
 * Nothing, but for the picture's last unit: those before it are decoded only.
 */
void ledger_painted(const struct ledger *ledger, const struct feed_picture *picture, unsigned index,
		    unsigned unit, pixman_region32_t *ret_painted);

/** Unit `unit` of stream `index` was sent, and has painted what it is to. */
void ledger_sent_unit(struct ledger *ledger, const struct feed_picture *picture, unsigned index,
		      unsigned unit);

/** Whether the viewer needs a key frame to go on in stream `index` of the picture. */
bool ledger_wants_key(const struct ledger *ledger, const struct feed_picture *picture,
		      unsigned index);

/**
 * Sets `ret_exact` (initialised by the caller) to what is to be sent losslessly now: what is
 * stale and has no stream, and what is lossy and does not move any more; without what
 * ledger_moving() says.
 */
void ledger_exact(const struct ledger *ledger, const struct feed_picture *picture,
		  pixman_region32_t *ret_exact);

/** Sets `ret_moving` (initialised by the caller) to what is stale, has no stream and moves, so
 * that it may be sent inexactly (JPEG) now: empty unless `takes_lossy`. */
void ledger_moving(const struct ledger *ledger, const struct feed_picture *picture,
		   pixman_region32_t *ret_moving);

/** `sent` was sent as exact pixels of the picture's frame. */
void ledger_sent_exact(struct ledger *ledger, const pixman_region32_t *sent);

/** `sent` was sent as inexact ones (JPEG). */
void ledger_sent_lossy(struct ledger *ledger, const pixman_region32_t *sent);

/** Whether the viewer shows the picture exactly. */
bool ledger_is_exact(const struct ledger *ledger);
