/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/rdp/rdp_change.h"

#include "gateway/encode/packet.h"
#include "gateway/frame/frame.h"

void rdp_change_begin(struct rdp_change *change, struct feed *feed, struct feed_view *view,
		      const struct ledger *ledger)
{
	*change = (struct rdp_change){.pieces = feed_pieces(feed)};
	pixman_region32_init(&change->exact);
	pixman_region32_init(&change->rest);
	change->is_new = feed_view_fetch(view, ledger->seen, &change->picture);
}

/* A viewer to which most is new is shown it as video at once, and exactly afterwards. */
static void compose_still(struct rdp_change *change, struct feed_view *view, struct ledger *ledger)
{
	const struct feed_picture *picture = &change->picture;
	pixman_box32_t box = feed_still_box(picture->frame->width, picture->frame->height);
	pixman_region32_t differs;

	if (!ledger_wants_still(ledger, picture))
		return;
	pixman_region32_init(&differs);
	CLEANUP(packet_unrefp) struct packet *still = feed_view_still(view, picture, &differs);
	if (still && ledger_is_mended_by_still(ledger, &differs)) {
		ledger_sent_still(ledger, &box, &differs);
		change->still = TAKE(still);
	}
	pixman_region32_fini(&differs);

	/* It goes through the decoder that a stream of the whole head has. */
	if (change->still && feed_view_rendition(view) == RENDITION_WHOLE)
		ledger_lose_all_streams(ledger);
}

static void compose_stream(struct rdp_change *change, struct feed_view *view, struct ledger *ledger,
			   unsigned index)
{
	const struct feed_picture *picture = &change->picture;
	const struct feed_stream *stream = &picture->streams[index];
	unsigned first = 0;
	unsigned count = ledger_units(ledger, picture, index, &first);

	for (unsigned i = first; i < first + count; i++) {
		struct rdp_change_unit *unit = &change->units[change->units_count++];

		unit->stream = stream;
		unit->packet = stream->units[i];
		pixman_region32_init(&unit->painted);
		ledger_painted(ledger, picture, index, i, &unit->painted);
		ledger_sent_unit(ledger, picture, index, i);
	}
	if (ledger_wants_key(ledger, picture, index))
		feed_view_request_key(view, stream->id);
}

void rdp_change_compose(struct rdp_change *change, struct feed_view *view, struct ledger *ledger)
{
	const struct frame *frame = change->picture.frame;

	if (ledger->seen > 0 && frame->number > ledger->seen)
		change->drawn_us = frame->time_us;
	ledger_take(ledger, &change->picture);
	if (feed_view_rendition(view) != RENDITION_NONE)
		compose_still(change, view, ledger);
	for (unsigned i = 0; i < change->picture.streams_count; i++)
		compose_stream(change, view, ledger, i);

	/* What a still left inexact is for the next update: this change is large already. */
	if (change->still)
		return;
	ledger_exact(ledger, &change->picture, &change->exact);
	pixman_region32_copy(&change->rest, &change->exact);
	change->is_refining = pixman_region32_not_empty(&ledger->lossy);
}

bool rdp_change_is_empty(const struct rdp_change *change)
{
	return !change->still && change->units_count == 0 &&
	       !pixman_region32_not_empty((pixman_region32_t *)&change->exact);
}

bool rdp_change_sent(struct rdp_change *change, struct ledger *ledger)
{
	pixman_region32_t sent;

	pixman_region32_init(&sent);
	pixman_region32_subtract(&sent, &change->exact, &change->rest);
	ledger_sent_exact(ledger, &sent);
	pixman_region32_fini(&sent);
	return change->still || pixman_region32_not_empty(&change->rest);
}

void rdp_change_finish(struct rdp_change *change)
{
	packet_unref(change->still);
	for (unsigned i = 0; i < change->units_count; i++)
		pixman_region32_fini(&change->units[i].painted);
	pixman_region32_fini(&change->exact);
	pixman_region32_fini(&change->rest);
	feed_picture_finish(&change->picture);
}
