/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/guest/cockpit/frame_number.h"

#include "tests/support/test.h"

/* The examples of tests/guest/README.md, which test_frame_number.py checks as well. */
static void the_cells_are_those_of_the_description(void)
{
	EXPECT_INT(frame_number_cells(0), 0x000000ff);
	EXPECT_INT(frame_number_cells(1), 0x000001f8);
	EXPECT_INT(frame_number_cells(1234567), 0x12d687d3);
	EXPECT_INT(frame_number_cells(0xffffff), 0xfffffff0);
	EXPECT_INT(frame_number_cells(FRAME_NUMBER_LIMIT + 1), frame_number_cells(1));
}

static void a_light_cell_is_one_from_the_top_left_on(void)
{
	struct canvas canvas;

	canvas_init(&canvas, 100, 100, 100, 100);
	frame_number_draw(&canvas, 0x800001);
	EXPECT_INT(canvas.pixels[0], 0xc8d2dc);
	EXPECT_INT(canvas.pixels[7 * 100 + 7], 0xc8d2dc);
	EXPECT_INT(canvas.pixels[8], 0x10161e);
	/* The last bit of the number is the last cell of the third row. */
	EXPECT_INT(canvas.pixels[16 * 100 + 56], 0xc8d2dc);
	EXPECT_INT(canvas.pixels[16 * 100 + 64], 0);
	canvas_finish(&canvas);
}

int main(void)
{
	RUN_TEST(the_cells_are_those_of_the_description);
	RUN_TEST(a_light_cell_is_one_from_the_top_left_on);
	return 0;
}
