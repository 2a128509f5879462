/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Loop
 *
 * The one thread that owns the program's state runs an sd-event loop. Other
 * threads never touch that state: they post a function, and the loop calls it.
 *
 * Posted functions run in the order in which they were posted. Whoever posts
 * keeps the number of its own outstanding posts bounded (one "look at my
 * queue" at a time, say): the loop has no limit of its own, because a post
 * must never fail.
 */

#include <stdint.h>
#include <systemd/sd-event.h>

#include "common/cleanup.h"

struct loop;

typedef void (*loop_fn)(void *data);

/** Creates the loop of the calling thread. Returns 0 or negative errno. */
int loop_create(struct loop **ret_loop);

/**
 * Destroys the loop. What was posted and has not run is run first, so that
 * nothing it owns is lost. Accepts NULL.
 */
void loop_destroy(struct loop *loop);

/** The sd-event loop, to add sources of one's own to. Loop thread. */
sd_event *loop_event(struct loop *loop);

/** Runs until loop_stop(). Returns 0 or negative errno. */
int loop_run(struct loop *loop);

/** Lets loop_run() return after the present event. Loop thread. */
void loop_stop(struct loop *loop);

/** Has `fn(data)` called on the loop thread, soon. Any thread. */
void loop_post(struct loop *loop, loop_fn fn, void *data);

/**
 * Runs all that was posted until now, and what that posts in turn: for
 * destructors that joined a thread and must see its last words. Loop thread.
 */
void loop_run_posts(struct loop *loop);

/** Aborts unless called on the loop's thread: for functions that rely on it. */
void loop_assert_thread(struct loop *loop);

/** CLOCK_MONOTONIC in microseconds: the clock of every frame and timer. Any thread. */
uint64_t loop_now_us(void);

/*
 * A timer that fires once each time it is armed.
 */
struct loop_timer;

/** Creates a timer, not armed. Loop thread. */
int loop_timer_create(struct loop *loop, loop_fn fn, void *data, struct loop_timer **ret_timer);

/** Accepts NULL. Loop thread. */
void loop_timer_destroy(struct loop_timer *timer);

/** Has the timer fire `delay_us` from now, in place of any earlier time. Loop thread. */
void loop_timer_arm(struct loop_timer *timer, uint64_t delay_us);

/** Loop thread. */
void loop_timer_disarm(struct loop_timer *timer);

DEFINE_CLEANUP(struct loop *, loop_destroy)
