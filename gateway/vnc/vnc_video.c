/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/vnc/vnc_video.h"

#include <string.h>

#include "gateway/encode/feed.h"
#include "gateway/encode/ledger.h"
#include "gateway/encode/packet.h"
#include "gateway/frame/frame.h"
#include "gateway/vnc/vnc_rects.h"
#include "gateway/vnc/vnc_wire.h"

static pixman_region_overlap_t overlap(const pixman_region32_t *region, const pixman_box32_t *box)
{
	return pixman_region32_contains_rectangle(region, box);
}

static bool is_met(const pixman_region32_t *region, const pixman_box32_t *box)
{
	return overlap(region, box) != PIXMAN_REGION_OUT;
}

/* What goes with the first unit in a context. */
static uint32_t begin_context(struct vnc_video *video)
{
	bool is_alone = true;

	for (unsigned i = 0; i < MOTION_REGIONS_MAX; i++)
		if (video->ledger->streams[i].unit > 0)
			is_alone = false;
	if (video->contexts == VNC_VIDEO_CONTEXTS_MAX) {
		ledger_lose_all_streams(video->ledger);
		is_alone = true;
	}
	video->contexts = is_alone ? 1 : video->contexts + 1;
	return is_alone ? VNC_H264_RESET | VNC_H264_RESET_ALL : VNC_H264_RESET;
}

static void add_unit(struct vnc_video *video, struct vnc_rects *rects, const pixman_box32_t *box,
		     uint32_t flags, struct packet *unit)
{
	video->units++;
	vnc_rects_add(rects, &(struct vnc_rect){.box = *box,
						.encoding = VNC_ENCODING_H264,
						.flags = flags,
						.packet = unit});
}

/* A still has the context of its box, which may be that of a stream too. */
static void lose_stream_of(struct ledger *ledger, const struct feed_picture *picture,
			   const pixman_box32_t *box)
{
	for (unsigned i = 0; i < picture->streams_count; i++)
		if (memcmp(&picture->streams[i].box, box, sizeof(*box)) == 0)
			ledger_lose_stream(ledger, picture->streams[i].id);
}

static void add_still(struct vnc_video *video, struct vnc_rects *rects,
		      const struct feed_picture *picture)
{
	pixman_box32_t box = feed_still_box(picture->frame->width, picture->frame->height);
	pixman_region32_t differs;
	struct packet *unit;

	pixman_region32_init(&differs);
	unit = feed_view_still(video->view, picture, &differs);
	if (unit && ledger_is_mended_by_still(video->ledger, &differs)) {
		lose_stream_of(video->ledger, picture, &box);
		add_unit(video, rects, &box, begin_context(video), packet_ref(unit));
		ledger_sent_still(video->ledger, &box, &differs);
	}
	packet_unref(unit);
	pixman_region32_fini(&differs);
}

static void add_units(struct vnc_video *video, struct vnc_rects *rects,
		      const struct feed_picture *picture, unsigned index)
{
	const struct feed_stream *stream = &picture->streams[index];
	unsigned first;
	unsigned count = ledger_units(video->ledger, picture, index, &first);
	uint32_t flags = 0;

	if (count > 0 && video->ledger->streams[index].unit == 0)
		flags = begin_context(video);
	for (unsigned unit = first; count > 0; unit++, count--) {
		add_unit(video, rects, &stream->box, flags, packet_ref(stream->units[unit]));
		ledger_sent_unit(video->ledger, picture, index, unit);
		flags = 0;
	}
}

void vnc_video_add(struct vnc_video *video, struct vnc_rects *rects,
		   const struct feed_picture *picture, const pixman_region32_t *wanted)
{
	pixman_box32_t whole = {0, 0, (int32_t)picture->frame->width,
				(int32_t)picture->frame->height};

	if (overlap(wanted, &whole) == PIXMAN_REGION_IN &&
	    ledger_wants_still(video->ledger, picture))
		add_still(video, rects, picture);
	for (unsigned i = 0; i < picture->streams_count; i++)
		if (is_met(wanted, &picture->streams[i].box))
			add_units(video, rects, picture, i);
	for (unsigned i = 0; i < picture->streams_count; i++)
		if (is_met(wanted, &picture->streams[i].box) &&
		    ledger_wants_key(video->ledger, picture, i))
			feed_view_request_key(video->view, picture->streams[i].id);
}

void vnc_video_expose(struct vnc_video *video, const struct feed_picture *picture,
		      const pixman_box32_t *box)
{
	pixman_region32_t region;

	pixman_region32_init_with_extents(&region, box);
	for (unsigned i = 0; i < picture->streams_count; i++)
		if (is_met(&region, &picture->streams[i].box))
			ledger_lose_stream(video->ledger, picture->streams[i].id);
	pixman_region32_fini(&region);
	ledger_expose(video->ledger, box);
}
