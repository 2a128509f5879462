/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Attempts
 *
 * When to try again to reach a peer that is away, and what to say of it: the pauses grow
 * with each attempt that fails, and an attempt that fails as the last one did is no
 * news.
 *
 * Threads: the loop's.
 */

#include <stdbool.h>

#include "common/cleanup.h"
#include "common/loop.h"

struct attempts;

/* Room for a reason, with its end. */
#define ATTEMPTS_REASON_MAX 256

/**
 * `on_attempt` is called from the loop, for the first time at once, and again after each
 * attempts_again(). Until one fails, `reason` is why the peer is not there.
 *
 * Returns 0 or negative errno.
 */
int attempts_create(struct loop *loop, loop_fn on_attempt, void *data, const char *reason,
		    struct attempts **ret_attempts);

/** Accepts NULL. */
void attempts_destroy(struct attempts *attempts);

/** Has another attempt made after a pause. */
void attempts_again(struct attempts *attempts);

/** The peer is there. A peer that stays for a while starts the pauses anew. */
void attempts_succeed(struct attempts *attempts);

/**
 * Why the peer is away: logged unless it is what was said last. That one which was there
 * `is_absent` is no news either: that it went away says more than that it is still away.
 *
 * Returns whether it is news.
 */
bool attempts_fail(struct attempts *attempts, const char *reason, bool is_absent);

/** "" since the last success. */
const char *attempts_reason(const struct attempts *attempts);

DEFINE_CLEANUP(struct attempts *, attempts_destroy)
