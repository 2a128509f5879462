/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "town.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>

#include "gl.h"
#include "map.h"

#define GROUND_SIZE  2048 /* pixels of the map's texture */
#define FACADE_CELL  16	  /* pixels of one window with the wall around it */
#define FACADE_CELLS 16
#define FACADE_SIZE  (FACADE_CELL * FACADE_CELLS)
#define GLOW_SIZE    64
#define WINDOW_WIDTH 7.0f /* design units of one window with the wall around it */
#define STOREY	     7.5f
#define TREE_SIDES   7
#define VIEW_ANGLE   42.0f /* vertical, degrees */
#define EYE_BEHIND   150.0f
#define EYE_HEIGHT   80.0f
#define LOOK_AHEAD   84.0f
#define LOOK_HEIGHT  8.0f
#define SMOOTHING    150.0f /* the camera turns over so much of the route, before and behind */
#define FOG_NEAR     240.0f
#define FOG_FAR	     1150.0f
#define GROUND_REACH (MAP_PERIOD / 2 + FOG_FAR + EYE_BEHIND)
#define VERTEX_CHUNK 1024 /* a model grows by so many */
#define BLOCKS	     4	  /* of a period, in each direction */
#define BLOCK_SIZE   (MAP_PERIOD / BLOCKS)
#define BLOCK_RADIUS 330.0f /* from its middle to the farthest on it, bent as the map is */
#define MAX_VISIBLE  64

/*
 * The colour at a place is what its own colour gives where the texture lets it,
 * and the texture's light: rgb * texture.a + texture.rgb * a. The ground is all
 * light, a wall is wall with lit windows, a plain thing has a texture of alpha 1 without light.
 */
struct vertex {
	float x, y, z;
	uint8_t colour[4];
	float u, v;
};

struct model {
	struct vertex *vertices;
	int n_vertices;
	GLuint buffer;
};

/* What stands on a part of a period, so that only what can be seen is drawn, the nearest first. */
struct block {
	struct model model;
	float x, y; /* its middle */
};

struct town {
	struct block blocks[BLOCKS * BLOCKS];
	struct model ground, car, beams;
	GLuint program;
	GLint matrix, place, fog, range;
	GLuint map, facade, plain, glow;
};

static const char vertex_shader[] =
	"uniform mat4 matrix;\n"
	"uniform vec4 place;\n" /* x, y, cosine and sine of the direction */
	"attribute vec3 position;\n"
	"attribute vec4 colour;\n"
	"attribute vec2 spot;\n"
	"varying vec4 tint;\n"
	"varying vec2 at;\n"
	"void main()\n"
	"{\n"
	"	vec2 turned = vec2(position.x * place.z - position.y * place.w,\n"
	"			   position.x * place.w + position.y * place.z);\n"
	"	vec2 ground = turned + place.xy;\n"
	"	gl_Position = matrix * vec4(ground, position.z, 1.0);\n"
	"	tint = colour;\n"
	"	at = spot;\n"
	"}\n";

/* Haze thickens with depth, which is what w holds. */
static const char fragment_shader[] =
	"precision highp float;\n"
	"uniform sampler2D surface;\n"
	"uniform vec3 fog;\n"
	"uniform vec2 range;\n"
	"varying vec4 tint;\n"
	"varying vec2 at;\n"
	"void main()\n"
	"{\n"
	"	vec4 light = texture2D(surface, at);\n"
	"	vec3 colour = tint.rgb * light.a + light.rgb * tint.a;\n"
	"	float haze = clamp((1.0 / gl_FragCoord.w - range.x) / range.y, 0.0, 1.0);\n"
	"	haze = haze * (2.0 - haze);\n"
	"	gl_FragColor = vec4(mix(colour, fog, haze), 1.0 - haze);\n"
	"}\n";

static const char *const attributes[] = {"position", "colour", "spot", NULL};

/* -- Models */

static void add_vertex(struct model *model, const float at[3], uint32_t colour, float u, float v)
{
	struct vertex *vertex;

	if (model->n_vertices % VERTEX_CHUNK == 0) {
		model->vertices = realloc(model->vertices, (model->n_vertices + VERTEX_CHUNK) *
								   sizeof(struct vertex));
		if (!model->vertices)
			abort();
	}
	vertex = &model->vertices[model->n_vertices++];
	*vertex = (struct vertex){at[0], at[1], at[2], {0, 0, 0, colour >> 24}, u, v};
	for (int i = 0; i < 3; i++)
		vertex->colour[i] = colour >> (16 - 8 * i);
}

struct corner {
	float at[3];
	uint32_t colour;
	float u, v;
};

static void add_quad(struct model *model, const struct corner *corners)
{
	static const int order[] = {0, 1, 2, 0, 2, 3};

	for (int i = 0; i < 6; i++) {
		const struct corner *c = &corners[order[i]];

		add_vertex(model, c->at, c->colour, c->u, c->v);
	}
}

static void finish_model(struct model *model)
{
	model->buffer = gl_vertices(model->vertices, model->n_vertices * sizeof(struct vertex));
	free(model->vertices);
	model->vertices = NULL;
}

/* -- Houses and trees */

static uint32_t shaded(uint32_t colour, float light)
{
	uint32_t result = colour & 0xff000000;

	for (int shift = 0; shift < 24; shift += 8) {
		float value = (colour >> shift & 0xff) * light;

		result |= (uint32_t)(value > 255 ? 255 : value) << shift;
	}
	return result;
}

/* Moonlight comes from the south-east, for walls whose outside is this way. */
static float wall_light(float dx, float dy)
{
	float length = sqrtf(dx * dx + dy * dy);

	return 1.25f + 0.75f * (0.8f * dy - 0.6f * dx) / (length > 0 ? length : 1);
}

static unsigned int hash_of(float x, float y)
{
	unsigned int hash = (unsigned int)(int)x * 2654435761u ^ (unsigned int)(int)y * 40503u;

	return hash ^ hash >> 15;
}

static int clamp_block(float at)
{
	int block = (int)floorf(at / BLOCK_SIZE);

	return block < 0 ? 0 : block >= BLOCKS ? BLOCKS - 1 : block;
}

/* The block that a place is on; what the map's bending moved out of the period stays at its edge.
 */
static struct model *model_at(struct town *town, float x, float y)
{
	return &town->blocks[clamp_block(y) * BLOCKS + clamp_block(x)].model;
}

static void add_house(void *data, const struct map_house *house)
{
	struct model *model = model_at(data, house->corners[0][0], house->corners[0][1]);
	unsigned int hash = hash_of(house->corners[0][0], house->corners[0][1]);
	int storeys = 2 + hash % 4 + (hash >> 8 & 7 ? 0 : 3);
	float height = storeys * STOREY;
	float first = hash >> 4 & 15, shift = (hash >> 12 & 15) / (float)FACADE_CELLS;
	uint32_t roof = shaded(house->colour, 1.5f);
	struct corner top[4];

	for (int i = 0; i < 4; i++) {
		const float *a = house->corners[i], *b = house->corners[(i + 1) % 4];
		float dx = b[0] - a[0], dy = b[1] - a[1];
		float windows = roundf(sqrtf(dx * dx + dy * dy) / WINDOW_WIDTH);
		float u = (first + i * 3) / FACADE_CELLS, end = u + windows / FACADE_CELLS;
		float v = shift + (float)storeys / FACADE_CELLS;
		uint32_t wall = shaded(house->colour, wall_light(dx, dy));
		/* The lamps of the street light the foot of a wall. */
		uint32_t foot = shaded(0xff3d3a4a, wall_light(dx, dy));
		struct corner corners[4] = {
			{{a[0], a[1], height}, wall, u, shift},
			{{b[0], b[1], height}, wall, end, shift},
			{{b[0], b[1], 0}, foot, end, v},
			{{a[0], a[1], 0}, foot, u, v},
		};

		add_quad(model, corners);
		/* The texture's corner is wall without a window. */
		top[i] = (struct corner){{a[0], a[1], height}, roof, 0, 0};
	}
	add_quad(model, top);
}

static void add_tree(void *data, float x, float y, float radius)
{
	struct model *model = model_at(data, x, y);
	const float crown = radius * 2.4f;

	for (int i = 0; i < TREE_SIDES; i++) {
		float from = 2 * (float)M_PI * i / TREE_SIDES;
		float to = 2 * (float)M_PI * (i + 1) / TREE_SIDES;
		float light = 1.2f + 0.6f * sinf(from + 0.4f);
		const float foot[2][3] = {{x + radius * cosf(from), y + radius * sinf(from), 2},
					  {x + radius * cosf(to), y + radius * sinf(to), 2}};
		const float tip[3] = {x, y, crown};

		add_vertex(model, foot[0], shaded(0xff17402f, light), 0, 0);
		add_vertex(model, foot[1], shaded(0xff17402f, light), 0, 0);
		add_vertex(model, tip, shaded(0xff2a6b4a, light), 0, 0);
	}
}

static void skip_park(void *data, const float (*corners)[2])
{
	(void)data, (void)corners; /* painted on the ground already */
}

static const struct map_visitor builder = {
	.on_house = add_house,
	.on_park = skip_park,
	.on_tree = add_tree,
};

/* -- The car: x is forward, y to the right */

/* A body between two rectangles, of which the upper may be smaller. */
struct hull {
	float back, front, side, z; /* the lower rectangle */
	float top_back, top_front, top_side, top_z;
	uint32_t colour, top_colour;
};

static void add_hull(struct model *model, const struct hull *h)
{
	const float low[4][3] = {{h->back, -h->side, h->z},
				 {h->front, -h->side, h->z},
				 {h->front, h->side, h->z},
				 {h->back, h->side, h->z}};
	const float high[4][3] = {{h->top_back, -h->top_side, h->top_z},
				  {h->top_front, -h->top_side, h->top_z},
				  {h->top_front, h->top_side, h->top_z},
				  {h->top_back, h->top_side, h->top_z}};
	static const float lights[4] = {0.62f, 1.0f, 0.85f, 0.72f};
	struct corner top[4];

	for (int i = 0; i < 4; i++) {
		int next = (i + 1) % 4;
		uint32_t colour = shaded(h->colour, lights[i]);
		struct corner side[4] = {
			{{high[i][0], high[i][1], high[i][2]}, colour, 0, 0},
			{{high[next][0], high[next][1], high[next][2]}, colour, 0, 0},
			{{low[next][0], low[next][1], low[next][2]}, shaded(colour, 0.6f), 0, 0},
			{{low[i][0], low[i][1], low[i][2]}, shaded(colour, 0.6f), 0, 0},
		};

		add_quad(model, side);
		top[i] = (struct corner){{high[i][0], high[i][1], high[i][2]}, h->top_colour, 0, 0};
	}
	add_quad(model, top);
}

static void build_car(struct model *model)
{
	static const struct hull hulls[] = {
		/* Wheels, body, shoulders, glass, roof, and the lights at the back. */
		{-8.5f, -4.5f, 5.4f, 0, -8.5f, -4.5f, 5.4f, 3.6f, 0xff0a0c10, 0xff0a0c10},
		{4.5f, 8.5f, 5.4f, 0, 4.5f, 8.5f, 5.4f, 3.6f, 0xff0a0c10, 0xff0a0c10},
		{-12, 12, 5.2f, 1.2f, -11.6f, 11.2f, 5.2f, 4.4f, 0xffd9e4f2, 0xfff4f8ff},
		{-11.6f, 11.2f, 5.2f, 4.4f, -11, 10, 4.6f, 5.4f, 0xffcfdcec, 0xfff4f8ff},
		{-9.4f, 5.4f, 4.5f, 5.4f, -6.8f, 1.6f, 3.7f, 8.6f, 0xff1b2c44, 0xff1b2c44},
		{-6.8f, 1.6f, 3.7f, 8.6f, -6.4f, 1.2f, 3.4f, 8.9f, 0xffd9e4f2, 0xffffffff},
		{-12.2f, -11.6f, 4.9f, 3.5f, -12.1f, -11.6f, 4.9f, 4.5f, 0xffff2a3c, 0xffff5a66},
	};

	for (size_t i = 0; i < sizeof(hulls) / sizeof(hulls[0]); i++)
		add_hull(model, &hulls[i]);
}

/* Light on the road: before the car, and of its lamps behind. The colour's alpha is how much. */
static void add_glow(struct model *model, float x0, float x1, float side, uint32_t amount)
{
	const float z = 0.4f;
	struct corner corners[4] = {
		{{x1, -side, z}, amount << 24, 0, 0},
		{{x1, side, z}, amount << 24, 1, 0},
		{{x0, side, z}, amount << 24, 1, 1},
		{{x0, -side, z}, amount << 24, 0, 1},
	};

	add_quad(model, corners);
}

/* -- Textures */

static GLuint paint_ground(void)
{
	struct canvas canvas;
	uint8_t *rgba = malloc((size_t)GROUND_SIZE * GROUND_SIZE * 4);
	GLuint texture;

	if (!rgba)
		abort();
	canvas_init(&canvas, GROUND_SIZE, GROUND_SIZE, MAP_PERIOD, MAP_PERIOD);
	map_paint(&canvas);
	for (int i = 0; i < GROUND_SIZE * GROUND_SIZE; i++) {
		rgba[i * 4] = canvas.pixels[i] >> 16;
		rgba[i * 4 + 1] = canvas.pixels[i] >> 8;
		rgba[i * 4 + 2] = canvas.pixels[i];
		rgba[i * 4 + 3] = 0;
	}
	canvas_finish(&canvas);
	texture = gl_texture(GROUND_SIZE, GROUND_SIZE, rgba, GL_LINEAR, true);
	free(rgba);
	return texture;
}

/* Dark, warm or cool: what is behind the window of this cell. */
static uint32_t window_colour(int cell)
{
	unsigned int hash = hash_of(cell * 7 + 3, cell * 13 + 5);

	if (hash % 100 < 26)
		return hash % 3 ? 0xffd98a : 0xffb45a;
	return hash % 100 < 31 ? 0x9fd0ff : 0x0a1018;
}

static GLuint paint_facade(void)
{
	uint8_t *rgba = calloc((size_t)FACADE_SIZE * FACADE_SIZE, 4);
	GLuint texture;

	if (!rgba)
		abort();
	for (int y = 0; y < FACADE_SIZE; y++) {
		for (int x = 0; x < FACADE_SIZE; x++) {
			uint8_t *to = rgba + ((size_t)y * FACADE_SIZE + x) * 4;
			int column = x / FACADE_CELL, row = y / FACADE_CELL;
			int in_x = x % FACADE_CELL, in_y = y % FACADE_CELL;
			uint32_t colour = window_colour(row * FACADE_CELLS + column);

			to[3] = 255;
			if (in_x < 4 || in_x >= 12 || in_y < 4 || in_y >= 13)
				continue;
			to[0] = colour >> 16;
			to[1] = colour >> 8;
			to[2] = colour;
			to[3] = 0;
		}
	}
	texture = gl_texture(FACADE_SIZE, FACADE_SIZE, rgba, GL_LINEAR, true);
	free(rgba);
	return texture;
}

static GLuint paint_glow(void)
{
	static uint8_t rgba[GLOW_SIZE * GLOW_SIZE * 4];

	for (int y = 0; y < GLOW_SIZE; y++) {
		for (int x = 0; x < GLOW_SIZE; x++) {
			float dx = (x + 0.5f) / GLOW_SIZE * 2 - 1,
			      dy = (y + 0.5f) / GLOW_SIZE * 2 - 1;
			float rest = 1 - sqrtf(dx * dx + dy * dy);
			float light = rest > 0 ? rest * rest : 0;
			uint8_t *to = rgba + (y * GLOW_SIZE + x) * 4;

			to[0] = 255 * light;
			to[1] = 240 * light;
			to[2] = 205 * light;
		}
	}
	return gl_texture(GLOW_SIZE, GLOW_SIZE, rgba, GL_LINEAR, false);
}

/* -- Making and drawing */

static void build_ground(struct model *model)
{
	/* In pieces, so that numbers stay small beside their differences. */
	const int pieces = 4;
	const float size = 2 * GROUND_REACH / pieces;

	for (int i = 0; i < pieces * pieces; i++) {
		float x = -GROUND_REACH + i % pieces * size, y = -GROUND_REACH + i / pieces * size;
		struct corner corners[4];

		for (int k = 0; k < 4; k++) {
			float cx = x + (k == 1 || k == 2 ? size : 0), cy = y + (k >= 2 ? size : 0);

			corners[k] = (struct corner){
				{cx, cy, 0}, 0xff000000, cx / MAP_PERIOD, cy / MAP_PERIOD};
		}
		add_quad(model, corners);
	}
}

static void build_blocks(struct town *town)
{
	map_visit(&builder, town);
	for (int i = 0; i < BLOCKS * BLOCKS; i++) {
		struct block *block = &town->blocks[i];

		block->x = (i % BLOCKS + 0.5f) * BLOCK_SIZE;
		block->y = (i / BLOCKS + 0.5f) * BLOCK_SIZE;
		finish_model(&block->model);
	}
}

struct town *town_create(void)
{
	static const uint8_t plain[] = {0, 0, 0, 255};
	struct town *town = calloc(1, sizeof(*town));

	if (!town)
		abort();
	town->program = gl_program(vertex_shader, fragment_shader, attributes);
	town->matrix = glGetUniformLocation(town->program, "matrix");
	town->place = glGetUniformLocation(town->program, "place");
	town->fog = glGetUniformLocation(town->program, "fog");
	town->range = glGetUniformLocation(town->program, "range");
	town->map = paint_ground();
	town->facade = paint_facade();
	town->glow = paint_glow();
	town->plain = gl_texture(1, 1, plain, GL_NEAREST, false);
	build_blocks(town);
	build_ground(&town->ground);
	build_car(&town->car);
	add_glow(&town->beams, 4, 150, 34, 150);
	add_glow(&town->beams, -22, 22, 15, 90);
	finish_model(&town->ground);
	finish_model(&town->car);
	finish_model(&town->beams);
	return town;
}

void town_destroy(struct town *town)
{
	if (!town)
		return;

	const GLuint textures[] = {town->map, town->facade, town->plain, town->glow};
	const GLuint buffers[] = {town->ground.buffer, town->car.buffer, town->beams.buffer};

	glDeleteTextures(4, textures);
	glDeleteBuffers(3, buffers);
	for (int i = 0; i < BLOCKS * BLOCKS; i++)
		glDeleteBuffers(1, &town->blocks[i].model.buffer);
	glDeleteProgram(town->program);
	free(town);
}

/* The route jumps back by a period where it meets itself: as near to `origin` as the period lets it
 * be. */
static struct map_place place_near(struct map_place origin, double distance)
{
	struct map_place place = map_place_at(distance < 0 ? distance + 2 * MAP_PERIOD : distance);

	place.x -= MAP_PERIOD * roundf((place.x - origin.x) / MAP_PERIOD);
	place.y -= MAP_PERIOD * roundf((place.y - origin.y) / MAP_PERIOD);
	return place;
}

/* The way from a place behind the car to one before it. */
static void direction_at(double distance, float reach, float direction[2])
{
	struct map_place car = map_place_at(distance);
	struct map_place behind = place_near(car, distance - reach);
	struct map_place before = place_near(car, distance + reach);
	float dx = before.x - behind.x, dy = before.y - behind.y, length = sqrtf(dx * dx + dy * dy);

	direction[0] = dx / length;
	direction[1] = dy / length;
}

struct town_view town_view_at(double distance)
{
	float direction[2], pitch = atan2f(EYE_HEIGHT - LOOK_HEIGHT, EYE_BEHIND + LOOK_AHEAD);

	direction_at(distance, SMOOTHING, direction);
	return (struct town_view){
		.heading = atan2f(direction[1], direction[0]) * 180 / (float)M_PI,
		.horizon = 0.5f - 0.5f * tanf(pitch) / tanf(VIEW_ANGLE * (float)M_PI / 360),
	};
}

static void draw_model(const struct town *town, const struct model *model, GLuint texture, float x,
		       float y, const float direction[2])
{
	static const int sizes[] = {3, 4, 2};
	static const size_t offsets[] = {offsetof(struct vertex, x),
					 offsetof(struct vertex, colour),
					 offsetof(struct vertex, u)};

	glBindTexture(GL_TEXTURE_2D, texture);
	glUniform4f(town->place, x, y, direction[0], direction[1]);
	glBindBuffer(GL_ARRAY_BUFFER, model->buffer);
	for (int i = 0; i < 3; i++) {
		glEnableVertexAttribArray(i);
		glVertexAttribPointer(i, sizes[i], i == 1 ? GL_UNSIGNED_BYTE : GL_FLOAT, i == 1,
				      sizeof(struct vertex), (const void *)offsets[i]);
	}
	glDrawArrays(GL_TRIANGLES, 0, model->n_vertices);
}

/* A block in one period of the map. */
struct visible {
	const struct block *block;
	float x, y; /* of the period */
	float ahead;
};

static int compare_ahead(const void *a, const void *b)
{
	float difference = ((const struct visible *)a)->ahead - ((const struct visible *)b)->ahead;

	return (difference > 0) - (difference < 0);
}

/* Those that can be seen from the eye, looking in this direction; the nearest first. */
static int find_visible(const struct town *town, const float eye[3], const float direction[2],
			float sideways, struct visible *visible)
{
	int n = 0;

	for (int i = 0; i < 9 * BLOCKS * BLOCKS && n < MAX_VISIBLE; i++) {
		const struct block *block = &town->blocks[i % (BLOCKS * BLOCKS)];
		int period = i / (BLOCKS * BLOCKS);
		float x = (period % 3 - 1) * MAP_PERIOD, y = (period / 3 - 1) * MAP_PERIOD;
		float dx = x + block->x - eye[0], dy = y + block->y - eye[1];
		float ahead = dx * direction[0] + dy * direction[1];
		float aside = fabsf(dy * direction[0] - dx * direction[1]);

		if (ahead > -BLOCK_RADIUS && ahead < FOG_FAR + BLOCK_RADIUS &&
		    aside < fmaxf(ahead, 0) * sideways + 1.3f * BLOCK_RADIUS)
			visible[n++] = (struct visible){block, x, y, ahead};
	}
	qsort(visible, n, sizeof(*visible), compare_ahead);
	return n;
}

static void draw_houses(const struct town *town, const float eye[3], const float direction[2],
			float aspect)
{
	static const float straight[2] = {1, 0};
	struct visible visible[MAX_VISIBLE];
	float sideways = tanf(VIEW_ANGLE * (float)M_PI / 360) * aspect;
	int n = find_visible(town, eye, direction, sideways, visible);

	for (int i = 0; i < n; i++)
		draw_model(town, &visible[i].block->model, town->facade, visible[i].x, visible[i].y,
			   straight);
}

static void set_fog(const struct town *town, uint32_t colour)
{
	glUniform3f(town->fog, (colour >> 16 & 0xff) / 255.0f, (colour >> 8 & 0xff) / 255.0f,
		    (colour & 0xff) / 255.0f);
}

void town_draw(struct town *town, double distance, float aspect)
{
	static const float straight[2] = {1, 0};
	struct map_place car = map_place_at(distance);
	float view[2], direction[2];

	direction_at(distance, SMOOTHING, view);
	direction_at(distance, 14, direction);
	/* Into the period around the origin, which is the middle of the ground. */
	car.x -= MAP_PERIOD * roundf(car.x / MAP_PERIOD);
	car.y -= MAP_PERIOD * roundf(car.y / MAP_PERIOD);

	const float eye[3] = {car.x - view[0] * EYE_BEHIND, car.y - view[1] * EYE_BEHIND,
			      EYE_HEIGHT};
	const float at[3] = {car.x + view[0] * LOOK_AHEAD, car.y + view[1] * LOOK_AHEAD,
			     LOOK_HEIGHT};
	struct matrix matrix = matrix_view(eye, at, VIEW_ANGLE, aspect, 10,
					   EYE_BEHIND + GROUND_REACH);

	glUseProgram(town->program);
	glUniformMatrix4fv(town->matrix, 1, GL_FALSE, matrix.m);
	glUniform2f(town->range, FOG_NEAR, FOG_FAR - FOG_NEAR);
	set_fog(town, TOWN_HAZE);
	/* What is in front first: nothing is shaded for what is behind it. */
	glDisable(GL_BLEND);
	glEnable(GL_DEPTH_TEST);
	draw_model(town, &town->car, town->plain, car.x, car.y, direction);
	draw_houses(town, eye, view, aspect);
	draw_model(town, &town->ground, town->map, 0, 0, straight);
	glEnable(GL_BLEND);
	glBlendFunc(GL_ONE, GL_ONE);
	set_fog(town, 0); /* light fades, and does not add the haze again */
	draw_model(town, &town->beams, town->glow, car.x, car.y, direction);
	glDisable(GL_DEPTH_TEST);
	glBindBuffer(GL_ARRAY_BUFFER, 0);
}
