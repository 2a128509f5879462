/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/source/map_cache.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

static void move_to_front(struct map_cache *cache, unsigned index, struct guarded_map *map)
{
	memmove(&cache->maps[1], &cache->maps[0], index * sizeof(cache->maps[0]));
	cache->maps[0] = map;
}

int map_cache_open(struct map_cache *cache, int fd, size_t size, struct guarded_map **ret_map)
{
	struct guarded_map *map;
	struct stat status;
	int r;

	if (fstat(fd, &status) < 0)
		return -errno;
	for (unsigned i = 0; i < MAP_CACHE_LENGTH; i++) {
		map = cache->maps[i];
		if (map && guarded_map_is_of(map, status.st_dev, status.st_ino, size) &&
		    status.st_size >= 0 && (uint64_t)status.st_size >= size) {
			move_to_front(cache, i, map);
			*ret_map = map;
			return 0;
		}
	}

	r = guarded_map_open(fd, size, &map);
	if (r < 0)
		return r;
	/* Another size is another mode: what was kept will not come again. */
	if (cache->maps[0] && guarded_map_size(cache->maps[0]) != size)
		map_cache_clear(cache);
	guarded_map_close(cache->maps[MAP_CACHE_LENGTH - 1]);
	move_to_front(cache, MAP_CACHE_LENGTH - 1, map);
	*ret_map = map;
	return 0;
}

void map_cache_clear(struct map_cache *cache)
{
	for (unsigned i = 0; i < MAP_CACHE_LENGTH; i++) {
		guarded_map_close(cache->maps[i]);
		cache->maps[i] = NULL;
	}
}
