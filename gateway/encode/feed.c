/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/encode/feed_private.h"

#include <string.h>

#include "common/log.h"
#include "common/xalloc.h"
#include "gateway/encode/rate.h"
#include "gateway/encode/stream.h"
#include "gateway/frame/frame.h"
#include "gateway/frame/head.h"

/* Encoded pieces that are kept: about four full screens of them. */
#define PIECES_BYTES (16u * 1024 * 1024)

/* x264's CRF: where it looks as the guest does while it moves, and where a line that takes
 * little still gets a picture that can be read, for less than half the bytes. */
#define QUALITY		23
#define QUALITY_CHEAPER 30

/* Motion still looks like motion, at half of what the usual 30 cost. */
#define CHEAPER_PICTURES_MAX 15

/* How often the rates follow what the viewers' lines take. */
#define RATE_INTERVAL_US UINT64_C(1000000)

/* The one region of RENDITION_WHOLE, whatever moves. */
#define WHOLE_REGION 1

/* -- Encoding ------------------------------------------------------------------- */

/* What the rendition has video of while these regions move. */
static unsigned choose_regions(const struct feed *feed, enum rendition rendition,
			       struct motion_region regions[MOTION_REGIONS_MAX])
{
	unsigned count = motion_regions(feed->motion, regions);
	unsigned fitting = 0;

	if (rendition == RENDITION_WHOLE && count > 0) {
		count = 1;
		regions[0].id = WHOLE_REGION;
		regions[0].box = feed_still_box(feed->width, feed->height);
	}
	for (unsigned i = 0; i < count; i++)
		if (stream_fit_box(&regions[i].box, feed->width, feed->height))
			regions[fitting++] = regions[i];
	return fitting;
}

/* The newest frame with what moves, without video. */
static void compose(struct feed *feed, struct frame *newest, struct feed_picture *ret_picture)
{
	struct motion_region regions[MOTION_REGIONS_MAX];
	unsigned count = motion_regions(feed->motion, regions);
	pixman_region32_t *moving = &ret_picture->moving;

	feed_picture_init(ret_picture);
	ret_picture->frame = frame_ref(newest);
	for (unsigned i = 0; i < count; i++)
		pixman_region32_union_rect(moving, moving, regions[i].box.x1, regions[i].box.y1,
					   (unsigned)(regions[i].box.x2 - regions[i].box.x1),
					   (unsigned)(regions[i].box.y2 - regions[i].box.y1));
	motion_settled(feed->motion, &ret_picture->settled);
}

/* Encodes what the rendition's streams lack of the picture. Returns whether that has to come first:
 * begun, or put off until somebody waits for it or the time has come. */
static bool encode(struct feed *feed, struct rendering *rendering,
		   const struct feed_picture *picture)
{
	struct motion_region regions[MOTION_REGIONS_MAX];
	struct video *video = rendering->video;
	uint64_t now_us = loop_now_us();

	video_follow(video, regions, choose_regions(feed, rendering->rendition, regions), now_us);
	feed_pass_key_requests(feed, rendering);
	if (!video_is_behind(video, picture->frame, now_us))
		return false;
	if (!feed_is_awaited(feed, rendering->rendition, picture->frame) ||
	    video_has_to_pause(video, now_us))
		return true;
	/* On an error the next look tries again. */
	if (video_encode(video, picture->frame, now_us) == 0)
		feed_picture_copy(&rendering->pending, picture);
	return true;
}

/* What is to be shown waits while something is being encoded: it would overtake that. */
static bool is_busy(const struct rendering *rendering)
{
	return rendering->video && video_is_busy(rendering->video);
}

static void look_at(struct feed *feed, struct rendering *rendering, struct frame *newest)
{
	struct feed_picture picture;

	compose(feed, newest, &picture);
	if (rendering->video) {
		if (encode(feed, rendering, &picture)) {
			feed_picture_finish(&picture);
			return;
		}
		picture.streams_count = video_streams(rendering->video, picture.streams);
	}
	feed_show(feed, rendering->rendition, &picture);
}

/* -- Following the head ----------------------------------------------------------- */

static void end_motion(struct feed *feed)
{
	for (unsigned i = 0; i < RENDITIONS; i++)
		if (feed->renderings[i].video)
			video_reset(feed->renderings[i].video);
	motion_destroy(TAKE(feed->motion));
}

/* Brings `motion` up to date with the newest frame, or, if that is no other, with the time. */
static void note_motion(struct feed *feed, struct frame *newest)
{
	pixman_region32_t damage;

	if (feed->motion && (feed->width != newest->width || feed->height != newest->height))
		end_motion(feed);
	if (!feed->motion) {
		feed->motion = motion_create(newest->width, newest->height);
		feed->width = newest->width;
		feed->height = newest->height;
		feed->noted = newest->number;
		return;
	}
	if (feed->noted == newest->number) {
		motion_note(feed->motion, NULL, loop_now_us());
		return;
	}
	pixman_region32_init(&damage);
	head_compare(feed->config.head, feed->noted, newest, &damage);
	motion_note(feed->motion, &damage, loop_now_us());
	pixman_region32_fini(&damage);
	feed->noted = newest->number;
}

/* Who has which rendition, and what each may cost, follows what the viewers' lines take. */
static void follow_lines(struct feed *feed, struct frame *newest)
{
	uint64_t now_us = loop_now_us();

	if (!feed->has_encoded || now_us - feed->rated_us < RATE_INTERVAL_US)
		return;
	feed->has_encoded = false;
	feed->rated_us = now_us;
	feed_assign_views(feed, newest, now_us, feed->kbps);
	for (unsigned i = 0; i < RENDITIONS; i++)
		if (feed->renderings[i].video)
			video_set_rate(feed->renderings[i].video,
				       rate_hold(&feed->holds[i], feed->kbps[i], now_us));
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* Wakes the loop when something is due even if no frame comes: for a head at rest, never. */
static void arm_timer(struct feed *feed)
{
	uint64_t now_us = loop_now_us();
	uint64_t deadline_us = still_expire(feed->still, now_us);

	if (feed->motion)
		deadline_us = earlier(deadline_us, motion_deadline_us(feed->motion));
	for (unsigned i = 0; i < RENDITIONS; i++)
		if (feed->renderings[i].video)
			deadline_us = earlier(deadline_us,
					      video_deadline_us(feed->renderings[i].video, now_us));
	if (deadline_us == UINT64_MAX)
		loop_timer_disarm(feed->timer);
	else
		loop_timer_arm(feed->timer, deadline_us > now_us ? deadline_us - now_us : 0);
}

static void count_streams(struct feed *feed)
{
	unsigned streams = 0;

	for (unsigned i = 0; i < RENDITIONS; i++)
		if (feed->renderings[i].video)
			streams += video_streams_count(feed->renderings[i].video);
	pthread_mutex_lock(&feed->lock);
	feed->count.streams = streams;
	pthread_mutex_unlock(&feed->lock);
}

/* Nobody watches the rendition: keeps nothing for it. */
static void leave(struct feed *feed, struct rendering *rendering)
{
	if (rendering->video)
		video_reset(rendering->video);
	feed_clear_showing(feed, rendering->rendition);
}

/* Looks at what there is, and does what is due: the one entrance, for all events. */
static void look(struct feed *feed)
{
	CLEANUP(frame_unrefp) struct frame *newest = head_fetch(feed->config.head, 0, NULL);
	unsigned watched;

	follow_lines(feed, newest);
	watched = feed_watched_renditions(feed);
	if (watched)
		note_motion(feed, newest);
	else if (feed->motion)
		end_motion(feed);
	for (unsigned i = 0; i < RENDITIONS; i++) {
		struct rendering *rendering = &feed->renderings[i];

		if (is_busy(rendering))
			continue;
		if (watched & 1u << i)
			look_at(feed, rendering, newest);
		else
			leave(feed, rendering);
	}
	count_streams(feed);
	arm_timer(feed);
}

static void handle_frame(void *data)
{
	struct feed *feed = data;

	if (!feed_watched_renditions(feed))
		return;
	pthread_mutex_lock(&feed->lock);
	feed->count.frames++;
	pthread_mutex_unlock(&feed->lock);
	look(feed);
}

static void handle_timer(void *data)
{
	look(data);
}

static void handle_look(void *data)
{
	struct feed *feed = data;

	pthread_mutex_lock(&feed->lock);
	feed->is_look_posted = false;
	pthread_mutex_unlock(&feed->lock);
	look(feed);
}

void feed_post_look_locked(struct feed *feed)
{
	if (feed->is_look_posted)
		return;
	feed->is_look_posted = true;
	loop_post(feed->config.loop, handle_look, feed);
}

static void handle_encoded(void *data, const struct video_result *result)
{
	struct rendering *rendering = data;
	struct feed *feed = rendering->feed;
	struct feed_picture picture = rendering->pending;

	pthread_mutex_lock(&feed->lock);
	feed->count.units += result->units;
	feed->count.key_units += result->key_units;
	feed->count.unit_bytes += result->bytes;
	feed->count.encode_us += result->encode_us;
	pthread_mutex_unlock(&feed->lock);
	feed_note_failure(feed, result->error);

	feed->has_encoded = true;
	if (result->is_complete) {
		picture.streams_count = video_streams(rendering->video, picture.streams);
		feed_show(feed, rendering->rendition, &picture);
	} else {
		feed_picture_finish(&picture);
	}
	look(feed);
}

void feed_note_failure(struct feed *feed, int error)
{
	bool is_first;

	if (error == 0)
		return;
	pthread_mutex_lock(&feed->lock);
	is_first = !feed->has_failed_encoder;
	feed->has_failed_encoder = true;
	pthread_mutex_unlock(&feed->lock);
	if (is_first)
		log_warning("head %u: cannot encode video: %s; sending motion losslessly, and "
			    "trying again now and then",
			    head_index(feed->config.head), strerror(-error));
}

/* -- The whole ---------------------------------------------------------------------- */

static struct video *create_video(struct rendering *rendering)
{
	struct feed *feed = rendering->feed;
	bool is_cheaper = rendering->rendition == RENDITION_CHEAPER;
	const struct video_config config = {
		.workers = feed->config.workers,
		.head = feed->config.head,
		.encoder = feed->config.encoder,
		.quality = is_cheaper ? QUALITY_CHEAPER : QUALITY,
		.pictures_max = is_cheaper ? CHEAPER_PICTURES_MAX : 0,
		.last_stream_id = &feed->last_stream_id,
		.on_done = handle_encoded,
		.data = rendering,
	};

	if (rendering->rendition == RENDITION_NONE || feed->config.encoder == ENCODER_NONE)
		return NULL;
	return video_create(&config);
}

struct feed *feed_create(const struct feed_config *config)
{
	struct feed *feed = xcalloc(1, sizeof(*feed));

	feed->config = *config;
	pthread_mutex_init(&feed->lock, NULL);
	feed->pieces = pieces_create(PIECES_BYTES);
	feed->still = still_create(config->encoder);
	for (unsigned i = 0; i < RENDITIONS; i++) {
		struct rendering *rendering = &feed->renderings[i];

		feed_picture_init(&feed->showings[i].picture);
		*rendering = (struct rendering){.feed = feed, .rendition = i};
		rendering->video = create_video(rendering);
	}
	/* It takes memory and nothing else: as little of it as may not fail. */
	if (loop_timer_create(config->loop, handle_timer, feed, &feed->timer) < 0)
		abort();
	head_observe(config->head, handle_frame, feed);
	return feed;
}

void feed_destroy(struct feed *feed)
{
	if (!feed)
		return;
	head_observe(feed->config.head, NULL, NULL);
	/* The look that the last view posted when it was closed. */
	loop_run_posts(feed->config.loop);
	loop_timer_destroy(feed->timer);
	for (unsigned i = 0; i < RENDITIONS; i++) {
		video_destroy(feed->renderings[i].video);
		feed_picture_finish(&feed->showings[i].picture);
	}
	motion_destroy(feed->motion);
	still_destroy(feed->still);
	pieces_destroy(feed->pieces);
	pthread_mutex_destroy(&feed->lock);
	free(feed);
}

struct pieces *feed_pieces(struct feed *feed)
{
	return feed->pieces;
}

struct feed_count feed_count(struct feed *feed)
{
	struct feed_count count;

	pthread_mutex_lock(&feed->lock);
	count = feed->count;
	pthread_mutex_unlock(&feed->lock);
	count.pieces = pieces_count(feed->pieces);
	return count;
}
