/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gpu-bridge/gpu/picture_cache.h"

#include <assert.h>
#include <stdlib.h>

#include "common/xalloc.h"

static void idle_add(struct picture_cache *cache, struct picture *picture)
{
	picture->older = cache->newest;
	picture->newer = NULL;
	*(cache->newest ? &cache->newest->newer : &cache->oldest) = picture;
	cache->newest = picture;
	cache->idle++;
	cache->idle_bytes += picture->pixels.size;
}

static void idle_remove(struct picture_cache *cache, struct picture *picture)
{
	*(picture->older ? &picture->older->newer : &cache->oldest) = picture->newer;
	*(picture->newer ? &picture->newer->older : &cache->newest) = picture->older;
	cache->idle--;
	cache->idle_bytes -= picture->pixels.size;
}

void picture_cache_drop(struct picture_cache *cache, struct picture *picture)
{
	if (!picture)
		return;
	assert(picture->users == 0);
	idle_remove(cache, picture);
	*picture->owner = NULL;
	shared_pixels_finish(&picture->pixels);
	free(picture);
}

int picture_cache_take(struct picture_cache *cache, struct picture **owner, size_t size)
{
	struct picture *picture = *owner;
	int r;

	if (picture) {
		assert(picture->pixels.size == size);
		if (picture->users++ == 0)
			idle_remove(cache, picture);
		return 0;
	}
	picture = xcalloc(1, sizeof(*picture));
	r = shared_pixels_init(&picture->pixels, size);
	if (r < 0) {
		free(picture);
		return r;
	}
	picture->users = 1;
	picture->owner = owner;
	*owner = picture;
	return 0;
}

void picture_cache_release(struct picture_cache *cache, struct picture *picture)
{
	assert(picture->users > 0);
	if (--picture->users > 0)
		return;
	idle_add(cache, picture);
	while (cache->idle > PICTURES_IDLE_MAX || cache->idle_bytes > PICTURES_IDLE_BYTES_MAX)
		picture_cache_drop(cache, cache->oldest);
}
