/* SPDX-License-Identifier: GPL-3.0-or-later */

/* org.qemu.Display1.Keyboard */

#include "gpu-bridge/bus/display_bus_private.h"

#define QNUM_MAX 0xff

static int read_key(sd_bus_message *message, sd_bus_error *error, unsigned *ret_what)
{
	uint32_t qnum;
	int r = sd_bus_message_read(message, "u", &qnum);

	if (r < 0)
		return r;
	if (qnum == 0 || qnum > QNUM_MAX)
		return sd_bus_error_setf(error, DISPLAY1_ERROR_INVALID, "There is no key %u", qnum);
	*ret_what = HELD_KEYS + qnum;
	return 0;
}

static int handle_press(sd_bus_message *message, void *data, sd_bus_error *error)
{
	unsigned what;
	int r = read_key(message, error, &what);

	if (r < 0)
		return r;
	bus_press(data, what);
	return sd_bus_reply_method_return(message, NULL);
}

static int handle_release(sd_bus_message *message, void *data, sd_bus_error *error)
{
	unsigned what;
	int r = read_key(message, error, &what);

	if (r < 0)
		return r;
	bus_release(data, what);
	return sd_bus_reply_method_return(message, NULL);
}

static int property_modifiers(sd_bus *sd_bus, const char *path, const char *interface,
			      const char *name, sd_bus_message *reply, void *data,
			      sd_bus_error *error)
{
	struct bus_console *console = data;

	return sd_bus_message_append(reply, "u", console->client->owner->locks);
}

static const sd_bus_vtable vtable[] = {
	SD_BUS_VTABLE_START(0),
	BUS_METHOD("Press", "u", handle_press),
	BUS_METHOD("Release", "u", handle_release),
	BUS_PROPERTY("Modifiers", "u", property_modifiers),
	SD_BUS_VTABLE_END,
};

int bus_keyboard_export(struct bus_console *console, const char *path)
{
	return sd_bus_add_object_vtable(console->client->bus, NULL, path, DISPLAY1_KEYBOARD, vtable,
					console);
}
