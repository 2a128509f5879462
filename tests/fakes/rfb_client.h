/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * RFB client
 *
 * A small VNC viewer for tests and benchmarks. It never blocks: the owner
 * polls its descriptor, and rfb_client_process() takes in what has come, up to
 * the last whole rectangle. It answers fences by itself; all else is the
 * owner's to send.
 *
 * With `decodes` it keeps the picture: Raw, ZRLE and Tight, exactly, and Tight's JPEG and
 * H.264. Without, it only parses, as a benchmark's viewer needs no picture.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <zlib.h>

#include "common/cleanup.h"

enum rfb_encoding {
	RFB_RAW = 0,
	RFB_TIGHT = 7,
	RFB_ZRLE = 16,
	RFB_H264 = 50,
	RFB_DESKTOP_SIZE = -223,
	RFB_LAST_RECT = -224,
	RFB_CURSOR = -239,
	RFB_QEMU_KEYS = -258,
	RFB_EXTENDED_DESKTOP_SIZE = -308,
	RFB_FENCE = -312,
	RFB_CONTINUOUS_UPDATES = -313,
	RFB_ALPHA_CURSOR = -314,
	RFB_EXTENDED_BUTTONS = -316,
	RFB_TIGHT_QUALITY_8 = -24,
};

enum rfb_state {
	RFB_STATE_VERSION,
	RFB_STATE_SECURITY,
	RFB_STATE_CHALLENGE,
	RFB_STATE_RESULT,
	RFB_STATE_INIT,
	RFB_STATE_READY,
	RFB_STATE_CLOSED,
};

struct h264_picture;
struct rfb_h264;
struct rfb_rect;
struct rfb_unit;

struct rfb_cursor {
	unsigned count; /* shapes received */
	uint16_t hot_x;
	uint16_t hot_y;
	uint16_t width;
	uint16_t height;
	uint32_t *pixels; /* A8R8G8B8, premultiplied */
};

struct rfb_client {
	int fd;
	enum rfb_state state;
	const char *password; /* NULL: none is expected */
	bool decodes;
	bool ignores_fences; /* a viewer that hangs behind */

	/* told of each picture rectangle, once it is there; may be NULL */
	void (*on_rect)(void *data, uint16_t x, uint16_t y, uint16_t width, uint16_t height);
	/* given each picture of video that was decoded, in place of the client's painting it,
	 * which is slow; may be NULL */
	void (*on_video)(void *data, const struct rfb_rect *rect,
			 const struct h264_picture *picture);
	void *data;

	/* input that is not parsed yet */
	uint8_t *input;
	size_t input_size;
	size_t input_room;

	unsigned rects_left; /* of the update that is being read */
	bool ends_with_last_rect;
	z_stream zrle;
	z_stream tight[4];
	bool has_tight[4];
	bool has_zrle;
	struct rfb_h264 *h264;

	/* what was seen, for the owner to look at */
	uint16_t width;
	uint16_t height;
	uint32_t *pixels; /* x8r8g8b8, with x = 0 */
	unsigned updates; /* that were whole */
	unsigned picture_rects;
	uint64_t picture_area; /* pixels of all picture rects */
	uint64_t bytes;
	uint64_t received_us;  /* when the last of them came (CLOCK_MONOTONIC) */
	int32_t last_encoding; /* of a picture rect */
	unsigned videos;       /* picture rects with encoding 50 */
	unsigned jpegs;
	struct rfb_unit *units; /* H.264, all that came (rfb_h264.h) */
	unsigned units_count;
	struct rfb_cursor cursor;
	bool has_qemu_keys;
	bool has_extended_buttons;
	bool has_continuous_updates;
	unsigned ends_of_continuous_updates;
	unsigned fence_requests;
	unsigned fence_answers;
	uint32_t fence_flags; /* of the last answer */
	unsigned sizes;	      /* ExtendedDesktopSize and DesktopSize rects */
	uint16_t size_reason;
	uint16_t size_status;
	char name[64];
	char failure[128]; /* the server's words, or ours for what it sent wrongly */
};

/** Takes over a connected socket. `password` must outlive the client. */
struct rfb_client *rfb_client_create(int fd, const char *password, bool decodes);

/** Accepts NULL. */
void rfb_client_destroy(struct rfb_client *client);

/**
 * Takes in what has come. Returns 0; or -ECONNRESET once the server has closed,
 * -EPROTO for what is no RFB (`failure` says what).
 */
int rfb_client_process(struct rfb_client *client);

/** Connects to 127.0.0.1:`port`, or to a unix socket. Returns a socket or negative errno. */
int rfb_connect_tcp(uint16_t port);
int rfb_connect_unix(const char *path);

/* What a viewer may say. All return 0 or negative errno; -EAGAIN when the line is full. */
int rfb_send(struct rfb_client *client, const void *bytes, size_t size);
int rfb_send_encodings(struct rfb_client *client, const int32_t *encodings, size_t count);
int rfb_send_request(struct rfb_client *client, bool is_incremental);
int rfb_send_request_of(struct rfb_client *client, uint16_t x, uint16_t y, uint16_t width,
			uint16_t height, bool is_incremental);
int rfb_send_pixel_format(struct rfb_client *client, uint8_t bits, uint8_t depth, uint16_t max,
			  uint8_t red_shift, uint8_t green_shift, uint8_t blue_shift);
int rfb_send_key(struct rfb_client *client, uint32_t keysym, bool is_down);
int rfb_send_qemu_key(struct rfb_client *client, uint32_t keysym, uint32_t keycode, bool is_down);
int rfb_send_pointer(struct rfb_client *client, uint16_t x, uint16_t y, uint16_t buttons);
int rfb_send_desktop_size(struct rfb_client *client, uint16_t width, uint16_t height);
int rfb_send_continuous(struct rfb_client *client, bool is_enabled);
int rfb_send_fence(struct rfb_client *client, uint32_t flags, const void *payload, uint8_t length);

DEFINE_CLEANUP(struct rfb_client *, rfb_client_destroy)
