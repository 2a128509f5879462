/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/source/map_cache.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

/* Puts `map` first, in the place of entry `index`, and counts the flip. */
static void put_first(struct map_cache *cache, unsigned index, struct guarded_map *map)
{
	memmove(&cache->entries[1], &cache->entries[0], index * sizeof(cache->entries[0]));
	cache->entries[0] = (struct map_cache_entry){.map = map};
	for (unsigned i = 1; i < MAP_CACHE_LENGTH; i++) {
		struct map_cache_entry *entry = &cache->entries[i];

		if (entry->map && ++entry->flips > MAP_CACHE_FLIPS_MAX) {
			guarded_map_close(entry->map);
			entry->map = NULL;
		}
	}
}

int map_cache_open(struct map_cache *cache, int fd, size_t size, struct guarded_map **ret_map)
{
	struct guarded_map *map;
	struct stat status;
	int r;

	if (fstat(fd, &status) < 0)
		return -errno;
	for (unsigned i = 0; i < MAP_CACHE_LENGTH; i++) {
		map = cache->entries[i].map;
		if (map && guarded_map_is_of(map, status.st_dev, status.st_ino, size) &&
		    status.st_size >= 0 && (uint64_t)status.st_size >= size) {
			put_first(cache, i, map);
			*ret_map = map;
			return 0;
		}
	}

	r = guarded_map_open(fd, size, &map);
	if (r < 0)
		return r;
	/* Another size is another mode: what was kept will not come again. */
	if (cache->entries[0].map && guarded_map_size(cache->entries[0].map) != size)
		map_cache_clear(cache);
	guarded_map_close(cache->entries[MAP_CACHE_LENGTH - 1].map);
	put_first(cache, MAP_CACHE_LENGTH - 1, map);
	*ret_map = map;
	return 0;
}

void map_cache_clear(struct map_cache *cache)
{
	for (unsigned i = 0; i < MAP_CACHE_LENGTH; i++) {
		guarded_map_close(cache->entries[i].map);
		cache->entries[i].map = NULL;
	}
}
