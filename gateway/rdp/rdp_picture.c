/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/rdp/rdp_picture.h"

#include <string.h>

#include "common/loop.h"
#include "common/wakeup.h"
#include "common/xalloc.h"
#include "gateway/encode/feeds.h"
#include "gateway/encode/ledger.h"
#include "gateway/frame/frame.h"
#include "gateway/rdp/rdp_change.h"
#include "gateway/rdp/rdp_server.h"

/* How often a feed is told what the line takes. */
#define REPORT_INTERVAL_US UINT64_C(500000)

/* One head as this viewer has it. */
struct view {
	struct feed_view *feed; /* NULL: not open */
	unsigned head;
	struct ledger ledger;
	uint64_t reported_us; /* when its feed was told what the line takes */
	uint64_t drawn_us;    /* when the guest drew what is being written; 0: nothing new is */
};

struct rdp_picture {
	struct heads *heads;
	struct feeds *feeds;
	const struct rdp_options *options;
	struct wakeup *wakeup;
	unsigned monitors;
	int32_t lefts[HEADS_MAX];
	struct rdp_layout layout;
	struct view views[RDP_PLACES_MAX]; /* of the layout's places */
	unsigned next;			   /* the place whose turn it is */
	bool is_changed;		   /* the client does not know this layout */

	pthread_mutex_t lock;
	/* protected by lock: written by the viewer's thread alone */
	struct rdp_choice choice;
};

struct rdp_picture *rdp_picture_create(struct heads *heads, struct feeds *feeds,
				       const struct rdp_options *options, struct wakeup *wakeup)
{
	struct rdp_picture *picture = xcalloc(1, sizeof(*picture));

	picture->heads = heads;
	picture->feeds = feeds;
	picture->options = options;
	picture->wakeup = wakeup;
	picture->monitors = 1;
	for (unsigned i = 0; i < RDP_PLACES_MAX; i++)
		ledger_init(&picture->views[i].ledger, LEDGER_PAINTS_DAMAGE);
	pthread_mutex_init(&picture->lock, NULL);
	return picture;
}

static void unwatch(struct rdp_picture *picture)
{
	for (unsigned i = 0; i < picture->choice.count; i++)
		head_unwatch(heads_get(picture->heads, picture->choice.heads[i]), picture->wakeup);
}

void rdp_picture_destroy(struct rdp_picture *picture)
{
	if (!picture)
		return;
	unwatch(picture);
	for (unsigned i = 0; i < RDP_PLACES_MAX; i++) {
		feed_view_close(picture->views[i].feed);
		ledger_finish(&picture->views[i].ledger);
	}
	pthread_mutex_destroy(&picture->lock);
	free(picture);
}

void rdp_picture_set_monitors(struct rdp_picture *picture, const int32_t *lefts, unsigned count)
{
	picture->monitors = count < HEADS_MAX ? count : HEADS_MAX;
	for (unsigned i = 0; i < picture->monitors; i++)
		picture->lefts[i] = lefts[i];
}

static void choose(const struct rdp_picture *picture, struct rdp_choice *choice)
{
	const struct rdp_options *options = picture->options;
	unsigned heads = heads_count(picture->heads);

	*choice = (struct rdp_choice){0};
	if (!options->heads_are_given)
		rdp_choose_by_monitors(choice, picture->lefts, picture->monitors, heads);
	else if (options->heads == RDP_HEADS_ALL)
		rdp_choose_all(choice, heads);
	else /* until there is such a head, the first one says why */
		rdp_choose_one(choice,
			       (unsigned)options->heads < heads ? (unsigned)options->heads : 0);
}

/* Watches the heads that there are now. */
static void choose_again(struct rdp_picture *picture)
{
	struct rdp_choice choice;

	choose(picture, &choice);
	if (choice.count == picture->choice.count &&
	    memcmp(choice.heads, picture->choice.heads, sizeof(choice.heads)) == 0)
		return;

	unwatch(picture);
	for (unsigned i = 0; i < choice.count; i++)
		head_watch(heads_get(picture->heads, choice.heads[i]), picture->wakeup,
			   HEAD_SIZE | HEAD_CURSOR | HEAD_NOTICE);
	pthread_mutex_lock(&picture->lock);
	picture->choice = choice;
	pthread_mutex_unlock(&picture->lock);
}

const struct rdp_layout *rdp_picture_arrange(struct rdp_picture *picture)
{
	struct size sizes[HEADS_MAX];
	struct rdp_layout layout;

	choose_again(picture);
	for (unsigned i = 0; i < picture->choice.count; i++)
		sizes[i] = head_size(heads_get(picture->heads, picture->choice.heads[i]));
	rdp_layout_arrange(&layout, &picture->choice, sizes);
	if (!rdp_layout_is_equal(&layout, &picture->layout)) {
		picture->layout = layout;
		picture->is_changed = true;
	}
	return &picture->layout;
}

const struct rdp_layout *rdp_picture_layout(const struct rdp_picture *picture)
{
	return &picture->layout;
}

void rdp_picture_expose(struct rdp_picture *picture, int32_t x, int32_t y, uint32_t width,
			uint32_t height)
{
	for (unsigned i = 0; i < picture->layout.count; i++) {
		const struct rdp_place *place = &picture->layout.places[i];
		pixman_box32_t box = {
			.x1 = x - (int32_t)place->x,
			.y1 = y - (int32_t)place->y,
			.x2 = x - (int32_t)place->x + (int32_t)width,
			.y2 = y - (int32_t)place->y + (int32_t)height,
		};

		ledger_expose(&picture->views[i].ledger, &box);
	}
}

static void open_view(struct rdp_picture *picture, struct view *view, unsigned head,
		      enum rendition rendition)
{
	if (view->feed && view->head == head) {
		feed_view_set_rendition(view->feed, rendition);
	} else {
		feed_view_close(view->feed);
		view->feed = feed_view_open(feeds_get(picture->feeds, head), picture->wakeup,
					    rendition);
	}
	view->head = head;
	ledger_reset(&view->ledger);
}

/* The client shows nothing of this layout yet. */
static int begin_anew(struct rdp_picture *picture, struct rdp_output *output,
		      struct viewer_counters *counters)
{
	uint32_t shown = 0;

	picture->is_changed = false;
	output->is_blank = false;
	output->counters = counters;
	picture->next = 0;
	for (unsigned i = 0; i < RDP_PLACES_MAX; i++) {
		struct view *view = &picture->views[i];

		if (i >= picture->layout.count) {
			feed_view_close(TAKE(view->feed));
			continue;
		}
		open_view(picture, view, picture->layout.places[i].head, output->rendition);
		shown |= UINT32_C(1) << view->head;
	}
	atomic_store(&counters->heads, shown);
	return output->ops->arrange(output, &picture->layout);
}

/* Each of the heads gets its part of the line. */
static void report(struct rdp_picture *picture, struct view *view, uint32_t kbps)
{
	uint64_t now = loop_now_us();

	if (now - view->reported_us < REPORT_INTERVAL_US)
		return;
	view->reported_us = now;
	/* Its heads share the line; 0 would say that it is wide. */
	feed_view_report(view->feed, kbps > 0 ? kbps / picture->layout.count + 1 : 0);
}

static bool fits(const struct rdp_place *place, uint32_t width, uint32_t height)
{
	return place->size.width == width && place->size.height == height;
}

static void count(struct rdp_picture *picture, const struct rdp_change *change, size_t bytes,
		  uint32_t kbps, struct viewer_counters *counters)
{
	uint64_t dropped = 0;

	for (unsigned i = 0; i < picture->layout.count; i++)
		dropped += picture->views[i].ledger.dropped;
	atomic_fetch_add(&counters->frames, 1);
	atomic_fetch_add(&counters->units, change->units_count + (change->still ? 1 : 0));
	atomic_fetch_add(&counters->bytes, bytes);
	atomic_store(&counters->dropped, dropped);
	atomic_store(&counters->kbps, kbps);
	atomic_store(&counters->rendition, feed_view_rendition(picture->views[0].feed));
}

/* Returns 1 when something is left, 0 when not, or negative errno. */
static int send_change(struct rdp_picture *picture, unsigned index, struct rdp_change *change,
		       struct rdp_output *output, struct viewer_counters *counters)
{
	struct view *view = &picture->views[index];

	rdp_change_compose(change, view->feed, &view->ledger);
	ssize_t sent = output->ops->send(output, index, change);
	if (sent < 0)
		return (int)sent;
	if (rdp_change_is_empty(change))
		return 0;

	uint32_t kbps = output->ops->kbps(output);
	count(picture, change, (size_t)sent, kbps, counters);
	report(picture, view, kbps);
	view->drawn_us = change->drawn_us;
	return rdp_change_sent(change, &view->ledger);
}

/* Sends the newest picture. Returns 1 when something of it is left, 0 when not, or negative errno.
 */
static int send_newest(struct rdp_picture *picture, unsigned index, struct rdp_output *output,
		       struct viewer_counters *counters, bool *ret_is_new)
{
	const struct rdp_place *place = &picture->layout.places[index];
	struct view *view = &picture->views[index];
	struct rdp_change change;
	int r = 0;

	rdp_change_begin(&change, feeds_get(picture->feeds, place->head), view->feed,
			 &view->ledger);
	bool is_ours = fits(place, change.picture.frame->width, change.picture.frame->height);

	/* Else the head got this size or left it just now: there is a wakeup for either. */
	if (is_ours)
		r = send_change(picture, index, &change, output, counters);
	*ret_is_new = is_ours && change.is_new;
	rdp_change_finish(&change);
	return r;
}

/* Returns 1 when something is left or may be, 0 when not, -EAGAIN when the head has another size by
 * now. */
static int send_view(struct rdp_picture *picture, unsigned index, struct rdp_output *output,
		     struct viewer_counters *counters)
{
	const struct rdp_place *place = &picture->layout.places[index];
	struct size size = head_size(heads_get(picture->heads, place->head));
	bool is_new = true;
	int r = 0;

	if (!fits(place, size.width, size.height))
		return -EAGAIN;
	/* Only who asks again, and finds nothing new, is waited for by the feed. */
	while (r == 0 && is_new && output->ops->has_room(output))
		r = send_newest(picture, index, output, counters, &is_new);
	return r == 0 ? is_new : r;
}

int rdp_picture_send(struct rdp_picture *picture, struct rdp_output *output,
		     struct viewer_counters *counters)
{
	int more = 0;

	if (!output->ops->has_room(output))
		return 1;

	rdp_picture_arrange(picture);
	if (picture->is_changed || output->is_blank) {
		int r = begin_anew(picture, output, counters);
		if (r < 0)
			return r;
	}

	for (unsigned n = 0; n < picture->layout.count; n++) {
		if (!output->ops->has_room(output))
			return 1;

		int r = send_view(picture, picture->next, output, counters);
		if (r == -EAGAIN)
			return 1;
		if (r < 0)
			return r;
		more |= r;
		picture->next = (picture->next + 1) % picture->layout.count;
	}
	return more;
}

void rdp_picture_note_written(struct rdp_picture *picture, struct viewer_counters *counters)
{
	for (unsigned i = 0; i < picture->layout.count; i++) {
		struct view *view = &picture->views[i];

		if (view->drawn_us > 0)
			viewer_note_written(counters, view->drawn_us);
		view->drawn_us = 0;
	}
}

int rdp_picture_head_of_monitor(struct rdp_picture *picture, unsigned monitor)
{
	int head = -1;

	pthread_mutex_lock(&picture->lock);
	if (monitor < picture->choice.monitors)
		head = (int)picture->choice.monitor_heads[monitor];
	pthread_mutex_unlock(&picture->lock);
	return head;
}
