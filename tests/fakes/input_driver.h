/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Input driver
 *
 * What a guest's driver does with a virtio-input, through a front end of the tests, which has
 * queues as short as QEMU's: it reads the configuration, offers buffers, and collects
 * the events that come in them.
 */

#include "tests/fakes/event_text.h"
#include "tests/fakes/vhost_front.h"

#define INPUT_EVENT_QUEUE  0
#define INPUT_STATUS_QUEUE 1

/* QEMU's. */
#define INPUT_RING_SIZE 4

struct input_driver {
	struct vhost_front *front;
	uint64_t buffers;	/* one for each descriptor of the event queue */
	struct event_text text; /* what came, and was not expected yet */
};

/** Connects to the device that listens at `path`, and sets it up as QEMU does. */
struct input_driver *input_driver_connect(struct loop *loop, const char *path);

/** Leaves. Accepts NULL. */
void input_driver_destroy(struct input_driver *driver);

/** Starts, as after a boot, and offers no buffer yet. */
void input_driver_start(struct input_driver *driver);

/** Goes away, as a guest that resets. */
void input_driver_stop(struct input_driver *driver);

/** Starts, and offers all buffers that there are, which the device has seen then. */
void input_driver_boot(struct input_driver *driver);

/** Offers so many buffers. */
void input_driver_offer(struct input_driver *driver, unsigned count);

/** Waits for so many events, and offers no buffers again. */
void input_driver_take(struct input_driver *driver, unsigned count);

/** Waits for these events and no others, offering each buffer again. */
void input_driver_expect(struct input_driver *driver, const char *events);

/** Expects that nothing has come. */
void input_driver_expect_nothing(struct input_driver *driver);

/** What the device says about itself. */
struct virtio_input_config input_driver_config(struct input_driver *driver, uint8_t select,
					       uint8_t subsel);

/** Sends a status, of which the device sees `size` bytes, and waits until it is taken. */
void input_driver_send_status(struct input_driver *driver, struct virtio_input_event status,
			      uint32_t size);

DEFINE_CLEANUP(struct input_driver *, input_driver_destroy)
