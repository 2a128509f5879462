/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Input config
 *
 * What the virtio-input devices say about themselves (virtio 1.2, 5.8.4). Names and
 * numbers are those of QEMU's devices, so that what a guest has set up for those by
 * name holds. Of the events only those are offered that are really sent: a touch screen
 * with a mouse's buttons, as QEMU's, is a mouse to some guests.
 *
 * Threads: any.
 */

#include <linux/virtio_input.h>
#include <stdint.h>

enum input_kind {
	INPUT_KEYBOARD,
	INPUT_TABLET,
	INPUT_MOUSE,
	INPUT_TOUCH,
	INPUT_KINDS,
};

/* As the command line has it. */
const char *input_kind_name(enum input_kind kind);

/** Answers a driver that selected this of the device with this number among its kind. */
struct virtio_input_config input_config(enum input_kind kind, unsigned number, uint8_t select,
					uint8_t subsel);
