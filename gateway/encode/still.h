/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Still
 *
 * The whole of a head as one key frame, for viewers to which most of it is new. Encoded
 * on the thread of the first that asks, and kept for a second, for the others.
 *
 * Threads: any.
 */

#include <pixman.h>
#include <stdint.h>

#include "common/cleanup.h"
#include "gateway/encode/encoder.h"

struct frame;
struct packet;
struct still;

struct still_result {
	int error;	    /* why there is none: -E2BIG, the head is too large; -EAGAIN, not now */
	bool is_new;	    /* encoded now */
	uint64_t encode_us; /* of processor time, if so */
};

struct still *still_create(enum encoder_choice encoder);

/** Accepts NULL. */
void still_destroy(struct still *still);

/**
 * A still of the head to which `frame` belongs, of that frame or one that is less than a second
 * older or newer, with a reference, or NULL.
 */
struct packet *still_fetch(struct still *still, struct frame *frame,
			   struct still_result *ret_result);

/**
 * Gives back what was not used for some seconds; never waits. Returns when to call
 * it again, UINT64_MAX when there is nothing left to give back.
 */
uint64_t still_expire(struct still *still, uint64_t now_us);

DEFINE_CLEANUP(struct still *, still_destroy)
