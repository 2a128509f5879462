/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/bench/bench_pattern.h"

#include <string.h>

#include "common/xalloc.h"
#include "tests/bench/bench_marker.h"
#include "tests/bench/bench_pictures.h"

/* Pixels that a scrolling part goes on by in a frame. */
#define MAP_STEP_X  5
#define MAP_STEP_Y  3
#define LIST_STEP_Y 4

/* The map turns a little to and fro, and so is more than one motion for an encoder: this many
 * 1024ths of a pixel a row and frame, as far as 3/16. */
#define MAP_TURN_STEP 2
#define MAP_TURN_MAX  192

#define REGION_WIDTH  640
#define REGION_HEIGHT 360

#define TILE_WIDTH  64
#define TILE_HEIGHT 16

struct bench_pattern {
	uint32_t width;
	uint32_t height;
	enum bench_pattern_kind kind;
	struct bench_marker marker;
	bool has_key;	  /* that no frame has answered */
	bool is_drawn;	  /* the whole of it */
	uint32_t *screen; /* BENCH_WIDTH x BENCH_HEIGHT: the dashboard */
	uint32_t *map;	  /* the same size: what scrolls, and comes round at its edges */
};

bool bench_pattern_from_name(const char *name, enum bench_pattern_kind *ret_kind)
{
	static const char *const names[] = {"still", "motion", "region", "scatter"};

	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(name, names[i]) == 0) {
			*ret_kind = (enum bench_pattern_kind)i;
			return true;
		}
	return false;
}

/* Goes up and down between 0 and `height`, `period` long. */
static uint32_t wave(uint32_t at, uint32_t period, uint32_t height)
{
	uint32_t phase = at % period;

	return (phase < period / 2 ? phase : period - phase) * height / (period / 2);
}

/* The dashboard has flat parts, of which scrolling would change nothing: they get relief. */
static void add_relief(uint32_t *pixels)
{
	for (uint32_t y = 0; y < BENCH_HEIGHT; y++)
		for (uint32_t x = 0; x < BENCH_WIDTH; x++) {
			uint32_t *pixel = &pixels[(size_t)y * BENCH_WIDTH + x];
			uint32_t light = wave(x, 240, 48) + wave(y, 120, 32);
			uint32_t out = 0;

			for (unsigned shift = 0; shift < 24; shift += 8)
				out |= ((*pixel >> shift & 0xff) * 2 / 3 + light) << shift;
			*pixel = out;
		}
}

struct bench_pattern *bench_pattern_create(uint32_t width, uint32_t height)
{
	struct bench_pattern *pattern = xcalloc(1, sizeof(*pattern));

	pattern->width = width;
	pattern->height = height;
	pattern->screen = xcalloc(BENCH_PIXELS, sizeof(uint32_t));
	pattern->map = xcalloc(BENCH_PIXELS, sizeof(uint32_t));
	bench_pictures[0].draw(pattern->screen);
	memcpy(pattern->map, pattern->screen, BENCH_PIXELS * sizeof(uint32_t));
	add_relief(pattern->map);
	return pattern;
}

void bench_pattern_destroy(struct bench_pattern *pattern)
{
	if (!pattern)
		return;
	free(pattern->screen);
	free(pattern->map);
	free(pattern);
}

void bench_pattern_set_kind(struct bench_pattern *pattern, enum bench_pattern_kind kind)
{
	pattern->kind = kind;
	pattern->is_drawn = false;
}

void bench_pattern_note_key(struct bench_pattern *pattern)
{
	pattern->marker.keys++;
	pattern->has_key = true;
}

/* Draws a box of `from`, which is shifted, each row by `turn` 1024ths of a pixel further than the
 * one above, and comes round. */
static void draw_turned(const struct bench_pattern *pattern, const uint32_t *from, uint32_t *pixels,
			const pixman_box32_t *box, uint32_t shift_x, uint32_t shift_y,
			uint32_t turn)
{
	for (int32_t y = box->y1; y < box->y2; y++) {
		const uint32_t *row = from +
				      (size_t)((uint32_t)y + shift_y) % BENCH_HEIGHT * BENCH_WIDTH;
		uint32_t *out = pixels + (size_t)y * pattern->width + box->x1;
		uint32_t begin = ((uint32_t)box->x1 + shift_x + (uint32_t)y * turn / 1024) %
				 BENCH_WIDTH;
		uint32_t width = (uint32_t)(box->x2 - box->x1);
		uint32_t first = width < BENCH_WIDTH - begin ? width : BENCH_WIDTH - begin;

		memcpy(out, row + begin, first * sizeof(*out));
		memcpy(out + first, row, (width - first) * sizeof(*out));
	}
}

static void draw_shifted(const struct bench_pattern *pattern, const uint32_t *from,
			 uint32_t *pixels, const pixman_box32_t *box, uint32_t shift_x,
			 uint32_t shift_y)
{
	draw_turned(pattern, from, pixels, box, shift_x, shift_y, 0);
}

static void draw_map(const struct bench_pattern *pattern, uint32_t *pixels,
		     const pixman_box32_t *box)
{
	uint32_t frame = pattern->marker.frame;

	draw_turned(pattern, pattern->map, pixels, box, frame * MAP_STEP_X, frame * MAP_STEP_Y,
		    wave(frame * MAP_TURN_STEP, 2 * MAP_TURN_MAX, MAP_TURN_MAX));
}

static void add_box(pixman_region32_t *damage, const pixman_box32_t *box)
{
	pixman_region32_union_rect(damage, damage, box->x1, box->y1, (unsigned)(box->x2 - box->x1),
				   (unsigned)(box->y2 - box->y1));
}

static void draw_motion(struct bench_pattern *pattern, uint32_t *pixels, pixman_region32_t *damage)
{
	int32_t width = (int32_t)pattern->width, height = (int32_t)pattern->height;
	pixman_box32_t list = {0, 0, width / 4, height};
	pixman_box32_t map = {width / 4, 0, width, height};

	draw_shifted(pattern, pattern->map, pixels, &list, 0, pattern->marker.frame * LIST_STEP_Y);
	draw_map(pattern, pixels, &map);
	add_box(damage, &list);
	add_box(damage, &map);
}

static void draw_region(struct bench_pattern *pattern, uint32_t *pixels, pixman_region32_t *damage)
{
	int32_t x = (int32_t)(pattern->width - REGION_WIDTH) / 2;
	int32_t y = (int32_t)(pattern->height - REGION_HEIGHT) / 2;
	pixman_box32_t box = {x, y, x + REGION_WIDTH, y + REGION_HEIGHT};

	draw_map(pattern, pixels, &box);
	add_box(damage, &box);
}

/* Other tiles in each frame: half of them back to what they were. */
static void draw_scatter(struct bench_pattern *pattern, uint32_t *pixels, pixman_region32_t *damage)
{
	uint32_t columns = pattern->width / TILE_WIDTH, rows = pattern->height / TILE_HEIGHT;
	uint32_t random = pattern->marker.frame * 2654435761u;

	for (uint32_t i = 0; i < columns * rows / 20; i++) {
		pixman_box32_t box;

		random = random * 1664525 + 1013904223;
		box.x1 = (int32_t)((random >> 8) % columns * TILE_WIDTH);
		box.y1 = (int32_t)((random >> 20) % rows * TILE_HEIGHT);
		box.x2 = box.x1 + TILE_WIDTH;
		box.y2 = box.y1 + TILE_HEIGHT;
		draw_shifted(pattern, i % 2 ? pattern->map : pattern->screen, pixels, &box,
			     i % 2 ? random >> 16 : 0, 0);
		add_box(damage, &box);
	}
}

static void draw_all(struct bench_pattern *pattern, uint32_t *pixels, pixman_region32_t *damage)
{
	pixman_box32_t all = {0, 0, (int32_t)pattern->width, (int32_t)pattern->height};

	draw_shifted(pattern, pattern->screen, pixels, &all, 0, 0);
	add_box(damage, &all);
}

uint32_t bench_pattern_draw(struct bench_pattern *pattern, uint32_t *pixels,
			    pixman_region32_t *damage)
{
	static const pixman_box32_t corner = {0, 0, BENCH_MARKER_WIDTH, BENCH_MARKER_HEIGHT};

	if (pattern->kind == BENCH_STILL && pattern->is_drawn && !pattern->has_key)
		return 0;
	pattern->marker.frame = pattern->marker.frame % (BENCH_MARKER_FRAMES - 1) + 1;
	if (!pattern->is_drawn && pattern->kind != BENCH_MOTION)
		draw_all(pattern, pixels, damage);
	pattern->is_drawn = true;
	pattern->has_key = false;
	if (pattern->kind == BENCH_MOTION)
		draw_motion(pattern, pixels, damage);
	else if (pattern->kind == BENCH_REGION)
		draw_region(pattern, pixels, damage);
	else if (pattern->kind == BENCH_SCATTER)
		draw_scatter(pattern, pixels, damage);
	bench_marker_draw(&pattern->marker, pixels, pattern->width);
	add_box(damage, &corner);
	return pattern->marker.frame;
}
