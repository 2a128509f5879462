/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/vnc/vnc_pieces.h"

#include <errno.h>

#include "gateway/encode/ledger.h"
#include "gateway/encode/packet.h"
#include "gateway/encode/piece_cutter.h"
#include "gateway/frame/frame.h"
#include "gateway/vnc/vnc_rects.h"
#include "gateway/vnc/vnc_wire.h"

/* Pieces that are encoded at once, so that viewers in step divide the work; and the bytes that
 * one is taken to have, so that an update is not much longer than it may be. */
#define PIECES_AT_ONCE	  32
#define PIECE_BYTES_USUAL 8192

static size_t pieces_at_once(size_t bytes_left)
{
	size_t count = bytes_left / PIECE_BYTES_USUAL + 1;

	return count < PIECES_AT_ONCE ? count : PIECES_AT_ONCE;
}

static size_t take_boxes(struct piece_cutter *cutter, pixman_box32_t *boxes, size_t count)
{
	size_t taken = 0;

	while (taken < count && piece_cutter_next(cutter, &boxes[taken]))
		taken++;
	return taken;
}

/* Adds a piece, and notes for the ledger how it shows its box. */
static void add_piece(struct vnc_rects *rects, struct packet *packet, const pixman_box32_t *box,
		      struct piece_form form, pixman_region32_t *exact, pixman_region32_t *lossy)
{
	bool is_exact = form.codec == PIECE_TIGHT || packet->is_exact;
	pixman_region32_t *region = is_exact ? exact : lossy;

	pixman_region32_union_rect(region, region, box->x1, box->y1, (unsigned)(box->x2 - box->x1),
				   (unsigned)(box->y2 - box->y1));
	vnc_rects_add(
		rects,
		&(struct vnc_rect){.box = *box, .encoding = VNC_ENCODING_TIGHT, .packet = packet});
}

static int add_pieces(struct vnc_pieces *pieces, struct vnc_rects *rects, struct piece_form form,
		      const struct frame *frame, struct piece_cutter *cutter, size_t bytes_max)
{
	pixman_region32_t exact, lossy;
	int r = 0;

	pixman_region32_init(&exact);
	pixman_region32_init(&lossy);
	while (r == 0 && rects->bytes < bytes_max && rects->count < VNC_RECTS_MAX) {
		pixman_box32_t boxes[PIECES_AT_ONCE];
		struct packet *packets[PIECES_AT_ONCE];
		size_t count = take_boxes(cutter, boxes, pieces_at_once(bytes_max - rects->bytes));

		if (count == 0)
			break;
		pieces_encode_all(pieces->pieces, form, frame, boxes, count, packets);
		for (size_t i = 0; i < count; i++) {
			if (packets[i])
				add_piece(rects, packets[i], &boxes[i], form, &exact, &lossy);
			else
				r = -ENOMEM;
		}
	}
	ledger_sent_exact(pieces->ledger, &exact);
	ledger_sent_lossy(pieces->ledger, &lossy);
	pixman_region32_fini(&exact);
	pixman_region32_fini(&lossy);
	return r;
}

static int add_region(struct vnc_pieces *pieces, struct vnc_rects *rects, struct piece_form form,
		      const struct frame *frame, pixman_region32_t *region, size_t bytes_max)
{
	struct piece_cutter cutter;
	int r;

	piece_cutter_begin(&cutter, region, PIECE_WIDTH, PIECE_HEIGHT);
	r = add_pieces(pieces, rects, form, frame, &cutter, bytes_max);
	piece_cutter_end(&cutter);
	return r;
}

/* Moves what of the region comes after the place, as one reads, to `ret_later`. */
static void take_later(const struct vnc_place *place, const struct frame *frame,
		       pixman_region32_t *region, pixman_region32_t *ret_later)
{
	int32_t below = place->y + PIECE_HEIGHT;

	pixman_region32_clear(ret_later);
	if (place->x < (int32_t)frame->width)
		pixman_region32_union_rect(ret_later, ret_later, place->x, place->y,
					   frame->width - (uint32_t)place->x, PIECE_HEIGHT);
	if (below < (int32_t)frame->height)
		pixman_region32_union_rect(ret_later, ret_later, 0, below, frame->width,
					   frame->height - (uint32_t)below);
	pixman_region32_intersect(ret_later, ret_later, region);
	pixman_region32_subtract(region, region, ret_later);
}

int vnc_pieces_add_changes(struct vnc_pieces *pieces, struct vnc_rects *rects,
			   struct piece_form form, const struct frame *frame,
			   struct vnc_place *place, pixman_region32_t *region, size_t bytes_max)
{
	pixman_region32_t later;
	int r;

	pixman_region32_init(&later);
	take_later(place, frame, region, &later);
	r = add_region(pieces, rects, form, frame, &later, bytes_max);
	if (r == 0 && !pixman_region32_not_empty(&later))
		r = add_region(pieces, rects, form, frame, region, bytes_max);
	pixman_region32_union(region, region, &later);
	pixman_region32_fini(&later);

	/* The cell after the last one. */
	if (!pixman_region32_not_empty(region)) {
		place->x = 0;
		place->y = 0;
	} else if (rects->count > 0) {
		const pixman_box32_t *last = &rects->rects[rects->count - 1].box;

		place->x = (last->x1 / PIECE_WIDTH + 1) * PIECE_WIDTH;
		place->y = last->y1 / PIECE_HEIGHT * PIECE_HEIGHT;
	}
	return r;
}

int vnc_pieces_add_refinement(struct vnc_pieces *pieces, struct vnc_rects *rects,
			      const struct frame *frame, pixman_region32_t *region,
			      size_t bytes_max)
{
	struct piece_cutter cutter;
	int r;

	piece_cutter_begin(&cutter, region, PIECE_WIDTH, PIECE_HEIGHT);
	piece_cutter_order(&cutter, frame);
	r = add_pieces(pieces, rects, (struct piece_form){.codec = PIECE_TIGHT}, frame, &cutter,
		       bytes_max);
	piece_cutter_end(&cutter);
	return r;
}
