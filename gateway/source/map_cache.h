/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Map cache
 *
 * The files that a head was shown last, kept mapped. A guest that flips pages
 * shows the same two or three in turn, and mapping 8 MB anew costs 0.6 ms each
 * time, most of it in page faults: three times what reading them costs.
 *
 * While a file is mapped its inode number cannot come to mean another file.
 * What is kept is bounded: the files of a triple buffer, all of one size, and
 * none that was left out of the last few flips.
 */

#include "gateway/source/guarded_map.h"

#define MAP_CACHE_LENGTH 3

/* A file that was not shown in so many flips is not part of the rotation. */
#define MAP_CACHE_FLIPS_MAX 12

struct map_cache {
	struct map_cache_entry {
		struct guarded_map *map;
		unsigned flips;	     /* since it was shown */
	} entries[MAP_CACHE_LENGTH]; /* the one shown last first */
};

/**
 * The first `size` bytes of `fd`, mapped; owned by the cache, and valid until
 * another is asked for. Results as those of guarded_map_open().
 */
int map_cache_open(struct map_cache *cache, int fd, size_t size, struct guarded_map **ret_map);

/** Unmaps all. */
void map_cache_clear(struct map_cache *cache);
