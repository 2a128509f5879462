/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/record/film.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>

#include "common/log.h"
#include "common/loop.h"
#include "common/thread.h"
#include "common/wakeup.h"
#include "common/worker.h"
#include "common/xalloc.h"
#include "gateway/encode/feed.h"
#include "gateway/encode/packet.h"
#include "gateway/encode/rate.h"
#include "gateway/encode/stream.h"
#include "gateway/frame/frame.h"
#include "gateway/frame/head.h"
#include "gateway/record/reel.h"

/* x264's CRF: better than what viewers get of things that move, since recordings are looked at
 * again, and stopped. */
#define QUALITY 20

/* How often recordings are told how late it is, and it is looked whether a key frame is due. */
#define TICK_US UINT64_C(250000)

/* How long to do without units after an encoder failed. */
#define RETRY_US UINT64_C(5000000)

struct film {
	struct film_config config;
	struct wakeup *wakeup;
	sd_event_source *changes;
	struct loop_timer *tick;

	unsigned reels_count;
	struct reel *reels[FILM_RECORDINGS_MAX];
	char notice[NOTICE_MAX]; /* that they know of */

	struct stream *stream; /* NULL: none yet */
	uint32_t width;	       /* of the head that it is for */
	uint32_t height;
	uint64_t up_to; /* the number of the frame encoded last; 0: none */
	uint64_t key_us;
	uint64_t retry_us;
	bool is_busy; /* a worker has the stream */
	bool has_failed;

	struct film_count count;
};

struct encode_job {
	struct job base;
	struct film *film;
	struct stream *stream;
	struct frame *frame; /* one reference */
	pixman_region32_t damage;
	bool is_key;
	uint64_t time_us;

	/* out: */
	struct packet *packet;
	int result;
	uint64_t encode_us;
};

static void look(struct film *film);

/* -- A unit ------------------------------------------------------------------------ */

/* A worker's thread. */
static void run_job(struct job *base)
{
	struct encode_job *job = (struct encode_job *)base;
	uint64_t before = thread_time_us();

	job->result = stream_encode(job->stream, job->frame, &job->damage, job->is_key,
				    &job->packet);
	job->encode_us = thread_time_us() - before;
}

static void free_job(struct encode_job *job)
{
	pixman_region32_fini(&job->damage);
	packet_unref(job->packet);
	frame_unref(job->frame);
	free(job);
}

static void hand_out(struct film *film, const struct encode_job *job)
{
	const pixman_box32_t *box = &stream_config(job->stream)->box;
	const struct reel_unit unit = {
		.packet = job->packet,
		.time_us = job->time_us,
		.width = (uint32_t)(box->x2 - box->x1),
		.height = (uint32_t)(box->y2 - box->y1),
	};

	film->up_to = job->frame->number;
	film->count.units++;
	film->count.key_units += job->packet->is_key;
	film->count.unit_bytes += job->packet->size;
	if (job->packet->is_key)
		film->key_us = loop_now_us();
	for (unsigned i = 0; i < film->reels_count; i++)
		if (!reel_put_unit(film->reels[i], &unit))
			film->count.missed++;
}

static void note_failure(struct film *film, int error)
{
	film->retry_us = loop_now_us() + RETRY_US;
	stream_destroy(TAKE(film->stream));
	if (!film->has_failed)
		log_warning("head %u: cannot encode for recordings: %s; trying again now and then",
			    head_index(film->config.head), strerror(-error));
	film->has_failed = true;
}

static void handle_encoded(struct job *base)
{
	struct encode_job *job = (struct encode_job *)base;
	struct film *film = job->film;

	film->is_busy = false;
	film->count.encode_us += job->encode_us;
	if (job->result < 0)
		note_failure(film, job->result);
	else
		hand_out(film, job);
	free_job(job);
	if (film->reels_count == 0)
		stream_destroy(TAKE(film->stream));
	else
		look(film);
}

static void encode(struct film *film, struct frame *frame, bool is_key)
{
	struct encode_job *job = xcalloc(1, sizeof(*job));

	job->base.run = run_job;
	job->base.done = handle_encoded;
	job->film = film;
	job->stream = film->stream;
	job->frame = frame_ref(frame);
	job->is_key = is_key;
	/* A picture that was shown before, for who has joined: it does not begin again. */
	job->time_us = frame->number == film->up_to ? loop_now_us() : frame->time_us;
	pixman_region32_init(&job->damage);
	head_compare(film->config.head, film->up_to, frame, &job->damage);
	if (workers_submit(film->config.workers, &job->base) < 0)
		free_job(job); /* the next tick looks again */
	else
		film->is_busy = true;
}

/* -- What there is to film ----------------------------------------------------------- */

static void end_reels(struct film *film, const char *reason)
{
	for (unsigned i = 0; i < film->reels_count; i++)
		reel_put_end(film->reels[i], loop_now_us(), reason);
}

static bool choose_box(const struct frame *frame, pixman_box32_t *ret_box)
{
	*ret_box = feed_still_box(frame->width, frame->height);
	return stream_fit_box(ret_box, frame->width, frame->height);
}

/* Has a stream for heads of the frame's size. Returns false, and has ended the recordings, where
 * there can be none. */
static bool follow_size(struct film *film, const struct frame *frame)
{
	struct stream_config config = {.encoder = film->config.encoder, .quality = QUALITY};

	if (film->stream && film->width == frame->width && film->height == frame->height)
		return true;
	stream_destroy(TAKE(film->stream));
	if (!choose_box(frame, &config.box)) {
		end_reels(film, "the head's size cannot be encoded");
		return false;
	}
	film->stream = stream_create(&config);
	film->width = frame->width;
	film->height = frame->height;
	film->up_to = film->key_us = 0;
	return true;
}

static bool is_key_wanted(struct film *film)
{
	for (unsigned i = 0; i < film->reels_count; i++)
		if (reel_wants_key(film->reels[i]))
			return true;
	return false;
}

static void look_at(struct film *film, struct frame *frame)
{
	uint64_t now_us = loop_now_us();
	bool is_new, is_key;

	if (frame->is_notice || now_us < film->retry_us || !follow_size(film, frame))
		return;
	is_new = frame->number != film->up_to;
	is_key = is_key_wanted(film) && rate_may_have_key(film->key_us, now_us);
	if (is_new && now_us - film->key_us >= FILM_KEY_INTERVAL_US)
		is_key = true;
	if (is_new || is_key)
		encode(film, frame, is_key);
}

static void tell_notice(struct film *film)
{
	char notice[NOTICE_MAX];

	head_notice(film->config.head, notice);
	if (strcmp(notice, film->notice) == 0)
		return;
	memcpy(film->notice, notice, sizeof(notice));
	for (unsigned i = 0; i < film->reels_count; i++)
		reel_put_notice(film->reels[i], loop_now_us(), notice);
}

/* Looks at what there is, and does what is due: for all events. */
static void look(struct film *film)
{
	CLEANUP(frame_unrefp) struct frame *frame = NULL;

	if (film->reels_count == 0)
		return;
	tell_notice(film);
	if (film->is_busy)
		return;
	frame = head_fetch(film->config.head, 0, NULL);
	look_at(film, frame);
}

static int handle_changes(sd_event_source *source, int fd, uint32_t events, void *data)
{
	struct film *film = data;

	wakeup_clear(film->wakeup);
	look(film);
	return 0;
}

static void handle_tick(void *data)
{
	struct film *film = data;

	for (unsigned i = 0; i < film->reels_count; i++)
		reel_put_time(film->reels[i], loop_now_us());
	look(film);
	loop_timer_arm(film->tick, TICK_US);
}

/* -- Recordings ------------------------------------------------------------------------ */

static int find_obstacle(const struct film *film)
{
	CLEANUP(frame_unrefp) struct frame *frame = head_fetch(film->config.head, 0, NULL);
	pixman_box32_t box;

	if (film->config.encoder == ENCODER_NONE)
		return -EOPNOTSUPP;
	if (!frame->is_notice && !choose_box(frame, &box))
		return -E2BIG;
	if (film->reels_count == FILM_RECORDINGS_MAX)
		return -EBUSY;
	return 0;
}

int film_join(struct film *film, void (*on_bytes)(void *data), void *data, struct reel **ret_reel)
{
	int r = find_obstacle(film);
	struct reel *reel;

	if (r < 0)
		return r;
	if (film->reels_count == 0) {
		head_watch(film->config.head, film->wakeup, HEAD_FRAMES | HEAD_NOTICE);
		loop_timer_arm(film->tick, TICK_US);
		head_notice(film->config.head, film->notice);
	}
	reel = reel_create(on_bytes, data);
	film->reels[film->reels_count++] = reel;
	film->count.recordings = film->reels_count;
	reel_put_time(reel, loop_now_us());
	if (*film->notice)
		reel_put_notice(reel, loop_now_us(), film->notice);
	look(film);
	*ret_reel = reel;
	return 0;
}

void film_leave(struct film *film, struct reel *reel)
{
	for (unsigned i = 0; i < film->reels_count; i++)
		if (film->reels[i] == reel)
			film->reels[i--] = film->reels[--film->reels_count];
	film->count.recordings = film->reels_count;
	reel_destroy(reel);
	if (film->reels_count > 0)
		return;
	head_unwatch(film->config.head, film->wakeup);
	loop_timer_disarm(film->tick);
	if (!film->is_busy)
		stream_destroy(TAKE(film->stream));
}

void film_note_event(struct film *film, const char *what)
{
	for (unsigned i = 0; i < film->reels_count; i++)
		reel_put_event(film->reels[i], loop_now_us(), what);
}

/* -- The whole ---------------------------------------------------------------------- */

struct film *film_create(const struct film_config *config)
{
	struct film *film = xcalloc(1, sizeof(*film));

	film->config = *config;
	/* They take memory and a descriptor: as little of it as may not fail. */
	if (wakeup_create(&film->wakeup) < 0 ||
	    sd_event_add_io(loop_event(config->loop), &film->changes, wakeup_fd(film->wakeup),
			    EPOLLIN, handle_changes, film) < 0 ||
	    loop_timer_create(config->loop, handle_tick, film, &film->tick) < 0)
		abort();
	return film;
}

void film_destroy(struct film *film)
{
	if (!film)
		return;
	assert(film->reels_count == 0 && !film->is_busy);
	sd_event_source_disable_unref(film->changes);
	loop_timer_destroy(film->tick);
	wakeup_destroy(film->wakeup);
	stream_destroy(film->stream);
	free(film);
}

struct film_count film_count(const struct film *film)
{
	return film->count;
}
