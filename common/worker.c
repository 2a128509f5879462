/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/worker.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>

#include "common/loop.h"
#include "common/thread.h"
#include "common/xalloc.h"

struct workers {
	struct loop *loop;
	pthread_t *threads;
	unsigned threads_count;
	size_t jobs_max;

	pthread_mutex_t lock;
	pthread_cond_t changed;
	/* protected by lock: */
	struct job *first;
	struct job **last;
	size_t under_way; /* waiting, running, or run and not yet done */
	bool stopping;
};

static void finish_job(struct workers *workers, struct job *job)
{
	/* `done` frees the job; the count goes down only then. */
	job->done(job);

	pthread_mutex_lock(&workers->lock);
	workers->under_way--;
	pthread_mutex_unlock(&workers->lock);
}

static void handle_done(void *data)
{
	struct job *job = data;

	finish_job(job->workers, job);
}

static struct job *next_job(struct workers *workers)
{
	struct job *job;

	pthread_mutex_lock(&workers->lock);
	while (!workers->first && !workers->stopping)
		pthread_cond_wait(&workers->changed, &workers->lock);
	job = workers->first;
	if (job) {
		workers->first = job->next;
		if (!workers->first)
			workers->last = &workers->first;
	}
	pthread_mutex_unlock(&workers->lock);
	return job;
}

static void *run_worker(void *data)
{
	struct workers *workers = data;
	struct job *job;

	while ((job = next_job(workers))) {
		job->run(job);
		loop_post(workers->loop, handle_done, job);
	}
	return NULL;
}

int workers_create(struct loop *loop, unsigned threads, size_t jobs_max,
		   struct workers **ret_workers)
{
	CLEANUP(workers_destroyp) struct workers *workers = xcalloc(1, sizeof(*workers));

	workers->loop = loop;
	workers->threads = xcalloc(threads, sizeof(*workers->threads));
	workers->jobs_max = jobs_max;
	workers->last = &workers->first;
	pthread_mutex_init(&workers->lock, NULL);
	pthread_cond_init(&workers->changed, NULL);

	for (; workers->threads_count < threads; workers->threads_count++) {
		int r = thread_start("worker", run_worker, workers,
				     &workers->threads[workers->threads_count]);

		if (r < 0)
			return r;
	}

	*ret_workers = TAKE(workers);
	return 0;
}

void workers_destroy(struct workers *workers)
{
	if (!workers)
		return;

	pthread_mutex_lock(&workers->lock);
	workers->stopping = true;
	pthread_cond_broadcast(&workers->changed);
	pthread_mutex_unlock(&workers->lock);
	for (unsigned i = 0; i < workers->threads_count; i++)
		pthread_join(workers->threads[i], NULL);

	/* What the threads posted needs the workers once more. */
	loop_run_posts(workers->loop);

	pthread_cond_destroy(&workers->changed);
	pthread_mutex_destroy(&workers->lock);
	free(workers->threads);
	free(workers);
}

int workers_submit(struct workers *workers, struct job *job)
{
	int r = 0;

	job->next = NULL;
	job->workers = workers;

	pthread_mutex_lock(&workers->lock);
	if (workers->under_way >= workers->jobs_max) {
		r = -EBUSY;
	} else {
		workers->under_way++;
		*workers->last = job;
		workers->last = &job->next;
		pthread_cond_signal(&workers->changed);
	}
	pthread_mutex_unlock(&workers->lock);
	return r;
}
