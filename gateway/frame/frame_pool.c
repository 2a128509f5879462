/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/frame/frame_pool.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>

#include "common/xalloc.h"

/* More than this many unheld frames wait for no one: a burst of slow readers is over. */
#define SPARE_FRAMES_MAX 2

struct frame_budget {
	uint64_t bytes;
	_Atomic uint64_t used;
};

struct pooled_frame {
	struct frame frame; /* first: a struct frame is always one of these */
	_Atomic unsigned references;
	struct frame_pool *pool;
	struct pooled_frame *next_spare; /* frame_pool.spares */
	uint64_t bytes;
	unsigned size_changes; /* frame_pool.size_changes when it was allocated */
};

struct frame_pool {
	struct frame_budget *budget;
	void (*on_return)(void *data);
	void *data;

	pthread_mutex_t lock;
	/* protected by lock: */
	struct pooled_frame *spares;
	unsigned spares_count;
	unsigned frames_count;	 /* in all */
	uint32_t width, height;	 /* that were asked for last */
	unsigned size_changes;	 /* times that another size was asked for */
	unsigned frames_of_size; /* allocated since the last of them */
	bool is_expecting;
	bool is_dropped;
};

struct frame_budget *frame_budget_create(uint64_t bytes)
{
	struct frame_budget *budget = xcalloc(1, sizeof(*budget));

	budget->bytes = bytes;
	return budget;
}

void frame_budget_destroy(struct frame_budget *budget)
{
	free(budget);
}

static bool budget_take(struct frame_budget *budget, uint64_t bytes)
{
	uint64_t used = atomic_load(&budget->used);

	do {
		if (used > budget->bytes || bytes > budget->bytes - used)
			return false;
	} while (!atomic_compare_exchange_weak(&budget->used, &used, used + bytes));
	return true;
}

/* Each head gets so many frames of its present size even when the others have spent
 * the budget: its feed may hold one until there is a newer one. */
#define FRAMES_MIN 2

static void budget_overdraw(struct frame_budget *budget, uint64_t bytes)
{
	atomic_fetch_add(&budget->used, bytes);
}

static void budget_give(struct frame_budget *budget, uint64_t bytes)
{
	atomic_fetch_sub(&budget->used, bytes);
}

static struct pooled_frame *pooled_frame_from(struct frame *frame)
{
	return (struct pooled_frame *)frame;
}

static struct pooled_frame *create_frame_locked(struct frame_pool *pool, uint32_t width,
						uint32_t height)
{
	uint64_t bytes = (uint64_t)width * 4 * height;
	struct pooled_frame *pooled;
	uint32_t *pixels;

	if (pool->frames_of_size < FRAMES_MIN)
		budget_overdraw(pool->budget, bytes);
	else if (!budget_take(pool->budget, bytes))
		return NULL;
	pixels = malloc(bytes);
	if (!pixels) {
		budget_give(pool->budget, bytes);
		return NULL;
	}

	pooled = xcalloc(1, sizeof(*pooled));
	pooled->frame.width = width;
	pooled->frame.height = height;
	pooled->frame.stride_bytes = width * 4;
	pooled->frame.pixels = pixels;
	pooled->pool = pool;
	pooled->bytes = bytes;
	pooled->size_changes = pool->size_changes;
	pool->frames_count++;
	pool->frames_of_size++;
	return pooled;
}

static void destroy_frame_locked(struct frame_pool *pool, struct pooled_frame *pooled)
{
	budget_give(pool->budget, pooled->bytes);
	pool->frames_count--;
	if (pooled->size_changes == pool->size_changes)
		pool->frames_of_size--;
	free((void *)pooled->frame.pixels);
	free(pooled);
}

static void destroy_pool(struct frame_pool *pool)
{
	pthread_mutex_destroy(&pool->lock);
	free(pool);
}

/* Takes the newest spare of this size out of the list and frees those of another. */
static struct pooled_frame *take_spare_locked(struct frame_pool *pool, uint32_t width,
					      uint32_t height)
{
	struct pooled_frame *newest = NULL;
	struct pooled_frame *spare = pool->spares;

	pool->spares = NULL;
	pool->spares_count = 0;
	while (spare) {
		struct pooled_frame *next = spare->next_spare;
		struct pooled_frame *keep = spare;

		if (spare->frame.width != width || spare->frame.height != height) {
			destroy_frame_locked(pool, spare);
			keep = NULL;
		} else if (!newest || newest->frame.number < spare->frame.number) {
			keep = newest;
			newest = spare;
		}
		if (keep) {
			keep->next_spare = pool->spares;
			pool->spares = keep;
			pool->spares_count++;
		}
		spare = next;
	}
	return newest;
}

static void expect_size_locked(struct frame_pool *pool, uint32_t width, uint32_t height)
{
	if (pool->width == width && pool->height == height)
		return;
	pool->width = width;
	pool->height = height;
	pool->size_changes++;
	pool->frames_of_size = 0;
}

struct frame_pool *frame_pool_create(struct frame_budget *budget, void (*on_return)(void *data),
				     void *data)
{
	struct frame_pool *pool = xcalloc(1, sizeof(*pool));

	pool->budget = budget;
	pool->on_return = on_return;
	pool->data = data;
	pthread_mutex_init(&pool->lock, NULL);
	return pool;
}

void frame_pool_drop(struct frame_pool *pool)
{
	bool is_last;

	if (!pool)
		return;
	pthread_mutex_lock(&pool->lock);
	take_spare_locked(pool, 0, 0); /* no frame has this size: frees all */
	pool->is_dropped = true;
	is_last = pool->frames_count == 0;
	pthread_mutex_unlock(&pool->lock);
	if (is_last)
		destroy_pool(pool);
}

bool frame_pool_can_hold(const struct frame_pool *pool, uint32_t width, uint32_t height)
{
	return (uint64_t)width * 4 * height <= pool->budget->bytes / 2;
}

struct frame *frame_pool_take(struct frame_pool *pool, uint32_t width, uint32_t height)
{
	struct pooled_frame *pooled;

	pthread_mutex_lock(&pool->lock);
	expect_size_locked(pool, width, height);
	pooled = take_spare_locked(pool, width, height);
	if (!pooled)
		pooled = create_frame_locked(pool, width, height);
	pthread_mutex_unlock(&pool->lock);
	if (!pooled)
		return NULL;

	atomic_store(&pooled->references, 1);
	return &pooled->frame;
}

void frame_pool_expect(struct frame_pool *pool)
{
	pthread_mutex_lock(&pool->lock);
	pool->is_expecting = true;
	pthread_mutex_unlock(&pool->lock);
}

bool frame_is_unshared(struct frame *frame)
{
	return atomic_load(&pooled_frame_from(frame)->references) == 1;
}

uint32_t *frame_writable_pixels(struct frame *frame)
{
	assert(frame_is_unshared(frame));
	return (uint32_t *)frame->pixels;
}

struct frame *frame_ref(struct frame *frame)
{
	atomic_fetch_add(&pooled_frame_from(frame)->references, 1);
	return frame;
}

static void return_frame(struct frame_pool *pool, struct pooled_frame *pooled)
{
	bool is_last;

	pthread_mutex_lock(&pool->lock);
	if (pool->is_dropped || pool->spares_count >= SPARE_FRAMES_MAX) {
		destroy_frame_locked(pool, pooled);
	} else {
		pooled->next_spare = pool->spares;
		pool->spares = pooled;
		pool->spares_count++;
	}
	/* Under the lock, so that none is running once the pool was dropped. */
	if (pool->is_expecting && !pool->is_dropped) {
		pool->is_expecting = false;
		pool->on_return(pool->data);
	}
	is_last = pool->is_dropped && pool->frames_count == 0;
	pthread_mutex_unlock(&pool->lock);
	if (is_last)
		destroy_pool(pool);
}

void frame_unref(struct frame *frame)
{
	struct pooled_frame *pooled;

	if (!frame)
		return;
	pooled = pooled_frame_from(frame);
	if (atomic_fetch_sub(&pooled->references, 1) == 1)
		return_frame(pooled->pool, pooled);
}
