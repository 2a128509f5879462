/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What clients of gpu-bridge's display bus do, as the drivers of its own input
 * devices get it.
 */
#include <linux/input-event-codes.h>

#include "common/display1.h"
#include "common/xalloc.h"
#include "gpu-bridge/input/input_events.h"
#include "tests/fakes/input_driver.h"
#include "tests/integration/bus_stage.h"

#define KEY_A	   30
#define KEY_NOBODY 0x80

#define DEVICES_MAX 4

#define CALL(client, interface, member, ...) \
	EXPECT_STRING(fake_viewer_call(client, interface, member, __VA_ARGS__), "")

/* A bus with input devices, a driver for each, and a client for each output. */
struct rig {
	struct bus_stage *stage;
	struct input_sockets sockets[INPUT_KINDS];
	struct input_events *events;
	struct input_driver *drivers[DEVICES_MAX]; /* by kind, then by number */
	unsigned drivers_count;
	struct fake_viewer *clients[DISPLAY_OUTPUTS_MAX];
};

#define RIG CLEANUP(rig_destroyp) struct rig

static void plan(struct rig *rig, enum input_kind kind, unsigned count)
{
	struct input_sockets *sockets = &rig->sockets[kind];

	for (; sockets->count < count; sockets->count++)
		sockets->at[sockets->count] = (struct vhost_address){
			true, xasprintf("%s/%u-%u", rig->stage->folder, kind, sockets->count)};
}

static struct fake_viewer *connect_client(struct rig *rig, unsigned output)
{
	struct fake_viewer *client = bus_stage_viewer(
		rig->stage,
		(struct fake_viewer_options){.output = output, .has_no_listener = true});

	WAIT_UNTIL(rig->stage, fake_viewer_seen(client)->is_greeted);
	return client;
}

/* So many devices of each kind, in the order of enum input_kind. */
static struct rig *rig_create(unsigned outputs, const unsigned counts[INPUT_KINDS])
{
	struct rig *rig = xcalloc(1, sizeof(*rig));
	struct bus_stage *stage = bus_stage_create(outputs);

	rig->stage = stage;
	bus_stage_stop(stage);
	for (enum input_kind kind = 0; kind < INPUT_KINDS; kind++)
		plan(rig, kind, counts[kind]);
	EXPECT_INT(input_events_create(stage->loop, stage->display, rig->sockets, &rig->events), 0);
	stage->options.input = input_events_ops(rig->events);
	stage->options.input_data = rig->events;
	bus_stage_start(stage);
	input_events_attach(rig->events, stage->bus);
	for (enum input_kind kind = 0; kind < INPUT_KINDS; kind++)
		for (unsigned i = 0; i < counts[kind]; i++) {
			struct input_driver *driver = input_driver_connect(
				stage->loop, rig->sockets[kind].at[i].path);

			input_driver_boot(driver);
			rig->drivers[rig->drivers_count++] = driver;
		}
	for (unsigned i = 0; i < outputs; i++) {
		bus_stage_show(stage, i, WIDTH, HEIGHT, RED);
		rig->clients[i] = connect_client(rig, i);
	}
	return rig;
}

#define RIG_CREATE(outputs, keyboards, tablets, mice, touches) \
	rig_create(outputs, (const unsigned[INPUT_KINDS]){keyboards, tablets, mice, touches})

static void rig_destroy(struct rig *rig)
{
	bus_stage_stop(rig->stage);
	input_events_destroy(rig->events);
	for (unsigned i = 0; i < rig->drivers_count; i++)
		input_driver_destroy(rig->drivers[i]);
	for (unsigned i = 0; i < DISPLAY_OUTPUTS_MAX; i++)
		fake_viewer_destroy(rig->clients[i]);
	for (enum input_kind kind = 0; kind < INPUT_KINDS; kind++)
		for (unsigned i = 0; i < rig->sockets[kind].count; i++)
			free((char *)rig->sockets[kind].at[i].path);
	bus_stage_destroy(rig->stage);
	free(rig);
}

DEFINE_CLEANUP(struct rig *, rig_destroy)

/* Position and touch, of the client of an output. */
static void point(struct rig *rig, unsigned output, unsigned x, unsigned y)
{
	CALL(rig->clients[output], DISPLAY1_MOUSE, "SetAbsPosition", "uu", x, y);
}

static void touch(struct rig *rig, unsigned output, unsigned kind, unsigned slot, double x,
		  double y)
{
	CALL(rig->clients[output], DISPLAY1_MULTITOUCH, "SendEvent", "utdd", kind, (uint64_t)slot,
	     x, y);
}

static const char *property(struct rig *rig, unsigned output, const char *interface,
			    const char *name)
{
	char path[DISPLAY1_PATH_MAX];

	display1_console_path(output, path);
	return fake_viewer_property(rig->clients[output], path, interface, name);
}

/* -- Sentences --------------------------------------------------------------- */

static void keys_reach_the_keyboard_from_any_output(void)
{
	RIG *rig = RIG_CREATE(2, 1, 0, 0, 0);

	CALL(rig->clients[0], DISPLAY1_KEYBOARD, "Press", "u", KEY_A);
	CALL(rig->clients[1], DISPLAY1_KEYBOARD, "Press", "u", 0x9d);
	CALL(rig->clients[0], DISPLAY1_KEYBOARD, "Press", "u", KEY_NOBODY);
	CALL(rig->clients[1], DISPLAY1_KEYBOARD, "Release", "u", 0x9d);
	CALL(rig->clients[0], DISPLAY1_KEYBOARD, "Release", "u", KEY_A);
	input_driver_expect(rig->drivers[0], "key 30 1; key 97 1; key 97 0; key 30 0;");
}

static void a_client_that_leaves_lets_go(void)
{
	RIG *rig = RIG_CREATE(1, 1, 1, 0, 1);

	CALL(rig->clients[0], DISPLAY1_KEYBOARD, "Press", "u", KEY_A);
	CALL(rig->clients[0], DISPLAY1_MOUSE, "Press", "u", DISPLAY_BUTTON_LEFT);
	touch(rig, 0, 0, 3, 160, 120);
	fake_viewer_destroy(rig->clients[0]);
	rig->clients[0] = NULL;
	input_driver_expect(rig->drivers[0], "key 30 1; key 30 0;");
	input_driver_expect(rig->drivers[1], "key 272 1; key 272 0;");
	input_driver_expect(rig->drivers[2],
			    "slot 3 id 0 key 330 1 mx 16383 my 16383; slot 3 id -1 key 330 0;");
}

static void each_output_has_its_devices(void)
{
	RIG *rig = RIG_CREATE(2, 0, 2, 0, 2);

	point(rig, 0, 0, 0);
	point(rig, 1, WIDTH - 1, HEIGHT - 1);
	CALL(rig->clients[1], DISPLAY1_MOUSE, "Press", "u", DISPLAY_BUTTON_RIGHT);
	CALL(rig->clients[1], DISPLAY1_MOUSE, "Release", "u", DISPLAY_BUTTON_RIGHT);
	touch(rig, 1, 0, 0, 0, 0);
	input_driver_expect(rig->drivers[0], "x 0 y 0;");
	input_driver_expect(rig->drivers[1], "x 32664 y 32630; key 273 1; key 273 0;");
	input_driver_expect_nothing(rig->drivers[2]);
	input_driver_expect(rig->drivers[3], "slot 0 id 0 key 330 1 mx 0 my 0;");
}

static void positions_are_parts_of_what_is_shown(void)
{
	RIG *rig = RIG_CREATE(1, 0, 1, 0, 0);

	bus_stage_show(rig->stage, 0, 640, 480, RED);
	point(rig, 0, WIDTH, HEIGHT);
	input_driver_expect(rig->drivers[0], "x 16383 y 16383;");
}

static void a_single_tablet_is_the_whole_of_each_output(void)
{
	RIG *rig = RIG_CREATE(2, 0, 1, 0, 0);

	bus_stage_show(rig->stage, 1, 64, 48, RED);
	point(rig, 0, WIDTH / 2, HEIGHT / 2);
	input_driver_expect(rig->drivers[0], "x 16383 y 16383;");
	point(rig, 1, 16, 12);
	input_driver_expect(rig->drivers[0], "x 8191 y 8191;");
}

static void a_button_is_released_wherever_it_was_pressed(void)
{
	RIG *rig = RIG_CREATE(2, 0, 2, 0, 0);

	CALL(rig->clients[0], DISPLAY1_MOUSE, "Press", "u", DISPLAY_BUTTON_LEFT);
	CALL(rig->clients[1], DISPLAY1_MOUSE, "Press", "u", DISPLAY_BUTTON_LEFT);
	CALL(rig->clients[0], DISPLAY1_MOUSE, "Release", "u", DISPLAY_BUTTON_LEFT);
	CALL(rig->clients[1], DISPLAY1_MOUSE, "Release", "u", DISPLAY_BUTTON_LEFT);
	input_driver_expect(rig->drivers[0], "key 272 1; key 272 0;");
	input_driver_expect(rig->drivers[1], "key 272 1; key 272 0;");
}

static void every_button_is_one_and_the_wheel_turns(void)
{
	RIG *rig = RIG_CREATE(1, 0, 0, 1, 0);

	for (unsigned button = 0; button < DISPLAY_BUTTONS; button++) {
		CALL(rig->clients[0], DISPLAY1_MOUSE, "Press", "u", button);
		CALL(rig->clients[0], DISPLAY1_MOUSE, "Release", "u", button);
	}
	input_driver_expect(rig->drivers[0],
			    "key 272 1; key 272 0; key 274 1; key 274 0; key 273 1; key 273 0; "
			    "wheel 1; wheel -1; key 275 1; key 275 0; key 276 1; key 276 0;");
}

static void mice_alone_make_the_pointer_relative(void)
{
	RIG *rig = RIG_CREATE(2, 0, 0, 1, 0);

	EXPECT_STRING(property(rig, 0, DISPLAY1_MOUSE, "IsAbsolute"), "0");
	EXPECT_STRING(property(rig, 1, DISPLAY1_MOUSE, "IsAbsolute"), "0");
	EXPECT_STRING(
		fake_viewer_call(rig->clients[0], DISPLAY1_MOUSE, "SetAbsPosition", "uu", 1, 1),
		DISPLAY1_ERROR_INVALID);
	CALL(rig->clients[0], DISPLAY1_MOUSE, "RelMotion", "ii", 5, -6);
	input_driver_expect(rig->drivers[0], "dx 5 dy -6;");
	CALL(rig->clients[1], DISPLAY1_MOUSE, "RelMotion", "ii", 0, 7);
	input_driver_expect(rig->drivers[0], "dy 7;");
}

static void the_pointer_is_absolute_where_there_is_a_tablet(void)
{
	RIG *rig = RIG_CREATE(3, 0, 2, 1, 0);

	EXPECT_STRING(property(rig, 0, DISPLAY1_MOUSE, "IsAbsolute"), "1");
	EXPECT_STRING(property(rig, 1, DISPLAY1_MOUSE, "IsAbsolute"), "1");
	EXPECT_STRING(property(rig, 2, DISPLAY1_MOUSE, "IsAbsolute"), "0");
	CALL(rig->clients[2], DISPLAY1_MOUSE, "RelMotion", "ii", 1, 1);
	CALL(rig->clients[2], DISPLAY1_MOUSE, "Press", "u", DISPLAY_BUTTON_WHEEL_UP);
	CALL(rig->clients[1], DISPLAY1_MOUSE, "Press", "u", DISPLAY_BUTTON_WHEEL_DOWN);
	input_driver_expect(rig->drivers[2], "dx 1 dy 1; wheel 1;");
	input_driver_expect(rig->drivers[1], "wheel -1;");
	input_driver_expect_nothing(rig->drivers[0]);
}

static void only_what_there_is_a_device_for_is_served(void)
{
	RIG *rig = RIG_CREATE(1, 0, 0, 0, 1);

	EXPECT_STRING(property(rig, 0, DISPLAY1_CONSOLE, "Interfaces"), DISPLAY1_MULTITOUCH);
	EXPECT_STRING(fake_viewer_call(rig->clients[0], DISPLAY1_KEYBOARD, "Press", "u", KEY_A),
		      "org.freedesktop.DBus.Error.UnknownMethod");
}

static void the_guest_s_lights_are_seen(void)
{
	RIG *rig = RIG_CREATE(1, 1, 0, 0, 0);

	CALL(rig->clients[0], DISPLAY1_KEYBOARD, "Press", "u", 0x3a);
	input_driver_expect(rig->drivers[0], "key 58 1;");
	input_driver_send_status(rig->drivers[0], (struct virtio_input_event){EV_LED, LED_CAPSL, 1},
				 8);
	EXPECT_STRING(property(rig, 0, DISPLAY1_KEYBOARD, "Modifiers"), "4");
	input_driver_stop(rig->drivers[0]);
	EXPECT_STRING(property(rig, 0, DISPLAY1_KEYBOARD, "Modifiers"), "4");
	input_driver_boot(rig->drivers[0]);
	WAIT_UNTIL(rig->stage, strcmp(property(rig, 0, DISPLAY1_KEYBOARD, "Modifiers"), "0") == 0);
}

static void lights_that_flicker_do_not_flood_the_clients(void)
{
	RIG *rig = RIG_CREATE(1, 1, 0, 0, 0);
	uint64_t start = loop_now_us();
	unsigned changes;

	for (unsigned i = 1; i <= 1001; i++)
		input_driver_send_status(rig->drivers[0],
					 (struct virtio_input_event){EV_LED, LED_NUML, i % 2}, 8);
	WAIT_UNTIL(rig->stage, strcmp(property(rig, 0, DISPLAY1_KEYBOARD, "Modifiers"), "2") == 0);
	changes = fake_viewer_seen(rig->clients[0])->changes;
	EXPECT(changes >= 1);
	/* Twenty a second. */
	EXPECT(changes <= 2 + (loop_now_us() - start) / 50000);
}

int main(void)
{
	RUN_TEST(keys_reach_the_keyboard_from_any_output);
	RUN_TEST(a_client_that_leaves_lets_go);
	RUN_TEST(each_output_has_its_devices);
	RUN_TEST(positions_are_parts_of_what_is_shown);
	RUN_TEST(a_single_tablet_is_the_whole_of_each_output);
	RUN_TEST(a_button_is_released_wherever_it_was_pressed);
	RUN_TEST(every_button_is_one_and_the_wheel_turns);
	RUN_TEST(mice_alone_make_the_pointer_relative);
	RUN_TEST(the_pointer_is_absolute_where_there_is_a_tablet);
	RUN_TEST(only_what_there_is_a_device_for_is_served);
	RUN_TEST(the_guest_s_lights_are_seen);
	RUN_TEST(lights_that_flicker_do_not_flood_the_clients);
	return 0;
}
