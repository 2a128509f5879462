/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/guest/cockpit/path.h"

#include "tests/support/test.h"

#define SIZE 64

static struct canvas canvas, other;

static int grey_at(int x, int y)
{
	return canvas.pixels[y * SIZE + x] & 0xff;
}

static void start(void)
{
	canvas_finish(&canvas);
	canvas_init(&canvas, SIZE, SIZE, SIZE, SIZE);
}

static void a_box_on_whole_pixels_has_sharp_edges(void)
{
	start();
	fill_box(&canvas, 10, 20, 5, 3, 0, solid(0xffffffff));
	for (int y = 0; y < SIZE; y++)
		for (int x = 0; x < SIZE; x++)
			EXPECT_INT(grey_at(x, y), x >= 10 && x < 15 && y >= 20 && y < 23 ? 255 : 0);
}

static void a_box_covers_the_pixels_at_its_edge_in_part(void)
{
	start();
	fill_box(&canvas, 10.25f, 20.5f, 4, 2, 0, solid(0xffffffff));
	EXPECT(abs(grey_at(10, 21) - 191) <= 1);
	EXPECT(abs(grey_at(14, 21) - 64) <= 1);
	EXPECT(abs(grey_at(12, 20) - 128) <= 1);
	EXPECT(abs(grey_at(10, 20) - 96) <= 1);
	EXPECT_INT(grey_at(12, 21), 255);
}

static void a_ring_has_a_hole(void)
{
	start();
	fill_ring(&canvas, 32, 32, 10, 20, solid(0xffffffff));
	EXPECT_INT(grey_at(32, 32), 0);
	EXPECT_INT(grey_at(47, 32), 255);
	EXPECT_INT(grey_at(32, 17), 255);
	EXPECT_INT(grey_at(60, 60), 0);
}

static void outlines_that_turn_alike_add_up_to_no_more_than_full(void)
{
	struct path path;

	start();
	path_start(&path);
	path_box(&path, 10, 10, 20, 20, 0);
	path_box(&path, 20, 20, 20, 20, 0);
	path_fill(&path, &canvas, solid(0xff808080));
	EXPECT_INT(grey_at(25, 25), 0x80);
	EXPECT_INT(grey_at(12, 12), 0x80);
	EXPECT_INT(grey_at(35, 15), 0);
}

static void draw_something(struct canvas *target, unsigned seed)
{
	float points[7][2];

	srand(seed);
	for (int i = 0; i < 7; i++)
		for (int k = 0; k < 2; k++)
			points[i][k] = (rand() % (3 * SIZE * 256)) / 256.0f - SIZE;
	fill_polygon(target, 7, (const float(*)[2])points,
		     seed % 2 ? solid(0xb0ff8040) : gradient(0xff203040, 3, 5, 0x40ffffff, 50, 40));
	fill_arc(target, points[0][0], points[0][1], 12, 25, 20, 300,
		 glow(0xff00ff00, 0x200000ff, points[0][0], points[0][1], 25));
}

static void drawing_in_parts_gives_the_pixels_of_drawing_at_once(void)
{
	for (unsigned seed = 0; seed < 200; seed++) {
		start();
		draw_something(&canvas, seed);
		canvas_finish(&other);
		canvas_init(&other, SIZE, SIZE, SIZE, SIZE);
		for (int y = 0; y < SIZE; y += 13) {
			for (int x = 0; x < SIZE; x += 9) {
				other.clip = rect_intersection((struct rect){x, y, x + 9, y + 13},
							       canvas.clip);
				draw_something(&other, seed);
			}
		}
		EXPECT(!memcmp(canvas.pixels, other.pixels, SIZE * SIZE * sizeof(uint32_t)));
	}
}

int main(void)
{
	RUN_TEST(a_box_on_whole_pixels_has_sharp_edges);
	RUN_TEST(a_box_covers_the_pixels_at_its_edge_in_part);
	RUN_TEST(a_ring_has_a_hole);
	RUN_TEST(outlines_that_turn_alike_add_up_to_no_more_than_full);
	RUN_TEST(drawing_in_parts_gives_the_pixels_of_drawing_at_once);
	canvas_finish(&canvas);
	canvas_finish(&other);
	return 0;
}
