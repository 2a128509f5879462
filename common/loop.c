/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/loop.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <sys/epoll.h>
#include <time.h>

#include "common/wakeup.h"
#include "common/xalloc.h"

struct post {
	loop_fn fn;
	void *data;
	struct post *next;
};

struct loop {
	sd_event *event;
	sd_event_source *posts_source;
	struct wakeup *posts_wakeup;
	pthread_t thread;

	pthread_mutex_t lock;
	/* protected by lock: */
	struct post *first;
	struct post **last;
};

struct loop_timer {
	sd_event_source *source;
	loop_fn fn;
	void *data;
};

static struct post *take_posts(struct loop *loop)
{
	struct post *first;

	pthread_mutex_lock(&loop->lock);
	first = loop->first;
	loop->first = NULL;
	loop->last = &loop->first;
	pthread_mutex_unlock(&loop->lock);
	return first;
}

/* Runs what is there now; what that posts in turn waits for the next turn of
 * the loop, so that no one keeps the display source waiting. */
static bool run_posts(struct loop *loop)
{
	struct post *post = take_posts(loop);
	bool any = post != NULL;

	while (post) {
		struct post *next = post->next;

		post->fn(post->data);
		free(post);
		post = next;
	}
	return any;
}

static int handle_posts(sd_event_source *source, int fd, uint32_t events, void *data)
{
	struct loop *loop = data;

	wakeup_clear(loop->posts_wakeup);
	run_posts(loop);
	return 0;
}

int loop_create(struct loop **ret_loop)
{
	CLEANUP(loop_destroyp) struct loop *loop = xcalloc(1, sizeof(*loop));
	int r;

	pthread_mutex_init(&loop->lock, NULL);
	loop->last = &loop->first;
	loop->thread = pthread_self();

	r = wakeup_create(&loop->posts_wakeup);
	if (r < 0)
		return r;
	r = sd_event_new(&loop->event);
	if (r < 0)
		return r;
	r = sd_event_add_io(loop->event, &loop->posts_source, wakeup_fd(loop->posts_wakeup),
			    EPOLLIN, handle_posts, loop);
	if (r < 0)
		return r;

	*ret_loop = TAKE(loop);
	return 0;
}

void loop_destroy(struct loop *loop)
{
	if (!loop)
		return;
	loop_run_posts(loop);
	sd_event_source_disable_unref(loop->posts_source);
	sd_event_unref(loop->event);
	wakeup_destroy(loop->posts_wakeup);
	pthread_mutex_destroy(&loop->lock);
	free(loop);
}

sd_event *loop_event(struct loop *loop)
{
	return loop->event;
}

int loop_run(struct loop *loop)
{
	int r = sd_event_loop(loop->event);

	return r < 0 ? r : 0;
}

void loop_stop(struct loop *loop)
{
	sd_event_exit(loop->event, 0);
}

void loop_post(struct loop *loop, loop_fn fn, void *data)
{
	struct post *post = xcalloc(1, sizeof(*post));

	post->fn = fn;
	post->data = data;

	pthread_mutex_lock(&loop->lock);
	*loop->last = post;
	loop->last = &post->next;
	pthread_mutex_unlock(&loop->lock);

	wakeup_signal(loop->posts_wakeup);
}

void loop_run_posts(struct loop *loop)
{
	while (run_posts(loop))
		;
}

void loop_assert_thread(struct loop *loop)
{
	assert(pthread_equal(pthread_self(), loop->thread));
}

uint64_t loop_now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static int handle_timer(sd_event_source *source, uint64_t at_us, void *data)
{
	struct loop_timer *timer = data;

	timer->fn(timer->data);
	return 0;
}

int loop_timer_create(struct loop *loop, loop_fn fn, void *data, struct loop_timer **ret_timer)
{
	struct loop_timer *timer = xcalloc(1, sizeof(*timer));
	int r;

	timer->fn = fn;
	timer->data = data;
	/* Accuracy 1 µs: 0 would mean sd-event's default of 250 ms. */
	r = sd_event_add_time(loop->event, &timer->source, CLOCK_MONOTONIC, UINT64_MAX, 1,
			      handle_timer, timer);
	if (r < 0) {
		free(timer);
		return r;
	}
	sd_event_source_set_enabled(timer->source, SD_EVENT_OFF);
	*ret_timer = timer;
	return 0;
}

void loop_timer_destroy(struct loop_timer *timer)
{
	if (!timer)
		return;
	sd_event_source_disable_unref(timer->source);
	free(timer);
}

void loop_timer_arm(struct loop_timer *timer, uint64_t delay_us)
{
	sd_event_source_set_time(timer->source, loop_now_us() + delay_us);
	sd_event_source_set_enabled(timer->source, SD_EVENT_ONESHOT);
}

void loop_timer_disarm(struct loop_timer *timer)
{
	sd_event_source_set_enabled(timer->source, SD_EVENT_OFF);
}
