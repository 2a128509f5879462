/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * RDP client
 *
 * A client without a window, on FreeRDP's client library: it decodes what it
 * is shown into memory, so that tests can compare pixels, and does what a user
 * would. It can also stop reading, as a stuck one does.
 *
 * Threads: the client runs on one of its own; the functions are for one other.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/cleanup.h"

struct rdp_client;

#define RDP_CLIENT_MONITORS_MAX 4

struct rdp_client_monitor {
	int32_t x;
	int32_t y;
	uint32_t width;
	uint32_t height;
};

/* One frame's painting: the box around it. */
struct rdp_client_paint {
	int32_t x;
	int32_t y;
	int32_t width;
	int32_t height;
	uint64_t bytes_received; /* since the connection began */
	uint64_t received_us;	 /* when the last of it was there, before it was decoded */
	const uint32_t *pixels;	 /* the desktop's (x8r8g8b8), as long as this lasts */
	size_t stride_bytes;
};

struct rdp_client_options {
	uint16_t port; /* on 127.0.0.1 */
	const char *user;
	const char *password;
	uint32_t width; /* of the window, and of its only monitor */
	uint32_t height;
	bool is_without_graphics; /* knows bitmap updates only */
	bool refuses_graphics;	  /* says that it knows them, and then refuses the channel */
	bool never_acknowledges;  /* says that it will not */
	bool is_silent;		  /* does not acknowledge, and does not say so */
	bool takes_video;	  /* decodes AVC420 */
	bool is_blind;		  /* decodes and paints nothing, but acknowledges */
	bool has_touch;
	bool has_display_control;
	/* Told of what was painted, and how much came for it; on the client's thread. NULL: not. */
	void (*on_paint)(void *data, const struct rdp_client_paint *paint);
	void *data;
	unsigned monitors; /* 0: one, that is not spoken of */
	struct rdp_client_monitor monitor[RDP_CLIENT_MONITORS_MAX];
};

/* What came through the graphics pipeline. */
struct rdp_client_video {
	uint64_t frames;
	uint64_t pieces;	 /* exact ones */
	uint64_t units;		 /* of video, decoded on a surface that is not shown */
	uint64_t units_in_place; /* the same on one that is */
	uint64_t copies;	 /* from surface to surface */
	unsigned surfaces;	 /* there now */
	unsigned bad_rects;	 /* of units: that overlap, are empty or lie outside */
	unsigned errors;	 /* FreeRDP's */
	uint64_t received_us;	 /* when the last piece or unit was there, not decoded yet */
	uint64_t bytes;		 /* received since the connection began */
};

/* How far the desktop is from what it is to show, over all colours of all pixels. */
struct rdp_client_difference {
	unsigned greatest;
	double mean;
};

/* What the client's pointer looks like. */
enum rdp_client_pointer {
	RDP_CLIENT_POINTER_NONE, /* nothing was said of it */
	RDP_CLIENT_POINTER_ARROW,
	RDP_CLIENT_POINTER_HIDDEN,
	RDP_CLIENT_POINTER_SHAPE,
};

/** Begins to connect. */
struct rdp_client *rdp_client_start(const struct rdp_client_options *options);

/** Disconnects. Accepts NULL. */
void rdp_client_destroy(struct rdp_client *client);

/** Whether the desktop is shown (or was, before the end). */
bool rdp_client_is_connected(struct rdp_client *client);

/** Whether the connection was refused or has ended. */
bool rdp_client_has_ended(struct rdp_client *client);

/** FreeRDP's last error, as in freerdp/error.h. */
uint32_t rdp_client_error(struct rdp_client *client);

bool rdp_client_has_touch(struct rdp_client *client);
bool rdp_client_has_display_control(struct rdp_client *client);

/** Once connected, as everything below. */
void rdp_client_desktop_size(struct rdp_client *client, uint32_t *ret_width, uint32_t *ret_height);

/** Whether the desktop shows exactly these pixels (x8r8g8b8) at x, y. */
bool rdp_client_shows(struct rdp_client *client, uint32_t x, uint32_t y, uint32_t width,
		      uint32_t height, const uint32_t *pixels);

/** How far it is from that. */
struct rdp_client_difference rdp_client_difference(struct rdp_client *client, uint32_t x,
						   uint32_t y, uint32_t width, uint32_t height,
						   const uint32_t *pixels);

struct rdp_client_video rdp_client_video(struct rdp_client *client);

/** Has `look` see the desktop's pixels (x8r8g8b8), while nothing is painted. */
void rdp_client_look(struct rdp_client *client,
		     void (*look)(void *data, const uint32_t *pixels, size_t stride_bytes,
				  uint32_t width, uint32_t height),
		     void *data);

/** The pointer, and the hot spot and first pixel of a shape (a8r8g8b8, straight). */
enum rdp_client_pointer rdp_client_pointer(struct rdp_client *client, uint32_t *ret_width,
					   uint32_t *ret_height, uint32_t *ret_hot_x,
					   uint32_t *ret_hot_y);

/** Acknowledges a frame, also one that was never sent. */
void rdp_client_acknowledge(struct rdp_client *client, uint32_t frame);

/** Begins anew with its graphics, with or without video. */
void rdp_client_advertise(struct rdp_client *client, bool takes_video);

/** Stops reading from the connection, or goes on. */
void rdp_client_pause(struct rdp_client *client, bool is_paused);

/** Says that its window is not seen, or is seen again. */
void rdp_client_minimise(struct rdp_client *client, bool is_minimised);

/** Asks for all of its desktop again. */
void rdp_client_refresh(struct rdp_client *client);

/* What a user does. Flags are those of [MS-RDPBCGR] 2.2.8.1.1.3. */
void rdp_client_key(struct rdp_client *client, uint16_t flags, uint8_t code);
void rdp_client_pause_key(struct rdp_client *client);
void rdp_client_unicode(struct rdp_client *client, uint16_t flags, uint16_t code);
void rdp_client_synchronize(struct rdp_client *client, uint32_t locks);
void rdp_client_mouse(struct rdp_client *client, uint16_t flags, uint16_t x, uint16_t y);
void rdp_client_extended_mouse(struct rdp_client *client, uint16_t flags, uint16_t x, uint16_t y);
void rdp_client_relative_mouse(struct rdp_client *client, uint16_t flags, int16_t dx, int16_t dy);

enum rdp_client_touch {
	RDP_CLIENT_TOUCH_DOWN,
	RDP_CLIENT_TOUCH_MOVE,
	RDP_CLIENT_TOUCH_UP,
	RDP_CLIENT_TOUCH_CANCEL,
};

/** Needs rdp_client_has_touch(). Returns false when FreeRDP does not take it. */
bool rdp_client_touch(struct rdp_client *client, enum rdp_client_touch kind, int32_t contact,
		      int32_t x, int32_t y);

/** Asks for another size. Needs rdp_client_has_display_control(). */
void rdp_client_resize(struct rdp_client *client, uint32_t width, uint32_t height);

DEFINE_CLEANUP(struct rdp_client *, rdp_client_destroy)
