/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Event text
 *
 * Evdev events as words that a test can compare: "key 30 1; x 10 y 20;", where a
 * semicolon ends a frame.
 */

#include <linux/virtio_input.h>
#include <stddef.h>

struct event_text {
	char text[4096];
	size_t length;
};

void event_text_add(struct event_text *text, const struct virtio_input_event *event);
