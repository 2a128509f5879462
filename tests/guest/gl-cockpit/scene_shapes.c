/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A scene to be compared with a reference: what OpenGL does, each in a part of the
 * screen of its own, moved on by the frame number alone. Its design is 640 by 360.
 *
 *   upper left    one texture by its nearest texels, turned by a degree a frame
 *   upper right   the same one filtered, and turned the other way
 *   lower left    a plane in perspective, with mipmaps
 *   lower right   two triangles that cross in depth; over them, blended: three discs that cover
 *                 and one whose light is added
 */

#include <math.h>
#include <stddef.h>
#include <stdlib.h>

#include "batch.h"
#include "gl.h"
#include "scene.h"
#include "sheet.h"

#define WIDTH	     640
#define HEIGHT	     360
#define TEXELS	     16
#define MAX_VERTICES 1024
#define DISC_SIDES   32

struct vertex {
	float x, y, z, w; /* clip space */
	float u, v;
	float colour[4];
};

struct shapes {
	struct layout layout;
	struct sheet *sheet;
	struct batch *batch;
	GLuint program, buffer;
	GLuint nearest, linear, mipmapped, plain;
	struct vertex vertices[MAX_VERTICES];
	int n_vertices;
};

static const char vertex_shader[] = "attribute vec4 position;\n"
				    "attribute vec2 place;\n"
				    "attribute vec4 colour;\n"
				    "varying vec2 at;\n"
				    "varying vec4 tint;\n"
				    "void main()\n"
				    "{\n"
				    "	gl_Position = position;\n"
				    "	at = place;\n"
				    "	tint = colour;\n"
				    "}\n";

static const char fragment_shader[] = "precision highp float;\n"
				      "uniform sampler2D surface;\n"
				      "varying vec2 at;\n"
				      "varying vec4 tint;\n"
				      "void main()\n"
				      "{\n"
				      "	gl_FragColor = texture2D(surface, at) * tint;\n"
				      "}\n";

static const char *const attributes[] = {"position", "place", "colour", NULL};

static struct shapes *shapes_from_scene(struct scene *scene)
{
	return (struct shapes *)scene;
}

/* No two texels beside each other are alike. */
static void paint_texels(uint8_t *rgba)
{
	for (int i = 0; i < TEXELS * TEXELS; i++) {
		int x = i % TEXELS, y = i / TEXELS;
		bool light = (x + y) % 2;

		rgba[i * 4] = light ? 255 : x * 16;
		rgba[i * 4 + 1] = light ? 96 + y * 10 : y * 16;
		rgba[i * 4 + 2] = light ? 255 - x * 16 : 64;
		rgba[i * 4 + 3] = 255;
	}
}

static struct scene *shapes_create(const struct world *world)
{
	static const uint8_t white[] = {255, 255, 255, 255};
	uint8_t rgba[TEXELS * TEXELS * 4];
	struct shapes *shapes = calloc(1, sizeof(*shapes));

	(void)world;
	if (!shapes)
		abort();
	paint_texels(rgba);
	shapes->program = gl_program(vertex_shader, fragment_shader, attributes);
	shapes->nearest = gl_texture(TEXELS, TEXELS, rgba, GL_NEAREST, false);
	shapes->linear = gl_texture(TEXELS, TEXELS, rgba, GL_LINEAR, false);
	shapes->mipmapped = gl_texture(TEXELS, TEXELS, rgba, GL_LINEAR, true);
	shapes->plain = gl_texture(1, 1, white, GL_NEAREST, false);
	shapes->batch = batch_create();
	glGenBuffers(1, &shapes->buffer);
	return (struct scene *)shapes;
}

static void shapes_destroy(struct scene *scene)
{
	struct shapes *shapes = shapes_from_scene(scene);
	const GLuint textures[] = {shapes->nearest, shapes->linear, shapes->mipmapped,
				   shapes->plain};

	glDeleteTextures(4, textures);
	glDeleteBuffers(1, &shapes->buffer);
	glDeleteProgram(shapes->program);
	sheet_destroy(shapes->sheet);
	batch_destroy(shapes->batch);
	free(shapes);
}

static void shapes_resize(struct scene *scene, int width, int height)
{
	struct shapes *shapes = shapes_from_scene(scene);

	sheet_destroy(shapes->sheet);
	shapes->sheet = sheet_create(1);
	sheet_make(shapes->sheet);
	shapes->layout = (struct layout){width, height, 1, 0, 0};
}

/* -- Collecting and drawing */

static void add(struct shapes *shapes, float x, float y, float z, float w, float u, float v,
		uint32_t colour)
{
	struct vertex *vertex = &shapes->vertices[shapes->n_vertices++];

	if (shapes->n_vertices == MAX_VERTICES)
		abort(); /* what is drawn is fixed */
	*vertex = (struct vertex){.x = (x * 2 / WIDTH - 1) * w,
				  .y = (1 - y * 2 / HEIGHT) * w,
				  .z = z * w,
				  .w = w,
				  .u = u,
				  .v = v};
	for (int i = 0; i < 4; i++)
		vertex->colour[(i + 3) % 4] = (colour >> (24 - 8 * i) & 0xff) / 255.0f;
}

static void draw(struct shapes *shapes, GLuint texture)
{
	static const int sizes[] = {4, 2, 4};
	static const size_t offsets[] = {offsetof(struct vertex, x), offsetof(struct vertex, u),
					 offsetof(struct vertex, colour)};

	glUseProgram(shapes->program);
	glBindTexture(GL_TEXTURE_2D, texture);
	glBindBuffer(GL_ARRAY_BUFFER, shapes->buffer);
	glBufferData(GL_ARRAY_BUFFER, shapes->n_vertices * sizeof(struct vertex), shapes->vertices,
		     GL_STREAM_DRAW);
	for (int i = 0; i < 3; i++) {
		glEnableVertexAttribArray(i);
		glVertexAttribPointer(i, sizes[i], GL_FLOAT, GL_FALSE, sizeof(struct vertex),
				      (const void *)offsets[i]);
	}
	glDrawArrays(GL_TRIANGLES, 0, shapes->n_vertices);
	glBindBuffer(GL_ARRAY_BUFFER, 0);
	shapes->n_vertices = 0;
}

static void draw_turned(struct shapes *shapes, GLuint texture, float x, float y, float degrees)
{
	static const float corners[6][2] = {{0, 0}, {1, 0}, {1, 1}, {0, 0}, {1, 1}, {0, 1}};
	float c = cosf(degrees * (float)M_PI / 180), s = sinf(degrees * (float)M_PI / 180);

	for (int i = 0; i < 6; i++) {
		float dx = (corners[i][0] - 0.5f) * 112, dy = (corners[i][1] - 0.5f) * 112;

		add(shapes, x + dx * c - dy * s, y + dx * s + dy * c, 0, 1, corners[i][0],
		    corners[i][1], 0xffffffff);
	}
	draw(shapes, texture);
}

static void draw_plane(struct shapes *shapes, uint32_t frame)
{
	/* Its far edge is 2.8 times as far away, and so much narrower. */
	const float near = 1, far = 2.8f, shift = frame % 64 / 64.0f;

	for (int i = 0; i < 2; i++) {
		add(shapes, 110, 200, 0, far, 1, 8 + shift, 0xffffffff);
		add(shapes, i ? 210 : 300, i ? 200 : 340, 0, i ? far : near, 3,
		    i ? 8 + shift : shift, 0xffffffff);
		add(shapes, i ? 300 : 20, 340, 0, near, i ? 3 : 1, shift, 0xffffffff);
	}
	draw(shapes, shapes->mipmapped);
}

static void draw_crossing(struct shapes *shapes, uint32_t frame)
{
	float shift = 20 * sinf(frame * (float)M_PI / 90);

	glEnable(GL_DEPTH_TEST);
	add(shapes, 350, 335, -0.8f, 1, 0, 0, 0xffff2020);
	add(shapes, 480 + shift, 195, 0, 1, 0, 0, 0xff20ff20);
	add(shapes, 610, 335, 0.8f, 1, 0, 0, 0xff2020ff);
	add(shapes, 350, 205, 0.8f, 1, 0, 0, 0xff20ffff);
	add(shapes, 610, 205, -0.8f, 1, 0, 0, 0xffff20ff);
	add(shapes, 480 - shift, 345, 0, 1, 0, 0, 0xffffff20);
	draw(shapes, shapes->plain);
	glDisable(GL_DEPTH_TEST);
}

static void draw_disc(struct shapes *shapes, float x, float y, float radius, uint32_t colour)
{
	for (int i = 0; i < DISC_SIDES; i++) {
		add(shapes, x, y, 0, 1, 0, 0, colour);
		for (int k = 0; k < 2; k++) {
			float angle = 2 * (float)M_PI * (i + k) / DISC_SIDES;

			add(shapes, x + radius * cosf(angle), y + radius * sinf(angle), 0, 1, 0, 0,
			    colour);
		}
	}
	draw(shapes, shapes->plain);
}

static void draw_discs(struct shapes *shapes)
{
	glEnable(GL_BLEND);
	glBlendFunc(GL_SRC_ALPHA, GL_ONE_MINUS_SRC_ALPHA);
	draw_disc(shapes, 440, 250, 40, 0x80ff4040);
	draw_disc(shapes, 480, 270, 40, 0x8040ff40);
	draw_disc(shapes, 460, 290, 40, 0xc04060ff);
	glBlendFunc(GL_SRC_ALPHA, GL_ONE);
	draw_disc(shapes, 530, 265, 44, 0x60ffffff);
	glDisable(GL_BLEND);
}

static void shapes_draw(struct scene *scene, uint32_t frame)
{
	struct shapes *shapes = shapes_from_scene(scene);

	glViewport(0, 0, shapes->layout.width, shapes->layout.height);
	glClearColor(0.0625f, 0.125f, 0.1875f, 1);
	glClear(GL_COLOR_BUFFER_BIT | GL_DEPTH_BUFFER_BIT);
	glDisable(GL_DEPTH_TEST);
	glDisable(GL_BLEND);
	draw_turned(shapes, shapes->nearest, 160, 100, frame % 360);
	draw_turned(shapes, shapes->linear, 480, 100, 360 - frame % 360);
	draw_plane(shapes, frame);
	draw_crossing(shapes, frame);
	draw_discs(shapes);
	batch_start(shapes->batch, &shapes->layout, shapes->sheet);
	batch_frame_number(shapes->batch, frame);
	batch_draw(shapes->batch);
}

static void shapes_click(struct scene *scene, int x, int y)
{
	(void)scene, (void)x, (void)y; /* nothing can be pressed */
}

const struct scene_ops scene_shapes = {
	.name = "shapes",
	.create = shapes_create,
	.destroy = shapes_destroy,
	.resize = shapes_resize,
	.draw = shapes_draw,
	.click = shapes_click,
};
