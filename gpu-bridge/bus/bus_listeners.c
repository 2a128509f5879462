/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The listeners of all outputs, and what the display tells them. */

#include "common/log.h"
#include "gpu-bridge/bus/display_bus_private.h"

/* -- What the display tells ---------------------------------------------------- */

/* A listener may end in its turn: its place stays. */
#define FOR_EACH_LISTENER(bus, output, place) \
	for (struct bus_listener *place = (bus)->outputs[output].listeners; \
	     place < (bus)->outputs[output].listeners + LISTENERS_MAX; place++) \
		if (place->calls)

/* A watcher has no use for modes: viewers see what the guest makes of them. */
static void handle_mode(void *data, unsigned output, const struct display_mode *mode)
{
}

static void handle_surface(void *data, unsigned index, const struct display_surface *surface)
{
	static const char *const names[] = {"Width", "Height", NULL};
	struct display_bus *bus = data;
	struct bus_output *output = &bus->outputs[index];

	FOR_EACH_LISTENER(bus, index, place)
	display_listener_surface_changed(place->calls);
	if (output->width == surface->width && output->height == surface->height)
		return;
	output->width = surface->width;
	output->height = surface->height;
	bus_emit_changed(bus, index, DISPLAY1_CONSOLE, names);
}

static void handle_update(void *data, unsigned output, const struct display_rect *rect)
{
	struct display_bus *bus = data;

	FOR_EACH_LISTENER(bus, output, place)
	display_listener_updated(place->calls, rect);
}

static void handle_disable(void *data, unsigned output)
{
	struct display_bus *bus = data;

	FOR_EACH_LISTENER(bus, output, place)
	display_listener_surface_changed(place->calls);
}

static void handle_cursor(void *data, unsigned output, const struct display_cursor *cursor)
{
	struct display_bus *bus = data;

	FOR_EACH_LISTENER(bus, output, place)
	display_listener_cursor_changed(place->calls);
}

static void handle_pointer(void *data, unsigned output, const struct display_pointer *pointer)
{
	struct display_bus *bus = data;

	FOR_EACH_LISTENER(bus, output, place)
	display_listener_pointer_moved(place->calls);
}

static const struct display_watcher_ops watcher_ops = {
	.on_mode = handle_mode,
	.on_surface = handle_surface,
	.on_update = handle_update,
	.on_disable = handle_disable,
	.on_cursor = handle_cursor,
	.on_pointer = handle_pointer,
};

void bus_listeners_open(struct display_bus *bus)
{
	bus->watcher = display_watch(bus->display, &watcher_ops, bus);
	for (unsigned i = 0; i < display_outputs(bus->display); i++)
		display_set_need(bus->watcher, i, false);
}

/* -- Listeners come and go ------------------------------------------------------ */

static void listener_close(struct bus_listener *place)
{
	display_listener_destroy(place->calls);
	place->calls = NULL;
}

void bus_listeners_close(struct display_bus *bus)
{
	display_unwatch(bus->watcher);
	for (unsigned i = 0; i < DISPLAY_OUTPUTS_MAX; i++)
		FOR_EACH_LISTENER(bus, i, place)
	listener_close(place);
}

/* As QEMU, which lets go of a console's keys when one of its listeners is gone; but of those
 * of the same client only. */
static void let_go(const struct bus_listener *place)
{
	struct display_bus *bus = place->owner;

	for (unsigned i = 0; i < CLIENTS_MAX; i++)
		if (bus->clients[i] && bus->clients[i]->id == place->client_id)
			bus_let_go(&bus->clients[i]->consoles[place->output]);
}

static void handle_need(void *data)
{
	const struct bus_listener *place = data;
	bool is_needed = false;

	FOR_EACH_LISTENER(place->owner, place->output, other)
	is_needed = is_needed || display_listener_needs_pixels(other->calls);
	display_set_need(place->owner->watcher, place->output, is_needed);
}

static void handle_end(void *data, const char *reason)
{
	struct bus_listener *place = data;

	if (reason)
		log_warning("output %u: dropping a viewer: %s", place->output, reason);
	else
		log_debug("output %u: a viewer has left", place->output);
	listener_close(place);
	handle_need(place);
	let_go(place);
}

static const struct display_listener_events listener_events = {
	.on_end = handle_end,
	.on_need = handle_need,
};

struct bus_listener *bus_listener_place(struct display_bus *bus, unsigned output)
{
	for (unsigned i = 0; i < LISTENERS_MAX; i++)
		if (!bus->outputs[output].listeners[i].calls)
			return &bus->outputs[output].listeners[i];
	return NULL;
}

int bus_listener_open(struct bus_listener *place, const struct bus_client *client, int fd)
{
	place->client_id = client->id;
	return display_listener_create(place->owner->loop, place->owner->display, place->output, fd,
				       place->owner->patience_us, &listener_events, place,
				       &place->calls);
}
