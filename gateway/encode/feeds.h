/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Feeds
 *
 * One for each head, made as heads become known.
 */

#include "common/cleanup.h"
#include "gateway/encode/encoder.h"
#include "gateway/encode/feed.h"

struct feeds;
struct heads;
struct loop;
struct workers;

/** `workers` run the encoders, and must be gone when the feeds are destroyed; the others outlive
 * them. Loop thread. */
struct feeds *feeds_create(struct loop *loop, struct workers *workers, struct heads *heads,
			   enum encoder_choice encoder);

/** Accepts NULL. Loop thread. */
void feeds_destroy(struct feeds *feeds);

/** The feed of head `index`, or NULL beyond the last. Any thread; valid until feeds_destroy(). */
struct feed *feeds_get(struct feeds *feeds, unsigned index);

DEFINE_CLEANUP(struct feeds *, feeds_destroy)
