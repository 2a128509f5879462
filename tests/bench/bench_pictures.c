/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/bench/bench_pictures.h"

#include <string.h>

#include "tests/guest/cockpit/face.h"

/* Tiles as damage comes in. */
#define TILE_WIDTH  64
#define TILE_HEIGHT 16
#define TILES	    128

static uint32_t random_number(uint32_t *state)
{
	*state = *state * 1664525 + 1013904223;
	return *state >> 8;
}

/* The demo guest's dashboard: text, icons, gradients and a map. */
static void draw_ui(uint32_t *pixels)
{
	struct world world;
	struct canvas canvas;
	struct damage all;

	world_init(&world, MOTION_FULL);
	world.clock = 12 * 60 * 60;
	struct face *face = face_create(&ivi_face, &world);
	face_set_size(face, BENCH_WIDTH, BENCH_HEIGHT);
	canvas_init(&canvas, BENCH_WIDTH, BENCH_HEIGHT, BENCH_WIDTH, BENCH_HEIGHT);
	all = face_next_frame(face);
	face_draw(face, &canvas, &all);
	memcpy(pixels, canvas.pixels, BENCH_PIXELS * sizeof(*pixels));
	canvas_finish(&canvas);
	face_destroy(face);
}

/* Smooth shapes with a little grain. */
static void draw_photograph(uint32_t *pixels)
{
	uint32_t state = 1;

	for (uint32_t y = 0; y < BENCH_HEIGHT; y++) {
		for (uint32_t x = 0; x < BENCH_WIDTH; x++) {
			uint32_t grain = random_number(&state);
			uint32_t red = x * y / 4096 + (grain & 3);
			uint32_t green = x / 8 + y / 5 + (grain >> 2 & 3);
			uint32_t blue = y / 3 + (grain >> 4 & 3);

			*pixels++ = (red & 0xff) << 16 | (green & 0xff) << 8 | (blue & 0xff);
		}
	}
}

/* Nothing that could be compressed. */
static void draw_noise(uint32_t *pixels)
{
	uint32_t state = 1;

	for (int i = 0; i < BENCH_PIXELS; i++)
		pixels[i] = random_number(&state);
}

const struct bench_picture bench_pictures[BENCH_PICTURES] = {
	{"dashboard", draw_ui},
	{"photograph", draw_photograph},
	{"noise", draw_noise},
};

void bench_scatter(pixman_region32_t *ret_region)
{
	uint32_t state = 1;

	pixman_region32_init(ret_region);
	for (int i = 0; i < TILES; i++) {
		uint32_t column = random_number(&state) % (BENCH_WIDTH / TILE_WIDTH);
		uint32_t row = random_number(&state) % (BENCH_HEIGHT / TILE_HEIGHT);

		pixman_region32_union_rect(ret_region, ret_region, (int)column * TILE_WIDTH,
					   (int)row * TILE_HEIGHT, TILE_WIDTH, TILE_HEIGHT);
	}
}
