/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/rdp/rdp_planar.h"

#include <errno.h>

#include <freerdp/codec/color.h>

#include "gateway/encode/packet.h"
#include "gateway/encode/piece.h"
#include "gateway/encode/piece_cutter.h"
#include "gateway/rdp/rdp_change.h"

/* Pieces that are asked for at once, so that viewers share the work of making them. */
#define BATCH_MAX 16

/* How long a piece is taken to be before the first one was seen. */
#define PIECE_BYTES_GUESS (16 * 1024)

/* What goes around the data of a piece. */
#define HEADER_BYTES 25

/* Returns the bytes of the piece or negative errno. */
static ssize_t send_piece(RdpgfxServerContext *server, uint16_t surface, const pixman_box32_t *box,
			  const struct packet *piece)
{
	RDPGFX_SURFACE_COMMAND command = {
		.surfaceId = surface,
		.codecId = RDPGFX_CODECID_PLANAR,
		.format = PIXEL_FORMAT_BGRX32,
		.left = (UINT32)box->x1,
		.top = (UINT32)box->y1,
		.right = (UINT32)box->x2,
		.bottom = (UINT32)box->y2,
		.width = (UINT32)(box->x2 - box->x1),
		.height = (UINT32)(box->y2 - box->y1),
		.length = (UINT32)piece->size,
		.data = piece->data,
	};

	if (server->SurfaceCommand(server, &command))
		return -EIO;
	return (ssize_t)piece->size + HEADER_BYTES;
}

/* Takes the packets, of which some may be NULL. Returns the bytes sent or negative errno. */
static ssize_t send_batch(RdpgfxServerContext *server, uint16_t surface,
			  const pixman_box32_t *boxes, struct packet **packets, size_t count)
{
	ssize_t sent = 0;

	for (size_t i = 0; i < count; i++) {
		CLEANUP(packet_unrefp) struct packet *piece = packets[i];

		if (sent < 0)
			continue;
		ssize_t bytes = piece ? send_piece(server, surface, &boxes[i], piece) : -ENOMEM;
		sent = bytes < 0 ? bytes : sent + bytes;
	}
	return sent;
}

/* As many pieces as there is probably room for, by those that were sent. */
static size_t batch_size(size_t bytes_left, size_t bytes_sent, size_t pieces_sent)
{
	size_t piece = pieces_sent > 0 ? bytes_sent / pieces_sent : PIECE_BYTES_GUESS;
	size_t count = bytes_left / (piece + 1) + 1;

	return count < BATCH_MAX ? count : BATCH_MAX;
}

ssize_t rdp_planar_send(RdpgfxServerContext *server, uint16_t surface, struct rdp_change *change,
			size_t bytes_max)
{
	const struct piece_form form = {.codec = PIECE_PLANAR};
	struct piece_cutter cutter;
	pixman_box32_t boxes[BATCH_MAX];
	struct packet *packets[BATCH_MAX];
	size_t pieces = 0, count = 0;
	ssize_t sent = 0;

	piece_cutter_begin(&cutter, &change->rest, PIECE_WIDTH, PIECE_HEIGHT);
	if (change->is_refining)
		piece_cutter_order(&cutter, change->picture.frame);
	do {
		size_t wanted = batch_size(bytes_max - (size_t)sent, (size_t)sent, pieces);

		for (count = 0; count < wanted && piece_cutter_next(&cutter, &boxes[count]);)
			count++;
		pieces_encode_all(change->pieces, form, change->picture.frame, boxes, count,
				  packets);
		ssize_t bytes = send_batch(server, surface, boxes, packets, count);
		sent = bytes < 0 ? bytes : sent + bytes;
		pieces += count;
	} while (count > 0 && sent >= 0 && (size_t)sent < bytes_max);
	piece_cutter_end(&cutter);
	return sent;
}
