/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/capture/head_wait.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "common/loop.h"
#include "common/wakeup.h"
#include "common/worker.h"
#include "common/xalloc.h"
#include "gateway/frame/frame.h"

/* Where the workers are all busy. */
#define BUSY_PAUSE_US 20000

/* A frame that a worker looks at. */
struct look {
	struct job job;
	struct head_wait *wait;

	/* in */
	struct frame *frame;		/* one reference */
	const struct picture *baseline; /* NULL: none */

	/* out */
	struct picture *picture; /* the frame's; NULL: there was not enough memory */
	bool is_changed;	 /* from the baseline */
	bool is_match;
	size_t verdicts_count;
	struct comparison_verdict verdicts[HEAD_WAIT_AREAS_MAX];
};

struct head_wait {
	struct workers *workers;
	struct head *head;
	struct head_wait_condition *condition;
	void (*on_done)(void *data, const struct head_wait_outcome *outcome);
	void *data;

	struct wakeup *wakeup;
	sd_event_source *frames;
	struct loop_timer *deadline;
	struct loop_timer *still; /* also: try again when workers are busy */

	bool is_looking; /* a worker has a frame */
	bool is_cancelled;
	bool began_dark; /* there was no picture of the guest */
	bool is_over;	 /* the deadline has passed */
	uint64_t seen;	 /* the number of the last frame looked at */
	uint64_t still_since_us;

	struct picture *baseline; /* what is compared with; but for a match */

	/* What came nearest, or is newest. */
	struct picture *picture;
	struct comparison_verdict verdicts[HEAD_WAIT_AREAS_MAX];
	struct head_wait_outcome outcome;
};

void head_wait_condition_destroy(struct head_wait_condition *condition)
{
	if (!condition)
		return;
	for (size_t i = 0; i < condition->comparison.areas_count; i++)
		free((char *)condition->areas[i].name);
	picture_destroy(condition->reference);
	free(condition);
}

static void destroy(struct head_wait *wait)
{
	if (wait->wakeup)
		head_unwatch(wait->head, wait->wakeup);
	sd_event_source_disable_unref(wait->frames);
	loop_timer_destroy(wait->deadline);
	loop_timer_destroy(wait->still);
	wakeup_destroy(wait->wakeup);
	picture_destroy(wait->baseline);
	picture_destroy(wait->picture);
	head_wait_condition_destroy(wait->condition);
	free(wait);
}

static void finish(struct head_wait *wait, bool is_met)
{
	char notice[NOTICE_MAX];

	head_notice(wait->head, notice);
	wait->outcome.is_met = is_met;
	wait->outcome.verdicts = wait->verdicts;
	wait->outcome.areas = wait->condition->comparison.areas_count > 0 ? wait->condition->areas
									  : NULL;
	wait->outcome.picture = wait->condition->wants_picture ? wait->picture : NULL;
	wait->outcome.notice = notice;
	wait->on_done(wait->data, &wait->outcome);
	destroy(wait);
}

/* -- A worker's part ----------------------------------------------------------- */

static void match(struct look *look)
{
	const struct head_wait_condition *condition = look->wait->condition;
	const struct picture *reference = condition->reference;

	if (reference->width != look->picture->width || reference->height != look->picture->height)
		return;
	if (comparison_run(&condition->comparison, reference, look->picture, look->verdicts, NULL) <
	    0)
		return;
	look->verdicts_count = condition->comparison.areas_count ?: 1;
	look->is_match = true;
	for (size_t i = 0; i < look->verdicts_count; i++)
		look->is_match = look->is_match && look->verdicts[i].is_same;
}

static bool is_black(const struct comparison *comparison, const struct picture *picture)
{
	CLEANUP(picture_destroyp)
	struct picture *black = picture_create(picture->width, picture->height);

	return !black || !comparison_finds_change(comparison, black, picture);
}

static void run_look(struct job *job)
{
	struct look *look = (struct look *)job;
	const struct head_wait_condition *condition = look->wait->condition;

	look->picture = picture_from_frame(look->frame);
	if (!look->picture)
		return;
	if (condition->until == HEAD_WAIT_MATCH)
		match(look);
	else if (condition->until == HEAD_WAIT_SHOWN)
		look->is_match = !is_black(&condition->comparison, look->picture);
	else if (condition->until == HEAD_WAIT_SIZE)
		look->is_match = look->picture->width == condition->size.width &&
				 look->picture->height == condition->size.height;
	else if (look->baseline)
		look->is_changed = comparison_finds_change(&condition->comparison, look->baseline,
							   look->picture);
}

/* -- What a frame means --------------------------------------------------------- */

static uint64_t pixels_off(const struct comparison_verdict *verdicts, size_t count)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += verdicts[i].is_same ? 0 : verdicts[i].different;
	return sum;
}

/* Whether a frame is to be told of rather than the one before: fewer pixels are off. */
static bool is_nearer(const struct head_wait *wait, const struct look *look)
{
	if (wait->condition->until != HEAD_WAIT_MATCH || wait->outcome.verdicts_count == 0 ||
	    look->is_match)
		return true;
	return look->verdicts_count > 0 &&
	       pixels_off(look->verdicts, look->verdicts_count) <
		       pixels_off(wait->verdicts, wait->outcome.verdicts_count);
}

static void remember(struct head_wait *wait, struct look *look)
{
	const struct frame *frame = look->frame;

	wait->outcome = (struct head_wait_outcome){
		.frame = frame->number,
		.time_us = frame->time_us,
		.width = frame->width,
		.height = frame->height,
		.verdicts_count = look->verdicts_count,
	};
	memcpy(wait->verdicts, look->verdicts, sizeof(wait->verdicts));
	picture_destroy(wait->picture);
	wait->picture = TAKE(look->picture);
}

/* Both waits for changes begin with the first picture that they see. */
static void set_baseline(struct head_wait *wait, const struct picture *picture)
{
	picture_destroy(wait->baseline);
	wait->baseline = picture_create(picture->width, picture->height);
	if (wait->baseline)
		memcpy(wait->baseline->pixels, picture->pixels,
		       (size_t)picture->width * picture->height * sizeof(uint32_t));
}

/* Returns whether it is met. */
static bool take_change(struct head_wait *wait, const struct look *look)
{
	bool is_first = !wait->baseline;
	bool is_still = wait->condition->until == HEAD_WAIT_STILL;

	/* What is ignored may change all the time. */
	if (!is_first && !look->is_changed)
		return is_still &&
		       look->frame->time_us >= wait->still_since_us + wait->condition->still_us;
	if (is_still)
		wait->still_since_us = look->frame->time_us;
	if (is_first || is_still)
		set_baseline(wait, look->picture);
	/* A first picture after none is a change. */
	return !is_still && (look->is_changed || wait->began_dark);
}

static void look_at_newest(struct head_wait *wait);

static void handle_looked(struct job *job)
{
	struct look *look = (struct look *)job;
	struct head_wait *wait = look->wait;
	bool is_met = false;

	wait->is_looking = false;
	if (look->picture && !wait->is_cancelled) {
		is_met = look->is_match;
		if (wait->condition->until == HEAD_WAIT_STILL ||
		    wait->condition->until == HEAD_WAIT_CHANGE)
			is_met = take_change(wait, look);
		if (is_nearer(wait, look))
			remember(wait, look);
	}
	picture_destroy(look->picture);
	frame_unref(look->frame);
	free(look);

	if (wait->is_cancelled)
		destroy(wait);
	else if (is_met || wait->is_over)
		finish(wait, is_met);
	else
		look_at_newest(wait);
}

/* -- Frames ---------------------------------------------------------------------- */

/* What is there has been looked at: it is still from when it came. */
static void expect_stillness(struct head_wait *wait)
{
	uint64_t now = loop_now_us();
	uint64_t until = wait->still_since_us + wait->condition->still_us;

	if (wait->condition->until != HEAD_WAIT_STILL || !wait->baseline)
		return;
	/* Not at once: whoever started the wait is told after that. */
	loop_timer_arm(wait->still, until > now ? until - now : 0);
}

/* The guest shows nothing: what it shows after that is something else. */
static void forget_stillness(struct head_wait *wait)
{
	loop_timer_disarm(wait->still);
	if (wait->condition->until == HEAD_WAIT_STILL) {
		picture_destroy(wait->baseline);
		wait->baseline = NULL;
	}
}

static void look_at_newest(struct head_wait *wait)
{
	struct frame *frame;
	struct look *look;

	if (wait->is_looking)
		return;
	frame = head_fetch(wait->head, 0, NULL);
	if (frame->is_notice || frame->number == wait->seen) {
		if (frame->is_notice)
			forget_stillness(wait);
		else
			expect_stillness(wait);
		frame_unref(frame);
		return;
	}

	look = xcalloc(1, sizeof(*look));
	look->job.run = run_look;
	look->job.done = handle_looked;
	look->wait = wait;
	look->frame = frame;
	look->baseline = wait->baseline;
	if (workers_submit(wait->workers, &look->job) < 0) {
		frame_unref(frame);
		free(look);
		loop_timer_arm(wait->still, BUSY_PAUSE_US);
		return;
	}
	loop_timer_disarm(wait->still);
	wait->seen = frame->number;
	wait->is_looking = true;
}

static int handle_frames(sd_event_source *source, int fd, uint32_t events, void *data)
{
	struct head_wait *wait = data;

	wakeup_clear(wait->wakeup);
	look_at_newest(wait);
	return 0;
}

/* Nothing came for long enough; or there may be a worker now. */
static void handle_still(void *data)
{
	struct head_wait *wait = data;
	uint64_t still_us = wait->condition->still_us;
	struct frame *frame = head_fetch(wait->head, 0, NULL);
	bool is_seen = !frame->is_notice && frame->number == wait->seen;

	frame_unref(frame);
	if (is_seen && wait->condition->until == HEAD_WAIT_STILL && wait->baseline &&
	    loop_now_us() >= wait->still_since_us + still_us)
		finish(wait, true);
	else
		look_at_newest(wait);
}

static void handle_deadline(void *data)
{
	struct head_wait *wait = data;

	wait->is_over = true;
	if (!wait->is_looking)
		finish(wait, false);
}

/* -- The interface ----------------------------------------------------------------- */

static int set_up(struct head_wait *wait, struct loop *loop)
{
	int r = wakeup_create(&wait->wakeup);

	if (r == 0)
		r = sd_event_add_io(loop_event(loop), &wait->frames, wakeup_fd(wait->wakeup),
				    EPOLLIN, handle_frames, wait);
	if (r >= 0)
		r = loop_timer_create(loop, handle_deadline, wait, &wait->deadline);
	if (r >= 0)
		r = loop_timer_create(loop, handle_still, wait, &wait->still);
	return r < 0 ? r : 0;
}

int head_wait_start(struct loop *loop, struct workers *workers, struct head *head,
		    struct head_wait_condition *condition, uint64_t timeout_us,
		    void (*on_done)(void *data, const struct head_wait_outcome *outcome),
		    void *data, struct head_wait **ret_wait)
{
	struct head_wait *wait = xcalloc(1, sizeof(*wait));
	char notice[NOTICE_MAX];
	int r;

	wait->workers = workers;
	wait->head = head;
	wait->on_done = on_done;
	wait->data = data;
	r = set_up(wait, loop);
	if (r < 0) {
		destroy(wait);
		return r;
	}
	wait->condition = condition;
	condition->comparison.areas = condition->areas;
	condition->comparison.ignored = condition->ignored;
	head_watch(head, wait->wakeup, HEAD_FRAMES | HEAD_NOTICE);
	loop_timer_arm(wait->deadline, timeout_us);
	wait->began_dark = head_notice(head, notice);
	look_at_newest(wait);
	*ret_wait = wait;
	return 0;
}

void head_wait_cancel(struct head_wait *wait)
{
	if (wait->is_looking)
		wait->is_cancelled = true;
	else
		destroy(wait);
}
