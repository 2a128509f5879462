/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Display bus, inside: what its interfaces share.
 *
 * A client has a console for each output; the interfaces of an object work on
 * that. Listeners are not the client's but the output's: as with QEMU, they go on
 * when the connection on which they were registered has ended.
 */

#include <systemd/sd-bus.h>

#include "common/display1.h"
#include "gpu-bridge/bus/bus_handshake.h"
#include "gpu-bridge/bus/display_bus.h"
#include "gpu-bridge/bus/display_listener.h"

#define CLIENTS_MAX   16
#define LISTENERS_MAX 8 /* an output */

/* What can be held down: keys by their qnum, then buttons, then fingers by their slot. */
#define HELD_KEYS    0
#define HELD_BUTTONS (HELD_KEYS + 256)
#define HELD_SLOTS   (HELD_BUTTONS + DISPLAY_BUTTONS)
#define HELD_MAX     (HELD_SLOTS + DISPLAY_TOUCH_SLOTS)

struct bus_client;

/* An output as one client has it. */
struct bus_console {
	struct bus_client *client;
	unsigned output;
	bool held[HELD_MAX];
};

struct bus_client {
	struct display_bus *owner;
	uint64_t id; /* no other has had it */
	int pid;
	struct bus_handshake *handshake;
	sd_bus *bus;
	bool is_ready; /* the handshake is over, and something was said */
	struct bus_console consoles[DISPLAY_OUTPUTS_MAX];
};

struct bus_listener {
	struct display_bus *owner;
	struct display_listener *calls; /* NULL: there is none */
	unsigned output;
	uint64_t client_id; /* which may have left */
};

struct bus_output {
	struct bus_listener listeners[LISTENERS_MAX];
	/* As Console has them; the last ones while the output is off. */
	uint32_t width;
	uint32_t height;
	bool is_absolute; /* its pointer */
};

struct display_bus {
	struct loop *loop;
	struct display *display;
	struct display_watcher *watcher;
	char *path;
	char *name;
	uint64_t patience_us;
	const struct display_bus_input_ops *input;
	void *input_data;
	unsigned locks;

	int listening;
	sd_event_source *accept_source;
	struct loop_timer *accept_timer; /* until it is tried again */
	uint64_t logged_us;		 /* when a line about a peer was written last */
	uint64_t clients_so_far;
	struct bus_client *clients[CLIENTS_MAX];
	struct bus_output outputs[DISPLAY_OUTPUTS_MAX];
};

/* -- Which interfaces there are ---------------------------------------------- */

static inline bool bus_has_keyboard(const struct display_bus *bus)
{
	return bus->input && bus->input->on_key;
}

static inline bool bus_has_mouse(const struct display_bus *bus)
{
	return bus->input && bus->input->on_button;
}

static inline bool bus_has_touch(const struct display_bus *bus)
{
	return bus->input && bus->input->on_touch;
}

/* Each adds its interface to a client's connection. Return 0 or negative errno. */
int bus_vm_export(struct bus_client *client);
int bus_console_export(struct bus_console *console, const char *path);
int bus_keyboard_export(struct bus_console *console, const char *path);
int bus_mouse_export(struct bus_console *console, const char *path);
int bus_touch_export(struct bus_console *console, const char *path);

/** A method without results, and a property that tells when it changes. */
#define BUS_METHOD(name, signature, handler) \
	SD_BUS_METHOD(name, signature, "", handler, SD_BUS_VTABLE_UNPRIVILEGED)
#define BUS_PROPERTY(name, signature, handler) \
	SD_BUS_PROPERTY(name, signature, handler, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE)

/* -- Clients: display_bus.c ---------------------------------------------------- */

/** Tells each client that properties of an output's console have changed. */
void bus_emit_changed(struct display_bus *bus, unsigned output, const char *interface,
		      const char *const *names);

/* -- Listeners: bus_listeners.c -------------------------------------------------- */

/** Starts to watch the display. */
void bus_listeners_open(struct display_bus *bus);
void bus_listeners_close(struct display_bus *bus);

/** A place for another listener, or NULL when there are as many as there can be. */
struct bus_listener *bus_listener_place(struct display_bus *bus, unsigned output);

/** Starts calling the viewer behind `fd`, which it takes, from `place`. Returns 0 or negative
 * errno. */
int bus_listener_open(struct bus_listener *place, const struct bus_client *client, int fd);

/* -- What is held: bus_held.c ------------------------------------------------------ */

/** Presses a key or a button. */
void bus_press(struct bus_console *console, unsigned what);

/** Lets go, unless somebody else holds it or the client did not. */
void bus_release(struct bus_console *console, unsigned what);

/** Lets go of all that a client holds on a console. */
void bus_let_go(struct bus_console *console);

/** Whether somebody other than this console holds it. */
bool bus_is_held_elsewhere(const struct bus_console *console, unsigned what);
