/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/frame/head.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "common/log.h"
#include "common/wakeup.h"
#include "common/xalloc.h"
#include "gateway/frame/cursor.h"
#include "gateway/frame/frame.h"
#include "gateway/frame/notice.h"

/* What an empty head has for a size while nobody said another. */
static const struct size default_size = {1920, 1080};

struct watcher {
	struct wakeup *wakeup;
	unsigned changes;
	struct watcher *next;
};

struct head {
	struct loop *loop;
	unsigned index;
	const struct head_policy *policy;
	struct frame_store *store;
	void (*on_room)(void *data);
	void *writer_data;
	void (*on_frame)(void *data);
	void *observer_data;
	struct size size;	    /* of the newest frame */
	struct frame *last_picture; /* under the notice; only while there is one */

	pthread_mutex_t lock;
	/* protected by lock: */
	struct cursor cursor;
	char notice[NOTICE_MAX];
	struct watcher *watchers;
};

static void wake_watchers(struct head *head, unsigned changes)
{
	pthread_mutex_lock(&head->lock);
	for (struct watcher *watcher = head->watchers; watcher; watcher = watcher->next)
		if (watcher->changes & changes)
			wakeup_signal(watcher->wakeup);
	pthread_mutex_unlock(&head->lock);
}

static void set_notice(struct head *head, const char *text)
{
	pthread_mutex_lock(&head->lock);
	snprintf(head->notice, sizeof(head->notice), "%s", text);
	pthread_mutex_unlock(&head->lock);
}

static void paint_notice(struct head *head)
{
	struct size size = head->policy->size.width ? head->policy->size : default_size;
	struct canvas canvas;
	int r;

	if (head->last_picture)
		size = (struct size){head->last_picture->width, head->last_picture->height};
	canvas = (struct canvas){NULL, size.width, size.height};
	canvas.pixels = malloc((size_t)size.width * 4 * size.height);
	if (!canvas.pixels) {
		log_error("head %u: no memory for a notice", head->index);
		return;
	}

	notice_draw(&canvas, head->last_picture, head->notice);
	r = frame_store_update(head->store,
			       &(struct pixels){canvas.pixels, size.width, size.height,
						size.width * 4, PIXMAN_x8r8g8b8},
			       NULL, loop_now_us(), true);
	free(canvas.pixels);
	if (r < 0 && r != -EAGAIN)
		log_error("head %u: cannot show a notice: %s", head->index, strerror(-r));
}

static void handle_frame(void *data)
{
	struct head *head = data;
	struct size before = head->size;
	unsigned changes = HEAD_FRAMES;

	head->size = head_size(head);
	if (head->size.width != before.width || head->size.height != before.height)
		changes |= HEAD_SIZE;
	if (head->on_frame)
		head->on_frame(head->observer_data);
	wake_watchers(head, changes);
}

static void handle_room(void *data)
{
	struct head *head = data;

	if (head->notice[0])
		paint_notice(head);
	else if (head->on_room)
		head->on_room(head->writer_data);
}

static const struct frame_store_listener store_listener = {
	.on_frame = handle_frame,
	.on_room = handle_room,
};

struct head *head_create(struct loop *loop, unsigned index, struct frame_budget *budget,
			 const struct head_policy *policy)
{
	struct head *head = xcalloc(1, sizeof(*head));

	head->loop = loop;
	head->index = index;
	head->policy = policy;
	pthread_mutex_init(&head->lock, NULL);
	head->store = frame_store_create(loop, budget, &store_listener, head);
	return head;
}

void head_destroy(struct head *head)
{
	if (!head)
		return;
	frame_unref(head->last_picture);
	frame_store_destroy(head->store);
	cursor_image_unref(head->cursor.image);
	pthread_mutex_destroy(&head->lock);
	free(head);
}

int head_show(struct head *head, const struct pixels *picture, const pixman_region32_t *declared,
	      uint64_t time_us)
{
	bool was_notice = head->notice[0] != '\0';
	int r;

	loop_assert_thread(head->loop);
	if (was_notice) {
		/* Gone before the frame that replaces it wakes anybody. */
		set_notice(head, "");
		frame_unref(head->last_picture);
		head->last_picture = NULL;
	}
	r = frame_store_update(head->store, picture, declared, time_us, false);
	if (was_notice)
		wake_watchers(head, HEAD_NOTICE);
	return r;
}

void head_set_writer(struct head *head, void (*on_room)(void *data), void *data)
{
	head->on_room = on_room;
	head->writer_data = data;
}

void head_observe(struct head *head, void (*on_frame)(void *data), void *data)
{
	loop_assert_thread(head->loop);
	head->on_frame = on_frame;
	head->observer_data = data;
}

void head_show_notice(struct head *head, const char *text)
{
	struct frame *newest;

	loop_assert_thread(head->loop);
	newest = frame_store_fetch(head->store, 0, NULL);
	if (newest && !newest->is_notice) {
		frame_unref(head->last_picture);
		head->last_picture = newest;
	} else {
		frame_unref(newest);
	}
	set_notice(head, text);
	paint_notice(head);
	wake_watchers(head, HEAD_NOTICE);
}

void head_set_cursor(struct head *head, struct cursor_image *image)
{
	struct cursor_image *before;

	pthread_mutex_lock(&head->lock);
	before = head->cursor.image;
	head->cursor.image = cursor_image_ref(image);
	pthread_mutex_unlock(&head->lock);
	cursor_image_unref(before);
	wake_watchers(head, HEAD_CURSOR);
}

void head_move_cursor(struct head *head, int32_t x, int32_t y, bool is_visible)
{
	pthread_mutex_lock(&head->lock);
	head->cursor.x = x;
	head->cursor.y = y;
	head->cursor.is_visible = is_visible;
	pthread_mutex_unlock(&head->lock);
	wake_watchers(head, HEAD_CURSOR);
}

unsigned head_index(const struct head *head)
{
	return head->index;
}

const struct head_policy *head_policy(const struct head *head)
{
	return head->policy;
}

struct frame *head_fetch(struct head *head, uint64_t since, pixman_region32_t *ret_damage)
{
	return frame_store_fetch(head->store, since, ret_damage);
}

void head_compare(struct head *head, uint64_t since, const struct frame *frame,
		  pixman_region32_t *ret_damage)
{
	frame_store_compare(head->store, since, frame, ret_damage);
}

struct size head_size(struct head *head)
{
	CLEANUP(frame_unrefp) struct frame *frame = head_fetch(head, 0, NULL);

	return (struct size){frame->width, frame->height};
}

struct cursor head_cursor(struct head *head)
{
	struct cursor cursor;

	pthread_mutex_lock(&head->lock);
	cursor = head->cursor;
	cursor_image_ref(cursor.image);
	pthread_mutex_unlock(&head->lock);
	return cursor;
}

bool head_notice(struct head *head, char ret_text[NOTICE_MAX])
{
	pthread_mutex_lock(&head->lock);
	memcpy(ret_text, head->notice, NOTICE_MAX);
	pthread_mutex_unlock(&head->lock);
	return ret_text[0] != '\0';
}

void head_watch(struct head *head, struct wakeup *wakeup, unsigned changes)
{
	struct watcher *watcher = xcalloc(1, sizeof(*watcher));

	watcher->wakeup = wakeup;
	watcher->changes = changes;
	pthread_mutex_lock(&head->lock);
	watcher->next = head->watchers;
	head->watchers = watcher;
	pthread_mutex_unlock(&head->lock);
}

void head_unwatch(struct head *head, struct wakeup *wakeup)
{
	struct watcher **link, *watcher = NULL;

	pthread_mutex_lock(&head->lock);
	for (link = &head->watchers; *link; link = &(*link)->next) {
		if ((*link)->wakeup == wakeup) {
			watcher = *link;
			*link = watcher->next;
			break;
		}
	}
	pthread_mutex_unlock(&head->lock);
	free(watcher);
}
