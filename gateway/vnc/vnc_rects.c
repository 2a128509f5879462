/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/vnc/vnc_rects.h"

#include "common/xalloc.h"
#include "gateway/encode/packet.h"
#include "gateway/vnc/vnc_output.h"
#include "gateway/vnc/vnc_wire.h"

void vnc_rects_init(struct vnc_rects *rects)
{
	*rects = (struct vnc_rects){.bytes = VNC_UPDATE_SIZE};
}

void vnc_rects_finish(struct vnc_rects *rects)
{
	for (unsigned i = 0; i < rects->count; i++)
		packet_unref(rects->rects[i].packet);
	free(rects->rects);
}

void vnc_rects_add(struct vnc_rects *rects, const struct vnc_rect *rect)
{
	if (rects->count == rects->room) {
		rects->room = rects->room * 2 + 16;
		rects->rects = xrealloc(rects->rects, rects->room, sizeof(rects->rects[0]));
	}
	rects->rects[rects->count++] = *rect;
	rects->bytes += VNC_RECT_SIZE + rect->packet->size +
			(rect->encoding == VNC_ENCODING_H264 ? VNC_H264_SIZE : 0);
}

static void send_rect(const struct vnc_rect *rect, struct vnc_output *output)
{
	uint8_t header[VNC_RECT_SIZE + VNC_H264_SIZE];
	const pixman_box32_t *box = &rect->box;
	uint8_t *at = vnc_write_rect(header, (uint16_t)box->x1, (uint16_t)box->y1,
				     (uint16_t)(box->x2 - box->x1), (uint16_t)(box->y2 - box->y1),
				     rect->encoding);

	if (rect->encoding == VNC_ENCODING_H264) {
		at = vnc_write_u32(at, (uint32_t)rect->packet->size);
		at = vnc_write_u32(at, rect->flags);
	}
	vnc_output_add(output, header, (size_t)(at - header));
	vnc_output_add_packet(output, rect->packet);
}

void vnc_rects_send(struct vnc_rects *rects, struct vnc_output *output)
{
	uint8_t header[VNC_UPDATE_SIZE];

	if (rects->count == 0)
		return;
	vnc_write_update(header, (uint16_t)rects->count);
	vnc_output_add(output, header, sizeof(header));
	for (unsigned i = 0; i < rects->count; i++)
		send_rect(&rects->rects[i], output);
	rects->count = 0;
}
