/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Tight pieces
 *
 * Encodes pixels exactly, as RFB's Tight encoding (rfbproto, 7.7.6) for 32 bits a
 * pixel and depth 24: one colour, a palette, or all the colours, through zlib.
 *
 * Each piece resets the zlib stream that it uses, and ends at a byte but not the stream: it may be
 * sent to any viewer, after anything.
 *
 * Without the gradient filter: a user interface becomes longer by it, and noVNC learnt it only
 * in 2024. Photographs, which would become a third shorter, come as video first.
 *
 * Threads: one encoder on one thread at a time.
 */

#include <stddef.h>
#include <stdint.h>

#include "common/cleanup.h"

struct piece_tight;

/* The largest picture. The protocol's bound is 2048 in a row. */
#define PIECE_TIGHT_WIDTH_MAX  256
#define PIECE_TIGHT_PIXELS_MAX (256 * 128)

/* How long a picture may become: noise, in zlib's stored blocks. */
#define PIECE_TIGHT_BYTES_MAX(width, height) \
	(3 * (width) * (height) + (width) * (height) / 512 + 64)

/* How many bytes say a length. */
#define PIECE_TIGHT_LENGTH_MAX 3

/** An encoder, which is 0.4 MB of scratch memory, or NULL when there is none. */
struct piece_tight *piece_tight_create(void);

/** Accepts NULL. */
void piece_tight_destroy(struct piece_tight *tight);

/**
 * Encodes a picture: a rectangle's payload, without its header.
 *
 * `row` is the first row, and `step` is how many pixels further the next begins. `stream`, 0 to
 * 3, is the zlib stream to use: viewers that have threads decode different ones at the same
 * time. `out` must have room for PIECE_TIGHT_BYTES_MAX().
 *
 * Returns the length in bytes.
 */
size_t piece_tight_encode(struct piece_tight *tight, const uint32_t *row, ptrdiff_t step,
			  uint32_t width, uint32_t height, unsigned stream, uint8_t *out);

/** The same for a picture of up to 256 colours; returns 0, and soon, for one of more. */
size_t piece_tight_encode_few(struct piece_tight *tight, const uint32_t *row, ptrdiff_t step,
			      uint32_t width, uint32_t height, unsigned stream, uint8_t *out);

/** Puts the length of what follows, as Tight has it, also before JPEG. Returns the end. */
uint8_t *piece_tight_put_length(uint8_t *out, size_t length);

DEFINE_CLEANUP(struct piece_tight *, piece_tight_destroy)
