/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Encoder: turns pictures into access units of H.264
 *
 * An encoder belongs to a stream (part of one head at one quality), never to a
 * viewer: however many viewers watch the stream, each picture is encoded once
 * and they all hold references to the same packet.
 *
 * Every unit is Annex B with one slice, and nothing else but parameter sets; no unit is
 * predicted from a later one; a key frame comes with its parameter sets when it is
 * asked for, and otherwise only after set_rate(): where a rate gets or loses its bound,
 * and where hardware cannot change it; the VUI says BT.709, full range.
 *
 * Threads: one call at a time; calls may come from different threads, and may block.
 */

#include <pixman.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/cleanup.h"

struct encoder;
struct packet;
struct yuv_picture;

/* The largest picture: H.264's level 5.2. */
#define ENCODER_PIXELS_MAX (36864 * 256)
#define ENCODER_SIDE_MAX   4096
#define ENCODER_SIDE_MIN   16

/* What a bound on the rate is reckoned for, pictures a second; and how much of it one unit may
 * use up, which is what it costs in latency on a line of that rate. */
#define ENCODER_RATED_PICTURES 30
#define ENCODER_BURST_MS       200

/* The lowest bound: a unit of nothing but skipped macroblocks takes some bytes too. */
#define ENCODER_KBPS_MIN 50

struct encoder_config {
	uint32_t width; /* pixels, even */
	uint32_t height;
	unsigned quality;  /* H.264's quantiser, more or less: 0 is best, 51 worst */
	uint32_t kbps_max; /* of this encoder, at ENCODER_RATED_PICTURES a second; 0: no bound */
};

struct encoder_ops {
	/* Returns 0, -EINVAL when it does not take pictures of this size, -ENODEV when this
	 * machine has no such device, or another negative errno. */
	int (*create)(const struct encoder_config *config, struct encoder **ret_encoder);
	void (*destroy)(struct encoder *encoder);

	/* Takes a new bound, from the next picture on. After an error it encodes no more. */
	int (*set_rate)(struct encoder *encoder, uint32_t kbps_max);

	/* `changed` is what differs from the picture before, in the picture's pixels and within
	 * it: the rest may stay as it was. The packet is the caller's; its number, frame and
	 * damage are not set. After an error it encodes no more. */
	int (*encode)(struct encoder *encoder, const struct yuv_picture *picture,
		      const pixman_region32_t *changed, bool is_key, struct packet **ret_packet);
};

struct encoder {
	const struct encoder_ops *ops;
};

extern const struct encoder_ops encoder_x264;
extern const struct encoder_ops encoder_nvenc; /* these by libavcodec */
extern const struct encoder_ops encoder_vaapi;
extern const struct encoder_ops encoder_v4l2m2m;

/* What the configuration's `encoder` says. */
enum encoder_choice {
	ENCODER_AUTO, /* hardware where it is there, else x264 */
	ENCODER_X264,
	ENCODER_NVENC,
	ENCODER_VAAPI,
	ENCODER_V4L2M2M,
	ENCODER_NONE, /* no video at all */
};

/** By its name in the configuration. Returns false for another word. */
bool encoder_choice_from_name(const char *name, enum encoder_choice *ret_choice);

/**
 * Creates an encoder of the chosen kind; where that is not possible, x264's,
 * saying so in the log once. What failed is remembered and not tried each time.
 * Returns 0, -EOPNOTSUPP for ENCODER_NONE, or another negative errno.
 */
int encoder_create(enum encoder_choice choice, const struct encoder_config *config,
		   struct encoder **ret_encoder);

/** Accepts NULL. */
void encoder_destroy(struct encoder *encoder);

/** Destroys an encoder that failed at its work; hardware of its kind is left alone for a while. */
void encoder_give_up(struct encoder *encoder, int error);

DEFINE_CLEANUP(struct encoder *, encoder_destroy)
