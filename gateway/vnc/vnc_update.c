/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/vnc/vnc_update.h"

#include <errno.h>

#include "common/loop.h"
#include "gateway/encode/feed.h"
#include "gateway/encode/packet.h"
#include "gateway/frame/cursor.h"
#include "gateway/frame/frame.h"
#include "gateway/viewers.h"
#include "gateway/vnc/vnc_rects.h"
#include "gateway/vnc/vnc_wire.h"

/* An update that may be of any length still ends somewhere: what it holds waits in memory. */
#define UPDATE_BYTES_MAX (16u << 20)

static void cursor_unref_image(struct cursor *cursor)
{
	cursor_image_unref(cursor->image);
}

void vnc_update_init(struct vnc_update *update, struct head *head, struct feed *feed,
		     struct vnc_client *client, struct viewer_counters *counters,
		     struct wakeup *wakeup)
{
	*update = (struct vnc_update){
		.head = head, .client = client, .wakeup = wakeup, .is_stale = true};
	update->view = feed_view_open(feed, wakeup, RENDITION_NONE);
	head_watch(head, wakeup, HEAD_CURSOR);
	update->pieces.pieces = feed_pieces(feed);
	update->pieces.ledger = &update->ledger;
	update->video.view = update->view;
	update->video.ledger = &update->ledger;
	update->line.client = client;
	update->line.view = update->view;
	update->line.counters = counters;
	vnc_request_init(&update->request);
	ledger_init(&update->ledger, LEDGER_PAINTS_BOX);
}

void vnc_update_finish(struct vnc_update *update)
{
	head_unwatch(update->head, update->wakeup);
	feed_view_close(update->view);
	vnc_request_finish(&update->request);
	ledger_finish(&update->ledger);
	vnc_canvas_finish(&update->canvas);
}

void vnc_update_note_news(struct vnc_update *update)
{
	update->is_stale = true;
}

/* -- What the viewer says ------------------------------------------------------- */

static void choose_form(struct vnc_update *update)
{
	const struct vnc_capabilities *can = &update->client->can;
	bool took_video = update->takes_video;

	update->takes_pieces = vnc_capabilities_prefers_tight(can) &&
			       vnc_capabilities_draws_cursor(can) &&
			       vnc_client_has_usual_format(update->client);
	update->takes_video = update->takes_pieces && can->h264;
	update->ledger.takes_lossy = update->takes_pieces && !can->h264 && can->jpeg_quality >= 0;
	if (update->takes_video != took_video)
		feed_view_set_rendition(update->view,
					update->takes_video ? RENDITION_MAIN : RENDITION_NONE);
	update->is_stale = true;
}

static void follow_pace(struct vnc_update *update)
{
	vnc_line_meter(&update->line, update->request.is_continuous && update->client->can.fence);
}

void vnc_update_use_encodings(struct vnc_update *update, const struct vnc_capabilities *before)
{
	const struct vnc_capabilities *can = &update->client->can;

	if (can->qemu_keys && !before->qemu_keys)
		update->announces_keys = true;
	if (can->extended_buttons && !before->extended_buttons)
		update->announces_buttons = true;
	update->shape.is_known = false;
	if (!vnc_capabilities_draws_cursor(can))
		ledger_reset(&update->ledger); /* the canvas may have missed something */
	else
		vnc_canvas_finish(&update->canvas);
	choose_form(update);
	follow_pace(update);
}

void vnc_update_use_format(struct vnc_update *update)
{
	choose_form(update);
}

void vnc_update_ask(struct vnc_update *update, const pixman_box32_t *box, bool is_incremental)
{
	vnc_request_ask(&update->request, box, is_incremental);
	if (!is_incremental)
		vnc_client_owe_size(update->client);
	update->is_stale = true;
}

void vnc_update_continue(struct vnc_update *update, const pixman_box32_t *box)
{
	vnc_request_continue(&update->request, box);
	follow_pace(update);
	update->is_stale = true;
}

/* -- When ------------------------------------------------------------------------- */

bool vnc_update_is_due(struct vnc_update *update)
{
	uint64_t now = loop_now_us();

	if (!vnc_request_is_due(&update->request, now) || !vnc_line_has_room(&update->line))
		return false;
	return update->is_stale || update->has_rest || update->announces_keys ||
	       update->announces_buttons || vnc_client_owes_size(update->client) ||
	       refresh_deadline_us(&update->request.refresh) <= now;
}

uint64_t vnc_update_deadline_us(struct vnc_update *update)
{
	uint64_t deadline = refresh_deadline_us(&update->request.refresh);

	if (deadline == UINT64_MAX || deadline <= loop_now_us())
		return UINT64_MAX;
	if (!update->is_impatient)
		log_write(LOG_LEVEL_INFO, update->client->subject,
			  "asks for the same again and again: it gets it a few times a second");
	update->is_impatient = true;
	return deadline;
}

/* -- What ------------------------------------------------------------------------- */

/* An update of empty rectangles tells the viewer which extensions there are. */
static void announce(struct vnc_update *update)
{
	uint8_t message[VNC_UPDATE_SIZE + 2 * VNC_RECT_SIZE];
	unsigned count = (unsigned)update->announces_keys + (unsigned)update->announces_buttons;
	uint8_t *at = vnc_write_update(message, (uint16_t)count);

	if (count == 0)
		return;
	if (update->announces_keys)
		at = vnc_write_rect(at, 0, 0, 0, 0, VNC_ENCODING_QEMU_KEYS);
	if (update->announces_buttons)
		at = vnc_write_rect(at, 0, 0, 0, 0, VNC_ENCODING_EXTENDED_BUTTONS);
	update->announces_keys = false;
	update->announces_buttons = false;
	vnc_client_write(update->client, message, (size_t)(at - message));
}

/* Before anything else: TigerVNC decides by its first update whether the size can be changed.
 * Returns how many updates. */
static int send_size(struct vnc_update *update, const struct frame *frame)
{
	struct size size = {frame->width, frame->height};
	int r;

	r = vnc_client_set_size(update->client, size);
	if (r < 0)
		return r;
	if (r > 0)
		vnc_request_follow_size(&update->request, size.width, size.height);
	if (!vnc_client_owes_size(update->client))
		return 0;
	r = vnc_client_send_size(update->client);
	return r < 0 ? r : 1;
}

/* Draws the cursor, for a viewer that does not: what it covers and uncovers is stale. */
static int draw_cursor(struct vnc_update *update, const struct feed_picture *picture,
		       const struct cursor *cursor)
{
	pixman_region32_t drawn;
	const pixman_box32_t *boxes;
	int count;
	int r;

	pixman_region32_init(&drawn);
	pixman_region32_copy(&drawn, &picture->damage);
	r = vnc_canvas_update(&update->canvas, picture->frame, cursor, &drawn);
	pixman_region32_subtract(&drawn, &drawn, &picture->damage);
	boxes = pixman_region32_rectangles(&drawn, &count);
	for (int i = 0; i < count; i++)
		ledger_expose(&update->ledger, &boxes[i]);
	pixman_region32_fini(&drawn);
	return r;
}

/* Has the library send all that the viewer lacks. Returns how many updates. */
static int send_from_library(struct vnc_update *update, const struct feed_picture *picture,
			     const pixman_region32_t *wanted)
{
	bool is_drawn = !vnc_capabilities_draws_cursor(&update->client->can);
	const uint32_t *pixels = is_drawn ? update->canvas.pixels : picture->frame->pixels;
	pixman_region32_t exact;
	int r = 0;

	pixman_region32_init(&exact);
	ledger_exact(&update->ledger, picture, &exact);
	pixman_region32_intersect(&exact, &exact, wanted);
	if (pixman_region32_not_empty(&exact)) {
		r = vnc_client_send_pixels(update->client, pixels, &exact);
		ledger_sent_exact(&update->ledger, &exact);
		if (r == 0)
			r = 1;
	}
	pixman_region32_fini(&exact);
	update->has_rest = false;
	return r;
}

/* How much of what changed one update may have. What comes beside video is not to hold up the
 * next video. A viewer that is paced by its requests may expect all that it asked for at once; the
 * others are sent the rest unasked. */
static size_t bytes_max(const struct vnc_update *update)
{
	const struct vnc_capabilities *can = &update->client->can;

	if (!can->continuous_updates || !can->fence)
		return UPDATE_BYTES_MAX;
	return update->takes_video ? vnc_line_update_max(&update->line)
				   : vnc_line_whole_update_max(&update->line, UPDATE_BYTES_MAX);
}

/* What the viewer lacks of the picture, within what it wants. */
struct lacking {
	pixman_region32_t moving; /* and may be shown inexactly */
	pixman_region32_t changed;
	pixman_region32_t lossy;
};

static void lacking_init(struct lacking *lacking, const struct ledger *ledger,
			 const struct feed_picture *picture, const pixman_region32_t *wanted)
{
	pixman_region32_init(&lacking->moving);
	pixman_region32_init(&lacking->changed);
	pixman_region32_init(&lacking->lossy);
	ledger_moving(ledger, picture, &lacking->moving);
	ledger_exact(ledger, picture, &lacking->lossy);
	pixman_region32_intersect(&lacking->moving, &lacking->moving, wanted);
	pixman_region32_intersect(&lacking->lossy, &lacking->lossy, wanted);
	pixman_region32_intersect(&lacking->changed, &lacking->lossy, &ledger->stale);
	pixman_region32_subtract(&lacking->lossy, &lacking->lossy, &lacking->changed);
}

static bool lacking_is_empty(struct lacking *lacking)
{
	return !pixman_region32_not_empty(&lacking->moving) &&
	       !pixman_region32_not_empty(&lacking->changed) &&
	       !pixman_region32_not_empty(&lacking->lossy);
}

static void lacking_finish(struct lacking *lacking)
{
	pixman_region32_fini(&lacking->moving);
	pixman_region32_fini(&lacking->changed);
	pixman_region32_fini(&lacking->lossy);
}

/* Adds pieces of what the viewer lacks, and takes them from that. What changed, as when
 * somebody types, and what moves share the update; what is still to become exact has what they
 * leave of it. */
static int add_pieces(struct vnc_update *update, struct vnc_rects *rects, const struct frame *frame,
		      struct lacking *lacking)
{
	struct piece_form jpeg = {PIECE_TIGHT_JPEG, (unsigned)update->client->can.jpeg_quality};
	struct piece_form tight = {.codec = PIECE_TIGHT};
	struct vnc_pieces *pieces = &update->pieces;
	size_t half = rects->bytes + bytes_max(update) / 2;
	size_t whole = rects->bytes + bytes_max(update);
	size_t refinement_max = rects->bytes + vnc_line_update_max(&update->line);
	int r;

	r = vnc_pieces_add_changes(pieces, rects, tight, frame, &update->changed, &lacking->changed,
				   half);
	if (r == 0)
		r = vnc_pieces_add_changes(pieces, rects, jpeg, frame, &update->moving,
					   &lacking->moving, whole);
	if (r == 0)
		r = vnc_pieces_add_changes(pieces, rects, tight, frame, &update->changed,
					   &lacking->changed, whole);
	if (r == 0)
		r = vnc_pieces_add_refinement(pieces, rects, frame, &lacking->lossy,
					      refinement_max);
	return r;
}

/* Sends what others are sent too. Returns how many updates. */
static int send_shared(struct vnc_update *update, const struct feed_picture *picture,
		       const pixman_region32_t *wanted)
{
	struct lacking lacking;
	struct vnc_rects rects;
	int r;

	vnc_rects_init(&rects);
	if (update->takes_video)
		vnc_video_add(&update->video, &rects, picture, wanted);
	lacking_init(&lacking, &update->ledger, picture, wanted);
	r = add_pieces(update, &rects, picture->frame, &lacking);
	update->has_rest = !lacking_is_empty(&lacking);
	lacking_finish(&lacking);
	if (r == 0 && rects.count > 0) {
		vnc_rects_send(&rects, &update->client->output);
		r = 1;
	}
	vnc_rects_finish(&rects);
	return r;
}

/* Returns how many updates. */
static int send_changes(struct vnc_update *update, const struct feed_picture *picture,
			const struct cursor *cursor)
{
	pixman_region32_t wanted;
	pixman_box32_t again;
	int r = 0;

	ledger_take(&update->ledger, picture);
	if (refresh_take(&update->request.refresh, loop_now_us(), &again))
		vnc_video_expose(&update->video, picture, &again);
	if (!vnc_capabilities_draws_cursor(&update->client->can))
		r = draw_cursor(update, picture, cursor);
	else if (vnc_shape_is_stale(&update->shape, cursor))
		r = vnc_shape_send(&update->shape, update->client, cursor);
	if (r < 0)
		return r;

	pixman_region32_init(&wanted);
	vnc_request_region(&update->request, &wanted);
	r = update->takes_pieces ? send_shared(update, picture, &wanted)
				 : send_from_library(update, picture, &wanted);
	pixman_region32_fini(&wanted);
	if (r > 0)
		vnc_request_answer(&update->request);
	return r;
}

static int send_picture(struct vnc_update *update, const struct feed_picture *picture,
			const struct cursor *cursor)
{
	int sizes, r;

	sizes = send_size(update, picture->frame);
	if (sizes < 0)
		return sizes;
	announce(update);
	r = send_changes(update, picture, cursor);
	return r < 0 ? r : r + sizes;
}

static void count(struct vnc_update *update, unsigned updates)
{
	struct viewer_counters *counters = update->line.counters;

	counters->frames += updates;
	counters->dropped = update->ledger.dropped;
	counters->units = update->video.units;
	counters->rendition = feed_view_rendition(update->view);
	counters->bytes = vnc_client_bytes_sent(update->client);
}

int vnc_update_send(struct vnc_update *update)
{
	CLEANUP(cursor_unref_image) struct cursor cursor = head_cursor(update->head);
	uint64_t bytes = vnc_client_bytes_sent(update->client);
	uint64_t seen = update->ledger.seen;
	struct feed_picture picture;
	bool is_newer;
	int r;

	/* The feed goes on when it was asked for something new and had nothing. */
	update->is_stale = feed_view_fetch(update->view, seen, &picture);
	is_newer = seen > 0 && picture.frame->number > seen;
	r = send_picture(update, &picture, &cursor);
	if (r > 0) {
		vnc_line_sent(&update->line, vnc_client_bytes_sent(update->client) - bytes,
			      is_newer ? picture.frame->time_us : 0);
		count(update, (unsigned)r);
	}
	feed_picture_finish(&picture);
	return r;
}
