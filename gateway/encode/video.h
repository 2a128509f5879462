/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Video
 *
 * One way in which a head's motion is encoded: a stream for each moving region,
 * the last units of each, and the job that encodes all of them for one frame, on a
 * worker. One job at a time.
 *
 * When an encoder fails, the video has no streams for some seconds, and then
 * tries again.
 *
 * Threads: the loop's.
 */

#include <stdbool.h>
#include <stdint.h>

#include "common/cleanup.h"
#include "gateway/encode/encoder.h"
#include "gateway/encode/feed.h"
#include "gateway/encode/motion.h"

struct head;
struct video;
struct workers;

/* What a job did. */
struct video_result {
	bool is_complete; /* its units are in their streams; false: they came to nothing */
	int error;	  /* why, if it is the encoder's fault */
	uint64_t units;
	uint64_t key_units;
	uint64_t bytes;
	uint64_t encode_us; /* of processor time */
};

struct video_config {
	struct workers *workers;
	struct head *head;
	enum encoder_choice encoder;
	unsigned quality;
	unsigned pictures_max;	  /* a second; 0: as many as there are */
	uint64_t *last_stream_id; /* shared by the head's videos */

	/* A job is over; another may begin. */
	void (*on_done)(void *data, const struct video_result *result);
	void *data;
};

/** Without streams. */
struct video *video_create(const struct video_config *config);

/** No job is under way. Accepts NULL. */
void video_destroy(struct video *video);

/** Whether a job is under way. */
bool video_is_busy(const struct video *video);

/** Ends all streams; what a job is encoding comes to nothing. */
void video_reset(struct video *video);

/** Has streams for these regions and for no others. Not while it is busy. */
void video_follow(struct video *video, const struct motion_region *regions, unsigned count,
		  uint64_t now_us);

/** How much all streams together may cost; 0: no bound. */
void video_set_rate(struct video *video, uint32_t kbps);

/** Asks for a key frame of a stream; a number that no stream has is ignored. */
void video_request_key(struct video *video, uint64_t stream);

/** Whether `frame` has something for the streams to encode. Not while it is busy. */
bool video_is_behind(struct video *video, const struct frame *frame, uint64_t now_us);

/** Whether it is too early for another picture. */
bool video_has_to_pause(const struct video *video, uint64_t now_us);

/** Begins to encode `frame`, about which video_is_behind() was just asked. Returns 0 or negative
 * errno. */
int video_encode(struct video *video, struct frame *frame, uint64_t now_us);

/** When there may be something to encode even if no frame comes; UINT64_MAX: never. */
uint64_t video_deadline_us(const struct video *video, uint64_t now_us);

/** The streams that have units, with references to them. Returns how many. */
unsigned video_streams(const struct video *video,
		       struct feed_stream ret_streams[MOTION_REGIONS_MAX]);

/** How many there are, with and without units. */
unsigned video_streams_count(const struct video *video);

DEFINE_CLEANUP(struct video *, video_destroy)
