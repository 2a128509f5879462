/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * VNC wire
 *
 * What of RFB (the community's rfbproto) is ours to read and write, and how its
 * numbers lie in bytes.
 */

#include <stdint.h>

enum vnc_message {
	/* from the client */
	VNC_SET_PIXEL_FORMAT = 0,
	VNC_SET_ENCODINGS = 2,
	VNC_FRAMEBUFFER_UPDATE_REQUEST = 3,
	VNC_KEY_EVENT = 4,
	VNC_POINTER_EVENT = 5,
	VNC_CLIENT_CUT_TEXT = 6,
	VNC_ENABLE_CONTINUOUS_UPDATES = 150,
	VNC_CLIENT_FENCE = 248,
	VNC_SET_DESKTOP_SIZE = 251,
	VNC_QEMU = 255,
	/* from the server */
	VNC_FRAMEBUFFER_UPDATE = 0,
	VNC_END_OF_CONTINUOUS_UPDATES = 150,
	VNC_SERVER_FENCE = 248,
};

enum vnc_encoding {
	VNC_ENCODING_RAW = 0,
	VNC_ENCODING_HEXTILE = 5,
	VNC_ENCODING_ZLIB = 6,
	VNC_ENCODING_TIGHT = 7,
	VNC_ENCODING_ZRLE = 16,
	VNC_ENCODING_H264 = 50, /* "Open H.264" */
	/* JPEG's quality within Tight */
	VNC_ENCODING_QUALITY_9 = -23,
	VNC_ENCODING_QUALITY_0 = -32,
	VNC_ENCODING_DESKTOP_SIZE = -223,
	VNC_ENCODING_LAST_RECT = -224,
	VNC_ENCODING_CURSOR = -239,
	VNC_ENCODING_EXTENDED_DESKTOP_SIZE = -308,
	VNC_ENCODING_QEMU_KEYS = -258,
	VNC_ENCODING_FENCE = -312,
	VNC_ENCODING_CONTINUOUS_UPDATES = -313,
	VNC_ENCODING_ALPHA_CURSOR = -314,
	VNC_ENCODING_EXTENDED_BUTTONS = -316,
};

/* Of a rectangle of H.264: what its decoder forgets first. */
enum vnc_h264_flag {
	VNC_H264_RESET = 1 << 0,     /* the state of the rectangle's place */
	VNC_H264_RESET_ALL = 1 << 1, /* that of all places, which frees them */
};

enum vnc_fence_flag {
	VNC_FENCE_BLOCK_BEFORE = 1 << 0,
	VNC_FENCE_BLOCK_AFTER = 1 << 1,
	VNC_FENCE_SYNC_NEXT = 1 << 2,
	VNC_FENCE_REQUEST = 1u << 31,
};

#define VNC_FENCE_PAYLOAD_MAX 64

static inline uint16_t vnc_read_u16(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static inline uint32_t vnc_read_u32(const uint8_t *bytes)
{
	return (uint32_t)vnc_read_u16(bytes) << 16 | vnc_read_u16(bytes + 2);
}

static inline uint8_t *vnc_write_u16(uint8_t *bytes, uint16_t value)
{
	bytes[0] = (uint8_t)(value >> 8);
	bytes[1] = (uint8_t)value;
	return bytes + 2;
}

static inline uint8_t *vnc_write_u32(uint8_t *bytes, uint32_t value)
{
	return vnc_write_u16(vnc_write_u16(bytes, (uint16_t)(value >> 16)), (uint16_t)value);
}

/** The head of a FramebufferUpdate with `rects` rectangles. */
static inline uint8_t *vnc_write_update(uint8_t *bytes, uint16_t rects)
{
	bytes[0] = VNC_FRAMEBUFFER_UPDATE;
	bytes[1] = 0;
	return vnc_write_u16(bytes + 2, rects);
}

/** The head of one rectangle in it. */
static inline uint8_t *vnc_write_rect(uint8_t *bytes, uint16_t x, uint16_t y, uint16_t width,
				      uint16_t height, int32_t encoding)
{
	bytes = vnc_write_u16(vnc_write_u16(bytes, x), y);
	bytes = vnc_write_u16(vnc_write_u16(bytes, width), height);
	return vnc_write_u32(bytes, (uint32_t)encoding);
}

#define VNC_UPDATE_SIZE 4
#define VNC_RECT_SIZE	12
#define VNC_H264_SIZE	8 /* what a rectangle of H.264 has before its unit */
