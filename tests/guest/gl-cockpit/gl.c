/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gl.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static GLuint shader(GLenum kind, const char *source)
{
	GLuint id = glCreateShader(kind);
	GLint compiled;
	char reason[512];

	glShaderSource(id, 1, &source, NULL);
	glCompileShader(id);
	glGetShaderiv(id, GL_COMPILE_STATUS, &compiled);
	if (!compiled) {
		glGetShaderInfoLog(id, sizeof(reason), NULL, reason);
		fprintf(stderr, "gl-cockpit: a shader does not compile: %s\n", reason);
		abort();
	}
	return id;
}

GLuint gl_program(const char *vertex, const char *fragment, const char *const *attributes)
{
	GLuint id = glCreateProgram();
	GLuint shaders[] = {shader(GL_VERTEX_SHADER, vertex), shader(GL_FRAGMENT_SHADER, fragment)};
	GLint linked;
	char reason[512];

	for (int i = 0; i < 2; i++) {
		glAttachShader(id, shaders[i]);
		glDeleteShader(shaders[i]);
	}
	for (int i = 0; attributes[i]; i++)
		glBindAttribLocation(id, i, attributes[i]);
	glLinkProgram(id);
	glGetProgramiv(id, GL_LINK_STATUS, &linked);
	if (!linked) {
		glGetProgramInfoLog(id, sizeof(reason), NULL, reason);
		fprintf(stderr, "gl-cockpit: a program does not link: %s\n", reason);
		abort();
	}
	return id;
}

GLuint gl_texture(int width, int height, const uint8_t *rgba, GLenum filter, bool mipmaps)
{
	GLenum wrap = mipmaps ? GL_REPEAT : GL_CLAMP_TO_EDGE;
	GLuint id;

	glGenTextures(1, &id);
	glBindTexture(GL_TEXTURE_2D, id);
	glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA, width, height, 0, GL_RGBA, GL_UNSIGNED_BYTE, rgba);
	glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, filter);
	glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER,
			mipmaps ? GL_LINEAR_MIPMAP_LINEAR : filter);
	glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_S, wrap);
	glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_T, wrap);
	if (mipmaps)
		glGenerateMipmap(GL_TEXTURE_2D);
	return id;
}

GLuint gl_vertices(const void *vertices, size_t length)
{
	GLuint id;

	glGenBuffers(1, &id);
	glBindBuffer(GL_ARRAY_BUFFER, id);
	glBufferData(GL_ARRAY_BUFFER, length, vertices, GL_STATIC_DRAW);
	glBindBuffer(GL_ARRAY_BUFFER, 0);
	return id;
}

static struct matrix multiply(const struct matrix *a, const struct matrix *b)
{
	struct matrix product = {0};

	for (int column = 0; column < 4; column++)
		for (int row = 0; row < 4; row++)
			for (int k = 0; k < 4; k++)
				product.m[column * 4 + row] += a->m[k * 4 + row] *
							       b->m[column * 4 + k];
	return product;
}

static void normalise(float v[3])
{
	float length = sqrtf(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);

	for (int i = 0; i < 3; i++)
		v[i] /= length;
}

static void cross(const float a[3], const float b[3], float product[3])
{
	for (int i = 0; i < 3; i++)
		product[i] = a[(i + 1) % 3] * b[(i + 2) % 3] - a[(i + 2) % 3] * b[(i + 1) % 3];
}

struct matrix matrix_view(const float eye[3], const float at[3], float vertical, float aspect,
			  float near, float far)
{
	/* The map's y runs down the page: seen from above, its axes are left-handed. */
	float forward[3] = {at[0] - eye[0], at[1] - eye[1], at[2] - eye[2]};
	float right[3], up[3], world_up[3] = {0, 0, 1};
	float focal = 1 / tanf(vertical * (float)M_PI / 360);
	struct matrix camera = {0}, projection = {0};

	normalise(forward);
	cross(world_up, forward, right);
	normalise(right);
	cross(forward, right, up);
	for (int i = 0; i < 3; i++) {
		camera.m[i * 4] = right[i];
		camera.m[i * 4 + 1] = up[i];
		camera.m[i * 4 + 2] = -forward[i];
		camera.m[12] -= right[i] * eye[i];
		camera.m[13] -= up[i] * eye[i];
		camera.m[14] += forward[i] * eye[i];
	}
	camera.m[15] = 1;
	projection.m[0] = focal / aspect;
	projection.m[5] = focal;
	projection.m[10] = (far + near) / (near - far);
	projection.m[11] = -1;
	projection.m[14] = 2 * far * near / (near - far);
	return multiply(&projection, &camera);
}
