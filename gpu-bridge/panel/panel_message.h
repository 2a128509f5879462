/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Panel message
 *
 * What we say on the gpu socket, and the one answer that we ask for (QEMU's
 * docs/interop/vhost-user-gpu.rst), in this machine's byte order.
 */

#include <stdint.h>

#include "gpu-bridge/display.h"

enum panel_request {
	PANEL_GET_PROTOCOL_FEATURES = 1,
	PANEL_SET_PROTOCOL_FEATURES = 2,
	PANEL_CURSOR_POS = 4,
	PANEL_CURSOR_POS_HIDE = 5,
	PANEL_CURSOR_UPDATE = 6,
	PANEL_SCANOUT = 7,
	PANEL_UPDATE = 8,
};

#define PANEL_FLAG_REPLY (1 << 2)

struct panel_header {
	uint32_t request;
	uint32_t flags;
	uint32_t size; /* of the payload */
};

struct panel_features {
	struct panel_header header;
	uint32_t features[2]; /* 64 bits; there may be no gap before them */
};

/* The picture's corner, as struct display_pointer has it. */
struct panel_cursor_pos {
	struct panel_header header;
	uint32_t output;
	int32_t x;
	int32_t y;
};

struct panel_cursor_update {
	struct panel_cursor_pos position; /* its header is the message's */
	uint32_t hot_x;
	uint32_t hot_y;
	uint32_t pixels[DISPLAY_CURSOR_SIDE * DISPLAY_CURSOR_SIDE];
};

struct panel_scanout {
	struct panel_header header;
	uint32_t output;
	uint32_t width; /* 0x0: off */
	uint32_t height;
};

/* Followed by the pixels, x8r8g8b8, in rows without gaps. */
struct panel_update {
	struct panel_header header;
	uint32_t output;
	uint32_t x;
	uint32_t y;
	uint32_t width;
	uint32_t height;
};
