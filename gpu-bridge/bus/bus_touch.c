/* SPDX-License-Identifier: GPL-3.0-or-later */

/* org.qemu.Display1.MultiTouch */

#include <math.h>

#include "gpu-bridge/bus/display_bus_private.h"

/* As QEMU numbers them. */
enum {
	KIND_BEGIN,
	KIND_UPDATE,
	KIND_END,
	KIND_CANCEL,
	KINDS,
};

/* A finger may slide off the screen: it stays at the edge. */
static uint32_t clamp(double position, uint32_t size)
{
	if (position < 0)
		return 0;
	return position < size ? (uint32_t)position : size - 1;
}

static int touch(struct bus_console *console, enum display_touch kind, unsigned slot, double x,
		 double y, sd_bus_error *error)
{
	const struct display_bus *bus = console->client->owner;
	const struct display_surface *surface = display_surface(bus->display, console->output);

	if (!surface)
		return sd_bus_error_set(error, DISPLAY1_ERROR_INVALID, "The screen is off");
	if (!isfinite(x) || !isfinite(y))
		return sd_bus_error_set(error, DISPLAY1_ERROR_INVALID, "The position is no number");
	if (kind == DISPLAY_TOUCH_DOWN && bus_is_held_elsewhere(console, HELD_SLOTS + slot))
		return sd_bus_error_setf(error, DISPLAY1_ERROR_INVALID,
					 "Slot %u is another client's finger", slot);
	/* One that is not down has nothing to move. */
	if (kind == DISPLAY_TOUCH_MOVE && !console->held[HELD_SLOTS + slot])
		return 0;
	console->held[HELD_SLOTS + slot] = true;
	bus->input->on_touch(bus->input_data, console->output, kind, slot, clamp(x, surface->width),
			     clamp(y, surface->height));
	return 0;
}

static int handle_send_event(sd_bus_message *message, void *data, sd_bus_error *error)
{
	struct bus_console *console = data;
	uint32_t kind;
	uint64_t slot;
	double x, y;
	int r = sd_bus_message_read(message, "utdd", &kind, &slot, &x, &y);

	if (r < 0)
		return r;
	if (kind >= KINDS)
		return sd_bus_error_setf(error, DISPLAY1_ERROR_INVALID, "There is no event %u",
					 kind);
	if (slot >= DISPLAY_TOUCH_SLOTS)
		return sd_bus_error_setf(error, DISPLAY1_ERROR_INVALID,
					 "There are slots 0 to %u only", DISPLAY_TOUCH_SLOTS - 1);
	if (kind == KIND_END || kind == KIND_CANCEL)
		bus_release(console, HELD_SLOTS + (unsigned)slot);
	else
		r = touch(console, kind == KIND_BEGIN ? DISPLAY_TOUCH_DOWN : DISPLAY_TOUCH_MOVE,
			  (unsigned)slot, x, y, error);
	return r < 0 ? r : sd_bus_reply_method_return(message, NULL);
}

static int property_max_slots(sd_bus *sd_bus, const char *path, const char *interface,
			      const char *name, sd_bus_message *reply, void *data,
			      sd_bus_error *error)
{
	return sd_bus_message_append(reply, "i", DISPLAY_TOUCH_SLOTS);
}

static const sd_bus_vtable vtable[] = {
	SD_BUS_VTABLE_START(0),
	BUS_METHOD("SendEvent", "utdd", handle_send_event),
	BUS_PROPERTY("MaxSlots", "i", property_max_slots),
	SD_BUS_VTABLE_END,
};

int bus_touch_export(struct bus_console *console, const char *path)
{
	return sd_bus_add_object_vtable(console->client->bus, NULL, path, DISPLAY1_MULTITOUCH,
					vtable, console);
}
