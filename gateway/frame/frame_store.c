/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/frame/frame_store.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "common/xalloc.h"
#include "gateway/frame/damage.h"
#include "gateway/frame/frame.h"
#include "gateway/frame/frame_pool.h"

/* A reader further behind than this gets the whole picture. */
#define HISTORY_LENGTH 64

struct history_entry {
	uint64_t number; /* of the frame that `damage` led to; 0: unused */
	pixman_region32_t damage;
};

struct frame_store {
	struct loop *loop;
	const struct frame_store_listener *listener;
	void *data;
	struct frame_pool *pool;
	pixman_region32_t waiting; /* damage of updates that found no room */
	uint64_t last_number;

	pthread_mutex_t lock;
	/* protected by lock: */
	struct frame *newest;
	uint64_t first_of_size; /* number of the first frame of this size */
	struct history_entry history[HISTORY_LENGTH];
	struct room_post *room_post; /* on its way to the loop */
};

/* An on_room() under way to the loop's thread; outlives its store if need be. */
struct room_post {
	struct frame_store *store; /* NULL: destroyed meanwhile */
};

static bool is_native(pixman_format_code_t format)
{
	return format == PIXMAN_x8r8g8b8 || format == PIXMAN_a8r8g8b8;
}

bool pixels_are_supported(pixman_format_code_t format)
{
	static const pixman_format_code_t convertible[] = {
		PIXMAN_x8b8g8r8, PIXMAN_a8b8g8r8, PIXMAN_b8g8r8x8,    PIXMAN_b8g8r8a8,
		PIXMAN_r8g8b8x8, PIXMAN_r8g8b8a8, PIXMAN_x2r10g10b10, PIXMAN_r8g8b8,
		PIXMAN_b8g8r8,	 PIXMAN_r5g6b5,	  PIXMAN_x1r5g5b5,
	};

	if (is_native(format))
		return true;
	for (size_t i = 0; i < sizeof(convertible) / sizeof(convertible[0]); i++)
		if (convertible[i] == format)
			return true;
	return false;
}

static void handle_room(void *data)
{
	struct room_post *post = data;
	struct frame_store *store = post->store;

	if (store) {
		pthread_mutex_lock(&store->lock);
		store->room_post = NULL;
		pthread_mutex_unlock(&store->lock);
		store->listener->on_room(store->data);
	}
	free(post);
}

/* Any thread: the pool's word that a frame came back. */
static void handle_return(void *data)
{
	struct frame_store *store = data;

	pthread_mutex_lock(&store->lock);
	if (!store->room_post) {
		store->room_post = xcalloc(1, sizeof(*store->room_post));
		store->room_post->store = store;
		loop_post(store->loop, handle_room, store->room_post);
	}
	pthread_mutex_unlock(&store->lock);
}

struct frame_store *frame_store_create(struct loop *loop, struct frame_budget *budget,
				       const struct frame_store_listener *listener, void *data)
{
	struct frame_store *store = xcalloc(1, sizeof(*store));

	store->loop = loop;
	store->listener = listener;
	store->data = data;
	store->pool = frame_pool_create(budget, handle_return, store);
	pixman_region32_init(&store->waiting);
	pthread_mutex_init(&store->lock, NULL);
	for (size_t i = 0; i < HISTORY_LENGTH; i++)
		pixman_region32_init(&store->history[i].damage);
	return store;
}

void frame_store_destroy(struct frame_store *store)
{
	if (!store)
		return;
	frame_unref(store->newest);
	frame_pool_drop(store->pool);
	if (store->room_post)
		store->room_post->store = NULL;
	for (size_t i = 0; i < HISTORY_LENGTH; i++)
		pixman_region32_fini(&store->history[i].damage);
	pixman_region32_fini(&store->waiting);
	pthread_mutex_destroy(&store->lock);
	free(store);
}

static pixman_box32_t bounds_of(const struct frame *frame)
{
	return (pixman_box32_t){0, 0, (int32_t)frame->width, (int32_t)frame->height};
}

static void history_add_locked(struct frame_store *store, uint64_t number,
			       const pixman_region32_t *damage)
{
	struct history_entry *entry = &store->history[number % HISTORY_LENGTH];

	entry->number = number;
	pixman_region32_copy(&entry->damage, (pixman_region32_t *)damage);
}

/* Sets `ret_damage` to what differs between frame `since` and `frame`, of which either may be the
 * newer. */
static void damage_since_locked(struct frame_store *store, uint64_t since,
				const struct frame *frame, pixman_region32_t *ret_damage)
{
	uint64_t newest = store->newest->number;
	uint64_t first = since < frame->number ? since : frame->number;
	uint64_t last = since < frame->number ? frame->number : since;
	pixman_box32_t bounds = bounds_of(frame);

	pixman_region32_clear(ret_damage);
	/* Also when the store knows nothing of it any more, since the head has another size. */
	if (first == last)
		return;
	if (first < store->first_of_size || last > newest || newest - first >= HISTORY_LENGTH) {
		pixman_region32_reset(ret_damage, &bounds);
		return;
	}
	for (uint64_t number = first + 1; number <= last; number++) {
		struct history_entry *entry = &store->history[number % HISTORY_LENGTH];

		pixman_region32_union(ret_damage, ret_damage, &entry->damage);
	}
	damage_simplify(ret_damage, DAMAGE_RECTS_MAX, &bounds);
}

static void copy_region(struct frame *target, const void *pixels, size_t stride_bytes,
			const pixman_region32_t *region)
{
	uint32_t *to = frame_writable_pixels(target);
	int count;
	const pixman_box32_t *boxes = pixman_region32_rectangles((pixman_region32_t *)region,
								 &count);

	for (int i = 0; i < count; i++) {
		size_t size = (size_t)(boxes[i].x2 - boxes[i].x1) * 4;

		for (int y = boxes[i].y1; y < boxes[i].y2; y++)
			memcpy(to + (size_t)y * target->width + boxes[i].x1,
			       (const char *)pixels + (size_t)y * stride_bytes +
				       (size_t)boxes[i].x1 * 4,
			       size);
	}
}

/* Writes the picture's declared part into a picture of our own format. */
static int convert(const struct pixels *source, const pixman_region32_t *declared,
		   uint32_t **ret_pixels)
{
	pixman_box32_t box = *pixman_region32_extents((pixman_region32_t *)declared);
	CLEANUP(freep) uint32_t *pixels = malloc((size_t)source->width * 4 * source->height);
	pixman_image_t *from, *to;

	if (!pixels)
		return -ENOMEM;
	from = pixman_image_create_bits_no_clear(source->format, (int)source->width,
						 (int)source->height, (uint32_t *)source->data,
						 (int)source->stride_bytes);
	to = pixman_image_create_bits_no_clear(PIXMAN_x8r8g8b8, (int)source->width,
					       (int)source->height, pixels, (int)source->width * 4);
	if (from && to)
		pixman_image_composite32(PIXMAN_OP_SRC, from, NULL, to, box.x1, box.y1, 0, 0,
					 box.x1, box.y1, box.x2 - box.x1, box.y2 - box.y1);
	if (from)
		pixman_image_unref(from);
	if (to)
		pixman_image_unref(to);
	if (!from || !to)
		return -ENOMEM;

	*ret_pixels = TAKE(pixels);
	return 0;
}

/* Whether the picture given last says nothing about the one that comes. */
static bool starts_anew(const struct frame_store *store, const struct pixels *source,
			bool is_notice)
{
	const struct frame *newest = store->newest;

	return !newest || newest->width != source->width || newest->height != source->height ||
	       newest->is_notice != is_notice;
}

static void publish_locked(struct frame_store *store, struct frame *frame, uint64_t time_us,
			   bool is_notice, const pixman_region32_t *changed)
{
	struct frame *before = store->newest;

	frame->number = ++store->last_number;
	frame->time_us = time_us;
	frame->is_notice = is_notice;
	if (!before || before->width != frame->width || before->height != frame->height)
		store->first_of_size = frame->number;
	history_add_locked(store, frame->number, changed);
	store->newest = frame;
}

/* Writes the picture to a frame that nobody reads, and puts it in the newest's place. */
static void write_aside(struct frame_store *store, struct frame *target, struct damage_view picture,
			const pixman_region32_t *changed, uint64_t time_us, bool is_notice)
{
	struct frame *before = store->newest;

	if (before && before->width == target->width && before->height == target->height) {
		pixman_region32_t missed;

		pixman_region32_init(&missed);
		pthread_mutex_lock(&store->lock);
		damage_since_locked(store, target->number, before, &missed);
		pthread_mutex_unlock(&store->lock);
		pixman_region32_subtract(&missed, &missed, (pixman_region32_t *)changed);
		copy_region(target, before->pixels, before->stride_bytes, &missed);
		pixman_region32_fini(&missed);
	}
	copy_region(target, picture.pixels, picture.stride_bytes, changed);

	pthread_mutex_lock(&store->lock);
	publish_locked(store, target, time_us, is_notice, changed);
	pthread_mutex_unlock(&store->lock);
	frame_unref(before);
}

/* The budget is spent: writes over the newest frame, if no reader holds it. */
static bool overwrite_newest(struct frame_store *store, struct damage_view picture,
			     const pixman_region32_t *changed, uint64_t time_us, bool is_notice)
{
	bool is_free;

	pthread_mutex_lock(&store->lock);
	is_free = frame_is_unshared(store->newest);
	if (is_free) {
		copy_region(store->newest, picture.pixels, picture.stride_bytes, changed);
		publish_locked(store, store->newest, time_us, is_notice, changed);
	}
	pthread_mutex_unlock(&store->lock);
	return is_free;
}

static int write_picture(struct frame_store *store, const struct pixels *source,
			 struct damage_view picture, const pixman_region32_t *changed,
			 uint64_t time_us, bool is_notice)
{
	bool has_new_size = !store->newest || store->newest->width != source->width ||
			    store->newest->height != source->height;
	struct frame *target = frame_pool_take(store->pool, source->width, source->height);

	if (target) {
		write_aside(store, target, picture, changed, time_us, is_notice);
		return 1;
	}

	/* Asked before looking: a reader may let go in between. */
	frame_pool_expect(store->pool);
	if (!has_new_size && overwrite_newest(store, picture, changed, time_us, is_notice))
		return 1;
	pixman_region32_union(&store->waiting, &store->waiting, (pixman_region32_t *)changed);
	return -EAGAIN;
}

int frame_store_update(struct frame_store *store, const struct pixels *source,
		       const pixman_region32_t *declared, uint64_t time_us, bool is_notice)
{
	struct damage_view picture = {source->data, source->stride_bytes};
	CLEANUP(freep) uint32_t *converted = NULL;
	pixman_region32_t changed;
	bool is_anew;
	int r = 0;

	loop_assert_thread(store->loop);
	/* Before anything else is allocated for it. */
	if (!frame_pool_can_hold(store->pool, source->width, source->height))
		return -EFBIG;
	is_anew = starts_anew(store, source, is_notice);
	pixman_region32_init_rect(&changed, 0, 0, source->width, source->height);
	if (declared && !is_anew) {
		pixman_region32_intersect(&changed, &changed, (pixman_region32_t *)declared);
		pixman_region32_union(&changed, &changed, &store->waiting);
		pixman_region32_intersect_rect(&changed, &changed, 0, 0, source->width,
					       source->height);
	}
	if (!is_native(source->format)) {
		r = convert(source, &changed, &converted);
		picture = (struct damage_view){converted, (size_t)source->width * 4};
	}
	if (r == 0 && !is_anew) {
		struct damage_view before = {store->newest->pixels, store->newest->stride_bytes};
		pixman_box32_t bounds = bounds_of(store->newest);
		pixman_region32_t found;

		pixman_region32_init(&found);
		damage_find(before, picture, &changed, &found);
		damage_simplify(&found, DAMAGE_RECTS_MAX, &bounds);
		pixman_region32_copy(&changed, &found);
		pixman_region32_fini(&found);
	}
	pixman_region32_clear(&store->waiting);
	if (r == 0 && pixman_region32_not_empty(&changed))
		r = write_picture(store, source, picture, &changed, time_us, is_notice);
	pixman_region32_fini(&changed);

	if (r == 1)
		store->listener->on_frame(store->data);
	return r;
}

struct frame *frame_store_fetch(struct frame_store *store, uint64_t since,
				pixman_region32_t *ret_damage)
{
	struct frame *frame = NULL;

	pthread_mutex_lock(&store->lock);
	if (store->newest) {
		frame = frame_ref(store->newest);
		if (ret_damage)
			damage_since_locked(store, since, frame, ret_damage);
	}
	pthread_mutex_unlock(&store->lock);
	return frame;
}

void frame_store_compare(struct frame_store *store, uint64_t since, const struct frame *frame,
			 pixman_region32_t *ret_damage)
{
	pthread_mutex_lock(&store->lock);
	damage_since_locked(store, since, frame, ret_damage);
	pthread_mutex_unlock(&store->lock);
}
