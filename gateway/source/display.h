/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Display
 *
 * The main connection to a peer that serves org.qemu.Display1: who the guest
 * is, and which graphic consoles it has.
 *
 * Threads: the loop's.
 */

#include <systemd/sd-bus.h>

#include "common/cleanup.h"
#include "common/loop.h"

/* More consoles than this are not looked at. */
#define DISPLAY_CONSOLES_MAX 64

struct display;

struct display_events {
	/* Name and consoles are known. */
	void (*on_ready)(void *data);

	/* The peer went away, or is not what it should be: `reason` completes
	 * "the display source ...". Nothing follows it. The display must be
	 * closed later, not in this call. */
	void (*on_lost)(void *data, const char *reason);
};

/** Starts to talk on a connected socket, which it takes. Returns 0 or negative errno. */
int display_open(struct loop *loop, int fd, const struct display_events *events, void *data,
		 struct display **ret_display);

/** Closes the connection. Accepts NULL. */
void display_close(struct display *display);

sd_bus *display_bus(struct display *display);

/** The VM's name and UUID, or "". Valid until display_close(). */
const char *display_guest_name(const struct display *display);
const char *display_guest_uuid(const struct display *display);

/** How many graphic consoles there are, and their ids in rising order. */
unsigned display_consoles(const struct display *display, const uint32_t **ret_ids);

/** What the console with one of those ids is called, or "". Valid until display_close(). */
const char *display_console_label(const struct display *display, uint32_t id);

DEFINE_CLEANUP(struct display *, display_close)
