/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Guest memory
 *
 * The guest's memory, mapped here from the files that the front end passed: what
 * an address of the guest's is in this process, or that it is nothing.
 *
 * Pointers are good until the memory is set or cleared. Nobody keeps one across
 * a turn of the loop, but for the rings, which are looked up again; what the
 * guest lends for longer is kept as addresses.
 *
 * Whoever has the file may shrink it, and touching what is gone raises SIGBUS:
 * zeros take the place of the whole region then, and guest_memory_is_broken()
 * says so.
 *
 * Threads: set and cleared on the loop's. Any thread may touch the memory.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/cleanup.h"

struct guest_memory;

/* As many as a memory table can have. */
#define GUEST_REGIONS_MAX 8

/* As the memory table of vhost-user has it. */
struct guest_region {
	uint64_t guest_address;
	uint64_t size;
	uint64_t user_address; /* in the front end's process */
	uint64_t file_offset;
};

/** Starts without memory. */
struct guest_memory *guest_memory_create(void);

/** Accepts NULL. */
void guest_memory_destroy(struct guest_memory *memory);

/**
 * Replaces all memory by `count` regions, at most GUEST_REGIONS_MAX; region i is in
 * file `fds[i]`, which stays the caller's.
 *
 * Returns 0; -EINVAL when a region is empty or wraps around; -EFBIG when its file
 * is too short; or why a file cannot be mapped. There is no memory then.
 */
int guest_memory_set(struct guest_memory *memory, const struct guest_region *regions,
		     const int *fds, unsigned count);

/** Unmaps everything. */
void guest_memory_clear(struct guest_memory *memory);

/**
 * Looks up `*length` bytes, not 0, from a guest address; reduces it to those that
 * lie in one piece. Returns NULL when there is no memory at the address.
 */
void *guest_memory_at(const struct guest_memory *memory, uint64_t address, size_t *length);

/** All `length` bytes in one piece, or NULL. */
void *guest_memory_whole(const struct guest_memory *memory, uint64_t address, size_t length);

/** Whether all `length` bytes are memory, in however many pieces, and not none. */
bool guest_memory_has(const struct guest_memory *memory, uint64_t address, uint64_t length);

/** All `length` bytes in one piece, or NULL, from an address of the front end's process. */
void *guest_memory_of_user(const struct guest_memory *memory, uint64_t user_address, size_t length);

/** Whether a file became too short for a region. */
bool guest_memory_is_broken(const struct guest_memory *memory);

DEFINE_CLEANUP(struct guest_memory *, guest_memory_destroy)
