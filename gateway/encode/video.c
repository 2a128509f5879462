/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/encode/video.h"

#include <assert.h>
#include <string.h>

#include "common/thread.h"
#include "common/worker.h"
#include "common/xalloc.h"
#include "gateway/encode/packet.h"
#include "gateway/encode/rate.h"
#include "gateway/encode/stream.h"
#include "gateway/frame/frame.h"
#include "gateway/frame/head.h"

/* How long to do without video after an encoder failed. */
#define RETRY_US UINT64_C(5000000)

/* What a bound of kbps is reckoned for: encoder_config.kbps_max. */
#define RATED_PICTURES 30

struct video_stream {
	struct feed_stream shown;
	uint64_t region; /* motion's number for it */
	struct stream *stream;
	uint32_t kbps;
	uint64_t up_to; /* number of the frame that the units are up to; 0: there are none */
	uint64_t last_key_us;
	bool wants_key;

	/* What video_is_behind() found. */
	pixman_region32_t damage;
	bool is_due;
};

struct video {
	struct video_config config;
	unsigned streams_count;
	struct video_stream streams[MOTION_REGIONS_MAX];
	uint32_t kbps;
	bool is_busy;
	bool is_reset;	     /* what is being encoded is for nobody */
	uint64_t encoded_us; /* when the last job began; 0: none has */
	uint64_t retry_us;   /* no streams before this; 0: all is well */
};

/* One stream's part of a job. */
struct task {
	unsigned index;
	struct stream *stream;
	pixman_region32_t damage;
	bool is_key;
	struct packet *packet; /* out */
};

struct encode_job {
	struct job base;
	struct video *video;
	struct frame *frame;
	unsigned tasks_count;
	struct task tasks[MOTION_REGIONS_MAX];

	/* out: */
	int result;
	uint64_t encode_us;
};

/* -- Streams ---------------------------------------------------------------- */

struct video *video_create(const struct video_config *config)
{
	struct video *video = xcalloc(1, sizeof(*video));

	video->config = *config;
	return video;
}

static void close_stream(struct video_stream *stream)
{
	for (unsigned i = 0; i < stream->shown.units_count; i++)
		packet_unref(stream->shown.units[i]);
	pixman_region32_fini(&stream->damage);
	stream_destroy(stream->stream);
}

static void close_streams(struct video *video)
{
	for (unsigned i = 0; i < video->streams_count; i++)
		close_stream(&video->streams[i]);
	video->streams_count = 0;
}

void video_destroy(struct video *video)
{
	if (!video)
		return;
	assert(!video->is_busy);
	close_streams(video);
	free(video);
}

bool video_is_busy(const struct video *video)
{
	return video->is_busy;
}

void video_reset(struct video *video)
{
	if (video->is_busy)
		video->is_reset = true;
	else
		close_streams(video);
}

static bool has_region(const struct motion_region *regions, unsigned count, uint64_t id)
{
	for (unsigned i = 0; i < count; i++)
		if (regions[i].id == id)
			return true;
	return false;
}

static bool has_stream(const struct video *video, uint64_t region)
{
	for (unsigned i = 0; i < video->streams_count; i++)
		if (video->streams[i].region == region)
			return true;
	return false;
}

static void open_stream(struct video *video, const struct motion_region *region)
{
	struct video_stream *stream = &video->streams[video->streams_count++];
	const struct stream_config config = {
		.encoder = video->config.encoder,
		.box = region->box,
		.quality = video->config.quality,
	};

	*stream = (struct video_stream){
		.shown = {.id = ++*video->config.last_stream_id, .box = region->box},
		.region = region->id,
		.stream = stream_create(&config),
	};
	pixman_region32_init(&stream->damage);
}

static uint64_t area(const pixman_box32_t *box)
{
	return (uint64_t)(box->x2 - box->x1) * (uint64_t)(box->y2 - box->y1);
}

/* Each stream's share is as large as its part of the picture. */
static void share_rate(struct video *video)
{
	uint64_t total = 0;
	uint64_t kbps = video->kbps;

	if (video->config.pictures_max)
		kbps = kbps * RATED_PICTURES / video->config.pictures_max;
	for (unsigned i = 0; i < video->streams_count; i++)
		total += area(&video->streams[i].shown.box);
	for (unsigned i = 0; i < video->streams_count; i++) {
		struct video_stream *stream = &video->streams[i];
		uint32_t share = (uint32_t)(kbps * area(&stream->shown.box) / total);

		if (kbps > 0 && share == 0)
			share = 1;
		if (share != stream->kbps)
			stream_set_rate(stream->stream, share);
		stream->kbps = share;
	}
}

void video_follow(struct video *video, const struct motion_region *regions, unsigned count,
		  uint64_t now_us)
{
	unsigned kept = 0;

	assert(!video->is_busy);
	if (now_us < video->retry_us)
		count = 0;
	for (unsigned i = 0; i < video->streams_count; i++) {
		if (has_region(regions, count, video->streams[i].region))
			video->streams[kept++] = video->streams[i];
		else
			close_stream(&video->streams[i]);
	}
	video->streams_count = kept;
	for (unsigned i = 0; i < count; i++)
		if (!has_stream(video, regions[i].id))
			open_stream(video, &regions[i]);
	share_rate(video);
}

void video_set_rate(struct video *video, uint32_t kbps)
{
	video->kbps = kbps;
}

void video_request_key(struct video *video, uint64_t stream)
{
	for (unsigned i = 0; i < video->streams_count; i++)
		if (video->streams[i].shown.id == stream)
			video->streams[i].wants_key = true;
}

unsigned video_streams(const struct video *video,
		       struct feed_stream ret_streams[MOTION_REGIONS_MAX])
{
	unsigned count = 0;

	for (unsigned i = 0; i < video->streams_count; i++) {
		const struct feed_stream *shown = &video->streams[i].shown;

		if (shown->units_count == 0)
			continue;
		for (unsigned n = 0; n < shown->units_count; n++)
			packet_ref(shown->units[n]);
		ret_streams[count++] = *shown;
	}
	return count;
}

unsigned video_streams_count(const struct video *video)
{
	return video->streams_count;
}

/* -- What is to be encoded ---------------------------------------------------- */

static bool is_key_due(const struct video_stream *stream, uint64_t now_us)
{
	return stream->wants_key && rate_may_have_key(stream->last_key_us, now_us);
}

bool video_is_behind(struct video *video, const struct frame *frame, uint64_t now_us)
{
	bool is_behind = false;

	assert(!video->is_busy);
	for (unsigned i = 0; i < video->streams_count; i++) {
		struct video_stream *stream = &video->streams[i];
		const pixman_box32_t *box = &stream->shown.box;

		head_compare(video->config.head, stream->up_to, frame, &stream->damage);
		pixman_region32_intersect_rect(&stream->damage, &stream->damage, box->x1, box->y1,
					       (unsigned)(box->x2 - box->x1),
					       (unsigned)(box->y2 - box->y1));
		stream->is_due = true;
		if (!pixman_region32_not_empty(&stream->damage)) {
			stream->up_to = frame->number;
			stream->is_due = is_key_due(stream, now_us);
		}
		is_behind |= stream->is_due;
	}
	return is_behind;
}

static uint64_t pause_end_us(const struct video *video)
{
	if (video->config.pictures_max == 0 || video->encoded_us == 0)
		return 0;
	return video->encoded_us + 1000000 / video->config.pictures_max;
}

bool video_has_to_pause(const struct video *video, uint64_t now_us)
{
	return now_us < pause_end_us(video);
}

uint64_t video_deadline_us(const struct video *video, uint64_t now_us)
{
	uint64_t deadline = UINT64_MAX;

	if (video->is_busy)
		return UINT64_MAX;
	if (video_has_to_pause(video, now_us) && video->streams_count > 0)
		deadline = pause_end_us(video);
	for (unsigned i = 0; i < video->streams_count; i++) {
		const struct video_stream *stream = &video->streams[i];
		uint64_t key_us = stream->last_key_us + RATE_KEY_INTERVAL_US;

		if (stream->wants_key && key_us > now_us && key_us < deadline)
			deadline = key_us;
	}
	return deadline;
}

/* -- The job ------------------------------------------------------------------ */

/* A worker's thread. */
static void run_job(struct job *base)
{
	struct encode_job *job = (struct encode_job *)base;
	uint64_t before = thread_time_us();

	for (unsigned i = 0; i < job->tasks_count && job->result == 0; i++) {
		struct task *task = &job->tasks[i];

		job->result = stream_encode(task->stream, job->frame, &task->damage, task->is_key,
					    &task->packet);
	}
	job->encode_us = thread_time_us() - before;
}

static void free_job(struct encode_job *job)
{
	for (unsigned i = 0; i < job->tasks_count; i++) {
		pixman_region32_fini(&job->tasks[i].damage);
		packet_unref(job->tasks[i].packet);
	}
	frame_unref(job->frame);
	free(job);
}

/* Takes over the packet. The oldest makes room for it. */
static void add_unit(struct feed_stream *shown, struct packet *packet)
{
	if (shown->units_count == FEED_UNITS_MAX) {
		packet_unref(shown->units[0]);
		memmove(&shown->units[0], &shown->units[1],
			(FEED_UNITS_MAX - 1) * sizeof(shown->units[0]));
		shown->units_count--;
	}
	shown->units[shown->units_count++] = packet;
}

static void take_unit(struct video *video, const struct encode_job *job, struct task *task)
{
	struct video_stream *stream = &video->streams[task->index];

	stream->up_to = job->frame->number;
	if (task->packet->is_key) {
		stream->last_key_us = loop_now_us();
		stream->wants_key = false;
	}
	add_unit(&stream->shown, TAKE(task->packet));
}

static void finish_job(struct job *base)
{
	struct encode_job *job = (struct encode_job *)base;
	struct video *video = job->video;
	struct video_result result = {.error = job->result, .encode_us = job->encode_us};

	video->is_busy = false;
	if (job->result < 0)
		video->retry_us = loop_now_us() + RETRY_US;
	if (job->result < 0 || video->is_reset) {
		video->is_reset = false;
		close_streams(video);
	} else {
		result.is_complete = true;
		for (unsigned i = 0; i < job->tasks_count; i++) {
			struct packet *packet = job->tasks[i].packet;

			result.units++;
			result.key_units += packet->is_key;
			result.bytes += packet->size;
			take_unit(video, job, &job->tasks[i]);
		}
	}
	free_job(job);
	video->config.on_done(video->config.data, &result);
}

static void add_task(struct encode_job *job, struct video_stream *stream, unsigned index,
		     uint64_t now_us)
{
	struct task *task = &job->tasks[job->tasks_count++];

	task->index = index;
	task->stream = stream->stream;
	task->is_key = is_key_due(stream, now_us);
	pixman_region32_init(&task->damage);
	pixman_region32_copy(&task->damage, &stream->damage);
}

int video_encode(struct video *video, struct frame *frame, uint64_t now_us)
{
	struct encode_job *job = xcalloc(1, sizeof(*job));
	int r;

	assert(!video->is_busy);
	job->base.run = run_job;
	job->base.done = finish_job;
	job->video = video;
	job->frame = frame_ref(frame);
	for (unsigned i = 0; i < video->streams_count; i++)
		if (video->streams[i].is_due)
			add_task(job, &video->streams[i], i, now_us);
	r = workers_submit(video->config.workers, &job->base);
	if (r < 0) {
		free_job(job);
		return r;
	}
	video->is_busy = true;
	video->encoded_us = now_us;
	return 0;
}
