/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/fakes/fake_video.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "common/xalloc.h"
#include "gateway/encode/packet.h"
#include "gateway/encode/stream.h"
#include "gateway/frame/frame.h"

static struct {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	/* protected by lock: */
	unsigned regions_count;
	struct motion_region regions[MOTION_REGIONS_MAX];
	uint64_t last_region;
	uint64_t rest_us;
	bool is_held;
	int error;
	unsigned encodes;
	struct fake_encode last_encode;
	unsigned streams;
} fake = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

void fake_video_reset(void)
{
	pthread_mutex_lock(&fake.lock);
	fake.regions_count = 0;
	fake.rest_us = 0;
	fake.is_held = false;
	fake.error = 0;
	fake.encodes = 0;
	pthread_mutex_unlock(&fake.lock);
}

void fake_video_move(const pixman_box32_t *boxes, unsigned count)
{
	pthread_mutex_lock(&fake.lock);
	fake.regions_count = count;
	for (unsigned i = 0; i < count; i++)
		fake.regions[i] = (struct motion_region){++fake.last_region, boxes[i]};
	pthread_mutex_unlock(&fake.lock);
}

void fake_video_set_rest_us(uint64_t rest_us)
{
	pthread_mutex_lock(&fake.lock);
	fake.rest_us = rest_us;
	pthread_mutex_unlock(&fake.lock);
}

void fake_video_hold(bool is_held)
{
	pthread_mutex_lock(&fake.lock);
	fake.is_held = is_held;
	pthread_cond_broadcast(&fake.changed);
	pthread_mutex_unlock(&fake.lock);
}

void fake_video_set_error(int error)
{
	pthread_mutex_lock(&fake.lock);
	fake.error = error;
	pthread_mutex_unlock(&fake.lock);
}

unsigned fake_video_encodes(void)
{
	unsigned encodes;

	pthread_mutex_lock(&fake.lock);
	encodes = fake.encodes;
	pthread_mutex_unlock(&fake.lock);
	return encodes;
}

struct fake_encode fake_video_last_encode(void)
{
	struct fake_encode encode;

	pthread_mutex_lock(&fake.lock);
	encode = fake.last_encode;
	pthread_mutex_unlock(&fake.lock);
	return encode;
}

unsigned fake_video_streams(void)
{
	unsigned streams;

	pthread_mutex_lock(&fake.lock);
	streams = fake.streams;
	pthread_mutex_unlock(&fake.lock);
	return streams;
}

/* -- motion.h ------------------------------------------------------------------- */

struct motion {
	uint64_t moved_us;
};

struct motion *motion_create(uint32_t width, uint32_t height)
{
	(void)width;
	(void)height;
	return xcalloc(1, sizeof(struct motion));
}

void motion_destroy(struct motion *motion)
{
	free(motion);
}

unsigned motion_note(struct motion *motion, const pixman_region32_t *damage, uint64_t now_us)
{
	bool has_rested;

	pthread_mutex_lock(&fake.lock);
	has_rested = fake.rest_us > 0 && now_us >= motion->moved_us + fake.rest_us;
	if (damage)
		motion->moved_us = now_us;
	else if (has_rested)
		fake.regions_count = 0;
	pthread_mutex_unlock(&fake.lock);
	return has_rested ? MOTION_REGIONS : 0;
}

uint64_t motion_deadline_us(const struct motion *motion)
{
	uint64_t deadline = UINT64_MAX;

	pthread_mutex_lock(&fake.lock);
	if (fake.regions_count > 0 && fake.rest_us > 0)
		deadline = motion->moved_us + fake.rest_us;
	pthread_mutex_unlock(&fake.lock);
	return deadline;
}

unsigned motion_regions(const struct motion *motion,
			struct motion_region ret_regions[MOTION_REGIONS_MAX])
{
	unsigned count;

	(void)motion;
	pthread_mutex_lock(&fake.lock);
	count = fake.regions_count;
	memcpy(ret_regions, fake.regions, sizeof(fake.regions));
	pthread_mutex_unlock(&fake.lock);
	return count;
}

void motion_settled(const struct motion *motion, pixman_region32_t *ret_settled)
{
	(void)motion;
	pixman_region32_clear(ret_settled);
}

/* -- stream.h ------------------------------------------------------------------- */

struct stream {
	struct stream_config config;
	uint64_t units;
	uint32_t kbps;
};

bool stream_fit_box(pixman_box32_t *box, uint32_t head_width, uint32_t head_height)
{
	(void)box;
	return head_width >= 16 && head_height >= 16;
}

struct stream *stream_create(const struct stream_config *config)
{
	struct stream *stream = xcalloc(1, sizeof(*stream));

	stream->config = *config;
	pthread_mutex_lock(&fake.lock);
	fake.streams++;
	pthread_mutex_unlock(&fake.lock);
	return stream;
}

void stream_destroy(struct stream *stream)
{
	if (!stream)
		return;
	pthread_mutex_lock(&fake.lock);
	fake.streams--;
	pthread_mutex_unlock(&fake.lock);
	free(stream);
}

const struct stream_config *stream_config(const struct stream *stream)
{
	return &stream->config;
}

void stream_set_rate(struct stream *stream, uint32_t kbps_max)
{
	stream->kbps = kbps_max;
}

/* Waits until the test lets it. */
static int begin_encode(struct stream *stream, const struct frame *frame, bool is_key)
{
	int error;

	pthread_mutex_lock(&fake.lock);
	fake.encodes++;
	fake.last_encode = (struct fake_encode){
		.frame = frame->number,
		.box = stream->config.box,
		.is_key = is_key,
		.quality = stream->config.quality,
		.kbps = stream->kbps,
	};
	while (fake.is_held)
		pthread_cond_wait(&fake.changed, &fake.lock);
	error = fake.error;
	pthread_mutex_unlock(&fake.lock);
	return error;
}

int stream_encode(struct stream *stream, const struct frame *frame, const pixman_region32_t *damage,
		  bool is_key, struct packet **ret_packet)
{
	struct packet *packet;
	int r;

	is_key |= stream->units == 0;
	r = begin_encode(stream, frame, is_key);
	if (r < 0)
		return r;
	packet = packet_create(1);
	packet->data[0] = 0;
	packet->number = ++stream->units;
	packet->frame = frame->number;
	packet->is_key = is_key;
	pixman_region32_copy(&packet->damage, damage);
	*ret_packet = packet;
	return 0;
}
