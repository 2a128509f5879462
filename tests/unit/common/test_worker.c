/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/worker.h"

#include <errno.h>
#include <stdatomic.h>

#include "common/loop.h"
#include "tests/support/test.h"

static _Atomic bool may_run;
static int done_count;

struct square_job {
	struct job job;
	int number;
	int square;
};

static void run_square(struct job *job)
{
	struct square_job *square = (struct square_job *)job;

	while (!atomic_load(&may_run))
		;
	square->square = square->number * square->number;
}

static void finish_square(struct job *job)
{
	struct square_job *square = (struct square_job *)job;

	EXPECT_INT(square->square, square->number * square->number);
	done_count++;
	free(square);
}

static int submit(struct workers *workers, int number)
{
	struct square_job *job = calloc(1, sizeof(*job));
	int r;

	job->job = (struct job){.run = run_square, .done = finish_square};
	job->number = number;
	r = workers_submit(workers, &job->job);
	if (r < 0)
		free(job);
	return r;
}

static bool two_are_done(void *data)
{
	return done_count == 2;
}

static void jobs_beyond_the_bound_are_refused_until_others_are_done(void)
{
	CLEANUP(loop_destroyp) struct loop *loop = NULL;
	CLEANUP(workers_destroyp) struct workers *workers = NULL;

	EXPECT_INT(loop_create(&loop), 0);
	EXPECT_INT(workers_create(loop, 1, 2, &workers), 0);
	EXPECT_INT(submit(workers, 3), 0);
	EXPECT_INT(submit(workers, 4), 0);
	EXPECT_INT(submit(workers, 5), -EBUSY);

	atomic_store(&may_run, true);
	EXPECT(test_wait(loop, two_are_done, NULL));
	EXPECT_INT(submit(workers, 6), 0);
}

static void destroying_the_workers_ends_every_job(void)
{
	CLEANUP(loop_destroyp) struct loop *loop = NULL;
	struct workers *workers;

	done_count = 0;
	EXPECT_INT(loop_create(&loop), 0);
	EXPECT_INT(workers_create(loop, 2, 8, &workers), 0);
	for (int i = 0; i < 8; i++)
		EXPECT_INT(submit(workers, i), 0);
	workers_destroy(workers);
	EXPECT_INT(done_count, 8);
}

int main(void)
{
	RUN_TEST(jobs_beyond_the_bound_are_refused_until_others_are_done);
	RUN_TEST(destroying_the_workers_ends_every_job);
}
