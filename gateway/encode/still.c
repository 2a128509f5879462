/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/encode/still.h"

#include <errno.h>
#include <pthread.h>

#include "common/loop.h"
#include "common/thread.h"
#include "common/xalloc.h"
#include "gateway/encode/feed.h"
#include "gateway/encode/packet.h"
#include "gateway/encode/stream.h"
#include "gateway/frame/frame.h"

/* How long one still serves all that ask: more than one a second would cost what video costs. */
#define SHARED_US UINT64_C(1000000)

/* An encoder of a whole head holds tens of megabytes; viewers often come in groups. */
#define ENCODER_KEPT_US UINT64_C(5000000)

/* How long to do without stills after an encoder failed. */
#define RETRY_US UINT64_C(5000000)

/* x264's CRF. It is shown for as long as the exact pieces take to arrive, and it has to
 * arrive first: half the bytes of what moving pictures get. */
#define QUALITY 28

struct still {
	enum encoder_choice encoder;

	pthread_mutex_t lock;
	/* protected by lock, which is held while encoding: */
	struct stream *stream;
	struct packet *packet;
	uint32_t width; /* of the head in `packet` */
	uint32_t height;
	uint64_t encoded_us;
	uint64_t retry_us;
};

struct still *still_create(enum encoder_choice encoder)
{
	struct still *still = xcalloc(1, sizeof(*still));

	still->encoder = encoder;
	pthread_mutex_init(&still->lock, NULL);
	return still;
}

static void give_back(struct still *still)
{
	stream_destroy(TAKE(still->stream));
	packet_unref(TAKE(still->packet));
}

void still_destroy(struct still *still)
{
	if (!still)
		return;
	give_back(still);
	pthread_mutex_destroy(&still->lock);
	free(still);
}

pixman_box32_t feed_still_box(uint32_t width, uint32_t height)
{
	return (pixman_box32_t){0, 0, (int32_t)(width & ~1u), (int32_t)(height & ~1u)};
}

static bool is_of_size(const struct still *still, const struct frame *frame)
{
	return still->width == frame->width && still->height == frame->height;
}

static int encode_locked(struct still *still, struct frame *frame)
{
	struct stream_config config = {
		.encoder = still->encoder,
		.box = feed_still_box(frame->width, frame->height),
		.quality = QUALITY,
	};
	struct packet *packet;
	pixman_region32_t all;
	int r;

	if (!stream_fit_box(&config.box, frame->width, frame->height))
		return -E2BIG;
	if (!is_of_size(still, frame))
		give_back(still);
	if (!still->stream)
		still->stream = stream_create(&config);
	pixman_region32_init_with_extents(&all, &config.box);
	r = stream_encode(still->stream, frame, &all, true, &packet);
	pixman_region32_fini(&all);
	if (r < 0)
		return r;
	packet_unref(still->packet);
	still->packet = packet;
	still->width = frame->width;
	still->height = frame->height;
	return 0;
}

/* Encodes anew, unless that failed a moment ago. */
static int refresh_locked(struct still *still, struct frame *frame, uint64_t now_us)
{
	int r;

	if (now_us < still->retry_us)
		return -EAGAIN;
	r = encode_locked(still, frame);
	if (r == 0)
		still->encoded_us = now_us;
	else if (r != -E2BIG)
		still->retry_us = now_us + RETRY_US;
	if (r < 0)
		give_back(still);
	return r;
}

struct packet *still_fetch(struct still *still, struct frame *frame,
			   struct still_result *ret_result)
{
	struct packet *packet = NULL;
	uint64_t now_us, before_us;

	*ret_result = (struct still_result){0};
	if (still->encoder == ENCODER_NONE)
		return NULL;
	pthread_mutex_lock(&still->lock);
	now_us = loop_now_us();
	if (!still->packet || !is_of_size(still, frame) ||
	    now_us - still->encoded_us >= SHARED_US) {
		before_us = thread_time_us();
		ret_result->error = refresh_locked(still, frame, now_us);
		ret_result->is_new = ret_result->error == 0;
		ret_result->encode_us = thread_time_us() - before_us;
	}
	if (ret_result->error == 0)
		packet = packet_ref(still->packet);
	pthread_mutex_unlock(&still->lock);
	return packet;
}

uint64_t still_expire(struct still *still, uint64_t now_us)
{
	uint64_t deadline = UINT64_MAX;

	/* Somebody encodes: it is in use. */
	if (pthread_mutex_trylock(&still->lock) != 0)
		return now_us + ENCODER_KEPT_US;
	if (still->packet || still->stream) {
		deadline = still->encoded_us + ENCODER_KEPT_US;
		if (deadline <= now_us) {
			give_back(still);
			deadline = UINT64_MAX;
		}
	}
	pthread_mutex_unlock(&still->lock);
	return deadline;
}
