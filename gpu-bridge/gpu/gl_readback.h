/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * GL read-back
 *
 * Fetches pixels of a texture, right way up, straight to where they are wanted: one copy. Needs
 * a current context of OpenGL or OpenGL ES, always the same one.
 *
 * Threads: the loop's.
 */

#include <stdbool.h>
#include <stdint.h>

#include "gpu-bridge/display.h"

/* Zero-initialise it. */
struct gl_readback {
	unsigned framebuffer;
	bool can_turn; /* the driver turns a picture upside down while it copies */

	/* Where it is turned otherwise. */
	unsigned turned_framebuffer;
	unsigned turned_texture;
	uint32_t turned_width;
	uint32_t turned_height;
};

/* A texture of GL_TEXTURE_2D. */
struct gl_texture {
	unsigned name;
	uint32_t height;
	bool is_bottom_up; /* its first row is the picture's last */
	bool is_rgba;	   /* is fetched as bytes of R, G, B and A; else B, G, R and A */
};

/** Makes what it needs in the current context. */
void gl_readback_init(struct gl_readback *readback);
void gl_readback_finish(struct gl_readback *readback);

/** Fetches `rect`, inside of the texture, to `pixels`, whose rows are `stride_bytes` long: a
 * multiple of 4. */
void gl_readback_fetch(struct gl_readback *readback, const struct gl_texture *texture,
		       const struct display_rect *rect, void *pixels, uint32_t stride_bytes);

/** Makes a texture transparent black. */
void gl_readback_clear(struct gl_readback *readback, const struct gl_texture *texture);
