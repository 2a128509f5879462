/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/fakes/virgl_stream.h"

#include <string.h>

#include "tests/support/test.h"

enum command {
	CREATE_OBJECT = 1,
	DESTROY_OBJECT = 3,
	SET_FRAMEBUFFER_STATE = 5,
	CLEAR = 7,
	BLIT = 16,
};

#define OBJECT_SURFACE 8
#define CLEAR_COLOUR   (1u << 2)
#define BLIT_COLOURS   0xf
#define BLIT_LINEAR    (1u << 8)

static void add(struct virgl_stream *stream, uint32_t word)
{
	EXPECT(stream->count < sizeof(stream->words) / sizeof(stream->words[0]));
	stream->words[stream->count++] = word;
}

/* `length` words follow. */
static void begin(struct virgl_stream *stream, uint32_t command, uint32_t object, uint32_t length)
{
	add(stream, command | object << 8 | length << 16);
}

void virgl_stream_surface(struct virgl_stream *stream, uint32_t handle, uint32_t resource,
			  uint32_t format)
{
	begin(stream, CREATE_OBJECT, OBJECT_SURFACE, 5);
	add(stream, handle);
	add(stream, resource);
	add(stream, format);
	add(stream, 0); /* level */
	add(stream, 0); /* layers */
}

void virgl_stream_target(struct virgl_stream *stream, uint32_t handle)
{
	begin(stream, SET_FRAMEBUFFER_STATE, 0, 3);
	add(stream, 1);
	add(stream, 0); /* no depth */
	add(stream, handle);
}

void virgl_stream_clear(struct virgl_stream *stream, float red, float green, float blue,
			float alpha)
{
	const float colour[] = {red, green, blue, alpha};
	uint32_t word;

	begin(stream, CLEAR, 0, 8);
	add(stream, CLEAR_COLOUR);
	for (unsigned i = 0; i < 4; i++) {
		memcpy(&word, &colour[i], sizeof(word));
		add(stream, word);
	}
	add(stream, 0); /* depth, of 64 bits */
	add(stream, 0);
	add(stream, 0); /* stencil */
}

static void add_picture(struct virgl_stream *stream, const struct virgl_picture *picture,
			uint32_t format)
{
	add(stream, picture->resource);
	add(stream, 0); /* level */
	add(stream, format);
	add(stream, 0);
	add(stream, 0);
	add(stream, 0);
	add(stream, picture->width);
	add(stream, picture->height);
	add(stream, 1);
}

void virgl_stream_scale(struct virgl_stream *stream, const struct virgl_picture *to,
			const struct virgl_picture *from, uint32_t format)
{
	begin(stream, BLIT, 0, 21);
	add(stream, BLIT_COLOURS | BLIT_LINEAR);
	add(stream, 0); /* no scissors */
	add(stream, 0);
	add_picture(stream, to, format);
	add_picture(stream, from, format);
}

void virgl_stream_forget(struct virgl_stream *stream, uint32_t handle)
{
	begin(stream, DESTROY_OBJECT, OBJECT_SURFACE, 1);
	add(stream, handle);
}

void virgl_stream_add(struct virgl_stream *stream, uint32_t command, uint32_t word)
{
	begin(stream, command, 0, 1);
	add(stream, word);
}

void virgl_stream_add_bare(struct virgl_stream *stream, uint32_t command)
{
	begin(stream, command, 0, 0);
}
