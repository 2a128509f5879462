/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/source/attempts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/xalloc.h"

/* Between two attempts: doubled after each. */
#define PAUSE_MIN_US (200 * UINT64_C(1000))
#define PAUSE_MAX_US (5 * UINT64_C(1000000))

/* A peer that stayed for so long starts the pauses anew. */
#define STABLE_US (5 * UINT64_C(1000000))

struct attempts {
	struct loop_timer *timer;
	uint64_t pause_us;
	bool was_there;	   /* ever */
	uint64_t since_us; /* when the peer came; 0: it is away */
	char reason[ATTEMPTS_REASON_MAX];
};

int attempts_create(struct loop *loop, loop_fn on_attempt, void *data, const char *reason,
		    struct attempts **ret_attempts)
{
	CLEANUP(attempts_destroyp) struct attempts *attempts = xcalloc(1, sizeof(*attempts));
	int r = loop_timer_create(loop, on_attempt, data, &attempts->timer);

	if (r < 0)
		return r;
	attempts->pause_us = PAUSE_MIN_US;
	snprintf(attempts->reason, sizeof(attempts->reason), "%s", reason);
	loop_timer_arm(attempts->timer, 0);
	*ret_attempts = TAKE(attempts);
	return 0;
}

void attempts_destroy(struct attempts *attempts)
{
	if (!attempts)
		return;
	loop_timer_destroy(attempts->timer);
	free(attempts);
}

void attempts_again(struct attempts *attempts)
{
	if (attempts->since_us && loop_now_us() - attempts->since_us > STABLE_US)
		attempts->pause_us = PAUSE_MIN_US;
	attempts->since_us = 0;
	loop_timer_arm(attempts->timer, attempts->pause_us);
	attempts->pause_us *= 2;
	if (attempts->pause_us > PAUSE_MAX_US)
		attempts->pause_us = PAUSE_MAX_US;
}

void attempts_succeed(struct attempts *attempts)
{
	attempts->was_there = true;
	attempts->since_us = loop_now_us();
	attempts->reason[0] = '\0';
}

bool attempts_fail(struct attempts *attempts, const char *reason, bool is_absent)
{
	if ((is_absent && attempts->was_there) || strcmp(attempts->reason, reason) == 0)
		return false;
	snprintf(attempts->reason, sizeof(attempts->reason), "%s", reason);
	log_warning("%s", reason);
	return true;
}

const char *attempts_reason(const struct attempts *attempts)
{
	return attempts->reason;
}
