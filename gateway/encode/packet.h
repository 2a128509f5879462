/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Packet
 *
 * Encoded bytes that viewers share: an access unit of a stream, or a piece of a
 * frame. It never changes once it was handed out.
 *
 * Threads: any, while holding a reference.
 */

#include <pixman.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/cleanup.h"

struct packet {
	size_t size;
	uint8_t *data; /* written by its maker alone */

	bool is_exact; /* of a piece: it shows its pixels exactly (a lossy form may do so too) */

	/* Of an access unit only: */
	uint64_t number; /* in its stream, from 1, without gaps */
	uint64_t frame;	 /* the number of the frame that it shows */
	bool is_key;	 /* decodes without any unit before it */
	/* What differs from the unit before it, in the head's pixels; all of the box in a key
	 * frame. */
	pixman_region32_t damage;
};

/** A packet with room for `size` bytes and one reference, or NULL when there is no memory. */
struct packet *packet_create(size_t size);

/** Takes another reference. Returns `packet`. */
struct packet *packet_ref(struct packet *packet);

/** Drops a reference. Accepts NULL. */
void packet_unref(struct packet *packet);

DEFINE_CLEANUP(struct packet *, packet_unref)
