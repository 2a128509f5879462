/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * GL
 *
 * The few things on OpenGL ES 2 that scenes share: programs, textures and
 * 4x4 matrices. All calls need a current context. A shader that does not compile is
 * our own mistake, and aborts with the reason.
 */

#include <GLES2/gl2.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* By column, as GL takes it. */
struct matrix {
	float m[16];
};

/** Compiles and links; attribute N of the program is the N-th name, up to NULL. */
GLuint gl_program(const char *vertex, const char *fragment, const char *const *attributes);

/** A texture of premultiplied RGBA, rows from the top. `filter` is for magnification; with
 * `mipmaps`, sides are powers of two and the texture repeats. */
GLuint gl_texture(int width, int height, const uint8_t *rgba, GLenum filter, bool mipmaps);

/** A buffer with these vertices, to be drawn many times. */
GLuint gl_vertices(const void *vertices, size_t length);

/** What is seen from `eye`, looking towards `at`, z upwards: `vertical` is the angle of view in
 * degrees. */
struct matrix matrix_view(const float eye[3], const float at[3], float vertical, float aspect,
			  float near, float far);
