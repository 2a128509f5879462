/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/encode/feed_private.h"

#include <errno.h>

#include "common/wakeup.h"
#include "common/xalloc.h"
#include "gateway/encode/packet.h"
#include "gateway/frame/frame.h"
#include "gateway/frame/head.h"

/* -- Pictures ----------------------------------------------------------------- */

void feed_picture_init(struct feed_picture *picture)
{
	*picture = (struct feed_picture){0};
	pixman_region32_init(&picture->damage);
	pixman_region32_init(&picture->moving);
	pixman_region32_init(&picture->settled);
}

void feed_picture_copy(struct feed_picture *to, const struct feed_picture *from)
{
	feed_picture_init(to);
	to->frame = frame_ref(from->frame);
	to->streams_count = from->streams_count;
	for (unsigned i = 0; i < from->streams_count; i++) {
		to->streams[i] = from->streams[i];
		for (unsigned n = 0; n < from->streams[i].units_count; n++)
			packet_ref(to->streams[i].units[n]);
	}
	pixman_region32_copy(&to->moving, &from->moving);
	pixman_region32_copy(&to->settled, &from->settled);
}

void feed_picture_finish(struct feed_picture *picture)
{
	for (unsigned i = 0; i < picture->streams_count; i++)
		for (unsigned n = 0; n < picture->streams[i].units_count; n++)
			packet_unref(picture->streams[i].units[n]);
	pixman_region32_fini(&picture->damage);
	pixman_region32_fini(&picture->moving);
	pixman_region32_fini(&picture->settled);
	frame_unref(picture->frame);
}

/* -- Views -------------------------------------------------------------------- */

void feed_view_move_locked(struct feed_view *view, enum rendition rendition, struct frame **newest)
{
	struct showing *showing = &view->feed->showings[rendition];

	view->rendition = rendition;
	view->fetched = 0;
	view->is_waiting = false;
	if (!showing->picture.frame) {
		showing->picture.frame = TAKE(*newest);
		showing->version = ++view->feed->last_version;
	}
	wakeup_signal(view->wakeup);
	feed_post_look_locked(view->feed);
}

struct feed_view *feed_view_open(struct feed *feed, struct wakeup *wakeup, enum rendition rendition)
{
	struct feed_view *view = xcalloc(1, sizeof(*view));
	CLEANUP(frame_unrefp) struct frame *newest = head_fetch(feed->config.head, 0, NULL);

	view->feed = feed;
	view->wakeup = wakeup;
	pthread_mutex_lock(&feed->lock);
	view->next = feed->views;
	feed->views = view;
	feed_view_move_locked(view, rendition, &newest);
	pthread_mutex_unlock(&feed->lock);
	return view;
}

void feed_view_close(struct feed_view *view)
{
	struct feed *feed;
	struct feed_view **link;

	if (!view)
		return;
	feed = view->feed;
	pthread_mutex_lock(&feed->lock);
	for (link = &feed->views; *link != view; link = &(*link)->next)
		;
	*link = view->next;
	feed_post_look_locked(feed);
	pthread_mutex_unlock(&feed->lock);
	free(view);
}

enum rendition feed_view_rendition(const struct feed_view *view)
{
	enum rendition rendition;

	pthread_mutex_lock(&view->feed->lock);
	rendition = view->rendition;
	pthread_mutex_unlock(&view->feed->lock);
	return rendition;
}

void feed_view_set_rendition(struct feed_view *view, enum rendition rendition)
{
	struct feed *feed = view->feed;
	CLEANUP(frame_unrefp) struct frame *newest = head_fetch(feed->config.head, 0, NULL);

	pthread_mutex_lock(&feed->lock);
	/* Which of the two it has is not the client's to say. */
	if (rendition == RENDITION_MAIN && view->rendition == RENDITION_CHEAPER)
		rendition = RENDITION_CHEAPER;
	if (rendition != view->rendition)
		feed_view_move_locked(view, rendition, &newest);
	pthread_mutex_unlock(&feed->lock);
}

bool feed_view_fetch(struct feed_view *view, uint64_t since, struct feed_picture *ret_picture)
{
	struct feed *feed = view->feed;
	struct showing *showing;
	bool is_new;

	pthread_mutex_lock(&feed->lock);
	showing = &feed->showings[view->rendition];
	feed_picture_copy(ret_picture, &showing->picture);
	is_new = view->fetched != showing->version || since != showing->picture.frame->number;
	view->fetched = showing->version;
	view->is_waiting = !is_new;
	if (view->is_waiting && showing->behind)
		feed_post_look_locked(feed);
	pthread_mutex_unlock(&feed->lock);

	head_compare(feed->config.head, since, ret_picture->frame, &ret_picture->damage);
	return is_new;
}

void feed_view_request_key(struct feed_view *view, uint64_t stream)
{
	struct feed *feed = view->feed;
	struct showing *showing;

	pthread_mutex_lock(&feed->lock);
	showing = &feed->showings[view->rendition];
	for (unsigned i = 0; i < showing->picture.streams_count; i++) {
		if (showing->picture.streams[i].id == stream && !showing->wants_key[i]) {
			showing->wants_key[i] = true;
			feed_post_look_locked(feed);
		}
	}
	pthread_mutex_unlock(&feed->lock);
}

struct packet *feed_view_still(struct feed_view *view, const struct feed_picture *picture,
			       pixman_region32_t *ret_differs)
{
	struct feed *feed = view->feed;
	struct still_result result;
	struct packet *packet = still_fetch(feed->still, picture->frame, &result);

	if (packet)
		head_compare(feed->config.head, packet->frame, picture->frame, ret_differs);
	pthread_mutex_lock(&feed->lock);
	feed->count.encode_us += result.encode_us;
	if (result.is_new) {
		feed->count.units++;
		feed->count.key_units++;
		feed->count.unit_bytes += packet->size;
		/* Which arms the timer that gives the encoder back. */
		feed_post_look_locked(feed);
	}
	pthread_mutex_unlock(&feed->lock);
	if (result.error != -E2BIG && result.error != -EAGAIN)
		feed_note_failure(feed, result.error);
	return packet;
}

void feed_view_report(struct feed_view *view, uint32_t kbps)
{
	pthread_mutex_lock(&view->feed->lock);
	view->kbps = kbps;
	view->reported_us = loop_now_us();
	pthread_mutex_unlock(&view->feed->lock);
}
