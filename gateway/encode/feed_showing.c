/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/encode/feed_private.h"

#include <string.h>

#include "common/wakeup.h"
#include "common/xalloc.h"
#include "gateway/encode/packet.h"
#include "gateway/frame/frame.h"

static bool has_same_streams(const struct feed_picture *a, const struct feed_picture *b)
{
	if (a->streams_count != b->streams_count)
		return false;
	for (unsigned i = 0; i < a->streams_count; i++) {
		const struct feed_stream *one = &a->streams[i], *other = &b->streams[i];

		if (one->id != other->id || one->units_count != other->units_count ||
		    memcmp(one->units, other->units, one->units_count * sizeof(one->units[0])) != 0)
			return false;
	}
	return true;
}

static bool is_same(const struct feed_picture *a, const struct feed_picture *b)
{
	return a->frame == b->frame && has_same_streams(a, b) &&
	       pixman_region32_equal(&a->moving, &b->moving) &&
	       pixman_region32_equal(&a->settled, &b->settled);
}

/* A key frame that was just encoded is what those asked for who asked while it was. */
static void keep_key_requests_locked(struct showing *showing, const struct feed_picture *next)
{
	bool wants_key[MOTION_REGIONS_MAX] = {false};
	const struct feed_picture *before = &showing->picture;

	for (unsigned i = 0; i < next->streams_count; i++) {
		const struct feed_stream *stream = &next->streams[i];

		for (unsigned k = 0; k < before->streams_count; k++)
			if (before->streams[k].id == stream->id)
				wants_key[i] = showing->wants_key[k];
		if (stream->units[stream->units_count - 1]->is_key)
			wants_key[i] = false;
	}
	memcpy(showing->wants_key, wants_key, sizeof(wants_key));
}

/* Puts the picture in place of the one before, which is left in `next`, and tells the views. */
static void swap_picture_locked(struct feed *feed, enum rendition rendition,
				struct feed_picture *next)
{
	struct showing *showing = &feed->showings[rendition];
	struct feed_picture before = showing->picture;

	keep_key_requests_locked(showing, next);
	showing->picture = *next;
	showing->version = ++feed->last_version;
	showing->behind = 0;
	*next = before;
	for (struct feed_view *view = feed->views; view; view = view->next) {
		if (view->rendition != rendition)
			continue;
		view->is_waiting = false;
		wakeup_signal(view->wakeup);
	}
}

void feed_show(struct feed *feed, enum rendition rendition, struct feed_picture *next)
{
	struct showing *showing = &feed->showings[rendition];

	pthread_mutex_lock(&feed->lock);
	/* The last view may have gone while it was encoded. */
	if (showing->picture.frame && !is_same(&showing->picture, next))
		swap_picture_locked(feed, rendition, next);
	pthread_mutex_unlock(&feed->lock);
	feed_picture_finish(next);
}

unsigned feed_watched_renditions(struct feed *feed)
{
	unsigned watched = 0;

	pthread_mutex_lock(&feed->lock);
	for (struct feed_view *view = feed->views; view; view = view->next)
		watched |= 1u << view->rendition;
	pthread_mutex_unlock(&feed->lock);
	return watched;
}

bool feed_is_awaited(struct feed *feed, enum rendition rendition, const struct frame *frame)
{
	struct showing *showing = &feed->showings[rendition];
	bool is_awaited = false;

	pthread_mutex_lock(&feed->lock);
	for (struct feed_view *view = feed->views; view && !is_awaited; view = view->next)
		is_awaited = view->rendition == rendition && view->is_waiting;
	if (is_awaited) {
		showing->behind = 0;
	} else {
		feed->count.waited += showing->behind != frame->number;
		showing->behind = frame->number;
	}
	pthread_mutex_unlock(&feed->lock);
	return is_awaited;
}

void feed_clear_showing(struct feed *feed, enum rendition rendition)
{
	struct showing *showing = &feed->showings[rendition];
	struct feed_picture before = {0};
	struct feed_view *view;

	pthread_mutex_lock(&feed->lock);
	for (view = feed->views; view && view->rendition != rendition; view = view->next)
		;
	/* Unless somebody came just now. */
	if (!view) {
		before = showing->picture;
		feed_picture_init(&showing->picture);
		showing->behind = 0;
	}
	pthread_mutex_unlock(&feed->lock);
	if (!view)
		feed_picture_finish(&before);
}

void feed_pass_key_requests(struct feed *feed, struct rendering *rendering)
{
	struct showing *showing = &feed->showings[rendering->rendition];

	pthread_mutex_lock(&feed->lock);
	for (unsigned i = 0; i < showing->picture.streams_count; i++)
		if (showing->wants_key[i])
			video_request_key(rendering->video, showing->picture.streams[i].id);
	pthread_mutex_unlock(&feed->lock);
}

/* A view that has not reported for so long is not sending. */
#define REPORT_AGE_US UINT64_C(3000000)

static bool is_rated(const struct feed_view *view, uint64_t now_us)
{
	return view->reported_us > 0 && now_us - view->reported_us < REPORT_AGE_US;
}

/* The views of `renditions` (a bit for each) that send. Returns how many. */
static size_t collect_locked(struct feed *feed, unsigned renditions, uint64_t now_us,
			     struct feed_view **views, struct rate_viewer *viewers)
{
	size_t count = 0;

	for (struct feed_view *view = feed->views; view; view = view->next) {
		if (!(renditions & 1u << view->rendition) || !is_rated(view, now_us))
			continue;
		views[count] = view;
		viewers[count++] = (struct rate_viewer){
			.kbps = view->kbps,
			.is_on_cheaper = view->rendition == RENDITION_CHEAPER,
		};
	}
	return count;
}

void feed_assign_views(struct feed *feed, struct frame *newest, uint64_t now_us,
		       uint32_t kbps[RENDITIONS])
{
	CLEANUP(freep) struct rate_viewer *viewers = NULL;
	CLEANUP(freep) struct feed_view **views = NULL;
	CLEANUP(frame_unrefp) struct frame *first = frame_ref(newest);
	size_t count = 0;

	pthread_mutex_lock(&feed->lock);
	for (struct feed_view *view = feed->views; view; view = view->next)
		count++;
	viewers = xcalloc(count + 1, sizeof(*viewers));
	views = xcalloc(count + 1, sizeof(*views));

	/* After a pause nobody has: what the lines took before is the best guess. */
	count = collect_locked(feed, 1u << RENDITION_MAIN | 1u << RENDITION_CHEAPER, now_us, views,
			       viewers);
	if (count > 0) {
		struct rate_bounds bounds = rate_assign(viewers, count);

		kbps[RENDITION_MAIN] = bounds.main_kbps;
		kbps[RENDITION_CHEAPER] = bounds.cheaper_kbps;
	}
	for (size_t i = 0; i < count; i++) {
		enum rendition rendition = viewers[i].is_on_cheaper ? RENDITION_CHEAPER
								    : RENDITION_MAIN;

		if (rendition != views[i]->rendition)
			feed_view_move_locked(views[i], rendition, &first);
	}

	/* There is nothing cheaper for these. */
	count = collect_locked(feed, 1u << RENDITION_WHOLE, now_us, views, viewers);
	if (count > 0)
		kbps[RENDITION_WHOLE] = rate_assign(viewers, count).main_kbps;
	pthread_mutex_unlock(&feed->lock);
}
