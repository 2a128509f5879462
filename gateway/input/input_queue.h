/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Input queue
 *
 * The events of one origin that the seat has not seen yet. Bounded: motion
 * merges with motion, so that a fast pointer never fills it; nothing else is
 * dropped.
 *
 * Threads: none of its own; the owner locks.
 */

#include <stdbool.h>

#include "gateway/input/input_event.h"

#define INPUT_QUEUE_LENGTH 256

struct input_queue {
	struct input_event events[INPUT_QUEUE_LENGTH];
	unsigned first;
	unsigned count;
};

/** Returns 0, or -ENOBUFS when the queue is full. */
int input_queue_push(struct input_queue *queue, const struct input_event *event);

/** Takes the oldest event. Returns false when there is none. */
bool input_queue_pop(struct input_queue *queue, struct input_event *ret_event);
