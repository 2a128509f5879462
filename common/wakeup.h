/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Wakeup
 *
 * How one thread tells another, which polls, that there is something to look
 * at: an eventfd(2). Signals that come before the other looks become one.
 */

#include "common/cleanup.h"

struct wakeup;

/** Returns 0 or negative errno. */
int wakeup_create(struct wakeup **ret_wakeup);

/** Accepts NULL. Nobody may signal any more. */
void wakeup_destroy(struct wakeup *wakeup);

/** Readable from a signal on until wakeup_clear(). Owned by the wakeup. */
int wakeup_fd(struct wakeup *wakeup);

/** Any thread; never blocks. */
void wakeup_signal(struct wakeup *wakeup);

/** Takes the signals so far back: call it before looking, never after. */
void wakeup_clear(struct wakeup *wakeup);

DEFINE_CLEANUP(struct wakeup *, wakeup_destroy)
