/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/encode/feed.h"

#include <string.h>

#include "common/xalloc.h"
#include "gateway/encode/packet.h"
#include "gateway/frame/frame.h"
#include "gateway/frame/head.h"

/* Encoded pieces that are kept: about four full screens of them. */
#define PIECES_BYTES (16u * 1024 * 1024)

struct feed {
	struct feed_config config;
	struct pieces *pieces;
};

struct feed_view {
	struct feed *feed;
	enum rendition rendition;
};

struct feed *feed_create(const struct feed_config *config)
{
	struct feed *feed = xcalloc(1, sizeof(*feed));

	feed->config = *config;
	feed->pieces = pieces_create(PIECES_BYTES);
	return feed;
}

void feed_destroy(struct feed *feed)
{
	if (!feed)
		return;
	pieces_destroy(feed->pieces);
	free(feed);
}

struct pieces *feed_pieces(struct feed *feed)
{
	return feed->pieces;
}

struct feed_view *feed_view_open(struct feed *feed, struct wakeup *wakeup, enum rendition rendition)
{
	struct feed_view *view = xcalloc(1, sizeof(*view));

	(void)wakeup;
	view->feed = feed;
	view->rendition = rendition;
	return view;
}

void feed_view_close(struct feed_view *view)
{
	free(view);
}

enum rendition feed_view_rendition(const struct feed_view *view)
{
	return view->rendition;
}

void feed_view_set_rendition(struct feed_view *view, enum rendition rendition)
{
	view->rendition = rendition;
}

bool feed_view_fetch(struct feed_view *view, uint64_t since, struct feed_picture *ret_picture)
{
	*ret_picture = (struct feed_picture){0};
	pixman_region32_init(&ret_picture->damage);
	pixman_region32_init(&ret_picture->moving);
	pixman_region32_init(&ret_picture->settled);
	ret_picture->frame = head_fetch(view->feed->config.head, since, &ret_picture->damage);
	return ret_picture->frame->number != since;
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

void feed_view_request_key(struct feed_view *view, uint64_t stream)
{
	(void)view;
	(void)stream;
}

struct packet *feed_view_still(struct feed_view *view, const struct feed_picture *picture,
			       pixman_region32_t *ret_differs)
{
	(void)view;
	(void)picture;
	(void)ret_differs;
	return NULL;
}

pixman_box32_t feed_still_box(uint32_t width, uint32_t height)
{
	return (pixman_box32_t){0, 0, (int32_t)(width & ~1u), (int32_t)(height & ~1u)};
}

void feed_view_report(struct feed_view *view, uint32_t kbps)
{
	(void)view;
	(void)kbps;
}

struct feed_count feed_count(struct feed *feed)
{
	return (struct feed_count){.pieces = pieces_count(feed->pieces)};
}
