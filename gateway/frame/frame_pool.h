/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Frame pool
 *
 * The memory behind one head's frames: allocated within a budget, given out
 * for writing one at a time, and taken back when the last reader lets go.
 *
 * The pool lives until its owner dropped it and the last frame came back.
 *
 * Threads: frames come back on any thread; everything else is the owner's.
 */

#include <stdbool.h>
#include <stdint.h>

#include "common/cleanup.h"
#include "gateway/frame/frame.h"
#include "gateway/frame/frame_store.h"

struct frame_pool;

/** `on_return(data)` is called, on any thread, when frame_pool_expect() asked for it. */
struct frame_pool *frame_pool_create(struct frame_budget *budget, void (*on_return)(void *data),
				     void *data);

/** The owner's end: no on_return() is running or comes any more. Accepts NULL. */
void frame_pool_drop(struct frame_pool *pool);

/** Whether the budget could ever hold two frames of this size. */
bool frame_pool_can_hold(const struct frame_pool *pool, uint32_t width, uint32_t height);

/**
 * A frame to write to, with one reference, or NULL when the budget is spent. Of
 * the frames that nobody holds it is the one with the highest number, whose
 * pixels it still has; number 0 means that the pixels are undefined. Frames of
 * another size are freed.
 */
struct frame *frame_pool_take(struct frame_pool *pool, uint32_t width, uint32_t height);

/** Asks for one on_return() when a frame comes back. */
void frame_pool_expect(struct frame_pool *pool);

/** Whether the caller's reference is the only one, so that it may write. */
bool frame_is_unshared(struct frame *frame);

/** The frame's pixels, for the one who took it and has not yet published it. */
uint32_t *frame_writable_pixels(struct frame *frame);

DEFINE_CLEANUP(struct frame_pool *, frame_pool_drop)
