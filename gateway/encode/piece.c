/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/encode/piece.h"

#include <assert.h>

#include "common/xalloc.h"
#include "gateway/encode/piece_planar.h"
#include "gateway/frame/frame.h"

struct pieces {
	size_t bytes;
};

struct pieces *pieces_create(size_t bytes)
{
	struct pieces *pieces = xcalloc(1, sizeof(*pieces));

	pieces->bytes = bytes;
	return pieces;
}

void pieces_destroy(struct pieces *pieces)
{
	free(pieces);
}

struct packet *pieces_encode(struct pieces *pieces, struct piece_form form,
			     const struct frame *frame, const pixman_box32_t *box)
{
	uint32_t width = (uint32_t)(box->x2 - box->x1);
	uint32_t height = (uint32_t)(box->y2 - box->y1);
	struct packet *packet = packet_create(PIECE_PLANAR_BYTES_MAX(width, height));

	(void)pieces;
	assert(form.codec == PIECE_PLANAR);
	if (!packet)
		return NULL;
	packet->is_exact = true;
	packet->size = piece_planar_encode(frame_row(frame, (uint32_t)box->y1) + box->x1,
					   frame->stride_bytes / 4, width, height, packet->data);
	return packet;
}

void pieces_encode_all(struct pieces *pieces, struct piece_form form, const struct frame *frame,
		       const pixman_box32_t *boxes, size_t count, struct packet **ret_packets)
{
	for (size_t i = 0; i < count; i++)
		ret_packets[i] = pieces_encode(pieces, form, frame, &boxes[i]);
}

struct pieces_count pieces_count(struct pieces *pieces)
{
	(void)pieces;
	return (struct pieces_count){0};
}
