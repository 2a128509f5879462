/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Source input
 *
 * The seat's input port onto the consoles of an org.qemu.Display1 peer: keys
 * go to the first head's console, pointer and touch to that of their head.
 *
 * QEMU aborts on a button that it does not know, and answers nonsense with
 * errors: what is sent has been checked. Calls that wait for their answer are
 * bounded: positions are merged, and presses are dropped while a peer does not
 * answer at all; releases are always sent, for they follow presses.
 *
 * Threads: the loop's.
 */

#include <stdint.h>
#include <systemd/sd-bus.h>

#include "common/cleanup.h"
#include "gateway/input/seat.h"

struct heads;
struct source_input;

/** All arguments must outlive the input. */
struct source_input *source_input_create(sd_bus *bus, struct heads *heads, struct seat *seat);

/** To be called with the bus about to be closed. Accepts NULL. */
void source_input_destroy(struct source_input *input);

/** Takes the devices of console `console_id` into use for head `head`. */
void source_input_add(struct source_input *input, unsigned head, uint32_t console_id);

/** For seat_attach(), with the source input as its data. */
extern const struct input_port source_input_port;

DEFINE_CLEANUP(struct source_input *, source_input_destroy)
