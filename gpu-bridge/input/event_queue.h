/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Event queue
 *
 * What an input device has yet to tell its driver: changes go in, and come out in
 * their order as evdev events, one at a time, each change a frame that ends with
 * SYN_REPORT. However few events the driver has room for, a frame goes on where it
 * stopped, and no other begins meanwhile.
 *
 * Motion that follows motion merges with it. What changes nothing is left out.
 *
 * The queue knows what is down, and what the driver knows of it. While the queue is closed,
 * because no driver listens, and from when it is full until it is empty, changes
 * are noted as that alone; then the difference is queued. So a key that is pressed
 * and released meanwhile is lost as a pair, and one that the driver has seen
 * pressed is always seen released. A wheel's notches and relative motion add up while it is
 * full, and are lost while it is closed.
 *
 * Threads: the loop's.
 */

#include <linux/input-event-codes.h>
#include <linux/virtio_input.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/cleanup.h"

struct event_queue;

/* Changes that wait. A guest's evdev client keeps 64 events. */
#define EVENT_QUEUE_MAX 256

/* Positions are from 0 to this, as QEMU's devices have them. */
#define EVENT_POSITION_MAX 0x7fff

#define EVENT_SLOTS 10

enum change_kind {
	CHANGE_KEY,	   /* `code`: KEY_* or BTN_*; `x`: whether it is down */
	CHANGE_POSITION,   /* `x`, `y` */
	CHANGE_MOTION,	   /* `x`, `y`: by how much */
	CHANGE_WHEEL,	   /* `x`: notches, up is positive */
	CHANGE_TOUCH_DOWN, /* `code`: the finger's slot; `x`, `y`. One that is down moves */
	CHANGE_TOUCH_MOVE, /* likewise */
	CHANGE_TOUCH_UP,   /* `code`: the finger's slot */
};

/* What happens to a device. */
struct change {
	enum change_kind kind;
	uint16_t code; /* below KEY_CNT, or EVENT_SLOTS */
	int32_t x;
	int32_t y;
};

/** Closed, with nothing down. */
struct event_queue *event_queue_create(void);

/** Accepts NULL. */
void event_queue_destroy(struct event_queue *queue);

/** Opens it while a driver listens. */
void event_queue_set_open(struct event_queue *queue, bool is_open);

void event_queue_add(struct event_queue *queue, const struct change *change);

/** Closes it, and forgets what waits and what the driver knew: the next one knows nothing. */
void event_queue_forget(struct event_queue *queue);

/** Whether there is an event for the driver. */
bool event_queue_has_event(struct event_queue *queue);

/** The next event. Not without event_queue_has_event(). */
struct virtio_input_event event_queue_pop(struct event_queue *queue);

DEFINE_CLEANUP(struct event_queue *, event_queue_destroy)
