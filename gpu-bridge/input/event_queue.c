/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gpu-bridge/input/event_queue.h"

#include <assert.h>

#include "common/xalloc.h"

/* The longest frame: all fingers move. */
#define FRAME_MAX (EVENT_SLOTS * 3 + 1)

/* What is down, and where. */
struct state {
	bool keys[KEY_CNT];
	bool has_position;
	int32_t x;
	int32_t y;
	struct contact {
		bool is_down;
		int32_t x;
		int32_t y;
	} contacts[EVENT_SLOTS];
};

struct event_queue {
	bool is_open;
	bool is_behind; /* there are changes in `now` that were not queued */
	struct state now;
	struct state told; /* once the queue is empty */

	/* What `now` does not tell, of what was not queued: what was let go of although `told` has
	 * it down, whatever came after, and how far it went. */
	bool lifted_keys[KEY_CNT];
	bool lifted_contacts[EVENT_SLOTS];
	int32_t rest_x;
	int32_t rest_y;
	int32_t rest_wheel;

	struct change changes[EVENT_QUEUE_MAX]; /* a ring */
	unsigned first;
	unsigned count;

	struct virtio_input_event frame[FRAME_MAX]; /* that is being told */
	unsigned frame_length;
	unsigned frame_next;
	unsigned fingers; /* down, by the frames until now */
	uint16_t next_id; /* for the next finger */
};

struct event_queue *event_queue_create(void)
{
	return xcalloc(1, sizeof(struct event_queue));
}

void event_queue_destroy(struct event_queue *queue)
{
	free(queue);
}

/* -- State ------------------------------------------------------------------- */

static void note(struct state *state, const struct change *change)
{
	switch (change->kind) {
	case CHANGE_KEY:
		state->keys[change->code] = change->x;
		break;
	case CHANGE_POSITION:
		state->has_position = true;
		state->x = change->x;
		state->y = change->y;
		break;
	case CHANGE_TOUCH_DOWN:
	case CHANGE_TOUCH_MOVE:
		state->contacts[change->code] = (struct contact){true, change->x, change->y};
		break;
	case CHANGE_TOUCH_UP:
		state->contacts[change->code].is_down = false;
		break;
	case CHANGE_MOTION:
	case CHANGE_WHEEL:
		break;
	}
}

/* Whether there is anything new in it. */
static bool is_news(const struct state *state, const struct change *change)
{
	const struct contact *contact;

	switch (change->kind) {
	case CHANGE_KEY:
		return state->keys[change->code] != (bool)change->x;
	case CHANGE_POSITION:
		return !state->has_position || state->x != change->x || state->y != change->y;
	case CHANGE_MOTION:
	case CHANGE_WHEEL:
		return change->x || change->y;
	case CHANGE_TOUCH_DOWN:
		return !state->contacts[change->code].is_down;
	case CHANGE_TOUCH_MOVE:
		contact = &state->contacts[change->code];
		return contact->is_down && (contact->x != change->x || contact->y != change->y);
	case CHANGE_TOUCH_UP:
		return state->contacts[change->code].is_down;
	}
	return false;
}

/* -- Queueing ---------------------------------------------------------------- */

static void add_up(int32_t *sum, int32_t more)
{
	if (__builtin_add_overflow(*sum, more, sum))
		*sum = more > 0 ? INT32_MAX : INT32_MIN;
}

/* The change that is `back` places from the end. */
static struct change *change_at_end(struct event_queue *queue, unsigned back)
{
	return &queue->changes[(queue->first + queue->count - 1 - back) % EVENT_QUEUE_MAX];
}

/* Fingers' moves commute. */
static bool merge_touch(struct event_queue *queue, const struct change *change)
{
	for (unsigned back = 0; back < queue->count; back++) {
		struct change *earlier = change_at_end(queue, back);

		if (earlier->kind != CHANGE_TOUCH_MOVE)
			return false;
		if (earlier->code == change->code) {
			*earlier = *change;
			return true;
		}
	}
	return false;
}

/* Whether what waits could take the change in. */
static bool merge(struct event_queue *queue, const struct change *change)
{
	struct change *last = change_at_end(queue, 0);

	if (queue->count == 0)
		return false;
	switch (change->kind) {
	case CHANGE_POSITION:
		if (last->kind != CHANGE_POSITION)
			return false;
		*last = *change;
		return true;
	case CHANGE_MOTION:
		if (last->kind != CHANGE_MOTION)
			return false;
		add_up(&last->x, change->x);
		add_up(&last->y, change->y);
		return true;
	case CHANGE_WHEEL:
		/* Forth and back is not nothing. */
		if (last->kind != CHANGE_WHEEL || (last->x > 0) != (change->x > 0))
			return false;
		add_up(&last->x, change->x);
		return true;
	case CHANGE_TOUCH_MOVE:
		return merge_touch(queue, change);
	default:
		return false;
	}
}

/* Returns whether there was room. */
static bool push(struct event_queue *queue, const struct change *change)
{
	if (!merge(queue, change)) {
		if (queue->count == EVENT_QUEUE_MAX)
			return false;
		queue->count++;
		*change_at_end(queue, 0) = *change;
	}
	note(&queue->told, change);
	return true;
}

/* -- What was not queued ------------------------------------------------------- */

/* `now` has the change already. */
static void fall_behind(struct event_queue *queue, const struct change *change)
{
	queue->is_behind = true;
	switch (change->kind) {
	case CHANGE_KEY:
		if (queue->told.keys[change->code])
			queue->lifted_keys[change->code] = true;
		break;
	case CHANGE_TOUCH_UP:
		if (queue->told.contacts[change->code].is_down)
			queue->lifted_contacts[change->code] = true;
		break;
	case CHANGE_MOTION:
		if (queue->is_open) {
			add_up(&queue->rest_x, change->x);
			add_up(&queue->rest_y, change->y);
		}
		break;
	case CHANGE_WHEEL:
		if (queue->is_open)
			add_up(&queue->rest_wheel, change->x);
		break;
	default:
		break;
	}
}

/* Pushes `change` if it is news to the driver. Returns whether there was room. */
static bool tell(struct event_queue *queue, struct change change)
{
	return !is_news(&queue->told, &change) || push(queue, &change);
}

static bool tell_motion(struct event_queue *queue)
{
	const struct state *now = &queue->now;

	if (!tell(queue, (struct change){CHANGE_MOTION, 0, queue->rest_x, queue->rest_y}))
		return false;
	queue->rest_x = 0;
	queue->rest_y = 0;
	return !now->has_position ||
	       tell(queue, (struct change){CHANGE_POSITION, 0, now->x, now->y});
}

static bool tell_lifts(struct event_queue *queue)
{
	for (uint16_t code = 0; code < KEY_CNT; code++) {
		if ((queue->lifted_keys[code] || !queue->now.keys[code]) &&
		    !tell(queue, (struct change){CHANGE_KEY, code, false, 0}))
			return false;
		queue->lifted_keys[code] = false;
	}
	for (uint16_t slot = 0; slot < EVENT_SLOTS; slot++) {
		if ((queue->lifted_contacts[slot] || !queue->now.contacts[slot].is_down) &&
		    !tell(queue, (struct change){CHANGE_TOUCH_UP, slot, 0, 0}))
			return false;
		queue->lifted_contacts[slot] = false;
	}
	return true;
}

static bool tell_wheel(struct event_queue *queue)
{
	if (!tell(queue, (struct change){CHANGE_WHEEL, 0, queue->rest_wheel, 0}))
		return false;
	queue->rest_wheel = 0;
	return true;
}

static bool tell_presses(struct event_queue *queue)
{
	for (uint16_t code = 0; code < KEY_CNT; code++)
		if (queue->now.keys[code] &&
		    !tell(queue, (struct change){CHANGE_KEY, code, true, 0}))
			return false;
	for (uint16_t slot = 0; slot < EVENT_SLOTS; slot++) {
		const struct contact *contact = &queue->now.contacts[slot];
		enum change_kind kind = queue->told.contacts[slot].is_down ? CHANGE_TOUCH_MOVE
									   : CHANGE_TOUCH_DOWN;

		if (contact->is_down &&
		    !tell(queue, (struct change){kind, slot, contact->x, contact->y}))
			return false;
	}
	return true;
}

/* Queues the difference between what is and what the driver knows, once that is all there is to
 * tell it. What there is no room for is left for the next time. */
static void catch_up(struct event_queue *queue)
{
	if (!queue->is_open || !queue->is_behind || queue->count > 0)
		return;
	queue->is_behind = !(tell_motion(queue) && tell_lifts(queue) && tell_wheel(queue) &&
			     tell_presses(queue));
}

void event_queue_set_open(struct event_queue *queue, bool is_open)
{
	queue->is_open = is_open;
	catch_up(queue);
}

void event_queue_add(struct event_queue *queue, const struct change *change)
{
	struct change new = *change;

	assert(change->code < (change->kind == CHANGE_KEY ? KEY_CNT : EVENT_SLOTS));
	if (change->kind == CHANGE_TOUCH_DOWN && queue->now.contacts[change->code].is_down)
		new.kind = CHANGE_TOUCH_MOVE;
	if (!is_news(&queue->now, &new))
		return;
	catch_up(queue);
	note(&queue->now, &new);
	if (!queue->is_open || queue->is_behind || !push(queue, &new))
		fall_behind(queue, &new);
}

void event_queue_forget(struct event_queue *queue)
{
	queue->is_open = false;
	queue->is_behind = true;
	queue->told = (struct state){0};
	for (unsigned code = 0; code < KEY_CNT; code++)
		queue->lifted_keys[code] = false;
	for (unsigned slot = 0; slot < EVENT_SLOTS; slot++)
		queue->lifted_contacts[slot] = false;
	queue->rest_x = 0;
	queue->rest_y = 0;
	queue->rest_wheel = 0;
	queue->count = 0;
	queue->frame_length = 0;
	queue->frame_next = 0;
	queue->fingers = 0;
}

/* -- Frames ------------------------------------------------------------------ */

static void say(struct event_queue *queue, uint16_t type, uint16_t code, int32_t value)
{
	assert(queue->frame_length < FRAME_MAX);
	queue->frame[queue->frame_length++] = (struct virtio_input_event){type, code,
									  (uint32_t)value};
}

static void say_motion(struct event_queue *queue, const struct change *change)
{
	if (change->x)
		say(queue, EV_REL, REL_X, change->x);
	if (change->y)
		say(queue, EV_REL, REL_Y, change->y);
}

static void say_touch(struct event_queue *queue, const struct change *change)
{
	say(queue, EV_ABS, ABS_MT_SLOT, change->code);
	if (change->kind == CHANGE_TOUCH_UP) {
		say(queue, EV_ABS, ABS_MT_TRACKING_ID, -1);
		if (--queue->fingers == 0)
			say(queue, EV_KEY, BTN_TOUCH, false);
		return;
	}
	if (change->kind == CHANGE_TOUCH_DOWN) {
		say(queue, EV_ABS, ABS_MT_TRACKING_ID, queue->next_id++);
		if (queue->fingers++ == 0)
			say(queue, EV_KEY, BTN_TOUCH, true);
	}
	say(queue, EV_ABS, ABS_MT_POSITION_X, change->x);
	say(queue, EV_ABS, ABS_MT_POSITION_Y, change->y);
}

static void say_change(struct event_queue *queue, const struct change *change)
{
	switch (change->kind) {
	case CHANGE_KEY:
		say(queue, EV_KEY, change->code, change->x);
		break;
	case CHANGE_POSITION:
		say(queue, EV_ABS, ABS_X, change->x);
		say(queue, EV_ABS, ABS_Y, change->y);
		break;
	case CHANGE_MOTION:
		say_motion(queue, change);
		break;
	case CHANGE_WHEEL:
		say(queue, EV_REL, REL_WHEEL, change->x);
		break;
	case CHANGE_TOUCH_DOWN:
	case CHANGE_TOUCH_MOVE:
	case CHANGE_TOUCH_UP:
		say_touch(queue, change);
		break;
	}
}

/* Moves of several fingers that follow one another become one frame, as a screen reports them. */
static void begin_frame(struct event_queue *queue)
{
	enum change_kind kind;

	queue->frame_length = 0;
	queue->frame_next = 0;
	do {
		const struct change *change = &queue->changes[queue->first];

		kind = change->kind;
		say_change(queue, change);
		queue->first = (queue->first + 1) % EVENT_QUEUE_MAX;
		queue->count--;
	} while (kind == CHANGE_TOUCH_MOVE && queue->count > 0 &&
		 queue->changes[queue->first].kind == CHANGE_TOUCH_MOVE);
	say(queue, EV_SYN, SYN_REPORT, 0);
}

bool event_queue_has_event(struct event_queue *queue)
{
	if (queue->frame_next < queue->frame_length)
		return true;
	catch_up(queue);
	if (queue->count == 0)
		return false;
	begin_frame(queue);
	return true;
}

struct virtio_input_event event_queue_pop(struct event_queue *queue)
{
	assert(queue->frame_next < queue->frame_length);
	return queue->frame[queue->frame_next++];
}
