/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * JPEG pieces
 *
 * Encodes pixels as RFB's Tight encoding holds JPEG (rfbproto, 7.7.6), at one of
 * the ten qualities that viewers ask for.
 *
 * By libjpeg's own interface: libvncserver exports names of libturbojpeg's that
 * do something else.
 *
 * Threads: one encoder on one thread at a time.
 */

#include <stddef.h>
#include <stdint.h>

#include "common/cleanup.h"

struct piece_jpeg;

#define PIECE_JPEG_QUALITY_MAX 9

/* No picture is shorter: that is what its header and tables take. */
#define PIECE_JPEG_BYTES_MIN 623

/* How long a picture may become, as libturbojpeg reckons. */
#define PIECE_JPEG_BYTES_MAX(width, height) \
	(6 * (((width) + 15) & ~15u) * (((height) + 15) & ~15u) + 2048)

/** An encoder, or NULL when there is no memory. */
struct piece_jpeg *piece_jpeg_create(void);

/** Accepts NULL. */
void piece_jpeg_destroy(struct piece_jpeg *jpeg);

/**
 * Encodes a picture: a rectangle's payload, without its header.
 *
 * `row` is the first row, and `step` is how many pixels further the next begins. `out` must
 * have room for PIECE_JPEG_BYTES_MAX().
 *
 * Returns the length in bytes, or 0 when there is no memory.
 */
size_t piece_jpeg_encode(struct piece_jpeg *jpeg, const uint32_t *row, ptrdiff_t step,
			 uint32_t width, uint32_t height, unsigned quality, uint8_t *out);

DEFINE_CLEANUP(struct piece_jpeg *, piece_jpeg_destroy)
