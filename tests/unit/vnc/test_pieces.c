/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/vnc/vnc_pieces.h"

#include "common/cleanup.h"
#include "gateway/encode/feed.h"
#include "gateway/encode/ledger.h"
#include "gateway/frame/frame.h"
#include "gateway/vnc/vnc_rects.h"
#include "tests/support/test.h"

#define WIDTH  1000
#define HEIGHT 700
/* One piece, and an update is too long for another. */
#define BYTES_OF_ONE 5

#define CELLS \
	(((WIDTH + PIECE_WIDTH - 1) / PIECE_WIDTH) * ((HEIGHT + PIECE_HEIGHT - 1) / PIECE_HEIGHT))

struct stage {
	struct frame frame;
	struct ledger ledger;
	struct vnc_pieces pieces;
	struct vnc_rects rects;
	pixman_region32_t whole;
};

static uint32_t pixels[WIDTH * HEIGHT];

static void stage_open(struct stage *stage)
{
	for (uint32_t i = 0; i < WIDTH * HEIGHT; i++)
		pixels[i] = (i * 2654435761u) >> 8;
	*stage = (struct stage){.frame = {.number = 1,
					  .width = WIDTH,
					  .height = HEIGHT,
					  .stride_bytes = WIDTH * 4,
					  .pixels = pixels}};
	ledger_init(&stage->ledger, LEDGER_PAINTS_BOX);
	stage->pieces.pieces = pieces_create(1 << 24);
	stage->pieces.ledger = &stage->ledger;
	pixman_region32_init_rect(&stage->whole, 0, 0, WIDTH, HEIGHT);
	vnc_rects_init(&stage->rects);
}

static void stage_close(struct stage *stage)
{
	vnc_rects_finish(&stage->rects);
	pixman_region32_fini(&stage->whole);
	pieces_destroy(stage->pieces.pieces);
	ledger_finish(&stage->ledger);
}

#define STAGE() \
	CLEANUP(stage_close) struct stage stage; \
	stage_open(&stage)

static const struct piece_form tight = {.codec = PIECE_TIGHT};

/* Adds what fits into an update of so many bytes. Returns how many pieces that are. */
static unsigned add(struct stage *stage, struct vnc_place *place, pixman_region32_t *region,
		    size_t bytes_max)
{
	vnc_rects_finish(&stage->rects);
	vnc_rects_init(&stage->rects);
	EXPECT_INT(vnc_pieces_add_changes(&stage->pieces, &stage->rects, tight, &stage->frame,
					  place, region, bytes_max),
		   0);
	return stage->rects.count;
}

static void all_of_a_region_is_sent_and_the_ledger_knows(void)
{
	STAGE();
	struct vnc_place place = {0};

	pixman_region32_copy(&stage.ledger.stale, &stage.whole);
	pixman_region32_copy(&stage.ledger.lossy, &stage.whole);
	EXPECT_INT(add(&stage, &place, &stage.whole, SIZE_MAX), CELLS);
	EXPECT(!pixman_region32_not_empty(&stage.whole));
	EXPECT(!pixman_region32_not_empty(&stage.ledger.stale));
	EXPECT(!pixman_region32_not_empty(&stage.ledger.lossy));
}

static void what_has_no_room_stays(void)
{
	STAGE();
	struct vnc_place place = {0};
	unsigned count = add(&stage, &place, &stage.whole, BYTES_OF_ONE);

	EXPECT_INT(count, 1);
	EXPECT_INT(pixman_region32_contains_point(&stage.whole, 0, 0, NULL), 0);
	EXPECT(pixman_region32_contains_point(&stage.whole, PIECE_WIDTH, 0, NULL));
	while (pixman_region32_not_empty(&stage.whole))
		count += add(&stage, &place, &stage.whole, BYTES_OF_ONE);
	EXPECT_INT(count, CELLS);
}

static void what_changes_everywhere_is_sent_everywhere(void)
{
	STAGE();
	struct vnc_place place = {0};
	pixman_region32_t seen;

	pixman_region32_init(&seen);
	for (unsigned i = 0; i < CELLS; i++) {
		pixman_region32_t region;
		pixman_box32_t *box;

		pixman_region32_init_rect(&region, 0, 0, WIDTH, HEIGHT);
		add(&stage, &place, &region, BYTES_OF_ONE);
		pixman_region32_fini(&region);
		box = &stage.rects.rects[0].box;
		pixman_region32_union_rect(&seen, &seen, box->x1, box->y1,
					   (unsigned)(box->x2 - box->x1),
					   (unsigned)(box->y2 - box->y1));
	}
	EXPECT(pixman_region32_equal(&seen, &stage.whole));
	pixman_region32_fini(&seen);
}

static void refinement_is_of_the_same_pieces(void)
{
	STAGE();

	EXPECT_INT(vnc_pieces_add_refinement(&stage.pieces, &stage.rects, &stage.frame,
					     &stage.whole, SIZE_MAX),
		   0);
	EXPECT_INT(stage.rects.count, CELLS);
	EXPECT(!pixman_region32_not_empty(&stage.whole));
}

int main(void)
{
	RUN_TEST(all_of_a_region_is_sent_and_the_ledger_knows);
	RUN_TEST(what_has_no_room_stays);
	RUN_TEST(what_changes_everywhere_is_sent_everywhere);
	RUN_TEST(refinement_is_of_the_same_pieces);
	return 0;
}
