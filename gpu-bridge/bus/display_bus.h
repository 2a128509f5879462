/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Display bus
 *
 * Shows a display to whoever connects to a unix socket, and takes their input:
 * org.qemu.Display1, peer to peer, as QEMU serves it.
 *
 *	/org/qemu/Display1/VM		VM
 *	/org/qemu/Display1/Console_N	Console, Keyboard, Mouse, MultiTouch: output N
 *
 * Unlike QEMU it serves several clients at once, and nothing here ever waits for
 * one of them. What is pressed is down while any client holds it; a client that
 * leaves, or closes a listener, lets go of what it held there.
 *
 * The socket has mode 0600: whoever can connect is trusted to watch and to drive
 * the guest, and with no more than that. D-Bus bounds a message to 128 MB.
 *
 * Threads: the loop's.
 */

#include <stdbool.h>
#include <stdint.h>

#include "common/cleanup.h"
#include "common/loop.h"
#include "gpu-bridge/display.h"

struct display_bus;

/* As QEMU numbers them. The wheel's are told as presses only, one a notch. */
enum display_button {
	DISPLAY_BUTTON_LEFT,
	DISPLAY_BUTTON_MIDDLE,
	DISPLAY_BUTTON_RIGHT,
	DISPLAY_BUTTON_WHEEL_UP,
	DISPLAY_BUTTON_WHEEL_DOWN,
	DISPLAY_BUTTON_SIDE,
	DISPLAY_BUTTON_EXTRA,
	DISPLAY_BUTTONS,
};

enum display_touch {
	DISPLAY_TOUCH_DOWN,
	DISPLAY_TOUCH_MOVE,
	DISPLAY_TOUCH_UP,
};

#define DISPLAY_TOUCH_SLOTS 10

/* Where input goes. An interface whose functions are NULL is not served: Keyboard is on_key,
 * Mouse is on_button with on_position or on_motion or both, MultiTouch is on_touch. All that is
 * told has been checked: positions lie inside what the output shows. */
struct display_bus_input_ops {
	/* `qnum` is a set 1 scancode, with 0x80 where it is an extended one: QEMU's. A key that
	 * is down may be pressed again. */
	void (*on_key)(void *data, unsigned output, uint8_t qnum, bool is_down);
	void (*on_button)(void *data, unsigned output, enum display_button button, bool is_down);
	void (*on_position)(void *data, unsigned output, uint32_t x, uint32_t y);
	void (*on_motion)(void *data, unsigned output, int32_t dx, int32_t dy);
	void (*on_touch)(void *data, unsigned output, enum display_touch kind, unsigned slot,
			 uint32_t x, uint32_t y);
};

/* The keyboard's lights, as Keyboard.Modifiers has them. */
#define DISPLAY_LOCK_SCROLL 1u
#define DISPLAY_LOCK_NUM    2u
#define DISPLAY_LOCK_CAPS   4u

struct display_bus_options {
	const char *path; /* of the socket */
	const char *name; /* of the guest */
	/* How long a viewer may owe answers and give none before it is dropped. */
	uint64_t patience_us;
	const struct display_bus_input_ops *input; /* outlives the bus */
	void *input_data;
};

#define DISPLAY_BUS_PATIENCE_US (10 * UINT64_C(1000000))

/**
 * Starts to serve `display`, which outlives the bus. The mouse is absolute if it
 * can be. Returns 0 or negative errno: those of unix_socket_listen() among others.
 */
int display_bus_create(struct loop *loop, struct display *display,
		       const struct display_bus_options *options, struct display_bus **ret_bus);

/**
 * Closes all connections and removes the socket. What clients held is let go of.
 * Accepts NULL.
 */
void display_bus_destroy(struct display_bus *bus);

/** Which of on_position and on_motion is told of an output: its devices decide. */
void display_bus_set_absolute(struct display_bus *bus, unsigned output, bool is_absolute);

/** DISPLAY_LOCK_* of the lights that are on. */
void display_bus_set_locks(struct display_bus *bus, unsigned locks);

DEFINE_CLEANUP(struct display_bus *, display_bus_destroy)
