/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/resize.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>

#include "common/xalloc.h"
#include "gateway/frame/heads.h"

/* A window that is being dragged has rested for this long. */
#define DEBOUNCE_US 150000

struct resize {
	struct loop *loop;
	struct heads *heads;
	void (*on_resize)(void *data, unsigned head, struct size size);
	void *data;
	struct loop_timer *timers[HEADS_MAX];
	struct pending *pending;

	pthread_mutex_t lock;
	/* protected by lock: */
	struct size wanted[HEADS_MAX];
	bool is_posted[HEADS_MAX];
};

/* What a timer and a post are given: which head of which resize. */
struct pending {
	struct resize *resize;
	unsigned head;
};

static void handle_rest(void *data)
{
	struct pending *pending = data;
	struct resize *resize = pending->resize;
	struct size size;

	pthread_mutex_lock(&resize->lock);
	size = resize->wanted[pending->head];
	pthread_mutex_unlock(&resize->lock);
	resize->on_resize(resize->data, pending->head, size);
}

static void handle_request(void *data)
{
	struct pending *pending = data;
	struct resize *resize = pending->resize;

	pthread_mutex_lock(&resize->lock);
	resize->is_posted[pending->head] = false;
	pthread_mutex_unlock(&resize->lock);
	loop_timer_arm(resize->timers[pending->head], DEBOUNCE_US);
}

struct resize *resize_create(struct loop *loop, struct heads *heads,
			     void (*on_resize)(void *data, unsigned head, struct size size),
			     void *data)
{
	struct resize *resize = xcalloc(1, sizeof(*resize));

	resize->loop = loop;
	resize->heads = heads;
	resize->on_resize = on_resize;
	resize->data = data;
	resize->pending = xcalloc(HEADS_MAX, sizeof(*resize->pending));
	pthread_mutex_init(&resize->lock, NULL);
	for (unsigned i = 0; i < HEADS_MAX; i++) {
		resize->pending[i] = (struct pending){resize, i};
		if (loop_timer_create(loop, handle_rest, &resize->pending[i], &resize->timers[i]) <
		    0) {
			resize_destroy(resize);
			return NULL;
		}
	}
	return resize;
}

void resize_destroy(struct resize *resize)
{
	if (!resize)
		return;
	loop_run_posts(resize->loop);
	for (unsigned i = 0; i < HEADS_MAX; i++)
		loop_timer_destroy(resize->timers[i]);
	pthread_mutex_destroy(&resize->lock);
	free(resize->pending);
	free(resize);
}

int resize_request(struct resize *resize, unsigned head, struct size size)
{
	struct head *asked = heads_get(resize->heads, head);
	bool is_first;

	if (!asked)
		return -ENODEV;
	if (!head_policy(asked)->viewers_may_resize)
		return -EPERM;
	if (size.width < RESIZE_SIDE_MIN || size.width > RESIZE_SIDE_MAX ||
	    size.height < RESIZE_SIDE_MIN || size.height > RESIZE_SIDE_MAX)
		return -EINVAL;

	pthread_mutex_lock(&resize->lock);
	resize->wanted[head] = size;
	is_first = !resize->is_posted[head];
	resize->is_posted[head] = true;
	pthread_mutex_unlock(&resize->lock);
	if (is_first)
		loop_post(resize->loop, handle_request, &resize->pending[head]);
	return 0;
}
