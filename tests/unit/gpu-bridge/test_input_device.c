/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gpu-bridge/input/input_device.h"

#include "gpu-bridge/bus/display_bus.h"
#include "tests/fakes/input_driver.h"
#include "tests/support/temporary.h"
#include "tests/support/test.h"

struct stage {
	struct loop *loop;
	char *directory;
	char *path;
	struct vhost_address address;
	struct input_device *device;
	struct input_driver *driver;
	unsigned lights;
	unsigned switches; /* how often the lights changed */
};

static void handle_lights(void *data, unsigned lights)
{
	struct stage *stage = data;

	stage->lights = lights;
	stage->switches++;
}

static struct stage *stage_create(enum input_kind kind)
{
	struct stage *stage = xcalloc(1, sizeof(*stage));
	struct input_device_options options = {
		.kind = kind,
		.number = 1,
		.on_lights = handle_lights,
		.data = stage,
	};

	EXPECT_INT(loop_create(&stage->loop), 0);
	stage->directory = temporary_create();
	stage->path = xasprintf("%s/input.sock", stage->directory);
	stage->address = (struct vhost_address){true, stage->path};
	EXPECT_INT(input_device_create(stage->loop, &stage->address, &options, &stage->device), 0);
	stage->driver = input_driver_connect(stage->loop, stage->path);
	return stage;
}

static struct stage *stage_booted(enum input_kind kind)
{
	struct stage *stage = stage_create(kind);

	input_driver_boot(stage->driver);
	return stage;
}

static void stage_destroy(struct stage *stage)
{
	input_driver_destroy(stage->driver);
	input_device_destroy(stage->device);
	loop_destroy(stage->loop);
	temporary_destroy(stage->directory);
	free(stage->path);
	free(stage);
}

DEFINE_CLEANUP(struct stage *, stage_destroy)
#define STAGE CLEANUP(stage_destroyp) struct stage

static void key(struct stage *stage, uint16_t code, bool is_down)
{
	input_device_change(stage->device, &(struct change){CHANGE_KEY, code, is_down, 0});
}

static void change(struct stage *stage, enum change_kind kind, uint16_t code, int32_t x, int32_t y)
{
	input_device_change(stage->device, &(struct change){kind, code, x, y});
}

/* -- Configuration -------------------------------------------------------------- */

static void expect_text(struct stage *stage, uint8_t select, const char *text)
{
	struct virtio_input_config config = input_driver_config(stage->driver, select, 0);

	EXPECT_INT(config.select, select);
	EXPECT_INT(config.size, strlen(text));
	EXPECT_STRING(config.u.string, text);
}

/* All codes that are set of a kind of events, in their order. */
static void expect_bits(struct stage *stage, uint8_t select, uint8_t subsel, const char *expected)
{
	struct virtio_input_config config = input_driver_config(stage->driver, select, subsel);
	char text[256] = "";

	EXPECT(config.size == 0 || config.u.bitmap[config.size - 1] || subsel == EV_REP);
	for (unsigned i = 0; i < sizeof(config.u.bitmap) * 8; i++)
		if (config.u.bitmap[i / 8] & 1 << i % 8) {
			EXPECT(i / 8 < config.size);
			snprintf(text + strlen(text), sizeof(text) - strlen(text), "%u ", i);
		}
	EXPECT_STRING(text, expected);
}

static void expect_events(struct stage *stage, uint8_t type, const char *expected)
{
	expect_bits(stage, VIRTIO_INPUT_CFG_EV_BITS, type, expected);
}

static void expect_axis(struct stage *stage, uint8_t axis, unsigned max)
{
	struct virtio_input_config config = input_driver_config(stage->driver,
								VIRTIO_INPUT_CFG_ABS_INFO, axis);

	EXPECT_INT(config.size, sizeof(config.u.abs));
	EXPECT_INT(config.u.abs.min, 0);
	EXPECT_INT(config.u.abs.max, max);
}

static void expect_ids(struct stage *stage, uint16_t product, uint16_t version)
{
	struct virtio_input_config config = input_driver_config(stage->driver,
								VIRTIO_INPUT_CFG_ID_DEVIDS, 0);

	EXPECT_INT(config.size, 8);
	EXPECT_INT(config.u.ids.bustype, 6);
	EXPECT_INT(config.u.ids.vendor, 0x0627);
	EXPECT_INT(config.u.ids.product, product);
	EXPECT_INT(config.u.ids.version, version);
}

static void a_keyboard_has_keys_lights_and_the_guest_repeats(void)
{
	STAGE *stage = stage_create(INPUT_KEYBOARD);
	struct virtio_input_config config;

	expect_text(stage, VIRTIO_INPUT_CFG_ID_NAME, "QEMU Virtio Keyboard");
	expect_text(stage, VIRTIO_INPUT_CFG_ID_SERIAL, "keyboard-1");
	expect_ids(stage, 1, 1);
	expect_events(stage, EV_LED, "0 1 2 ");
	expect_events(stage, EV_REL, "");
	expect_events(stage, EV_ABS, "");
	config = input_driver_config(stage->driver, VIRTIO_INPUT_CFG_EV_BITS, EV_REP);
	EXPECT_INT(config.size, 1);
	config = input_driver_config(stage->driver, VIRTIO_INPUT_CFG_EV_BITS, EV_KEY);
	EXPECT_INT(config.size, KEY_MEDIA / 8 + 1);
	EXPECT(config.u.bitmap[KEY_A / 8] & 1 << KEY_A % 8);
	EXPECT(config.u.bitmap[KEY_MEDIA / 8] & 1 << KEY_MEDIA % 8);
	EXPECT(!(config.u.bitmap[0] & 1));
}

static void a_tablet_has_a_position_buttons_and_a_wheel(void)
{
	STAGE *stage = stage_create(INPUT_TABLET);

	expect_text(stage, VIRTIO_INPUT_CFG_ID_NAME, "QEMU Virtio Tablet");
	expect_text(stage, VIRTIO_INPUT_CFG_ID_SERIAL, "tablet-1");
	expect_ids(stage, 3, 2);
	expect_events(stage, EV_KEY, "272 273 274 275 276 ");
	expect_events(stage, EV_REL, "8 ");
	expect_events(stage, EV_ABS, "0 1 ");
	expect_axis(stage, ABS_X, 32767);
	expect_axis(stage, ABS_Y, 32767);
}

static void a_mouse_moves_by_steps(void)
{
	STAGE *stage = stage_create(INPUT_MOUSE);

	expect_text(stage, VIRTIO_INPUT_CFG_ID_NAME, "QEMU Virtio Mouse");
	expect_ids(stage, 2, 2);
	expect_events(stage, EV_KEY, "272 273 274 275 276 ");
	expect_events(stage, EV_REL, "0 1 8 ");
	expect_events(stage, EV_ABS, "");
}

static void a_touch_screen_has_ten_fingers_on_the_screen_itself(void)
{
	STAGE *stage = stage_create(INPUT_TOUCH);

	expect_text(stage, VIRTIO_INPUT_CFG_ID_NAME, "QEMU Virtio MultiTouch");
	expect_ids(stage, 3, 1);
	expect_bits(stage, VIRTIO_INPUT_CFG_PROP_BITS, 0, "1 ");
	expect_events(stage, EV_KEY, "330 ");
	expect_events(stage, EV_REL, "");
	expect_events(stage, EV_ABS, "47 53 54 57 ");
	expect_axis(stage, ABS_MT_SLOT, 9);
	expect_axis(stage, ABS_MT_TRACKING_ID, 65535);
	expect_axis(stage, ABS_MT_POSITION_X, 32767);
	expect_axis(stage, ABS_MT_POSITION_Y, 32767);
}

static void what_it_does_not_have_is_empty(void)
{
	static const uint8_t selections[][2] = {
		{VIRTIO_INPUT_CFG_UNSET, 0},
		{VIRTIO_INPUT_CFG_ID_NAME, 1},
		{VIRTIO_INPUT_CFG_PROP_BITS, 0},
		{VIRTIO_INPUT_CFG_EV_BITS, EV_SW},
		{VIRTIO_INPUT_CFG_EV_BITS, 255},
		{VIRTIO_INPUT_CFG_EV_BITS, EV_REP},
		{VIRTIO_INPUT_CFG_ABS_INFO, ABS_Z},
		{VIRTIO_INPUT_CFG_ABS_INFO, 255},
		{255, 255},
	};
	STAGE *stage = stage_create(INPUT_TABLET);

	for (unsigned i = 0; i < sizeof(selections) / sizeof(selections[0]); i++) {
		struct virtio_input_config expected = {.select = selections[i][0],
						       .subsel = selections[i][1]};
		struct virtio_input_config config = input_driver_config(
			stage->driver, selections[i][0], selections[i][1]);

		EXPECT(memcmp(&config, &expected, sizeof(config)) == 0);
	}
}

static void the_configuration_can_be_selected_byte_by_byte(void)
{
	STAGE *stage = stage_create(INPUT_TABLET);
	union vhost_payload payload = {.config = {.offset = 0, .size = 1}};

	payload.config.bytes[0] = VIRTIO_INPUT_CFG_ABS_INFO;
	EXPECT_INT(vhost_front_ask(stage->driver->front, VHOST_SET_CONFIG, &payload,
				   VHOST_CONFIG_SIZE_MIN + 1, NULL, 0),
		   0);
	payload.config.offset = 1;
	payload.config.bytes[0] = ABS_Y;
	EXPECT_INT(vhost_front_ask(stage->driver->front, VHOST_SET_CONFIG, &payload,
				   VHOST_CONFIG_SIZE_MIN + 1, NULL, 0),
		   0);
	/* What lies behind is read only. */
	payload.config.offset = 8;
	payload.config.bytes[0] = 7;
	EXPECT_INT(vhost_front_ask(stage->driver->front, VHOST_SET_CONFIG, &payload,
				   VHOST_CONFIG_SIZE_MIN + 1, NULL, 0),
		   0);
	payload.config.offset = 0;
	payload.config.size = 3;
	vhost_front_send(stage->driver->front, VHOST_GET_CONFIG, 0, &payload,
			 VHOST_CONFIG_SIZE_MIN + 3, NULL, 0);
	EXPECT_INT(vhost_front_answer(stage->driver->front, VHOST_GET_CONFIG, &payload),
		   VHOST_CONFIG_SIZE_MIN + 3);
	EXPECT_INT(payload.config.bytes[0], VIRTIO_INPUT_CFG_ABS_INFO);
	EXPECT_INT(payload.config.bytes[1], ABS_Y);
	EXPECT_INT(payload.config.bytes[2], sizeof(struct virtio_input_absinfo));
}

/* -- Events ------------------------------------------------------------------- */

static void a_key_interrupts_the_guest_at_once(void)
{
	STAGE *stage = stage_booted(INPUT_KEYBOARD);

	EXPECT(!vhost_front_was_called(stage->driver->front, INPUT_EVENT_QUEUE));
	key(stage, KEY_A, true);
	input_driver_take(stage->driver, 2);
	EXPECT_STRING(stage->driver->text.text, "key 30 1;");
	EXPECT(vhost_front_was_called(stage->driver->front, INPUT_EVENT_QUEUE));
}

static void a_frame_that_is_longer_than_the_queue_comes_in_pieces(void)
{
	STAGE *stage = stage_booted(INPUT_TOUCH);
	struct input_driver *driver = stage->driver;

	change(stage, CHANGE_TOUCH_DOWN, 0, 100, 200);
	input_driver_take(driver, INPUT_RING_SIZE);
	EXPECT_STRING(driver->text.text, "slot 0 id 0 key 330 1 mx 100");
	/* Whatever happens meanwhile. */
	change(stage, CHANGE_TOUCH_DOWN, 1, 300, 400);
	change(stage, CHANGE_TOUCH_UP, 0, 0, 0);
	input_driver_offer(driver, 1);
	input_driver_take(driver, 1);
	EXPECT_STRING(driver->text.text, "slot 0 id 0 key 330 1 mx 100 my 200");
	input_driver_offer(driver, 3);
	input_driver_expect(driver, "slot 0 id 0 key 330 1 mx 100 my 200; "
				    "slot 1 id 1 mx 300 my 400; slot 0 id -1;");
}

static void without_buffers_motion_is_merged_and_keys_wait(void)
{
	STAGE *stage = stage_create(INPUT_TABLET);
	struct input_driver *driver = stage->driver;

	input_driver_start(driver);
	for (int i = 0; i < 100; i++)
		change(stage, CHANGE_POSITION, 0, i, i);
	key(stage, BTN_LEFT, true);
	for (int i = 0; i < 100; i++)
		change(stage, CHANGE_POSITION, 0, 1000 + i, i);
	key(stage, BTN_LEFT, false);
	input_driver_expect_nothing(driver);
	input_driver_offer(driver, 1);
	input_driver_expect(driver, "x 99 y 99; key 272 1; x 1099 y 99; key 272 0;");
}

static void more_than_waits_is_lost_in_pairs_and_nothing_sticks(void)
{
	STAGE *stage = stage_create(INPUT_KEYBOARD);
	struct input_driver *driver = stage->driver;
	unsigned down = 0, up = 0;

	input_driver_start(driver);
	for (unsigned i = 0; i < 10 * EVENT_QUEUE_MAX; i++) {
		key(stage, KEY_Q, true);
		key(stage, KEY_Q, false);
	}
	key(stage, KEY_LEFTSHIFT, true);
	input_driver_offer(driver, INPUT_RING_SIZE);
	for (;;) {
		input_driver_take(driver, 1);
		input_driver_take(driver, 1);
		input_driver_offer(driver, 2);
		if (strcmp(driver->text.text, "key 42 1;") == 0)
			break;
		EXPECT_STRING(driver->text.text, up < down ? "key 16 0;" : "key 16 1;");
		*(up < down ? &up : &down) += 1;
		driver->text = (struct event_text){0};
	}
	EXPECT_INT(down, EVENT_QUEUE_MAX / 2);
	EXPECT_INT(up, EVENT_QUEUE_MAX / 2);
	driver->text = (struct event_text){0};
	key(stage, KEY_LEFTSHIFT, false);
	input_driver_expect(driver, "key 42 0;");
}

/* -- Resets ------------------------------------------------------------------- */

static void before_the_driver_starts_only_what_stays_down_counts(void)
{
	STAGE *stage = stage_create(INPUT_KEYBOARD);

	key(stage, KEY_A, true);
	key(stage, KEY_A, false);
	key(stage, KEY_B, true);
	input_driver_boot(stage->driver);
	input_driver_expect(stage->driver, "key 48 1;");
}

static void after_a_reset_what_is_held_is_pressed_again(void)
{
	STAGE *stage = stage_booted(INPUT_KEYBOARD);
	struct input_driver *driver = stage->driver;

	key(stage, KEY_A, true);
	key(stage, KEY_B, true);
	input_driver_expect(driver, "key 30 1; key 48 1;");
	EXPECT_INT(vhost_front_ask(driver->front, VHOST_RESET_DEVICE, NULL, 0, NULL, 0), 0);
	key(stage, KEY_A, false);
	key(stage, KEY_C, true);
	key(stage, KEY_C, false);
	input_driver_boot(driver);
	input_driver_expect(driver, "key 48 1;");
	key(stage, KEY_B, false);
	input_driver_expect(driver, "key 48 0;");
}

static void a_reset_that_nobody_tells_of_is_one(void)
{
	STAGE *stage = stage_booted(INPUT_KEYBOARD);
	struct input_driver *driver = stage->driver;

	key(stage, KEY_A, true);
	input_driver_expect(driver, "key 30 1;");
	input_driver_stop(driver);
	input_driver_boot(driver);
	input_driver_expect(driver, "key 30 1;");
}

static void a_reset_in_mid_frame_ends_the_frame(void)
{
	STAGE *stage = stage_booted(INPUT_TOUCH);
	struct input_driver *driver = stage->driver;

	change(stage, CHANGE_TOUCH_DOWN, 0, 100, 200);
	input_driver_take(driver, 3);
	driver->text = (struct event_text){0};
	input_driver_stop(driver);
	input_driver_boot(driver);
	input_driver_expect(driver, "slot 0 id 1 key 330 1 mx 100 my 200;");
}

static void a_pause_is_no_reset(void)
{
	STAGE *stage = stage_booted(INPUT_TOUCH);
	struct input_driver *driver = stage->driver;

	change(stage, CHANGE_TOUCH_DOWN, 0, 100, 200);
	input_driver_take(driver, INPUT_RING_SIZE);
	vhost_front_stop(driver->front);
	change(stage, CHANGE_TOUCH_UP, 0, 0, 0);
	change(stage, CHANGE_TOUCH_DOWN, 1, 1, 1);
	change(stage, CHANGE_TOUCH_UP, 1, 0, 0);
	vhost_front_continue(driver->front);
	input_driver_offer(driver, INPUT_RING_SIZE);
	input_driver_expect(driver, "slot 0 id 0 key 330 1 mx 100 my 200; slot 0 id -1 key 330 0;");
}

static void a_front_end_that_leaves_and_comes_back_starts_anew(void)
{
	STAGE *stage = stage_booted(INPUT_KEYBOARD);

	key(stage, KEY_A, true);
	input_driver_expect(stage->driver, "key 30 1;");
	input_driver_send_status(stage->driver, (struct virtio_input_event){EV_LED, LED_NUML, 1},
				 8);
	EXPECT_INT(stage->lights, DISPLAY_LOCK_NUM);
	input_driver_destroy(stage->driver);
	stage->driver = input_driver_connect(stage->loop, stage->path);
	EXPECT_INT(stage->lights, 0);
	key(stage, KEY_A, false);
	input_driver_boot(stage->driver);
	key(stage, KEY_B, true);
	input_driver_expect(stage->driver, "key 48 1;");
}

/* -- Lights ------------------------------------------------------------------- */

static void the_guest_switches_the_lights(void)
{
	STAGE *stage = stage_booted(INPUT_KEYBOARD);
	struct input_driver *driver = stage->driver;

	input_driver_send_status(driver, (struct virtio_input_event){EV_LED, LED_CAPSL, 1}, 8);
	EXPECT_INT(stage->lights, DISPLAY_LOCK_CAPS);
	input_driver_send_status(driver, (struct virtio_input_event){EV_LED, LED_NUML, 1}, 8);
	input_driver_send_status(driver, (struct virtio_input_event){EV_LED, LED_SCROLLL, 5}, 8);
	EXPECT_INT(stage->lights, DISPLAY_LOCK_CAPS | DISPLAY_LOCK_NUM | DISPLAY_LOCK_SCROLL);
	input_driver_send_status(driver, (struct virtio_input_event){EV_LED, LED_CAPSL, 0}, 8);
	EXPECT_INT(stage->lights, DISPLAY_LOCK_NUM | DISPLAY_LOCK_SCROLL);
	EXPECT_INT(stage->switches, 4);
	/* There is nothing to see in these. */
	input_driver_send_status(driver, (struct virtio_input_event){EV_LED, LED_NUML, 1}, 8);
	input_driver_send_status(driver, (struct virtio_input_event){EV_LED, LED_MUTE, 1}, 8);
	input_driver_send_status(driver, (struct virtio_input_event){EV_REP, REP_DELAY, 1}, 8);
	input_driver_send_status(driver, (struct virtio_input_event){EV_LED, LED_NUML, 0}, 7);
	EXPECT_INT(stage->switches, 4);
}

static void a_reset_switches_them_off(void)
{
	STAGE *stage = stage_booted(INPUT_KEYBOARD);

	input_driver_send_status(stage->driver, (struct virtio_input_event){EV_LED, LED_CAPSL, 1},
				 8);
	EXPECT_INT(vhost_front_ask(stage->driver->front, VHOST_RESET_DEVICE, NULL, 0, NULL, 0), 0);
	EXPECT_INT(stage->lights, 0);
}

/* -- Hostile guests ------------------------------------------------------------ */

static void a_buffer_without_room_goes_back_empty(void)
{
	STAGE *stage = stage_create(INPUT_KEYBOARD);
	struct input_driver *driver = stage->driver;
	struct driver_ring *ring = &driver->front->rings[INPUT_EVENT_QUEUE];
	uint32_t head, written;

	input_driver_start(driver);
	/* Too short, to be read, and one byte beside the other. */
	driver_ring_describe(ring, 0, driver->buffers, 7, VRING_DESC_F_WRITE, 0);
	driver_ring_describe(ring, 1, driver->buffers, 8, 0, 0);
	driver_ring_describe(ring, 2, driver->buffers, 3, VRING_DESC_F_WRITE | VRING_DESC_F_NEXT,
			     3);
	driver_ring_describe(ring, 3, driver->buffers + 3, 5, VRING_DESC_F_WRITE, 0);
	for (uint16_t i = 0; i < 3; i++)
		driver_ring_offer(ring, i);
	vhost_front_kick(driver->front, INPUT_EVENT_QUEUE);
	key(stage, KEY_A, true);
	for (uint16_t i = 0; i < 3; i++) {
		EXPECT(vhost_front_wait_used(driver->front, INPUT_EVENT_QUEUE, &head, &written));
		EXPECT_INT(head, i);
		EXPECT_INT(written, i < 2 ? 0 : 8);
	}
	EXPECT_INT(*(uint16_t *)guest_ram_at(driver->front->ram, driver->buffers), EV_KEY);
}

static void a_ring_that_does_not_hold_together_stops_that_queue_alone(void)
{
	STAGE *stage = stage_create(INPUT_KEYBOARD);
	struct input_driver *driver = stage->driver;
	struct driver_ring *ring = &driver->front->rings[INPUT_EVENT_QUEUE];

	input_driver_start(driver);
	driver_ring_describe(ring, 0, driver->buffers, 8, VRING_DESC_F_WRITE | VRING_DESC_F_NEXT,
			     0);
	driver_ring_offer(ring, 0);
	vhost_front_kick(driver->front, INPUT_EVENT_QUEUE);
	key(stage, KEY_A, true);
	input_driver_expect_nothing(driver);
	key(stage, KEY_A, false);
	key(stage, KEY_B, true);
	input_driver_send_status(driver, (struct virtio_input_event){EV_LED, LED_CAPSL, 1}, 8);
	EXPECT_INT(stage->lights, DISPLAY_LOCK_CAPS);
	EXPECT_INT(vhost_front_ask(driver->front, VHOST_RESET_DEVICE, NULL, 0, NULL, 0), 0);
	input_driver_boot(driver);
	input_driver_expect(driver, "key 48 1;");
}

static void a_status_to_be_written_says_nothing(void)
{
	STAGE *stage = stage_booted(INPUT_KEYBOARD);
	struct input_driver *driver = stage->driver;
	uint64_t address = guest_ram_take(driver->front->ram, 8);
	struct virtio_input_event status = {EV_LED, LED_CAPSL, 1};
	uint32_t head, written;

	memcpy(guest_ram_at(driver->front->ram, address), &status, sizeof(status));
	driver_ring_submit(&driver->front->rings[INPUT_STATUS_QUEUE],
			   &(struct ring_part){address, 8, true}, 1);
	vhost_front_kick(driver->front, INPUT_STATUS_QUEUE);
	EXPECT(vhost_front_wait_used(driver->front, INPUT_STATUS_QUEUE, &head, &written));
	EXPECT_INT(written, 0);
	EXPECT_INT(stage->switches, 0);
}

int main(void)
{
	RUN_TEST(a_keyboard_has_keys_lights_and_the_guest_repeats);
	RUN_TEST(a_tablet_has_a_position_buttons_and_a_wheel);
	RUN_TEST(a_mouse_moves_by_steps);
	RUN_TEST(a_touch_screen_has_ten_fingers_on_the_screen_itself);
	RUN_TEST(what_it_does_not_have_is_empty);
	RUN_TEST(the_configuration_can_be_selected_byte_by_byte);
	RUN_TEST(a_key_interrupts_the_guest_at_once);
	RUN_TEST(a_frame_that_is_longer_than_the_queue_comes_in_pieces);
	RUN_TEST(without_buffers_motion_is_merged_and_keys_wait);
	RUN_TEST(more_than_waits_is_lost_in_pairs_and_nothing_sticks);
	RUN_TEST(before_the_driver_starts_only_what_stays_down_counts);
	RUN_TEST(after_a_reset_what_is_held_is_pressed_again);
	RUN_TEST(a_reset_that_nobody_tells_of_is_one);
	RUN_TEST(a_reset_in_mid_frame_ends_the_frame);
	RUN_TEST(a_pause_is_no_reset);
	RUN_TEST(a_front_end_that_leaves_and_comes_back_starts_anew);
	RUN_TEST(the_guest_switches_the_lights);
	RUN_TEST(a_reset_switches_them_off);
	RUN_TEST(a_buffer_without_room_goes_back_empty);
	RUN_TEST(a_ring_that_does_not_hold_together_stops_that_queue_alone);
	RUN_TEST(a_status_to_be_written_says_nothing);
	return 0;
}
