/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Piece
 *
 * A small box of a frame, encoded on its own, so that it may be sent to any viewer
 * that takes its form. The same pixels in the same form are encoded once, whoever
 * asks for them and when: pieces are remembered by what they show. All frames are of one head:
 * those with one number are the same.
 *
 * Threads: any.
 */

#include <pixman.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/cleanup.h"
#include "gateway/encode/packet.h"

struct frame;
struct pieces;

/* The grid along which regions are cut, so that viewers that are not in step share pieces. */
#define PIECE_WIDTH  256
#define PIECE_HEIGHT 64

enum piece_codec {
	PIECE_TIGHT, /* RFB Tight, 32 bits a pixel and depth 24; resets the zlib streams it uses */
	PIECE_TIGHT_JPEG, /* the same, as JPEG; lossless where that is smaller: packet->is_exact */
	PIECE_PLANAR,	  /* [MS-RDPEGDI] 3.1.9 RDP 6.0 bitmap, for RDPGFX_CODECID_PLANAR */
};

struct piece_form {
	enum piece_codec codec;
	unsigned quality; /* of JPEG: RFB's 0 to 9; else 0 */
};

/** A memory of up to `bytes` of encoded pieces; the one longest not asked for goes first. */
struct pieces *pieces_create(size_t bytes);

/** Accepts NULL. */
void pieces_destroy(struct pieces *pieces);

/**
 * The piece that shows `box` (at most PIECE_WIDTH x PIECE_HEIGHT) of `frame`, with
 * a reference: a rectangle's payload, without its header. NULL when there is no memory.
 */
struct packet *pieces_encode(struct pieces *pieces, struct piece_form form,
			     const struct frame *frame, const pixman_box32_t *box);

/**
 * The same for `count` boxes at once, into `ret_packets`. Threads that ask for the same
 * boxes at the same time divide the work, where with one box at a time they would wait for each
 * other at each: ask for as many as one update may hold.
 */
void pieces_encode_all(struct pieces *pieces, struct piece_form form, const struct frame *frame,
		       const pixman_box32_t *boxes, size_t count, struct packet **ret_packets);

struct pieces_count {
	uint64_t encoded;
	uint64_t shared;    /* asked for, and there already, or being made */
	uint64_t encode_us; /* of processor time, all in all */
};

struct pieces_count pieces_count(struct pieces *pieces);

DEFINE_CLEANUP(struct pieces *, pieces_destroy)
