/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Input events
 *
 * Where the display bus's input goes, if the bridge has input devices of its own:
 * which device an event is for, and what it is there.
 *
 * There is one keyboard. Of the others, the one with the number of the output is
 * for it, and one that is alone among its kind is for all of them: positions are then
 * told as if each output were its whole screen, as by QEMU's devices that are not bound
 * to one. Where an output has both a tablet and a mouse, the tablet has its
 * pointer. What an output has no device for goes nowhere.
 *
 * Threads: the loop's.
 */

#include "common/cleanup.h"
#include "common/loop.h"
#include "gpu-bridge/bus/display_bus.h"
#include "gpu-bridge/display.h"
#include "gpu-bridge/input/input_config.h"
#include "gpu-bridge/vhost/vhost_connection.h"

struct input_events;

/* Where the devices of a kind are served. */
struct input_sockets {
	unsigned count;
	struct vhost_address at[DISPLAY_OUTPUTS_MAX];
};

/**
 * Serves the devices, by their kind, for the outputs of `display`; both outlive this.
 * Returns 0 or negative errno, which it has logged.
 */
int input_events_create(struct loop *loop, struct display *display,
			const struct input_sockets sockets[INPUT_KINDS],
			struct input_events **ret_events);

/** Accepts NULL. */
void input_events_destroy(struct input_events *events);

/** For display_bus_create(), whose `data` is the input_events. */
const struct display_bus_input_ops *input_events_ops(const struct input_events *events);

/** Tells the bus that was created with them about pointers and lights, from now on: the loop
 * does not run without it any more. */
void input_events_attach(struct input_events *events, struct display_bus *bus);

DEFINE_CLEANUP(struct input_events *, input_events_destroy)
