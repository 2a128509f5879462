/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Virgl stream
 *
 * A few of the commands that a guest's OpenGL driver puts into SUBMIT_3D: enough to make a
 * texture one colour.
 */

#include <stdint.h>

struct virgl_stream {
	uint32_t words[256];
	unsigned count;
};

/** A surface, number `handle`, of a resource's first level. */
void virgl_stream_surface(struct virgl_stream *stream, uint32_t handle, uint32_t resource,
			  uint32_t format);

/** Draws into surface `handle` from now on. */
void virgl_stream_target(struct virgl_stream *stream, uint32_t handle);

/** Fills that. */
void virgl_stream_clear(struct virgl_stream *stream, float red, float green, float blue,
			float alpha);

/** Copies all of a resource's first level to another's, of another size: it is scaled. */
struct virgl_picture {
	uint32_t resource;
	uint32_t width;
	uint32_t height;
};
void virgl_stream_scale(struct virgl_stream *stream, const struct virgl_picture *to,
			const struct virgl_picture *from, uint32_t format);

/** A command of any number, with one word, or none. */
void virgl_stream_add(struct virgl_stream *stream, uint32_t command, uint32_t word);
void virgl_stream_add_bare(struct virgl_stream *stream, uint32_t command);

/** Destroys a surface. */
void virgl_stream_forget(struct virgl_stream *stream, uint32_t handle);
