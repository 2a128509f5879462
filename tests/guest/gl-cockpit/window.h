/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Window
 *
 * A full-screen window of the compositor's, drawn by OpenGL ES 2, and what is
 * done to it. At most one picture is on its way to the screen.
 */

#include <stdbool.h>

struct window;

struct window_listener {
	/* The window has this size now, in pixels. */
	void (*on_size)(void *data, int width, int height);

	/* As Linux names them: `value` is 0 up, 1 down. Positions are pixels. */
	void (*on_key)(void *data, int code, int value);
	void (*on_pointer)(void *data, int x, int y);
	void (*on_button)(void *data, int code, bool down);
	void (*on_wheel)(void *data, int clicks);
	void (*on_touch)(void *data, int slot, bool down, int x, int y);
};

/**
 * Opens the window, waits for its size and makes its context current. The listener must
 * outlive it.
 *
 * Returns 0, or a negative errno: -ECONNREFUSED without a compositor, -ENODEV without OpenGL.
 */
int window_open(const struct window_listener *listener, void *data, struct window **ret_window);

/** To be polled for reading between window_prepare() and window_handle(). */
int window_fd(const struct window *window);

/** Sends what is queued, and calls back for what was read already. Returns 0 or a negative errno.
 */
int window_prepare(struct window *window);

/** Reads, when the descriptor is `readable`, and calls back. Returns 0 or a negative errno. */
int window_handle(struct window *window, bool readable);

/** Waits for the compositor, and calls back. Returns 0 or a negative errno. */
int window_wait(struct window *window);

/** False while a picture is on its way to the screen. */
bool window_can_show(const struct window *window);

/** Hands what was drawn to the compositor. */
void window_show(struct window *window);
