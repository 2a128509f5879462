/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "batch.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "frame_number.h"
#include "gl.h"

#define MAX_VERTICES 24576
#define ARC_STEP     4.0f /* degrees of one piece */

struct vertex {
	float x, y, depth; /* pixels */
	float u, v;
	uint8_t colour[4];
};

struct batch {
	struct layout layout;
	const struct sheet *sheet;
	struct vertex vertices[MAX_VERTICES];
	int n_vertices;
	GLuint program, buffer;
	GLint pixel, texture;
};

static const char vertex_shader[] =
	"uniform vec2 pixel;\n"
	"attribute vec3 position;\n"
	"attribute vec2 place;\n"
	"attribute vec4 colour;\n"
	"varying vec2 at;\n"
	"varying vec4 tint;\n"
	"void main()\n"
	"{\n"
	"	vec2 level = vec2(position.x * pixel.x - 1.0, 1.0 - position.y * pixel.y);\n"
	"	gl_Position = vec4(level * position.z, 0.0, position.z);\n"
	"	at = place;\n"
	"	tint = colour;\n"
	"}\n";

static const char fragment_shader[] = "precision mediump float;\n"
				      "uniform sampler2D sheet;\n"
				      "varying highp vec2 at;\n"
				      "varying vec4 tint;\n"
				      "void main()\n"
				      "{\n"
				      "	gl_FragColor = texture2D(sheet, at) * tint;\n"
				      "}\n";

static const char *const attributes[] = {"position", "place", "colour", NULL};

struct batch *batch_create(void)
{
	struct batch *batch = calloc(1, sizeof(*batch));

	if (!batch)
		abort();
	batch->program = gl_program(vertex_shader, fragment_shader, attributes);
	batch->pixel = glGetUniformLocation(batch->program, "pixel");
	batch->texture = glGetUniformLocation(batch->program, "sheet");
	glGenBuffers(1, &batch->buffer);
	return batch;
}

void batch_destroy(struct batch *batch)
{
	if (!batch)
		return;
	glDeleteProgram(batch->program);
	glDeleteBuffers(1, &batch->buffer);
	free(batch);
}

void batch_start(struct batch *batch, const struct layout *layout, const struct sheet *sheet)
{
	batch->layout = *layout;
	batch->sheet = sheet;
	batch->n_vertices = 0;
}

static void point_at(int attribute, int size, GLenum type, bool normalised, size_t offset)
{
	glEnableVertexAttribArray(attribute);
	glVertexAttribPointer(attribute, size, type, normalised, sizeof(struct vertex),
			      (const void *)offset);
}

void batch_draw(struct batch *batch)
{
	glUseProgram(batch->program);
	glUniform2f(batch->pixel, 2.0f / batch->layout.width, 2.0f / batch->layout.height);
	glUniform1i(batch->texture, 0);
	glBindTexture(GL_TEXTURE_2D, sheet_texture(batch->sheet));
	glBindBuffer(GL_ARRAY_BUFFER, batch->buffer);
	glBufferData(GL_ARRAY_BUFFER, batch->n_vertices * sizeof(struct vertex), batch->vertices,
		     GL_STREAM_DRAW);
	point_at(0, 3, GL_FLOAT, false, offsetof(struct vertex, x));
	point_at(1, 2, GL_FLOAT, false, offsetof(struct vertex, u));
	point_at(2, 4, GL_UNSIGNED_BYTE, true, offsetof(struct vertex, colour));
	glDisable(GL_DEPTH_TEST);
	glEnable(GL_BLEND);
	glBlendFunc(GL_ONE, GL_ONE_MINUS_SRC_ALPHA);
	glDrawArrays(GL_TRIANGLES, 0, batch->n_vertices);
	glBindBuffer(GL_ARRAY_BUFFER, 0);
	batch->n_vertices = 0;
}

/* -- Collecting */

static float pixel_x(const struct batch *batch, float x)
{
	return x * batch->layout.scale + batch->layout.offset_x;
}

static float pixel_y(const struct batch *batch, float y)
{
	return y * batch->layout.scale + batch->layout.offset_y;
}

static struct vertex vertex_at(float x, float y, float u, float v, uint32_t colour)
{
	uint32_t alpha = colour >> 24;
	struct vertex vertex = {x, y, 1, u, v, {0, 0, 0, alpha}};

	for (int i = 0; i < 3; i++)
		vertex.colour[i] = (colour >> (16 - 8 * i) & 0xff) * alpha / 255;
	return vertex;
}

static struct vertex white_at(const struct batch *batch, float x, float y, uint32_t colour)
{
	float u, v;

	sheet_white(batch->sheet, &u, &v);
	return vertex_at(x, y, u, v, colour);
}

static void triangle(struct batch *batch, struct vertex a, struct vertex b, struct vertex c)
{
	struct vertex *to = &batch->vertices[batch->n_vertices];

	if (batch->n_vertices + 3 > MAX_VERTICES)
		abort(); /* what is drawn is bounded */
	to[0] = a;
	to[1] = b;
	to[2] = c;
	batch->n_vertices += 3;
}

static void quad(struct batch *batch, struct vertex a, struct vertex b, struct vertex c,
		 struct vertex d)
{
	triangle(batch, a, b, c);
	triangle(batch, a, c, d);
}

static void rectangle(struct batch *batch, const struct picture *p, float x, float y, float width,
		      float height, struct vertex like)
{
	struct vertex corners[4] = {like, like, like, like};

	for (int i = 0; i < 4; i++) {
		bool right = i == 1 || i == 2, low = i >= 2;

		corners[i].x = x + (right ? width : 0);
		corners[i].y = y + (low ? height : 0);
		corners[i].u = right ? p->u1 : p->u0;
		corners[i].v = low ? p->v1 : p->v0;
	}
	quad(batch, corners[0], corners[1], corners[2], corners[3]);
}

/* Whole pixels to whole pixels: nothing is blurred. */
static void picture(struct batch *batch, const struct picture *p, float x, float y, uint32_t colour)
{
	rectangle(batch, p, roundf(pixel_x(batch, x)), roundf(pixel_y(batch, y)),
		  ceilf(p->width * batch->layout.scale), ceilf(p->height * batch->layout.scale),
		  vertex_at(0, 0, 0, 0, colour));
}

void batch_picture(struct batch *batch, int number, float x, float y, uint32_t colour)
{
	picture(batch, sheet_picture(batch->sheet, number), x, y, colour);
}

void batch_fit(struct batch *batch, int number, float x, float y, float width, float height,
	       uint32_t colour)
{
	rectangle(batch, sheet_picture(batch->sheet, number), pixel_x(batch, x), pixel_y(batch, y),
		  width * batch->layout.scale, height * batch->layout.scale,
		  vertex_at(0, 0, 0, 0, colour));
}

void batch_glow(struct batch *batch, int number, float x, float y, float width, float height,
		uint32_t colour)
{
	struct vertex like = vertex_at(0, 0, 0, 0, colour);

	like.colour[3] = 0; /* covers nothing */
	rectangle(batch, sheet_picture(batch->sheet, number), pixel_x(batch, x), pixel_y(batch, y),
		  width * batch->layout.scale, height * batch->layout.scale, like);
}

void batch_quad(struct batch *batch, int number, const float (*corners)[3], const uint32_t *colours)
{
	const struct picture *p = sheet_picture(batch->sheet, number);
	struct vertex vertices[4];

	for (int i = 0; i < 4; i++) {
		bool right = i == 1 || i == 2, low = i >= 2;

		vertices[i] = vertex_at(pixel_x(batch, corners[i][0]),
					pixel_y(batch, corners[i][1]), right ? p->u1 : p->u0,
					low ? p->v1 : p->v0, colours[i]);
		vertices[i].depth = corners[i][2];
	}
	quad(batch, vertices[0], vertices[1], vertices[2], vertices[3]);
}

void batch_box(struct batch *batch, float x, float y, float width, float height, uint32_t upper,
	       uint32_t lower)
{
	float x0 = pixel_x(batch, x), x1 = pixel_x(batch, x + width);
	float y0 = pixel_y(batch, y), y1 = pixel_y(batch, y + height);

	quad(batch, white_at(batch, x0, y0, upper), white_at(batch, x1, y0, upper),
	     white_at(batch, x1, y1, lower), white_at(batch, x0, y1, lower));
}

/* The fringe lies half inside and half outside of the edge. */
void batch_shape(struct batch *batch, int n_points, const float (*points)[2], uint32_t colour)
{
	struct vertex inside[16], outside[16];

	if (n_points > 16)
		abort();
	for (int i = 0; i < n_points; i++) {
		const float *before = points[(i + n_points - 1) % n_points];
		const float *after = points[(i + 1) % n_points];
		float ax = points[i][0] - before[0], ay = points[i][1] - before[1];
		float bx = after[0] - points[i][0], by = after[1] - points[i][1];
		float a = sqrtf(ax * ax + ay * ay), b = sqrtf(bx * bx + by * by);
		float nx = ay / a + by / b, ny = -ax / a - bx / b;
		float length = sqrtf(nx * nx + ny * ny);
		float x = pixel_x(batch, points[i][0]), y = pixel_y(batch, points[i][1]);

		nx *= 0.5f / length;
		ny *= 0.5f / length;
		inside[i] = white_at(batch, x - nx, y - ny, colour);
		outside[i] = white_at(batch, x + nx, y + ny, 0);
	}
	for (int i = 1; i < n_points - 1; i++)
		triangle(batch, inside[0], inside[i], inside[i + 1]);
	for (int i = 0; i < n_points; i++) {
		int next = (i + 1) % n_points;

		quad(batch, inside[i], outside[i], outside[next], inside[next]);
	}
}

static uint32_t mixed(uint32_t from, uint32_t to, float share)
{
	uint32_t colour = 0;

	for (int shift = 0; shift < 32; shift += 8) {
		float a = from >> shift & 0xff, b = to >> shift & 0xff;

		colour |= (uint32_t)(a + (b - a) * share + 0.5f) << shift;
	}
	return colour;
}

void batch_arc(struct batch *batch, float x, float y, float inner, float outer, float from,
	       float to, uint32_t from_colour, uint32_t to_colour)
{
	const float half = 0.5f / batch->layout.scale;
	/* Four rings of points: the fringes lie between the outer two and the inner two. */
	const float radii[4] = {inner - half, inner + half, outer - half, outer + half};
	int pieces = ceilf(fabsf(to - from) / ARC_STEP);
	struct vertex last[4], next[4];

	for (int i = 0; i <= pieces; i++) {
		float share = pieces ? (float)i / pieces : 0;
		float angle = (from + (to - from) * share) * (float)M_PI / 180;
		uint32_t colour = mixed(from_colour, to_colour, share);

		for (int ring = 0; ring < 4; ring++)
			next[ring] = white_at(batch, pixel_x(batch, x + radii[ring] * cosf(angle)),
					      pixel_y(batch, y + radii[ring] * sinf(angle)),
					      ring == 0 || ring == 3 ? 0 : colour);
		for (int ring = 0; i && ring < 3; ring++)
			quad(batch, last[ring], last[ring + 1], next[ring + 1], next[ring]);
		memcpy(last, next, sizeof(last));
	}
}

static float text_length(const struct batch *batch, int font, const char *text)
{
	float length = 0, advance;

	for (; *text; text++) {
		sheet_glyph(batch->sheet, font, *text, &advance);
		length += advance;
	}
	return length;
}

void batch_text(struct batch *batch, int font, float x, float y, enum align align, uint32_t colour,
		const char *text)
{
	float size = sheet_ascent(batch->sheet, font), advance;

	if (align != ALIGN_LEFT)
		x -= text_length(batch, font, text) / (align == ALIGN_CENTRE ? 2 : 1);
	for (; *text; text++) {
		const struct picture *glyph = sheet_glyph(batch->sheet, font, *text, &advance);

		if (*text != ' ')
			picture(batch, glyph, x - size / 8, y - size, colour);
		x += advance;
	}
}

void batch_frame_number(struct batch *batch, uint32_t number)
{
	uint32_t cells = frame_number_cells(number);

	for (int i = 0; i < 32; i++) {
		float x = i % FRAME_NUMBER_COLUMNS * FRAME_NUMBER_CELL;
		float y = (float)(i / FRAME_NUMBER_COLUMNS) * FRAME_NUMBER_CELL;
		uint32_t colour = 0xff000000 | frame_number_colour(cells >> (31 - i) & 1);

		quad(batch, white_at(batch, x, y, colour),
		     white_at(batch, x + FRAME_NUMBER_CELL, y, colour),
		     white_at(batch, x + FRAME_NUMBER_CELL, y + FRAME_NUMBER_CELL, colour),
		     white_at(batch, x, y + FRAME_NUMBER_CELL, colour));
	}
}
