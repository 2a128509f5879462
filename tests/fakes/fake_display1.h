/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Fake display source
 *
 * Serves org.qemu.Display1 on a unix socket as QEMU does, and can play the QMP
 * monitor that hands the connection over. It draws nothing by itself: a test
 * paints into a head's surface and presents it, or sends calls that no honest
 * peer would.
 *
 * It runs on the caller's sd-event loop, beside what is tested: neither ever
 * waits for the other.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "common/cleanup.h"

struct fake_display1;

#define FAKE_HEADS_MAX 16

/* PIXMAN_x8r8g8b8, as QEMU's virtio-gpu has it. */
#define FAKE_FORMAT 0x20020888u

/* How the monitor in front of the display behaves. */
enum fake_monitor {
	FAKE_MONITOR_NONE,    /* the socket is the display's own: display1:PATH */
	FAKE_MONITOR_QMP,     /* a QMP monitor: qmp:PATH */
	FAKE_MONITOR_SILENT,  /* accepts and says nothing, as QEMU does to a second client */
	FAKE_MONITOR_BABBLE,  /* greets in another language */
	FAKE_MONITOR_ENDLESS, /* a greeting that never ends */
	FAKE_MONITOR_REFUSES, /* has no D-Bus display: add_client fails */
	FAKE_MONITOR_MUTE,    /* answers nothing once it is ready */
	FAKE_MONITOR_ENDS,    /* hangs up when it is sent input */
};

struct fake_options {
	const char *path;
	enum fake_monitor monitor;
	unsigned heads;
	uint32_t width;
	uint32_t height;
	bool heads_are_off;	/* all but head 0 show a placeholder until SetUIInfo */
	bool is_relative;	/* the pointer: IsAbsolute is false */
	bool is_silent;		/* takes the display connection, and says nothing on it */
	bool ignores_listeners; /* RegisterListener gets no answer */
	bool ignores_input;	/* keys get no answer; by the monitor nothing does */
	bool is_paused;		/* the monitor refuses input */
	const char *devices;	/* what the monitor answers qom-list with; NULL: gpu0 */
	bool follows_uiinfo;	/* SetUIInfo changes the surface, as a guest would */
	bool refuses_uiinfo;	/* SetUIInfo is an error */
	const char *label;	/* what consoles are called, before ".N"; NULL: gpu0 */
	/* Told of each thing that a client does, as a line: "key 30 1",
	 * "motion 0 x y", "relative 0 dx dy", "button 0 1 1",
	 * "touch 0 kind slot x y", "uiinfo 0 1920 1080", "look 0" where
	 * QEMU would have the guest look, "listener 0",
	 * "listener 0 closed"; by the monitor "gpu0.0 key 30 1", "gpu0.0 abs x 100",
	 * "gpu0.1 btn left 1", "gpu0.0 mtt begin 0 0 x 0". May be NULL. */
	void (*on_line)(void *data, const char *line);
	void *data;
};

/** Listens at `options->path`. Returns 0 or negative errno. */
int fake_display1_create(sd_event *event, const struct fake_options *options,
			 struct fake_display1 **ret_fake);

/** Closes all connections and removes the socket. Accepts NULL. */
void fake_display1_destroy(struct fake_display1 *fake);

/** Drops the clients, and goes on listening: what QEMU's end looks like, but for the socket. */
void fake_display1_hang_up(struct fake_display1 *fake);

/** The monitor refuses input from now on, or takes it again and says so. */
void fake_set_paused(struct fake_display1 *fake, bool is_paused);

/** Input by the monitor is answered from now on, and what was not before. */
void fake_answer_input(struct fake_display1 *fake);

/** The monitor says any text. */
void fake_monitor_say(struct fake_display1 *fake, const char *text);

void fake_set_absolute(struct fake_display1 *fake, bool is_absolute);
void fake_set_modifiers(struct fake_display1 *fake, unsigned modifiers);

/* -- What a head shows, as QEMU would send it ---------------------------- */

struct fake_size {
	uint32_t width;
	uint32_t height;
};

struct fake_size fake_head_size(struct fake_display1 *fake, unsigned head);

/** The surface to paint on; rows follow each other without a gap. */
uint32_t *fake_head_pixels(struct fake_display1 *fake, unsigned head);

/** A new surface, black and not presented: a mode change, or the other buffer of a flip. */
void fake_head_new_surface(struct fake_display1 *fake, unsigned head, uint32_t width,
			   uint32_t height);

/** Replaces the surface by QEMU's placeholder, and presents it. */
void fake_head_switch_off(struct fake_display1 *fake, unsigned head);

/**
 * Sends what changed in a rectangle to each listener: ScanoutMap, if it has
 * not got the surface yet, and UpdateMap; or, where it cannot map, copies.
 */
void fake_head_present(struct fake_display1 *fake, unsigned head, int32_t x, int32_t y,
		       int32_t width, int32_t height);

void fake_head_present_all(struct fake_display1 *fake, unsigned head);

/** Present listeners get copies from now on, as after a late reply to QEMU; new ones map. */
void fake_head_fall_back(struct fake_display1 *fake, unsigned head);

/** No listener may map at all: a VGA card's surface. */
void fake_head_set_copies(struct fake_display1 *fake, unsigned head, bool are_copies);

/** Resizes the present surface's file under those who have mapped it. */
void fake_head_truncate(struct fake_display1 *fake, unsigned head, size_t size);

void fake_head_define_cursor(struct fake_display1 *fake, unsigned head, int32_t width,
			     int32_t height, int32_t hot_x, int32_t hot_y, const void *pixels,
			     size_t size);
void fake_head_move_cursor(struct fake_display1 *fake, unsigned head, int32_t x, int32_t y,
			   bool is_visible);
void fake_head_disable(struct fake_display1 *fake, unsigned head);

/* -- Calls with any arguments --------------------------------------------- */

struct fake_scanout {
	uint32_t offset; /* of a map */
	uint32_t width;
	uint32_t height;
	uint32_t stride;
	uint32_t format;
};

/** `fd` stays the caller's. */
void fake_head_send_scanout_map(struct fake_display1 *fake, unsigned head, int fd,
				const struct fake_scanout *scanout);
void fake_head_send_update_map(struct fake_display1 *fake, unsigned head, int32_t x, int32_t y,
			       int32_t width, int32_t height);
void fake_head_send_scanout(struct fake_display1 *fake, unsigned head,
			    const struct fake_scanout *scanout, const void *bytes, size_t size);
void fake_head_send_update(struct fake_display1 *fake, unsigned head, int32_t x, int32_t y,
			   int32_t width, int32_t height, uint32_t stride, uint32_t format,
			   const void *bytes, size_t size);
void fake_head_send_scanout_dmabuf(struct fake_display1 *fake, unsigned head, int fd,
				   const struct fake_scanout *scanout);

/* -- What came back -------------------------------------------------------- */

/** How many listeners a head has that are ready. */
unsigned fake_head_listeners(struct fake_display1 *fake, unsigned head);

/** Replies and errors to the calls made on a head's listeners, closed ones included. */
unsigned fake_head_replies(struct fake_display1 *fake, unsigned head);
unsigned fake_head_errors(struct fake_display1 *fake, unsigned head);

/** Calls that wait for their answer. */
unsigned fake_head_unanswered(struct fake_display1 *fake, unsigned head);

DEFINE_CLEANUP(struct fake_display1 *, fake_display1_destroy)
