/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What clients of gpu-bridge's display bus ask and do: properties, modes, input.
 */
#include <errno.h>
#include <math.h>

#include "common/display1.h"
#include "tests/integration/bus_stage.h"

#define CLIENT	((struct fake_viewer_options){.has_no_listener = true})
#define MAPS	((struct fake_viewer_options){.maps = true})
#define CONSOLE "/org/qemu/Display1/Console_0"
#define INVALID DISPLAY1_ERROR_INVALID
#define KEY_A	30
#define KEY_B	48

#define PRESS_KEY(viewer, key)	 fake_viewer_call(viewer, DISPLAY1_KEYBOARD, "Press", "u", key)
#define RELEASE_KEY(viewer, key) fake_viewer_call(viewer, DISPLAY1_KEYBOARD, "Release", "u", key)
#define TOUCH(viewer, kind, slot, x, y) \
	fake_viewer_call(viewer, DISPLAY1_MULTITOUCH, "SendEvent", "utdd", kind, UINT64_C(slot), \
			 (double)(x), (double)(y))

static const struct fake_viewer_seen *seen(const struct fake_viewer *viewer)
{
	return fake_viewer_seen(viewer);
}

/* -- Properties ------------------------------------------------------------------------ */

static void the_guest_and_its_consoles_introduce_themselves(void)
{
	STAGE *stage = bus_stage_create(3);
	VIEWER *client = bus_stage_viewer(stage, CLIENT);
	const char *vm = DISPLAY1_VM_PATH, *second = "/org/qemu/Display1/Console_1";

	bus_stage_show(stage, 1, WIDTH, HEIGHT, RED);
	EXPECT_STRING(fake_viewer_property(client, vm, DISPLAY1_VM, "Name"), "stage");
	EXPECT_STRING(fake_viewer_property(client, vm, DISPLAY1_VM, "UUID"),
		      "00000000-0000-0000-0000-000000000000");
	EXPECT_STRING(fake_viewer_property(client, vm, DISPLAY1_VM, "ConsoleIDs"), "0,1,2");
	EXPECT_STRING(fake_viewer_property(client, vm, DISPLAY1_VM, "Interfaces"), "");
	EXPECT_STRING(fake_viewer_property(client, second, DISPLAY1_CONSOLE, "Type"), "Graphic");
	EXPECT_STRING(fake_viewer_property(client, second, DISPLAY1_CONSOLE, "Head"), "1");
	EXPECT_STRING(fake_viewer_property(client, second, DISPLAY1_CONSOLE, "Width"), "320");
	EXPECT_STRING(fake_viewer_property(client, second, DISPLAY1_CONSOLE, "Height"), "240");
	EXPECT_STRING(fake_viewer_property(client, second, DISPLAY1_CONSOLE, "Label"),
		      "virtio-gpu.1");
	EXPECT_STRING(fake_viewer_property(client, second, DISPLAY1_CONSOLE, "DeviceAddress"), "");
	EXPECT_STRING(fake_viewer_property(client, second, DISPLAY1_CONSOLE, "Interfaces"),
		      DISPLAY1_KEYBOARD "," DISPLAY1_MOUSE "," DISPLAY1_MULTITOUCH);
	EXPECT_STRING(fake_viewer_property(client, second, DISPLAY1_MOUSE, "IsAbsolute"), "1");
	EXPECT_STRING(fake_viewer_property(client, second, DISPLAY1_KEYBOARD, "Modifiers"), "0");
	EXPECT_STRING(fake_viewer_property(client, second, DISPLAY1_MULTITOUCH, "MaxSlots"), "10");
}

static void interfaces_without_a_device_are_not_there(void)
{
	STAGE *stage = bus_stage_create_without_input();
	VIEWER *client = bus_stage_viewer(stage, CLIENT);

	bus_stage_show(stage, 0, WIDTH, HEIGHT, RED);
	EXPECT_STRING(fake_viewer_property(client, CONSOLE, DISPLAY1_CONSOLE, "Interfaces"), "");
	EXPECT_STRING(PRESS_KEY(client, KEY_A), "org.freedesktop.DBus.Error.UnknownMethod");
	EXPECT_STRING(TOUCH(client, 0, 0, 1, 1), "org.freedesktop.DBus.Error.UnknownMethod");
}

static void changes_are_signalled_to_every_client(void)
{
	STAGE *stage = bus_stage_create_red();
	VIEWER *first = bus_stage_viewer(stage, CLIENT);
	VIEWER *second = bus_stage_viewer(stage, CLIENT);

	WAIT_UNTIL(stage, seen(first)->is_greeted && seen(second)->is_greeted);
	display_bus_set_absolute(stage->bus, 0, false);
	display_bus_set_absolute(stage->bus, 0, false);
	WAIT_UNTIL(stage, seen(first)->changes == 1 && seen(second)->changes == 1);
	EXPECT_STRING(fake_viewer_property(first, CONSOLE, DISPLAY1_MOUSE, "IsAbsolute"), "0");
	display_bus_set_locks(stage->bus, DISPLAY_LOCK_CAPS | DISPLAY_LOCK_NUM);
	WAIT_UNTIL(stage, seen(first)->changes == 2 && seen(second)->changes == 2);
	EXPECT_STRING(fake_viewer_property(second, CONSOLE, DISPLAY1_KEYBOARD, "Modifiers"), "6");
	bus_stage_show(stage, 0, WIDTH, HEIGHT, GREEN);
	bus_stage_show(stage, 0, 64, 48, GREEN);
	WAIT_UNTIL(stage, seen(first)->changes == 3 && seen(second)->changes == 3);
	EXPECT_STRING(fake_viewer_property(second, CONSOLE, DISPLAY1_CONSOLE, "Width"), "64");
}

/* -- Modes ----------------------------------------------------------------------------------- */

static const char *set_ui_info(struct fake_viewer *client, int x, int y, unsigned width,
			       unsigned height)
{
	return fake_viewer_call(client, DISPLAY1_CONSOLE, "SetUIInfo", "qqiiuu", 520, 290, x, y,
				width, height);
}

static void a_mode_that_is_asked_for_is_what_all_viewers_get(void)
{
	STAGE *stage = bus_stage_create_red();
	VIEWER *first = bus_stage_viewer(stage, MAPS);
	VIEWER *second = bus_stage_viewer(stage, MAPS);
	struct display_mode mode;

	EXPECT_STRING(set_ui_info(first, 3, 4, 801, 603), "");
	mode = display_mode(stage->display, 0);
	EXPECT(mode.x == 3 && mode.y == 4 && mode.width == 801 && mode.height == 603);
	EXPECT(mode.width_mm == 520 && mode.height_mm == 290);
	WAIT_UNTIL(stage, seen(first)->update_width == 801 && seen(second)->update_width == 801);
	EXPECT(fake_viewer_is_all(second, BLUE));
}

static void a_mode_that_cannot_be_had_is_refused(void)
{
	STAGE *stage = bus_stage_create_red();
	VIEWER *client = bus_stage_viewer(stage, CLIENT);

	EXPECT_STRING(set_ui_info(client, -1, 0, 800, 600), INVALID);
	stage->refuses_modes = -EINVAL;
	EXPECT_STRING(set_ui_info(client, 0, 0, 1, 1), INVALID);
	stage->refuses_modes = -EOPNOTSUPP;
	EXPECT_STRING(set_ui_info(client, 0, 0, 800, 600), DISPLAY1_ERROR_UNSUPPORTED);
}

/* -- Input --------------------------------------------------------------------------------------
 */

static void input_comes_as_it_was_sent(void)
{
	STAGE *stage = bus_stage_create_red();
	VIEWER *client = bus_stage_viewer(stage, CLIENT);

	EXPECT_STRING(PRESS_KEY(client, 0x9d), "");
	EXPECT_STRING(PRESS_KEY(client, 0x9d), "");
	EXPECT_STRING(RELEASE_KEY(client, 0x9d), "");
	bus_stage_expect_input(stage, "key 0 157 1\nkey 0 157 1\nkey 0 157 0\n");

	EXPECT_STRING(fake_viewer_call(client, DISPLAY1_MOUSE, "SetAbsPosition", "uu", WIDTH - 1,
				       HEIGHT - 1),
		      "");
	EXPECT_STRING(fake_viewer_call(client, DISPLAY1_MOUSE, "Press", "u", 2), "");
	EXPECT_STRING(fake_viewer_call(client, DISPLAY1_MOUSE, "Release", "u", 2), "");
	EXPECT_STRING(fake_viewer_call(client, DISPLAY1_MOUSE, "Press", "u", 4), "");
	EXPECT_STRING(fake_viewer_call(client, DISPLAY1_MOUSE, "Release", "u", 4), "");
	bus_stage_expect_input(stage, "position 0 319 239\nbutton 0 2 1\nbutton 0 2 0\n"
				      "button 0 4 1\n");

	EXPECT_STRING(TOUCH(client, 0, 9, 10.7, 20), "");
	EXPECT_STRING(TOUCH(client, 1, 9, 5000, -3), "");
	EXPECT_STRING(TOUCH(client, 2, 9, 0, 0), "");
	EXPECT_STRING(TOUCH(client, 0, 1, 1, 2), "");
	EXPECT_STRING(TOUCH(client, 3, 1, 1, 2), "");
	bus_stage_expect_input(stage, "touch 0 0 9 10 20\ntouch 0 1 9 319 0\ntouch 0 2 9 0 0\n"
				      "touch 0 0 1 1 2\ntouch 0 2 1 0 0\n");

	display_bus_set_absolute(stage->bus, 0, false);
	EXPECT_STRING(fake_viewer_call(client, DISPLAY1_MOUSE, "RelMotion", "ii", -7, 8), "");
	bus_stage_expect_input(stage, "motion 0 -7 8\n");
}

static void wrong_arguments_are_refused_and_nothing_else_is_lost(void)
{
	STAGE *stage = bus_stage_create_red();
	VIEWER *client = bus_stage_viewer(stage, CLIENT);

	EXPECT_STRING(PRESS_KEY(client, 0), INVALID);
	EXPECT_STRING(PRESS_KEY(client, 256), INVALID);
	EXPECT_STRING(RELEASE_KEY(client, UINT32_MAX), INVALID);
	EXPECT_STRING(fake_viewer_call(client, DISPLAY1_MOUSE, "Press", "u", 99), INVALID);
	EXPECT_STRING(fake_viewer_call(client, DISPLAY1_MOUSE, "Release", "u", 7), INVALID);
	EXPECT_STRING(fake_viewer_call(client, DISPLAY1_MOUSE, "SetAbsPosition", "uu", WIDTH, 0),
		      INVALID);
	EXPECT_STRING(fake_viewer_call(client, DISPLAY1_MOUSE, "SetAbsPosition", "uu", 0, HEIGHT),
		      INVALID);
	EXPECT_STRING(fake_viewer_call(client, DISPLAY1_MOUSE, "RelMotion", "ii", 1, 1), INVALID);
	EXPECT_STRING(TOUCH(client, 4, 0, 1, 1), INVALID);
	EXPECT_STRING(TOUCH(client, 0, 10, 1, 1), INVALID);
	EXPECT_STRING(TOUCH(client, 0, 0xffffffff00000000, 1, 1), INVALID);
	EXPECT_STRING(TOUCH(client, 0, 0, NAN, 1), INVALID);
	EXPECT_STRING(TOUCH(client, 0, 0, 1, INFINITY), INVALID);
	EXPECT_STRING(fake_viewer_call(client, DISPLAY1_KEYBOARD, "Press", "s", "a"),
		      "org.freedesktop.DBus.Error.InvalidArgs");
	EXPECT_STRING(fake_viewer_call(client, DISPLAY1_CONSOLE, "RegisterListener", "h", 0),
		      DISPLAY1_ERROR_FAILED);
	display_bus_set_absolute(stage->bus, 0, false);
	EXPECT_STRING(fake_viewer_call(client, DISPLAY1_MOUSE, "SetAbsPosition", "uu", 1, 1),
		      INVALID);
	bus_stage_disable(stage, 0);
	display_bus_set_absolute(stage->bus, 0, true);
	EXPECT_STRING(fake_viewer_call(client, DISPLAY1_MOUSE, "SetAbsPosition", "uu", 0, 0),
		      INVALID);
	EXPECT_STRING(TOUCH(client, 0, 0, 1, 1), INVALID);
	bus_stage_expect_input(stage, "");
	EXPECT_STRING(PRESS_KEY(client, KEY_A), "");
	bus_stage_expect_input(stage, "key 0 30 1\n");
}

static void what_nobody_pressed_is_not_released(void)
{
	STAGE *stage = bus_stage_create_red();
	VIEWER *client = bus_stage_viewer(stage, CLIENT);

	EXPECT_STRING(RELEASE_KEY(client, KEY_A), "");
	EXPECT_STRING(fake_viewer_call(client, DISPLAY1_MOUSE, "Release", "u", 0), "");
	EXPECT_STRING(TOUCH(client, 1, 0, 1, 1), "");
	EXPECT_STRING(TOUCH(client, 2, 0, 1, 1), "");
	bus_stage_expect_input(stage, "");
}

/* -- Several clients --------------------------------------------------------------------------- */

static void a_key_is_down_while_anybody_holds_it(void)
{
	STAGE *stage = bus_stage_create_red();
	VIEWER *first = bus_stage_viewer(stage, CLIENT);
	VIEWER *second = bus_stage_viewer(stage, CLIENT);

	PRESS_KEY(first, KEY_A);
	PRESS_KEY(second, KEY_A);
	RELEASE_KEY(first, KEY_A);
	bus_stage_expect_input(stage, "key 0 30 1\nkey 0 30 1\n");
	RELEASE_KEY(second, KEY_A);
	bus_stage_expect_input(stage, "key 0 30 0\n");
}

static void a_finger_belongs_to_who_put_it_down(void)
{
	STAGE *stage = bus_stage_create_red();
	VIEWER *first = bus_stage_viewer(stage, CLIENT);
	VIEWER *second = bus_stage_viewer(stage, CLIENT);

	EXPECT_STRING(TOUCH(first, 0, 0, 1, 1), "");
	EXPECT_STRING(TOUCH(second, 0, 0, 5, 5), INVALID);
	EXPECT_STRING(TOUCH(second, 1, 0, 5, 5), "");
	EXPECT_STRING(TOUCH(second, 2, 0, 5, 5), "");
	bus_stage_expect_input(stage, "touch 0 0 0 1 1\n");
}

static void who_leaves_lets_go_of_what_it_held_and_of_that_only(void)
{
	STAGE *stage = bus_stage_create_red();
	VIEWER *leaving = bus_stage_viewer(stage, CLIENT);
	VIEWER *staying = bus_stage_viewer(stage, CLIENT);

	PRESS_KEY(leaving, KEY_A);
	PRESS_KEY(leaving, KEY_B);
	PRESS_KEY(staying, KEY_B);
	fake_viewer_call(leaving, DISPLAY1_MOUSE, "Press", "u", 0);
	fake_viewer_call(leaving, DISPLAY1_MOUSE, "Press", "u", 3);
	TOUCH(leaving, 0, 2, 5, 6);
	bus_stage_expect_input(stage, "key 0 30 1\nkey 0 48 1\nkey 0 48 1\nbutton 0 0 1\n"
				      "button 0 3 1\ntouch 0 0 2 5 6\n");
	fake_viewer_close_main(leaving);
	WAIT_UNTIL(stage, stage->lines_length > 0);
	bus_stage_expect_input(stage, "key 0 30 0\nbutton 0 0 0\ntouch 0 2 2 0 0\n");
}

static void closing_a_listener_lets_go_as_with_qemu(void)
{
	STAGE *stage = bus_stage_create_red();
	VIEWER *closing = bus_stage_viewer(stage, MAPS);
	VIEWER *staying = bus_stage_viewer(stage, MAPS);

	PRESS_KEY(closing, KEY_A);
	PRESS_KEY(staying, KEY_B);
	bus_stage_expect_input(stage, "key 0 30 1\nkey 0 48 1\n");
	fake_viewer_close_listener(closing);
	WAIT_UNTIL(stage, stage->lines_length > 0);
	bus_stage_expect_input(stage, "key 0 30 0\n");
	PRESS_KEY(closing, KEY_A);
	bus_stage_expect_input(stage, "key 0 30 1\n");
}

static void nothing_stays_down_when_the_bus_ends(void)
{
	STAGE *stage = bus_stage_create_red();
	VIEWER *client = bus_stage_viewer(stage, CLIENT);

	PRESS_KEY(client, KEY_A);
	bus_stage_stop(stage);
	bus_stage_expect_input(stage, "key 0 30 1\nkey 0 30 0\n");
}

int main(void)
{
	RUN_TEST(the_guest_and_its_consoles_introduce_themselves);
	RUN_TEST(interfaces_without_a_device_are_not_there);
	RUN_TEST(changes_are_signalled_to_every_client);
	RUN_TEST(a_mode_that_is_asked_for_is_what_all_viewers_get);
	RUN_TEST(a_mode_that_cannot_be_had_is_refused);
	RUN_TEST(input_comes_as_it_was_sent);
	RUN_TEST(wrong_arguments_are_refused_and_nothing_else_is_lost);
	RUN_TEST(what_nobody_pressed_is_not_released);
	RUN_TEST(a_key_is_down_while_anybody_holds_it);
	RUN_TEST(a_finger_belongs_to_who_put_it_down);
	RUN_TEST(who_leaves_lets_go_of_what_it_held_and_of_that_only);
	RUN_TEST(closing_a_listener_lets_go_as_with_qemu);
	RUN_TEST(nothing_stays_down_when_the_bus_ends);
}
