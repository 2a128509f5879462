/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Head wait
 *
 * Waits until a head shows what somebody waits for. Each new frame is looked at when
 * it comes, on a worker where pixels have to be; while one is being looked at,
 * newer ones are not queued: the newest is looked at next.
 *
 * A head that already is as it should be ends the wait at once. One that shows a notice
 * shows nothing of the guest's, and the wait goes on: guests restart.
 *
 * It holds a frame for the time that a worker looks at it, and copies of two others.
 *
 * Threads: the loop's.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/cleanup.h"
#include "gateway/frame/head.h"
#include "picture/comparison.h"

struct head_wait;
struct loop;
struct workers;

#define HEAD_WAIT_AREAS_MAX   64
#define HEAD_WAIT_IGNORED_MAX 64

enum head_wait_until {
	HEAD_WAIT_SHOWN,  /* anything that is not black */
	HEAD_WAIT_STILL,  /* nothing changes for a time */
	HEAD_WAIT_CHANGE, /* something changes */
	HEAD_WAIT_MATCH,  /* it is as the reference */
	HEAD_WAIT_SIZE,	  /* a picture of that size */
};

struct head_wait_condition {
	enum head_wait_until until;
	uint64_t still_us;	      /* HEAD_WAIT_STILL */
	struct picture *reference;    /* HEAD_WAIT_MATCH */
	struct size size;	      /* HEAD_WAIT_SIZE */
	struct comparison comparison; /* what counts; points into what follows */
	struct comparison_area areas[HEAD_WAIT_AREAS_MAX];
	struct picture_box ignored[HEAD_WAIT_IGNORED_MAX];
	bool wants_picture;
};

/** Frees it with its reference and its areas' names. Accepts NULL. */
void head_wait_condition_destroy(struct head_wait_condition *condition);

/* How it ended. What it points to is the wait's. */
struct head_wait_outcome {
	bool is_met;

	/* The frame that met it; or, of a match that failed, the one that came nearest; or the
	 * newest. 0: the head showed nothing of the guest's. */
	uint64_t frame;
	uint64_t time_us;
	uint32_t width;
	uint32_t height;

	/* Of a match, where the sizes are the same: one for each area, or one. */
	size_t verdicts_count;
	const struct comparison_verdict *verdicts;
	const struct comparison_area *areas; /* NULL: the whole */

	const struct picture *picture; /* where it was wanted, and there is one */
	const char *notice;	       /* that the head shows instead; "" */
};

/**
 * Waits at most `timeout_us`, then calls `on_done(data)`, from the loop and not before this
 * returns; after that the wait is gone. Takes `condition` upon success.
 *
 * Returns 0 or negative errno.
 */
int head_wait_start(struct loop *loop, struct workers *workers, struct head *head,
		    struct head_wait_condition *condition, uint64_t timeout_us,
		    void (*on_done)(void *data, const struct head_wait_outcome *outcome),
		    void *data, struct head_wait **ret_wait);

/** Ends it without on_done. Not from within on_done. */
void head_wait_cancel(struct head_wait *wait);

DEFINE_CLEANUP(struct head_wait_condition *, head_wait_condition_destroy)
