/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Input
 *
 * Reads every evdev device and reports what was done. Devices that point
 * belong to heads by their order: the first tablet to head 0, the second to head
 * 1, and so the touch screens and the mice.
 */

#include <poll.h>
#include <stdbool.h>

#define INPUT_MAX_DEVICES 16

/* A position on an axis of 0..maximum. */
struct input_axis {
	int value, maximum;
};

struct input_listener {
	/* `code` and `value` are Linux's: 0 up, 1 down, 2 repeated. */
	void (*on_key)(void *data, int code, int value);
	void (*on_pointer)(void *data, int head, struct input_axis x, struct input_axis y);
	void (*on_motion)(void *data, int head, int dx, int dy);
	void (*on_button)(void *data, int head, int code, bool down);
	void (*on_wheel)(void *data, int head, int clicks);
	/* Once per report for each contact that changed. */
	void (*on_touch)(void *data, int head, int slot, bool down, struct input_axis x,
			 struct input_axis y);
};

struct input;

/** Opens all devices. The listener must outlive it. Aborts without memory. */
struct input *input_open(const struct input_listener *listener, void *data);

/** Fills in what to poll; returns how many, at most INPUT_MAX_DEVICES. */
int input_poll_fds(const struct input *input, struct pollfd *fds);

/** Reads what the n-th of those has. */
void input_handle(struct input *input, int n);

/**
 * The pixel of a screen of `size` pixels that QEMU meant.
 *
 * It sends floor(pixel * 32767 / size); this is the exact inverse.
 */
int input_pixel(struct input_axis axis, int size);
