/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Surface
 *
 * What a console shows: memory of the peer's that is mapped, or a copy that the
 * peer sends piece by piece.
 *
 * This is the door for everything that a peer says about its pictures: sizes,
 * strides, formats and the memory behind them are checked here, and refused with
 * a sentence that names what was wrong. A refusal leaves the surface as it was.
 *
 * Threads: the loop's.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/frame/frame_store.h"
#include "gateway/frame/head.h"
#include "gateway/source/map_cache.h"

/* Room for a sentence about what was wrong, with its end. */
#define REFUSAL_MAX 160

/* A picture as the peer describes it. */
struct surface_shape {
	uint32_t width;
	uint32_t height;
	uint32_t stride_bytes;
	uint32_t format; /* pixman_format_code_t, if the peer is honest */
};

struct surface_rect {
	int32_t x;
	int32_t y;
	int32_t width;
	int32_t height;
};

enum surface_kind {
	SURFACE_NONE,
	SURFACE_MAPPED,
	SURFACE_COPIED,
};

struct surface {
	enum surface_kind kind;
	struct surface_shape shape;
	bool may_be_placeholder;
	struct map_cache maps;
	struct guarded_map *map; /* of the cache */
	uint32_t offset;
	unsigned char *copy;
	size_t copy_size;
};

/** Drops the picture and all memory. The surface can be used again. */
void surface_clear(struct surface *surface);

/**
 * Shows the peer's memory from `offset` of `fd`, which stays the caller's.
 * Returns 0, or -EINVAL with the reason in `ret_refusal`.
 */
int surface_map(struct surface *surface, int fd, uint32_t offset, const struct surface_shape *shape,
		char ret_refusal[REFUSAL_MAX]);

/** Shows a copy of `bytes`, of which there are `size`. Returns as surface_map(). */
int surface_copy(struct surface *surface, const struct surface_shape *shape, const void *bytes,
		 size_t size, char ret_refusal[REFUSAL_MAX]);

/**
 * Changes a part of a copy; `shape` describes the part. Returns as
 * surface_map(), and refuses when the surface is none or not a copy.
 */
int surface_patch(struct surface *surface, const struct surface_rect *rect,
		  const struct surface_shape *shape, const void *bytes, size_t size,
		  char ret_refusal[REFUSAL_MAX]);

/** Whether a rectangle lies inside. Returns as surface_map(). */
int surface_check_rect(const struct surface *surface, const struct surface_rect *rect,
		       char ret_refusal[REFUSAL_MAX]);

/**
 * Lends the pixels until surface_end(), with nothing else in between. The
 * surface must not be none.
 */
struct pixels surface_begin(struct surface *surface);

/** Returns false when the peer took the memory away meanwhile: the surface is none then. */
bool surface_end(struct surface *surface);
