/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Frame
 *
 * The pixels of one head at one moment, with a number and a time. A frame
 * never changes while anyone holds a reference to it.
 *
 * Pixels are PIXMAN_x8r8g8b8 in the host's byte order, whatever the guest
 * uses; what the unused byte holds is not defined.
 *
 * Threads: any, while holding a reference.
 */

#include <pixman.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/cleanup.h"

struct frame {
	uint64_t number;  /* from 1; greater in each newer frame of the head */
	uint64_t time_us; /* CLOCK_MONOTONIC, when the source told of the change */
	uint32_t width;	  /* pixels, at least 1 */
	uint32_t height;
	uint32_t stride_bytes; /* width * 4 */
	bool is_notice;	       /* drawn by the gateway, not by the guest */
	const uint32_t *pixels;
};

/* The largest head that is accepted, in either direction: what a guest's EDID can say. */
#define FRAME_SIDE_MAX 16384

/** Takes another reference. Returns `frame`. */
struct frame *frame_ref(struct frame *frame);

/** Drops a reference. Accepts NULL. */
void frame_unref(struct frame *frame);

/** The first pixel of a row. */
static inline const uint32_t *frame_row(const struct frame *frame, uint32_t y)
{
	return frame->pixels + (size_t)y * (frame->stride_bytes / 4);
}

DEFINE_CLEANUP(struct frame *, frame_unref)
