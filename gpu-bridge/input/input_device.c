/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gpu-bridge/input/input_device.h"

#include <stdio.h>
#include <string.h>

#include "common/xalloc.h"
#include "gpu-bridge/bus/display_bus.h"
#include "gpu-bridge/vhost/vhost_user.h"
#include "gpu-bridge/vhost/virtqueue.h"

/* How many buffers are handled before others have their turn. */
#define BUFFERS_PER_TURN 64

#define NAME_MAX_LENGTH 16

enum {
	EVENT_QUEUE,
	STATUS_QUEUE,
	QUEUES
};

struct input_device {
	struct input_device_options options;
	char name[NAME_MAX_LENGTH]; /* in the log */
	struct vhost_device vhost_device;
	struct vhost_user *vhost;
	struct event_queue *events;
	unsigned lights;
	uint8_t select; /* of the configuration, as the driver wrote it */
	uint8_t subsel;
	struct chain chain; /* large, and used by one buffer at a time */
};

/* -- Events ------------------------------------------------------------------ */

/* A buffer that has no room for an event goes back empty. */
static bool send_events(struct input_device *device, struct virtqueue *queue)
{
	unsigned done;

	event_queue_set_open(device->events, true);
	for (done = 0; done < BUFFERS_PER_TURN && event_queue_has_event(device->events); done++) {
		struct virtio_input_event event;
		size_t written = 0;

		if (virtqueue_pop(queue, &device->chain) <= 0)
			break;
		if (device->chain.writable_bytes >= sizeof(event)) {
			event = event_queue_pop(device->events);
			written = chain_write(&device->chain, 0, &event, sizeof(event));
		}
		virtqueue_push(queue, device->chain.head, (uint32_t)written);
	}
	virtqueue_notify(queue);
	return done == BUFFERS_PER_TURN;
}

void input_device_change(struct input_device *device, const struct change *change)
{
	event_queue_set_open(device->events, vhost_user_is_running(device->vhost, EVENT_QUEUE));
	event_queue_add(device->events, change);
	vhost_user_wake(device->vhost, EVENT_QUEUE);
}

/* -- Status ------------------------------------------------------------------ */

static unsigned light_from_code(uint16_t code)
{
	switch (code) {
	case LED_NUML:
		return DISPLAY_LOCK_NUM;
	case LED_CAPSL:
		return DISPLAY_LOCK_CAPS;
	case LED_SCROLLL:
		return DISPLAY_LOCK_SCROLL;
	default:
		return 0;
	}
}

static void switch_lights(struct input_device *device, unsigned lights)
{
	if (lights == device->lights)
		return;
	device->lights = lights;
	if (device->options.on_lights)
		device->options.on_lights(device->options.data, lights);
}

static bool take_status(struct input_device *device, struct virtqueue *queue)
{
	unsigned lights = device->lights;
	unsigned done;

	for (done = 0; done < BUFFERS_PER_TURN; done++) {
		struct virtio_input_event event;

		if (virtqueue_pop(queue, &device->chain) <= 0)
			break;
		if (chain_read(&device->chain, 0, &event, sizeof(event)) == sizeof(event) &&
		    event.type == EV_LED) {
			unsigned light = light_from_code(event.code);

			lights = event.value ? lights | light : lights & ~light;
		}
		virtqueue_push(queue, device->chain.head, 0);
	}
	virtqueue_notify(queue);
	switch_lights(device, lights);
	return done == BUFFERS_PER_TURN;
}

/* -- For the front end ------------------------------------------------------- */

static bool handle_queue(void *data, unsigned index, struct virtqueue *queue,
			 const struct guest_memory *memory)
{
	return index == EVENT_QUEUE ? send_events(data, queue) : take_status(data, queue);
}

static void read_config(void *data, void *config, size_t size)
{
	const struct input_device *device = data;
	struct virtio_input_config ours = input_config(device->options.kind, device->options.number,
						       device->select, device->subsel);

	memcpy(config, &ours, size < sizeof(ours) ? size : sizeof(ours));
}

/* The driver writes what it wants to read next; QEMU passes on the whole, in one piece. */
static void write_config(void *data, const void *bytes, size_t offset, size_t size)
{
	struct input_device *device = data;
	uint8_t selected[] = {device->select, device->subsel};

	if (offset >= sizeof(selected))
		return;
	if (size > sizeof(selected) - offset)
		size = sizeof(selected) - offset;
	memcpy(selected + offset, bytes, size);
	device->select = selected[0];
	device->subsel = selected[1];
}

static void handle_reset(void *data)
{
	struct input_device *device = data;

	device->select = VIRTIO_INPUT_CFG_UNSET;
	device->subsel = 0;
	event_queue_forget(device->events);
	switch_lights(device, 0);
}

/* -- Life -------------------------------------------------------------------- */

int input_device_create(struct loop *loop, const struct vhost_address *address,
			const struct input_device_options *options,
			struct input_device **ret_device)
{
	CLEANUP(input_device_destroyp)
	struct input_device *device = xcalloc(1, sizeof(*device));
	int r;

	device->options = *options;
	snprintf(device->name, sizeof(device->name), "%s %u", input_kind_name(options->kind),
		 options->number);
	device->vhost_device = (struct vhost_device){
		.name = device->name,
		.queues = QUEUES,
		.on_queue = handle_queue,
		.read_config = read_config,
		.write_config = write_config,
		.on_reset = handle_reset,
	};
	device->events = event_queue_create();
	r = vhost_user_create(loop, address, &device->vhost_device, device, &device->vhost);
	if (r < 0)
		return r;
	*ret_device = TAKE(device);
	return 0;
}

void input_device_destroy(struct input_device *device)
{
	if (!device)
		return;
	vhost_user_destroy(device->vhost);
	event_queue_destroy(device->events);
	free(device);
}
