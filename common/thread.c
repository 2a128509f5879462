/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/thread.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "common/xalloc.h"

struct start {
	const char *name;
	void *(*run)(void *data);
	void *data;
};

static void *run_thread(void *data)
{
	struct start start = *(struct start *)data;

	free(data);
	pthread_setname_np(pthread_self(), start.name);
	/* On Linux a thread has a nice value of its own. It is a wish: where it
	 * cannot be had, the thread works all the same. */
	errno = 0;
	int nice_value = getpriority(PRIO_PROCESS, (id_t)gettid());
	if (errno == 0)
		setpriority(PRIO_PROCESS, (id_t)gettid(), nice_value + THREAD_NICE);
	return start.run(start.data);
}

int thread_start(const char *name, void *(*run)(void *data), void *data, pthread_t *ret_thread)
{
	struct start *start = xcalloc(1, sizeof(*start));
	sigset_t all, before;
	int r;

	*start = (struct start){name, run, data};
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	r = -pthread_create(ret_thread, NULL, run_thread, start);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (r < 0)
		free(start);
	return r;
}

uint64_t thread_time_us(void)
{
	struct timespec used;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
	return (uint64_t)used.tv_sec * 1000000 + (uint64_t)used.tv_nsec / 1000;
}
