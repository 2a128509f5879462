/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * A head of the fake display source: its surface, and the listeners that are
 * shown it. Private to the fake.
 */

#include <systemd/sd-bus.h>

#include "tests/fakes/fake_display1.h"

#define FAKE_LISTENERS_MAX 8

struct fake_surface {
	int fd;
	size_t size;
	uint32_t width;
	uint32_t height;
	uint32_t *pixels;
	uint64_t number; /* another one for each surface of the head */
};

struct fake_listener {
	struct fake_head *head;
	sd_bus *bus;
	bool is_ready; /* it has been asked what it can do */
	bool can_map;
	uint64_t surface; /* the number of the surface that it was sent; 0: none */
};

/* What SetUIInfo said. */
struct fake_uiinfo {
	uint16_t width_mm;
	uint16_t height_mm;
	int32_t x;
	int32_t y;
	uint32_t width;
	uint32_t height;
};

struct fake_head {
	struct fake_display1 *fake;
	unsigned index;
	struct fake_surface surface;
	struct fake_uiinfo uiinfo;
	bool are_copies;
	struct fake_listener *listeners[FAKE_LISTENERS_MAX];
	unsigned replies;
	unsigned errors;
	unsigned unanswered;
};

void fake_head_init(struct fake_head *head, struct fake_display1 *fake, unsigned index,
		    uint32_t width, uint32_t height);
void fake_head_finish(struct fake_head *head);

void fake_head_draw_placeholder(struct fake_head *head);
void fake_head_resize(struct fake_head *head, uint32_t width, uint32_t height);
void fake_head_show(struct fake_head *head, int32_t x, int32_t y, int32_t width, int32_t height);

/** Takes `fd`: the other end belongs to the client, which authenticates on it. */
int fake_head_add_listener(struct fake_head *head, sd_event *event, int fd);
void fake_head_close_listeners(struct fake_head *head);

/** Implemented by the fake itself. */
struct fake_head *fake_head_of(struct fake_display1 *fake, unsigned head);
void fake_say(struct fake_display1 *fake, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/** Makes a bus of the serving side from a socket, which it takes. */
int fake_bus_open(sd_event *event, int fd, sd_bus **ret_bus);
