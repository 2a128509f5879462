/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Bus input
 *
 * The guest's input devices as the consoles of an org.qemu.Display1 peer: keys
 * go to the first head's console, pointer and touch to that of their head.
 *
 * Threads: the loop's.
 */

#include <stdint.h>
#include <systemd/sd-bus.h>

#include "common/cleanup.h"

struct bus_input;
struct heads;
struct loop;
struct seat;

/** All arguments must outlive the input. Returns 0 or negative errno. */
int bus_input_create(struct loop *loop, sd_bus *bus, struct heads *heads, struct seat *seat,
		     struct bus_input **ret_input);

/** To be called with the seat detached, and the bus about to be closed. Accepts NULL. */
void bus_input_destroy(struct bus_input *input);

/** Takes the devices of console `console_id` into use for head `head`. */
void bus_input_add(struct bus_input *input, unsigned head, uint32_t console_id);

/** Begins to send what viewers do: seat_attach(). */
void bus_input_attach(struct bus_input *input);

DEFINE_CLEANUP(struct bus_input *, bus_input_destroy)
