/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Encodes pictures of 1920x1080 in pieces, and prints how long that takes on one core, and
 * how many bytes it gives: for all of a picture, and for 5 % of it, scattered.
 *
 *   ui           the demo guest's dashboard: text, icons, gradients and a map
 *   photograph   smooth shapes with a little grain
 *   noise        nothing that could be compressed
 */

#include <pixman.h>
#include <stdio.h>
#include <time.h>

#include "common/xalloc.h"
#include "gateway/encode/piece.h"
#include "gateway/encode/piece_cutter.h"
#include "gateway/encode/piece_planar.h"
#include "gateway/encode/piece_tight.h"
#include "gateway/frame/frame.h"
#include "tests/guest/cockpit/face.h"

#define WIDTH  1920
#define HEIGHT 1080

/* 5 %, in the tiles that damage comes in. */
#define TILE_WIDTH  64
#define TILE_HEIGHT 16
#define TILES	    128

#define ROUNDS 5

static uint32_t state = 1;

static uint32_t random_number(void)
{
	state = state * 1664525 + 1013904223;
	return state >> 8;
}

static double cpu_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* -- Pictures ---------------------------------------------------------------- */

static void draw_ui(uint32_t *pixels)
{
	struct world world;
	struct canvas canvas;
	struct damage all;

	world_init(&world, MOTION_FULL);
	struct face *face = face_create(&ivi_face, &world);
	face_set_size(face, WIDTH, HEIGHT);
	canvas_init(&canvas, WIDTH, HEIGHT, WIDTH, HEIGHT);
	all = face_next_frame(face);
	face_draw(face, &canvas, &all);
	for (uint32_t i = 0; i < WIDTH * HEIGHT; i++)
		pixels[i] = canvas.pixels[i];
	canvas_finish(&canvas);
	face_destroy(face);
}

static void draw_photograph(uint32_t *pixels)
{
	for (int y = 0; y < HEIGHT; y++) {
		for (int x = 0; x < WIDTH; x++) {
			uint32_t grain = random_number();
			uint32_t red = (uint32_t)(x * y / 4096 + (grain & 3)) & 0xff;
			uint32_t green = (uint32_t)(x / 8 + y / 5 + (grain >> 2 & 3)) & 0xff;
			uint32_t blue = (uint32_t)(y / 3 + (grain >> 4 & 3)) & 0xff;

			*pixels++ = red << 16 | green << 8 | blue;
		}
	}
}

static void draw_noise(uint32_t *pixels)
{
	for (int i = 0; i < WIDTH * HEIGHT; i++)
		pixels[i] = random_number();
}

/* -- Encoders ---------------------------------------------------------------- */

static struct piece_tight *tight;
static uint8_t *out;

static size_t encode_tight(const struct frame *frame, const pixman_box32_t *box)
{
	return piece_tight_encode(tight, frame_row(frame, (uint32_t)box->y1) + box->x1, WIDTH,
				  (uint32_t)(box->x2 - box->x1), (uint32_t)(box->y2 - box->y1), 0,
				  out);
}

static size_t encode_planar(const struct frame *frame, const pixman_box32_t *box)
{
	return piece_planar_encode(frame_row(frame, (uint32_t)box->y1) + box->x1, WIDTH,
				   (uint32_t)(box->x2 - box->x1), (uint32_t)(box->y2 - box->y1),
				   out);
}

static const struct {
	const char *name;
	size_t (*encode)(const struct frame *frame, const pixman_box32_t *box);
} encoders[] = {
	{"tight", encode_tight},
	{"planar", encode_planar},
};

static const struct {
	const char *name;
	void (*draw)(uint32_t *pixels);
} pictures[] = {
	{"ui", draw_ui},
	{"photograph", draw_photograph},
	{"noise", draw_noise},
};

static const struct {
	int width;
	int height;
} grids[] = {{256, 128}, {128, 128}, {256, 64}, {64, 64}};

static void measure(unsigned picture, unsigned encoder, unsigned grid, const struct frame *frame,
		    const pixman_region32_t *region, const char *what)
{
	double best = 1e9;
	size_t bytes = 0;
	int pieces = 0;

	for (int i = 0; i < ROUNDS; i++) {
		struct piece_cutter cutter;
		pixman_region32_t rest;
		pixman_box32_t box;
		double begin = cpu_ms();

		bytes = 0;
		pieces = 0;
		pixman_region32_init(&rest);
		pixman_region32_copy(&rest, region);
		piece_cutter_begin(&cutter, &rest, grids[grid].width, grids[grid].height);
		while (piece_cutter_next(&cutter, &box)) {
			bytes += encoders[encoder].encode(frame, &box);
			pieces++;
		}
		piece_cutter_end(&cutter);
		if (cpu_ms() - begin < best)
			best = cpu_ms() - begin;
		pixman_region32_fini(&rest);
	}
	printf("%-12s %-6s %3dx%-4d %-9s %7.2f ms %9zu bytes %5d pieces\n", pictures[picture].name,
	       encoders[encoder].name, grids[grid].width, grids[grid].height, what, best, bytes,
	       pieces);
}

int main(void)
{
	static uint32_t pixels[WIDTH * HEIGHT];
	struct frame frame = {
		.number = 1,
		.width = WIDTH,
		.height = HEIGHT,
		.stride_bytes = WIDTH * 4,
		.pixels = pixels,
	};
	pixman_region32_t whole, scattered;

	tight = piece_tight_create();
	out = xcalloc(1, PIECE_TIGHT_BYTES_MAX(256, 256) * 2);
	pixman_region32_init_rect(&whole, 0, 0, WIDTH, HEIGHT);
	pixman_region32_init(&scattered);
	for (int i = 0; i < TILES; i++)
		pixman_region32_union_rect(
			&scattered, &scattered,
			(int)(random_number() % (WIDTH / TILE_WIDTH)) * TILE_WIDTH,
			(int)(random_number() % (HEIGHT / TILE_HEIGHT)) * TILE_HEIGHT, TILE_WIDTH,
			TILE_HEIGHT);
	for (unsigned p = 0; p < 3; p++) {
		pictures[p].draw(pixels);
		for (unsigned e = 0; e < 2; e++)
			for (unsigned g = 0; g < 4; g++) {
				measure(p, e, g, &frame, &whole, "whole");
				measure(p, e, g, &frame, &scattered, "scattered");
			}
	}
	return 0;
}
