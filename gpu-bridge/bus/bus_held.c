/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What clients hold down. The guest has one keyboard, one pointer and one touch
 * screen, however many clients and outputs there are: a thing is down while
 * anybody holds it.
 */

#include "gpu-bridge/bus/display_bus_private.h"

static void tell(struct bus_console *console, unsigned what, bool is_down)
{
	const struct display_bus *bus = console->client->owner;
	const struct display_bus_input_ops *input = bus->input;

	if (what < HELD_BUTTONS)
		input->on_key(bus->input_data, console->output, (uint8_t)(what - HELD_KEYS),
			      is_down);
	else if (what < HELD_SLOTS)
		input->on_button(bus->input_data, console->output, what - HELD_BUTTONS, is_down);
	else if (!is_down)
		input->on_touch(bus->input_data, console->output, DISPLAY_TOUCH_UP,
				what - HELD_SLOTS, 0, 0);
}

bool bus_is_held_elsewhere(const struct bus_console *console, unsigned what)
{
	const struct display_bus *bus = console->client->owner;

	for (unsigned i = 0; i < CLIENTS_MAX; i++)
		for (unsigned output = 0; bus->clients[i] && output < DISPLAY_OUTPUTS_MAX;
		     output++) {
			const struct bus_console *other = &bus->clients[i]->consoles[output];

			if (other != console && other->held[what])
				return true;
		}
	return false;
}

void bus_press(struct bus_console *console, unsigned what)
{
	console->held[what] = true;
	tell(console, what, true);
}

void bus_release(struct bus_console *console, unsigned what)
{
	if (!console->held[what])
		return;
	console->held[what] = false;
	if (!bus_is_held_elsewhere(console, what))
		tell(console, what, false);
}

void bus_let_go(struct bus_console *console)
{
	for (unsigned what = 0; what < HELD_MAX; what++)
		bus_release(console, what);
}
