/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * RDP change
 *
 * What one update of one head changes at a viewer: video where the head moves, exact
 * pixels elsewhere, as the ledger says. It holds the picture that it shows.
 *
 * Threads: the viewer's.
 */

#include <pixman.h>
#include <stdbool.h>
#include <stdint.h>

#include "gateway/encode/feed.h"
#include "gateway/encode/ledger.h"

struct rdp_change_unit {
	const struct feed_stream *stream; /* of the change's picture */
	const struct packet *packet;
	pixman_region32_t painted; /* what it is to repaint, in the head's pixels */
};

struct rdp_change {
	struct feed_picture picture;
	bool is_new;	       /* else the feed goes on as soon as it can: it knows that we wait */
	struct pieces *pieces; /* of the picture's head */

	/* In the order in which they are to be shown: */
	struct packet *still; /* of feed_still_box(); NULL: none */
	unsigned units_count;
	struct rdp_change_unit units[MOTION_REGIONS_MAX * FEED_UNITS_MAX];
	pixman_region32_t exact; /* what is to be shown exactly */
	pixman_region32_t rest;	 /* of that, what was not sent yet */
	bool is_refining;	 /* some of it is shown already, inexactly */

	/* When the guest drew what this is the first to show; 0: it shows nothing new. */
	uint64_t drawn_us;
};

/**
 * Fetches the newest picture of `view` that differs from what `ledger` has seen. The caller
 * finishes the change.
 */
void rdp_change_begin(struct rdp_change *change, struct feed *feed, struct feed_view *view,
		      const struct ledger *ledger);

/**
 * Decides what is to be sent, takes note of it in the ledger as far as it is
 * video, and asks for the key frames that are missing.
 */
void rdp_change_compose(struct rdp_change *change, struct feed_view *view, struct ledger *ledger);

bool rdp_change_is_empty(const struct rdp_change *change);

/** It was sent but for `rest`. Returns whether more is to be sent at once. */
bool rdp_change_sent(struct rdp_change *change, struct ledger *ledger);

void rdp_change_finish(struct rdp_change *change);
