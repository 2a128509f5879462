/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/input/input_queue.h"

#include <errno.h>

static struct input_event *at(struct input_queue *queue, unsigned position)
{
	return &queue->events[(queue->first + position) % INPUT_QUEUE_LENGTH];
}

static bool is_touch_move(const struct input_event *event)
{
	return event->type == INPUT_TOUCH && event->touch.kind == INPUT_TOUCH_MOVE;
}

static int32_t add_saturated(int32_t a, int32_t b)
{
	int32_t sum;

	if (__builtin_add_overflow(a, b, &sum))
		sum = b > 0 ? INT32_MAX : INT32_MIN;
	return sum;
}

/* Moves of other contacts do not come between two moves of one. */
static bool merge_touch_move(struct input_queue *queue, const struct input_event *event)
{
	for (unsigned i = queue->count; i > 0; i--) {
		struct input_event *earlier = at(queue, i - 1);

		if (!is_touch_move(earlier) || earlier->head != event->head)
			return false;
		if (earlier->touch.contact == event->touch.contact) {
			earlier->touch = event->touch;
			return true;
		}
	}
	return false;
}

static bool merge(struct input_queue *queue, const struct input_event *event)
{
	struct input_event *last;

	if (queue->count == 0)
		return false;
	if (is_touch_move(event))
		return merge_touch_move(queue, event);

	last = at(queue, queue->count - 1);
	if (last->type != event->type || last->head != event->head)
		return false;
	if (event->type == INPUT_MOTION) {
		last->motion = event->motion;
		return true;
	}
	if (event->type == INPUT_RELATIVE) {
		last->relative.dx = add_saturated(last->relative.dx, event->relative.dx);
		last->relative.dy = add_saturated(last->relative.dy, event->relative.dy);
		return true;
	}
	return false;
}

int input_queue_push(struct input_queue *queue, const struct input_event *event)
{
	if (merge(queue, event))
		return 0;
	if (queue->count == INPUT_QUEUE_LENGTH)
		return -ENOBUFS;
	*at(queue, queue->count++) = *event;
	return 0;
}

bool input_queue_pop(struct input_queue *queue, struct input_event *ret_event)
{
	if (queue->count == 0)
		return false;
	*ret_event = *at(queue, 0);
	queue->first = (queue->first + 1) % INPUT_QUEUE_LENGTH;
	queue->count--;
	return true;
}
