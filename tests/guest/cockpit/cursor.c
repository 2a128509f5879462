/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cursor.h"

#include <stdbool.h>

#include "path.h"

#define SIZE 64

static uint32_t shapes[CURSOR_SHAPES][SIZE * SIZE];

static void draw_arrow(struct canvas *canvas, float grow, struct paint paint)
{
	/* The tip is at (3, 3). Growing moves every corner outwards. */
	const float points[][2] = {
		{3 - grow, 3 - 2.2f * grow},
		{3 - grow, 29 + 2 * grow},
		{9.5f, 23.5f + grow},
		{14 - grow, 34 + grow},
		{19 + 1.4f * grow, 32 + grow},
		{14.8f + 1.2f * grow, 21.8f + grow},
		{23 + 2.4f * grow, 21.8f + grow},
	};

	fill_polygon(canvas, 7, points, paint);
}

static void draw_hand(struct canvas *canvas, float grow, struct paint paint)
{
	fill_line(canvas, 15, 5, 15, 24, 6 + 2 * grow, paint);
	fill_line(canvas, 21, 17, 21, 26, 6 + 2 * grow, paint);
	fill_line(canvas, 26, 18.5f, 26, 27, 5.5f + 2 * grow, paint);
	fill_line(canvas, 30.5f, 21, 30.5f, 29, 5 + 2 * grow, paint);
	fill_line(canvas, 8, 21, 14, 31, 5.5f + 2 * grow, paint);
	fill_box(canvas, 12 - grow, 20 - grow, 21 + 2 * grow, 20 + 2 * grow, 7, paint);
}

static void (*const draw[CURSOR_SHAPES])(struct canvas *, float, struct paint) = {
	[CURSOR_ARROW] = draw_arrow,
	[CURSOR_HAND] = draw_hand,
};

/*
 * On black, colours come out premultiplied; the outline drawn alone in white
 * is the alpha.
 */
static void shape_paint(enum cursor_shape shape)
{
	static uint32_t colour[SIZE * SIZE], alpha[SIZE * SIZE];
	struct canvas canvas = {
		.pixels = alpha,
		.width = SIZE,
		.height = SIZE,
		.stride = SIZE,
		.clip = {0, 0, SIZE, SIZE},
		.scale = 1,
	};

	for (int i = 0; i < SIZE * SIZE; i++)
		colour[i] = alpha[i] = 0;
	draw[shape](&canvas, 1.6f, solid(0xffffffff));
	canvas.pixels = colour;
	draw[shape](&canvas, 1.6f, solid(0xff10161e));
	draw[shape](&canvas, 0, solid(0xffffffff));
	for (int i = 0; i < SIZE * SIZE; i++)
		shapes[shape][i] = alpha[i] << 24 | colour[i];
}

const uint32_t *cursor_pixels(enum cursor_shape shape, int *ret_hot_x, int *ret_hot_y)
{
	static bool painted[CURSOR_SHAPES];

	if (!painted[shape])
		shape_paint(shape);
	painted[shape] = true;
	*ret_hot_x = shape == CURSOR_ARROW ? 2 : 14;
	*ret_hot_y = shape == CURSOR_ARROW ? 2 : 2;
	return shapes[shape];
}
