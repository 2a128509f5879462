/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * VNC pieces
 *
 * Parts of the picture for viewers that take Tight, out of the head's shared pieces.
 *
 * Threads: the viewer's.
 */

#include <pixman.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/encode/piece.h"

struct frame;
struct ledger;
struct vnc_rects;

/* Where to go on with what changes: so no part of the picture waits for ever while others keep
 * changing. */
struct vnc_place {
	int32_t x;
	int32_t y;
};

struct vnc_pieces {
	struct pieces *pieces; /* the head's */
	struct ledger *ledger; /* is told what is sent */
};

/**
 * Adds pieces of `region` in `frame` until the update has `bytes_max` bytes, and takes them from
 * the region: what changed, from `place` on. Returns 0 or -ENOMEM.
 */
int vnc_pieces_add_changes(struct vnc_pieces *pieces, struct vnc_rects *rects,
			   struct piece_form form, const struct frame *frame,
			   struct vnc_place *place, pixman_region32_t *region, size_t bytes_max);

/** The same for what did not change but is to be exact: what shows most comes first. */
int vnc_pieces_add_refinement(struct vnc_pieces *pieces, struct vnc_rects *rects,
			      const struct frame *frame, pixman_region32_t *region,
			      size_t bytes_max);
