/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * GPU backing
 *
 * The guest memory behind a resource, as addresses: memory regions may go while a
 * resource stays, so each use looks them up again.
 */

#include <stddef.h>
#include <stdint.h>

struct guest_memory;

/* 512 MB of scattered pages. */
#define BACKING_SPANS_MAX 131072

struct guest_span {
	uint64_t address;
	uint32_t length;
};

struct gpu_backing {
	struct guest_span *spans; /* malloc()ed; NULL: none is attached */
	uint32_t count;
	uint64_t size; /* of all spans, in bytes */
};

/* Where a walk through a backing is. Zero-initialise it. */
struct backing_walk {
	uint32_t span;
	uint64_t span_start; /* in the backing */
};

/**
 * Copies `size` bytes from `offset` on. The walk goes forward only: each offset is at
 * least the end of what was read before.
 *
 * Returns 0, or -EFAULT when the backing or the guest's memory ends before.
 */
int backing_read(const struct gpu_backing *backing, const struct guest_memory *memory,
		 struct backing_walk *walk, uint64_t offset, void *bytes, size_t size);
