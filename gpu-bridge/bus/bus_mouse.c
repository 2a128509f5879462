/* SPDX-License-Identifier: GPL-3.0-or-later */

/* org.qemu.Display1.Mouse */

#include "gpu-bridge/bus/display_bus_private.h"

static int read_button(sd_bus_message *message, sd_bus_error *error, unsigned *ret_what)
{
	uint32_t button;
	int r = sd_bus_message_read(message, "u", &button);

	if (r < 0)
		return r;
	if (button >= DISPLAY_BUTTONS)
		return sd_bus_error_setf(error, DISPLAY1_ERROR_INVALID, "There is no button %u",
					 button);
	*ret_what = HELD_BUTTONS + button;
	return 0;
}

static bool is_wheel(unsigned what)
{
	return what == HELD_BUTTONS + DISPLAY_BUTTON_WHEEL_UP ||
	       what == HELD_BUTTONS + DISPLAY_BUTTON_WHEEL_DOWN;
}

static int handle_press(sd_bus_message *message, void *data, sd_bus_error *error)
{
	struct bus_console *console = data;
	unsigned what;
	int r = read_button(message, error, &what);

	if (r < 0)
		return r;
	bus_press(console, what);
	/* A wheel turns by notches: nobody holds it. */
	if (is_wheel(what))
		console->held[what] = false;
	return sd_bus_reply_method_return(message, NULL);
}

static int handle_release(sd_bus_message *message, void *data, sd_bus_error *error)
{
	unsigned what;
	int r = read_button(message, error, &what);

	if (r < 0)
		return r;
	bus_release(data, what);
	return sd_bus_reply_method_return(message, NULL);
}

static int handle_set_abs_position(sd_bus_message *message, void *data, sd_bus_error *error)
{
	struct bus_console *console = data;
	const struct display_bus *bus = console->client->owner;
	const struct display_surface *surface;
	uint32_t x, y;
	int r = sd_bus_message_read(message, "uu", &x, &y);

	if (r < 0)
		return r;
	if (!bus->outputs[console->output].is_absolute)
		return sd_bus_error_set(error, DISPLAY1_ERROR_INVALID, "The mouse is not absolute");
	surface = display_surface(bus->display, console->output);
	if (!surface || x >= surface->width || y >= surface->height)
		return sd_bus_error_setf(
			error, DISPLAY1_ERROR_INVALID, "%u,%u is outside of the %ux%u pixels shown",
			x, y, surface ? surface->width : 0, surface ? surface->height : 0);
	bus->input->on_position(bus->input_data, console->output, x, y);
	return sd_bus_reply_method_return(message, NULL);
}

static int handle_rel_motion(sd_bus_message *message, void *data, sd_bus_error *error)
{
	struct bus_console *console = data;
	const struct display_bus *bus = console->client->owner;
	int32_t dx, dy;
	int r = sd_bus_message_read(message, "ii", &dx, &dy);

	if (r < 0)
		return r;
	if (bus->outputs[console->output].is_absolute)
		return sd_bus_error_set(error, DISPLAY1_ERROR_INVALID, "The mouse is not relative");
	bus->input->on_motion(bus->input_data, console->output, dx, dy);
	return sd_bus_reply_method_return(message, NULL);
}

static int property_is_absolute(sd_bus *sd_bus, const char *path, const char *interface,
				const char *name, sd_bus_message *reply, void *data,
				sd_bus_error *error)
{
	struct bus_console *console = data;
	const struct bus_output *output = &console->client->owner->outputs[console->output];

	return sd_bus_message_append(reply, "b", output->is_absolute);
}

static const sd_bus_vtable vtable[] = {
	SD_BUS_VTABLE_START(0),
	BUS_METHOD("Press", "u", handle_press),
	BUS_METHOD("Release", "u", handle_release),
	BUS_METHOD("SetAbsPosition", "uu", handle_set_abs_position),
	BUS_METHOD("RelMotion", "ii", handle_rel_motion),
	BUS_PROPERTY("IsAbsolute", "b", property_is_absolute),
	SD_BUS_VTABLE_END,
};

int bus_mouse_export(struct bus_console *console, const char *path)
{
	return sd_bus_add_object_vtable(console->client->bus, NULL, path, DISPLAY1_MOUSE, vtable,
					console);
}
