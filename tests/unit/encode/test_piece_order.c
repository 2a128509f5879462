/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/encode/piece_order.h"

#include "gateway/frame/frame.h"
#include "tests/support/test.h"

/* A row of cells, each with something else in it. */
#define SIDE	64
#define COLUMNS 6

enum content {
	FLAT,
	GRADIENT,
	TEXT,
	SPARSE_TEXT,
	PHOTOGRAPH,
	NOISE
};

static uint32_t state;

static uint32_t random_number(void)
{
	state = state * 1664525 + 1013904223;
	return state >> 8;
}

static uint32_t pixel_of(enum content content, uint32_t x, uint32_t y)
{
	uint32_t shade;

	switch (content) {
	case FLAT:
		return 0x203040;
	case GRADIENT:
		return 0x010101 * (y / 4 + 100);
	case TEXT:
		return x * 7 % 5 == y % 7 ? 0xffffff : 0x000000;
	case SPARSE_TEXT:
		return y < SIDE / 4 && x * 7 % 5 == y % 7 ? 0xffffff : 0x000000;
	case PHOTOGRAPH:
		shade = (x * 2 + y + random_number() % 8) & 0xff;
		return shade << 16 | shade << 8 | (255 - shade);
	case NOISE:
		break;
	}
	return random_number();
}

static void order_of(const enum content *contents, uint16_t *ret_order)
{
	static uint32_t pixels[SIDE * COLUMNS * SIDE];
	struct frame frame = {
		.width = SIDE * COLUMNS,
		.height = SIDE,
		.stride_bytes = SIDE * COLUMNS * 4,
		.pixels = pixels,
	};
	pixman_box32_t cells = {0, 0, COLUMNS, 1};

	state = 1;
	for (uint32_t y = 0; y < SIDE; y++)
		for (uint32_t x = 0; x < SIDE * COLUMNS; x++)
			pixels[y * SIDE * COLUMNS + x] = pixel_of(contents[x / SIDE], x % SIDE, y);
	piece_order_cells(&frame, SIDE, SIDE, &cells, ret_order);
}

static void expect_order(const enum content *contents, const enum content *expected)
{
	uint16_t order[COLUMNS];

	order_of(contents, order);
	for (int i = 0; i < COLUMNS; i++)
		EXPECT_INT(contents[order[i]], expected[i]);
}

static void text_comes_first_and_noise_last(void)
{
	static const enum content contents[] = {NOISE, FLAT, PHOTOGRAPH, TEXT, FLAT, SPARSE_TEXT};
	static const enum content expected[] = {TEXT, SPARSE_TEXT, FLAT, FLAT, PHOTOGRAPH, NOISE};

	expect_order(contents, expected);
}

static void what_is_alike_stays_in_its_order(void)
{
	static const enum content contents[] = {FLAT, FLAT, FLAT, GRADIENT, FLAT, FLAT};
	uint16_t order[COLUMNS];

	order_of(contents, order);
	for (int i = 0; i < COLUMNS; i++)
		EXPECT_INT(order[i], i);
}

static void pictures_smaller_than_a_cell_are_looked_at_within_their_bounds(void)
{
	for (uint32_t height = 1; height < 12; height++) {
		for (uint32_t width = 1; width < 12; width++) {
			uint32_t *pixels = calloc((size_t)width * height, sizeof(*pixels));
			struct frame frame = {
				.width = width,
				.height = height,
				.stride_bytes = width * 4,
				.pixels = pixels,
			};
			pixman_box32_t cells = {0, 0, (int)(width + 3) / 4, (int)(height + 3) / 4};
			uint16_t order[9], seen = 0;
			int count = cells.x2 * cells.y2;

			piece_order_cells(&frame, 4, 4, &cells, order);
			for (int i = 0; i < count; i++)
				seen |= (uint16_t)(1 << order[i]);
			EXPECT_INT(seen, (1 << count) - 1);
			free(pixels);
		}
	}
}

int main(void)
{
	RUN_TEST(text_comes_first_and_noise_last);
	RUN_TEST(what_is_alike_stays_in_its_order);
	RUN_TEST(pictures_smaller_than_a_cell_are_looked_at_within_their_bounds);
	return 0;
}
