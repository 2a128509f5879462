/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Feed
 *
 * What the viewers of one head are given: its newest frame, and, for those that
 * take video, the access units of the parts that move. However many they are, each
 * unit is encoded once.
 *
 * A rendition is one way in which a head's motion is encoded. It exists
 * while somebody watches it, and encodes when at least one of its viewers waits for
 * more: the pace is that of the fastest, and who is slower misses units and comes back
 * at a key frame, or goes to the cheaper rendition. A feed encodes one picture of a
 * rendition at a time, always the newest; a picture is handed out when all
 * of its units are there. Frames in which nothing moves are handed out at once.
 *
 * Threads: feeds are created and destroyed on the loop's; a view is its viewer's,
 * on any one thread.
 */

#include <pixman.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/cleanup.h"
#include "common/loop.h"
#include "gateway/encode/encoder.h"
#include "gateway/encode/motion.h"
#include "gateway/encode/piece.h"

struct feed;
struct feed_view;
struct frame;
struct head;
struct packet;
struct wakeup;
struct workers;

enum rendition {
	RENDITION_NONE,	   /* no video: frames as they come */
	RENDITION_MAIN,	   /* the moving regions */
	RENDITION_CHEAPER, /* the same, for viewers whose line takes less */
	RENDITION_WHOLE,   /* the whole head, while something moves: for clients without surfaces */
	RENDITIONS
};

struct feed_config {
	struct loop *loop;
	struct workers *workers;
	struct head *head;
	enum encoder_choice encoder;
};

/** Everything in `config`, the workers apart, outlives the feed. Loop thread. */
struct feed *feed_create(const struct feed_config *config);

/** No view is open any more, and the workers are gone: no encode is under way. Accepts NULL. Loop
 * thread. */
void feed_destroy(struct feed *feed);

/** The head's encoded pieces. Any thread. */
struct pieces *feed_pieces(struct feed *feed);

/* -- A viewer's side -------------------------------------------------------- */

/* Units of one stream that are kept: who is further behind needs a key frame. */
#define FEED_UNITS_MAX 8

/* A moving region as a picture has it. */
struct feed_stream {
	uint64_t id; /* never used again in this head */
	pixman_box32_t box;
	unsigned units_count;
	struct packet *units[FEED_UNITS_MAX]; /* at least one, without gaps; the last one is up to
					       * the picture's frame */
};

struct feed_picture {
	struct frame *frame;
	pixman_region32_t damage; /* since the frame that was asked about */

	/* What moves, and where the viewer's rendition has video for it. */
	unsigned streams_count;
	struct feed_stream streams[MOTION_REGIONS_MAX];

	/* What moves, whether there is video of it or not, and, inside that, what has been still
	 * for a moment and may be shown exactly again. */
	pixman_region32_t moving;
	pixman_region32_t settled;
};

/** Has `wakeup` signalled whenever there may be something new for a view of `rendition`. */
struct feed_view *feed_view_open(struct feed *feed, struct wakeup *wakeup,
				 enum rendition rendition);

/** When this returns, the wakeup is not used any more. Accepts NULL. */
void feed_view_close(struct feed_view *view);

/** Which rendition the view has; RENDITION_MAIN may have become RENDITION_CHEAPER, and back,
 * by what feed_view_report() said. */
enum rendition feed_view_rendition(const struct feed_view *view);

/** Changes it: a client has said what it can. RENDITION_CHEAPER stays when MAIN is asked for. */
void feed_view_set_rendition(struct feed_view *view, enum rendition rendition);

/**
 * Fetches the newest picture that is ready for the view's rendition, with what differs from
 * frame `since` (0: everything). The caller finishes it.
 *
 * Returns whether there is anything in it that the view has not fetched yet: another frame than
 * `since`, more units, or something that moves or has settled by now. If not, the view
 * has what there is, and waits: the wakeup tells when there is more, for which an
 * encode may begin at once. So fetch when there is room to send, not before, and until there is
 * nothing new. After a change of rendition the frame may be older than `since`; the damage is
 * right then, too.
 */
bool feed_view_fetch(struct feed_view *view, uint64_t since, struct feed_picture *ret_picture);

void feed_picture_finish(struct feed_picture *picture);

/** Asks for a key frame of a stream. It comes when others have not had one for a while. */
void feed_view_request_key(struct feed_view *view, uint64_t stream);

/**
 * A key frame of the whole head, less than a second old, with a reference: a stream of its own
 * with this one unit, for viewers to which most of the picture is new. `ret_differs`
 * (initialised by the caller) is set to what differs between it and `picture`.
 *
 * NULL when there is none to be had: the head is too large, or has no encoder.
 * Encodes on the calling thread, once for all that ask.
 */
struct packet *feed_view_still(struct feed_view *view, const struct feed_picture *picture,
			       pixman_region32_t *ret_differs);

/** The part of the head that feed_view_still() shows: all but an odd last row or column. */
pixman_box32_t feed_still_box(uint32_t width, uint32_t height);

/** Says what the viewer's line takes (rate_meter_kbps()), at least once a second while it sends. */
void feed_view_report(struct feed_view *view, uint32_t kbps);

/* -- Numbers ------------------------------------------------------------------ */

struct feed_count {
	uint64_t frames;    /* that the head has shown while watched */
	uint64_t units;	    /* access units encoded, stills included */
	uint64_t key_units; /* of them */
	uint64_t unit_bytes;
	uint64_t encode_us; /* of processor time: conversion and encoding of units */
	uint64_t waited;    /* frames that were there when no viewer of a rendition had room */
	unsigned streams;   /* open now, of all renditions */
	struct pieces_count pieces;
};

/** Any thread. */
struct feed_count feed_count(struct feed *feed);

DEFINE_CLEANUP(struct feed *, feed_destroy)
DEFINE_CLEANUP(struct feed_view *, feed_view_close)
