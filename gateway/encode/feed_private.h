/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Feed, inside
 *
 * feed.c is the loop's side: it follows the head and encodes, and puts what is ready
 * into a showing for each rendition. feed_view.c is the viewers': they take what is
 * there, and say that they are ready for more. feed_showing.c is the loop's way to what
 * the lock protects. The lock is held for the time of copying references, and never
 * while encoding.
 */

#include <pthread.h>

#include "gateway/encode/feed.h"
#include "gateway/encode/rate.h"
#include "gateway/encode/still.h"
#include "gateway/encode/video.h"

struct feed_view {
	struct feed *feed;
	struct wakeup *wakeup;

	/* protected by the feed's lock: */
	struct feed_view *next;
	enum rendition rendition;
	bool is_waiting;      /* has all there is, and room for more */
	uint64_t fetched;     /* the showing's version */
	uint32_t kbps;	      /* what its line takes */
	uint64_t reported_us; /* when it said so last; 0: never */
};

/* What the views of one rendition are given. */
struct showing {
	uint64_t version;	     /* another for each picture of the feed; 0: none yet */
	struct feed_picture picture; /* its frame is NULL while nobody watches, its damage unused */
	uint64_t behind; /* number of a frame that is not encoded, since no view waits; 0: none */
	bool wants_key[MOTION_REGIONS_MAX]; /* of the picture's streams */
};

/* The loop's part of one rendition. */
struct rendering {
	struct feed *feed;
	enum rendition rendition;
	struct video *video;	     /* NULL: frames as they come */
	struct feed_picture pending; /* what is being encoded */
};

struct feed {
	struct feed_config config;
	struct pieces *pieces;
	struct still *still;

	/* The loop's own. */
	struct motion *motion; /* NULL while nobody watches */
	uint64_t noted;	       /* number of the frame that it is up to */
	uint32_t width;	       /* of that frame */
	uint32_t height;
	struct rendering renderings[RENDITIONS];
	struct loop_timer *timer;
	uint64_t last_stream_id;
	bool has_encoded;	   /* since the rates were set last */
	uint64_t rated_us;	   /* when that was */
	uint32_t kbps[RENDITIONS]; /* what each may cost; 0: no bound */
	struct rate_hold holds[RENDITIONS];

	pthread_mutex_t lock;
	/* protected by lock: */
	struct feed_view *views;
	struct showing showings[RENDITIONS];
	uint64_t last_version;
	bool is_look_posted;
	bool has_failed_encoder; /* which was logged */
	struct feed_count count;
};

/** An empty picture. */
void feed_picture_init(struct feed_picture *picture);

/** A copy with references of its own; its damage is empty. */
void feed_picture_copy(struct feed_picture *to, const struct feed_picture *from);

/** Gives a view a rendition, and tells it so. One that nobody watched until now begins with
 * `*newest`, which is taken over then. */
void feed_view_move_locked(struct feed_view *view, enum rendition rendition, struct frame **newest);

/** Has the loop look whether there is something to be done. */
void feed_post_look_locked(struct feed *feed);

/** Logs the first failure of the head's encoders; 0 is none. Any thread. */
void feed_note_failure(struct feed *feed, int error);

/* -- feed_showing.c: loop thread ----------------------------------------------- */

/** A bit for each rendition that has views. */
unsigned feed_watched_renditions(struct feed *feed);

/** Gives the rendition's views another picture, which is taken over. */
void feed_show(struct feed *feed, enum rendition rendition, struct feed_picture *next);

/** Whether a view of the rendition waits. If not, the next to do so posts a look. */
bool feed_is_awaited(struct feed *feed, enum rendition rendition, const struct frame *frame);

/** Lets go of the rendition's picture, if it has no views. */
void feed_clear_showing(struct feed *feed, enum rendition rendition);

/** Tells the rendition's video of the key frames that views asked for. */
void feed_pass_key_requests(struct feed *feed, struct rendering *rendering);

/** Moves views between MAIN and CHEAPER, and says what each rendition may cost; one whose views
 * have not reported of late keeps its bound. */
void feed_assign_views(struct feed *feed, struct frame *newest, uint64_t now_us,
		       uint32_t kbps[RENDITIONS]);
