/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Guarded map
 *
 * Memory of another process, mapped for reading. The peer may shrink the file
 * at any time, and reading what is gone raises SIGBUS: between begin and end
 * the reader sees zeros in its place instead, and is told afterwards.
 *
 * Threads: a map is read on one thread at a time.
 */

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "common/cleanup.h"

struct guarded_map;

/**
 * Maps the first `size` bytes of `fd`, which stays the caller's.
 *
 * Returns 0; -EFBIG when the file is shorter than that; -EACCES or another
 * errno when it cannot be mapped.
 */
int guarded_map_open(int fd, size_t size, struct guarded_map **ret_map);

/** Accepts NULL. */
void guarded_map_close(struct guarded_map *map);

/** Whether this is a map of that file, and at least so large. */
bool guarded_map_is_of(const struct guarded_map *map, dev_t device, ino_t inode, size_t size);

size_t guarded_map_size(const struct guarded_map *map);

/** Starts reading, and returns the first byte. One map at a time for each thread. */
const void *guarded_map_begin(struct guarded_map *map);

/** Ends reading. Returns false when the file has been shorter than it was. */
bool guarded_map_end(struct guarded_map *map);

DEFINE_CLEANUP(struct guarded_map *, guarded_map_close)
