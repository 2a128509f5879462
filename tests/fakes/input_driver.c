/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/fakes/input_driver.h"

#include "common/xalloc.h"
#include "tests/support/test.h"

#define RAM_SIZE (4 << 20)

/* What Linux takes: indirect descriptors and event indexes. */
#define FEATURES (UINT64_C(1) << 28 | UINT64_C(1) << 29)

#define EVENT_SIZE sizeof(struct virtio_input_event)

struct input_driver *input_driver_connect(struct loop *loop, const char *path)
{
	struct input_driver *driver = xcalloc(1, sizeof(*driver));

	driver->front = vhost_front_connect(loop, path, RAM_SIZE);
	vhost_front_set_ring_size(driver->front, INPUT_RING_SIZE);
	vhost_front_set_up(driver->front);
	return driver;
}

void input_driver_destroy(struct input_driver *driver)
{
	if (!driver)
		return;
	vhost_front_destroy(driver->front);
	free(driver);
}

/* -- Life ---------------------------------------------------------------------- */

void input_driver_start(struct input_driver *driver)
{
	vhost_front_start(driver->front, FEATURES);
	driver->buffers = guest_ram_take(driver->front->ram, INPUT_RING_SIZE * EVENT_SIZE);
	for (uint16_t i = 0; i < INPUT_RING_SIZE; i++)
		driver_ring_describe(&driver->front->rings[INPUT_EVENT_QUEUE], i,
				     driver->buffers + i * EVENT_SIZE, EVENT_SIZE,
				     VRING_DESC_F_WRITE, 0);
}

void input_driver_stop(struct input_driver *driver)
{
	vhost_front_stop(driver->front);
}

void input_driver_boot(struct input_driver *driver)
{
	input_driver_start(driver);
	input_driver_offer(driver, INPUT_RING_SIZE);
	/* The kick is seen before the second message at the latest. */
	vhost_front_sync(driver->front);
	vhost_front_sync(driver->front);
}

/* -- Events -------------------------------------------------------------------- */

void input_driver_offer(struct input_driver *driver, unsigned count)
{
	struct driver_ring *ring = &driver->front->rings[INPUT_EVENT_QUEUE];

	for (unsigned i = 0; i < count; i++)
		driver_ring_offer(ring, ring->next_available % INPUT_RING_SIZE);
	vhost_front_kick(driver->front, INPUT_EVENT_QUEUE);
}

static void take_one(struct input_driver *driver)
{
	struct virtio_input_event event;
	uint32_t head, written;

	EXPECT(vhost_front_wait_used(driver->front, INPUT_EVENT_QUEUE, &head, &written));
	EXPECT_INT(written, EVENT_SIZE);
	memcpy(&event, guest_ram_at(driver->front->ram, driver->buffers + head * EVENT_SIZE),
	       EVENT_SIZE);
	event_text_add(&driver->text, &event);
}

static void forget_text(struct input_driver *driver)
{
	driver->text.length = 0;
	driver->text.text[0] = '\0';
}

void input_driver_take(struct input_driver *driver, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		take_one(driver);
}

void input_driver_expect(struct input_driver *driver, const char *events)
{
	while (driver->text.length < strlen(events)) {
		take_one(driver);
		input_driver_offer(driver, 1);
	}
	EXPECT_STRING(driver->text.text, events);
	forget_text(driver);
}

void input_driver_expect_nothing(struct input_driver *driver)
{
	uint32_t head, written;

	vhost_front_sync(driver->front);
	EXPECT(!driver_ring_take_used(&driver->front->rings[INPUT_EVENT_QUEUE], &head, &written));
	EXPECT_STRING(driver->text.text, "");
}

/* -- The rest ------------------------------------------------------------------ */

/* QEMU passes on all of the configuration, whatever of it the driver wrote. */
struct virtio_input_config input_driver_config(struct input_driver *driver, uint8_t select,
					       uint8_t subsel)
{
	struct virtio_input_config config = {.select = select, .subsel = subsel};
	union vhost_payload payload = {.config = {.size = sizeof(config)}};
	uint32_t size = VHOST_CONFIG_SIZE_MIN + sizeof(config);

	memcpy(payload.config.bytes, &config, sizeof(config));
	EXPECT_INT(vhost_front_ask(driver->front, VHOST_SET_CONFIG, &payload, size, NULL, 0), 0);
	vhost_front_send(driver->front, VHOST_GET_CONFIG, 0, &payload, size, NULL, 0);
	EXPECT_INT(vhost_front_answer(driver->front, VHOST_GET_CONFIG, &payload), size);
	memcpy(&config, payload.config.bytes, sizeof(config));
	return config;
}

void input_driver_send_status(struct input_driver *driver, struct virtio_input_event status,
			      uint32_t size)
{
	uint64_t address = guest_ram_take(driver->front->ram, EVENT_SIZE);
	uint32_t head, written;

	memcpy(guest_ram_at(driver->front->ram, address), &status, EVENT_SIZE);
	driver_ring_submit(&driver->front->rings[INPUT_STATUS_QUEUE],
			   &(struct ring_part){address, size, false}, 1);
	vhost_front_kick(driver->front, INPUT_STATUS_QUEUE);
	EXPECT(vhost_front_wait_used(driver->front, INPUT_STATUS_QUEUE, &head, &written));
	EXPECT_INT(written, 0);
}
