/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Frame store
 *
 * Holds the newest picture of one head and remembers which parts of it
 * changed since each of the last few frames.
 *
 * One writer updates: the display source. Any number of readers fetch, each
 * at its own pace, "what changed since the frame I last used?". A slow reader
 * holds back neither the writer nor the other readers; it finds more damage
 * the next time it asks.
 *
 * Damage that the source declares is an upper bound. While copying, the store
 * compares with its newest frame in tiles, and publishes only what differs; an
 * update that changes nothing publishes nothing.
 *
 * Frames come from a pool with a budget in bytes, shared by the heads. When it
 * is spent, the newest frame is overwritten if no reader holds it; while one
 * does, the update waits (-EAGAIN) and its damage is kept.
 *
 * Threads: fetch on any thread; everything else on the loop's.
 */

#include <pixman.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/cleanup.h"
#include "common/loop.h"

struct frame;
struct frame_store;

/* Bytes of pixels that all stores together may hold. */
struct frame_budget;

/** Creates a budget of `bytes`. It must outlive its stores. */
struct frame_budget *frame_budget_create(uint64_t bytes);

/** Accepts NULL. */
void frame_budget_destroy(struct frame_budget *budget);

/* Somebody else's pixels, lent for the time of a call. */
struct pixels {
	const void *data;
	uint32_t width;
	uint32_t height;
	uint32_t stride_bytes;	     /* at least width * bytes per pixel */
	pixman_format_code_t format; /* one that pixels_are_supported() */
};

/** Whether pixels of this format can be converted to a frame's. */
bool pixels_are_supported(pixman_format_code_t format);

struct frame_store_listener {
	/* A newer frame can be fetched. Loop thread. */
	void (*on_frame)(void *data);

	/* An update that had to wait may be tried again. Loop thread. */
	void (*on_room)(void *data);
};

/** Creates a store without a picture. The listener must outlive it. Loop thread. */
struct frame_store *frame_store_create(struct loop *loop, struct frame_budget *budget,
				       const struct frame_store_listener *listener, void *data);

/** Destroys the store; frames that readers still hold live on. Accepts NULL. */
void frame_store_destroy(struct frame_store *store);

/**
 * Copies what changed in `source` into a new frame and publishes it.
 *
 * `declared` bounds what may differ from the picture given last; NULL means
 * everything. It is cut to the picture. A picture of another size than the
 * newest frame's counts as changed everywhere. `is_notice` goes into the frame.
 *
 * Returns 1 when a frame was published, 0 when nothing differed, -EAGAIN when
 * the budget is spent and every frame is held (the damage is kept for the next
 * call, and on_room() tells when to make it), -EFBIG when two frames of this
 * size exceed the budget, -ENOMEM.
 */
int frame_store_update(struct frame_store *store, const struct pixels *source,
		       const pixman_region32_t *declared, uint64_t time_us, bool is_notice);

/**
 * Fetches the newest frame, and what changed in it since frame `since`.
 *
 * `ret_damage` (initialised by the caller) is set to the whole picture when
 * `since` is 0, had another size, or is older than the store remembers; to
 * nothing when `since` is the newest. NULL: not wanted. The caller owns one
 * reference to the returned frame. Any thread.
 *
 * Returns NULL, leaving `ret_damage` untouched, before the first update.
 */
struct frame *frame_store_fetch(struct frame_store *store, uint64_t since,
				pixman_region32_t *ret_damage);

/**
 * Sets `ret_damage` (initialised by the caller) to what differs between frame `since` and
 * `frame`, which is one of the store's; either may be the newer. The whole of `frame` where
 * the store does not know. Any thread.
 */
void frame_store_compare(struct frame_store *store, uint64_t since, const struct frame *frame,
			 pixman_region32_t *ret_damage);

DEFINE_CLEANUP(struct frame_budget *, frame_budget_destroy)
DEFINE_CLEANUP(struct frame_store *, frame_store_destroy)
