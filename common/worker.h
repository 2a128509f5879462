/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Worker
 *
 * Threads for work that would block the loop, such as compressing a picture.
 *
 * A job is self-contained: its inputs are fixed before it is submitted, `run`
 * touches the job alone on a worker's thread, and `done` reads its outputs on
 * the loop's. Jobs start in the order in which they were submitted.
 */

#include <stddef.h>

#include "common/cleanup.h"

struct loop;
struct workers;

/* Embedded at the head of a larger struct, which `done` frees. */
struct job {
	void (*run)(struct job *job);
	void (*done)(struct job *job);
	struct job *next; /* private to the workers */
	struct workers *workers;
};

/**
 * Starts `threads` workers. At most `jobs_max` jobs wait or run at a time.
 * Loop thread. Returns 0 or negative errno.
 */
int workers_create(struct loop *loop, unsigned threads, size_t jobs_max,
		   struct workers **ret_workers);

/**
 * Lets running and waiting jobs end, then joins the threads. Each `done` has
 * been called when this returns. Loop thread. Accepts NULL.
 */
void workers_destroy(struct workers *workers);

/** Any thread. Returns 0, or -EBUSY when `jobs_max` jobs are under way. */
int workers_submit(struct workers *workers, struct job *job);

DEFINE_CLEANUP(struct workers *, workers_destroy)
