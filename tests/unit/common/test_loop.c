/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/loop.h"

#include <pthread.h>

#include "tests/support/test.h"

#define POSTS 1000

struct story {
	struct loop *loop;
	int ran[POSTS];
	int count;
};

struct step {
	struct story *story;
	int number;
};

static void note_step(void *data)
{
	struct step *step = data;

	loop_assert_thread(step->story->loop);
	step->story->ran[step->story->count++] = step->number;
	free(step);
}

static void post_step(struct story *story, int number)
{
	struct step *step = calloc(1, sizeof(*step));

	*step = (struct step){story, number};
	loop_post(story->loop, note_step, step);
}

static void *post_all(void *data)
{
	for (int i = 0; i < POSTS; i++)
		post_step(data, i);
	return NULL;
}

static bool all_ran(void *data)
{
	return ((struct story *)data)->count == POSTS;
}

static void posts_of_another_thread_run_on_the_loop_in_their_order(void)
{
	struct story story = {0};
	pthread_t thread;

	EXPECT_INT(loop_create(&story.loop), 0);
	pthread_create(&thread, NULL, post_all, &story);
	EXPECT(test_wait(story.loop, all_ran, &story));
	pthread_join(thread, NULL);
	for (int i = 0; i < POSTS; i++)
		EXPECT_INT(story.ran[i], i);
	loop_destroy(story.loop);
}

static void what_was_posted_still_runs_when_the_loop_is_destroyed(void)
{
	struct story story = {0};

	EXPECT_INT(loop_create(&story.loop), 0);
	post_step(&story, 7);
	loop_destroy(story.loop);
	EXPECT_INT(story.count, 1);
}

static void note_firing(void *data)
{
	++*(int *)data;
}

static bool has_fired(void *data)
{
	return *(int *)data > 0;
}

static void a_timer_fires_once_each_time_it_is_armed(void)
{
	CLEANUP(loop_destroyp) struct loop *loop = NULL;
	struct loop_timer *timer;
	int fired = 0;

	EXPECT_INT(loop_create(&loop), 0);
	EXPECT_INT(loop_timer_create(loop, note_firing, &fired, &timer), 0);
	loop_timer_arm(timer, 1000);
	EXPECT(test_wait(loop, has_fired, &fired));
	sd_event_run(loop_event(loop), 5000);
	EXPECT_INT(fired, 1);

	fired = 0;
	loop_timer_arm(timer, 1000);
	loop_timer_disarm(timer);
	sd_event_run(loop_event(loop), 5000);
	EXPECT_INT(fired, 0);
	loop_timer_destroy(timer);
}

int main(void)
{
	RUN_TEST(posts_of_another_thread_run_on_the_loop_in_their_order);
	RUN_TEST(what_was_posted_still_runs_when_the_loop_is_destroyed);
	RUN_TEST(a_timer_fires_once_each_time_it_is_armed);
}
