/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/encode/piece_cutter.h"

#include "gateway/frame/frame.h"
#include "tests/support/test.h"

/* Cuts until done, `pieces` an update, and expects each pixel exactly once. */
static int updates_to_cut(pixman_region32_t *region, int pieces)
{
	pixman_region32_t done, whole;
	int updates = 0;

	pixman_region32_init(&done);
	pixman_region32_init(&whole);
	pixman_region32_copy(&whole, region);
	while (pixman_region32_not_empty(region)) {
		struct piece_cutter cutter;
		pixman_box32_t piece;

		piece_cutter_begin(&cutter, region, 64, 64);
		for (int i = 0; i < pieces && piece_cutter_next(&cutter, &piece); i++) {
			EXPECT_INT(piece.x1 / 64, (piece.x2 - 1) / 64);
			EXPECT_INT(piece.y1 / 64, (piece.y2 - 1) / 64);
			EXPECT_INT(pixman_region32_contains_rectangle(&done, &piece),
				   PIXMAN_REGION_OUT);
			EXPECT_INT(pixman_region32_contains_rectangle(&whole, &piece),
				   PIXMAN_REGION_IN);
			pixman_region32_union_rect(&done, &done, piece.x1, piece.y1,
						   (unsigned)(piece.x2 - piece.x1),
						   (unsigned)(piece.y2 - piece.y1));
		}
		piece_cutter_end(&cutter);
		updates++;
	}
	EXPECT(pixman_region32_equal(&done, &whole));
	pixman_region32_fini(&done);
	pixman_region32_fini(&whole);
	return updates;
}

static void every_pixel_is_cut_out_exactly_once(void)
{
	for (int pieces = 1; pieces < 12; pieces++) {
		pixman_region32_t region;

		pixman_region32_init_rect(&region, 3, 5, 200, 130);
		pixman_region32_union_rect(&region, &region, 100, 300, 65, 1);
		pixman_region32_union_rect(&region, &region, 400, 20, 64, 200);
		updates_to_cut(&region, pieces);
		pixman_region32_fini(&region);
	}
}

static void a_region_that_fits_is_cut_in_one_update(void)
{
	pixman_region32_t region;

	pixman_region32_init_rect(&region, 0, 0, 128, 128);
	EXPECT_INT(updates_to_cut(&region, 4), 1);
	pixman_region32_fini(&region);
}

static void an_update_that_ends_early_leaves_the_rest(void)
{
	pixman_region32_t region;
	struct piece_cutter cutter;
	pixman_box32_t piece;

	pixman_region32_init_rect(&region, 0, 0, 1920, 1080);
	piece_cutter_begin(&cutter, &region, 64, 64);
	EXPECT(piece_cutter_next(&cutter, &piece));
	piece_cutter_end(&cutter);

	pixman_box32_t rest_of_row = {64, 0, 1920, 64};
	pixman_box32_t rows_below = {0, 64, 1920, 1080};
	EXPECT_INT(pixman_region32_contains_rectangle(&region, &piece), PIXMAN_REGION_OUT);
	EXPECT_INT(pixman_region32_contains_rectangle(&region, &rest_of_row), PIXMAN_REGION_IN);
	EXPECT_INT(pixman_region32_contains_rectangle(&region, &rows_below), PIXMAN_REGION_IN);
	pixman_region32_fini(&region);
}

static void an_empty_region_has_no_piece(void)
{
	pixman_region32_t region;
	struct piece_cutter cutter;
	pixman_box32_t piece;

	pixman_region32_init(&region);
	piece_cutter_begin(&cutter, &region, 64, 64);
	EXPECT(!piece_cutter_next(&cutter, &piece));
	piece_cutter_end(&cutter);
	EXPECT(!pixman_region32_not_empty(&region));
	pixman_region32_fini(&region);
}

/* One piece for each: what pixman splits because of another cell is put together again. */
static void what_other_cells_lack_does_not_change_a_cells_pieces(void)
{
	pixman_region32_t region;
	struct piece_cutter cutter;
	pixman_box32_t piece;
	int pieces = 0;

	pixman_region32_init_rect(&region, 0, 0, 64, 64);
	pixman_region32_union_rect(&region, &region, 100, 16, 20, 16);
	piece_cutter_begin(&cutter, &region, 64, 64);
	while (piece_cutter_next(&cutter, &piece))
		pieces++;
	piece_cutter_end(&cutter);
	EXPECT_INT(pieces, 2);
	pixman_region32_fini(&region);
}

static void an_ordered_region_is_cut_whole_and_begins_where_edges_are(void)
{
	static uint32_t pixels[128 * 64];
	struct frame frame = {.width = 128, .height = 64, .stride_bytes = 512, .pixels = pixels};
	pixman_region32_t region;
	struct piece_cutter cutter;
	pixman_box32_t piece;

	for (int i = 0; i < 64; i++)
		pixels[i * 128 + 96] = 0xffffff;
	pixman_region32_init_rect(&region, 10, 10, 110, 50);
	piece_cutter_begin(&cutter, &region, 64, 64);
	piece_cutter_order(&cutter, &frame);
	EXPECT(piece_cutter_next(&cutter, &piece));
	EXPECT_INT(piece.x1, 64);
	piece_cutter_end(&cutter);
	EXPECT_INT(pixman_region32_extents(&region)->x2, 64);
	piece_cutter_begin(&cutter, &region, 64, 64);
	piece_cutter_order(&cutter, &frame);
	EXPECT(piece_cutter_next(&cutter, &piece));
	EXPECT_INT(piece.x1, 10);
	EXPECT(!piece_cutter_next(&cutter, &piece));
	piece_cutter_end(&cutter);
	EXPECT(!pixman_region32_not_empty(&region));
	pixman_region32_fini(&region);
}

int main(void)
{
	RUN_TEST(every_pixel_is_cut_out_exactly_once);
	RUN_TEST(a_region_that_fits_is_cut_in_one_update);
	RUN_TEST(an_update_that_ends_early_leaves_the_rest);
	RUN_TEST(an_empty_region_has_no_piece);
	RUN_TEST(what_other_cells_lack_does_not_change_a_cells_pieces);
	RUN_TEST(an_ordered_region_is_cut_whole_and_begins_where_edges_are);
	return 0;
}
