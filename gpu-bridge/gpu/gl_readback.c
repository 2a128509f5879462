/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gpu-bridge/gpu/gl_readback.h"

#include <epoxy/gl.h>

/* -- Life -------------------------------------------------------------------- */

void gl_readback_init(struct gl_readback *readback)
{
	glGenFramebuffers(1, &readback->framebuffer);
	readback->can_turn = epoxy_has_gl_extension("GL_MESA_pack_invert");
}

void gl_readback_finish(struct gl_readback *readback)
{
	glDeleteFramebuffers(1, &readback->framebuffer);
	glDeleteFramebuffers(1, &readback->turned_framebuffer);
	glDeleteTextures(1, &readback->turned_texture);
	*readback = (struct gl_readback){0};
}

/* -- Others' state ----------------------------------------------------------- */

/* The context is shared with others, who rely on what they set. */
struct bindings {
	GLint read;
	GLint draw;
};

static struct bindings bindings_save(void)
{
	struct bindings bindings;

	glGetIntegerv(GL_READ_FRAMEBUFFER_BINDING, &bindings.read);
	glGetIntegerv(GL_DRAW_FRAMEBUFFER_BINDING, &bindings.draw);
	return bindings;
}

static void bindings_restore(const struct bindings *bindings)
{
	glBindFramebuffer(GL_READ_FRAMEBUFFER, (GLuint)bindings->read);
	glBindFramebuffer(GL_DRAW_FRAMEBUFFER, (GLuint)bindings->draw);
}

static void bind_texture(GLenum target, GLuint framebuffer, GLuint texture)
{
	glBindFramebuffer(target, framebuffer);
	glFramebufferTexture2D(target, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, texture, 0);
}

/* -- Turning ----------------------------------------------------------------- */

static void make_room(struct gl_readback *readback, uint32_t width, uint32_t height)
{
	GLint before;

	if (readback->turned_width >= width && readback->turned_height >= height)
		return;
	if (readback->turned_width < width)
		readback->turned_width = width;
	if (readback->turned_height < height)
		readback->turned_height = height;
	if (!readback->turned_texture) {
		glGenTextures(1, &readback->turned_texture);
		glGenFramebuffers(1, &readback->turned_framebuffer);
	}
	glGetIntegerv(GL_TEXTURE_BINDING_2D, &before);
	glBindTexture(GL_TEXTURE_2D, readback->turned_texture);
	glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, (GLsizei)readback->turned_width,
		     (GLsizei)readback->turned_height, 0, GL_RGBA, GL_UNSIGNED_BYTE, NULL);
	glBindTexture(GL_TEXTURE_2D, (GLuint)before);
}

/* Draws a part of what is bound for reading upside down, and binds that in its place. */
static void turn(struct gl_readback *readback, GLint x, GLint y, GLint width, GLint height)
{
	GLboolean has_scissors = glIsEnabled(GL_SCISSOR_TEST);

	make_room(readback, (uint32_t)width, (uint32_t)height);
	bind_texture(GL_DRAW_FRAMEBUFFER, readback->turned_framebuffer, readback->turned_texture);
	glDisable(GL_SCISSOR_TEST);
	glBlitFramebuffer(x, y, x + width, y + height, 0, height, width, 0, GL_COLOR_BUFFER_BIT,
			  GL_NEAREST);
	if (has_scissors)
		glEnable(GL_SCISSOR_TEST);
	glBindFramebuffer(GL_READ_FRAMEBUFFER, readback->turned_framebuffer);
}

/* -- Fetching ---------------------------------------------------------------- */

static void read_pixels(const struct gl_texture *texture, GLint x, GLint y,
			const struct display_rect *rect, void *pixels, uint32_t stride_bytes)
{
	glBindBuffer(GL_PIXEL_PACK_BUFFER, 0);
	glPixelStorei(GL_PACK_ALIGNMENT, 4);
	glPixelStorei(GL_PACK_ROW_LENGTH, (GLint)(stride_bytes / 4));
	glReadPixels(x, y, (GLsizei)rect->width, (GLsizei)rect->height,
		     texture->is_rgba ? GL_RGBA : GL_BGRA, GL_UNSIGNED_BYTE, pixels);
	glPixelStorei(GL_PACK_ROW_LENGTH, 0);
}

void gl_readback_fetch(struct gl_readback *readback, const struct gl_texture *texture,
		       const struct display_rect *rect, void *pixels, uint32_t stride_bytes)
{
	struct bindings bindings = bindings_save();
	GLint x = (GLint)rect->x;
	GLint y = (GLint)rect->y;

	if (texture->is_bottom_up)
		y = (GLint)(texture->height - rect->y - rect->height);
	bind_texture(GL_READ_FRAMEBUFFER, readback->framebuffer, texture->name);
	if (texture->is_bottom_up && !readback->can_turn) {
		turn(readback, x, y, (GLint)rect->width, (GLint)rect->height);
		x = 0;
		y = 0;
	}
	if (readback->can_turn)
		glPixelStorei(GL_PACK_INVERT_MESA, texture->is_bottom_up);
	read_pixels(texture, x, y, rect, pixels, stride_bytes);
	if (readback->can_turn)
		glPixelStorei(GL_PACK_INVERT_MESA, GL_FALSE);
	bindings_restore(&bindings);
}

void gl_readback_clear(struct gl_readback *readback, const struct gl_texture *texture)
{
	static const GLfloat black[4];
	struct bindings bindings = bindings_save();
	GLboolean has_scissors = glIsEnabled(GL_SCISSOR_TEST);
	GLboolean mask[4];

	glGetBooleanv(GL_COLOR_WRITEMASK, mask);
	glDisable(GL_SCISSOR_TEST);
	glColorMask(GL_TRUE, GL_TRUE, GL_TRUE, GL_TRUE);
	bind_texture(GL_DRAW_FRAMEBUFFER, readback->framebuffer, texture->name);
	glClearBufferfv(GL_COLOR, 0, black);
	glColorMask(mask[0], mask[1], mask[2], mask[3]);
	if (has_scissors)
		glEnable(GL_SCISSOR_TEST);
	bindings_restore(&bindings);
}
