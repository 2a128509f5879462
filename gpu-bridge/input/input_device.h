/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Input device
 *
 * One virtio-input over vhost-user: a keyboard, a tablet, a mouse or a touch screen,
 * on a socket of its own. What happens to it reaches the driver through an event
 * queue (event_queue.h), as fast as the driver returns buffers: QEMU's queue has room
 * for 4 events.
 *
 * What happens while no driver is there, or the VM is paused, is not told later, but
 * for what is still down then.
 *
 * QEMU does not get over the end of this: it aborts when the guest resets afterwards.
 *
 * Threads: the loop's.
 */

#include "common/cleanup.h"
#include "common/loop.h"
#include "gpu-bridge/input/event_queue.h"
#include "gpu-bridge/input/input_config.h"
#include "gpu-bridge/vhost/vhost_connection.h"

struct input_device;

/* A keyboard's lights are on: DISPLAY_LOCK_*. */
typedef void (*input_lights_fn)(void *data, unsigned lights);

struct input_device_options {
	enum input_kind kind;
	unsigned number;	   /* among its kind */
	input_lights_fn on_lights; /* of a keyboard */
	void *data;
};

/** Serves it at `address`, which outlives it. Returns 0 or negative errno, as vhost_user_create()
 * does. */
int input_device_create(struct loop *loop, const struct vhost_address *address,
			const struct input_device_options *options,
			struct input_device **ret_device);

/** Accepts NULL. */
void input_device_destroy(struct input_device *device);

/** Something happens to it, of which its driver will hear. */
void input_device_change(struct input_device *device, const struct change *change);

DEFINE_CLEANUP(struct input_device *, input_device_destroy)
