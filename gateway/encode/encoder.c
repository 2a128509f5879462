/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/encode/encoder.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

#include "common/log.h"

/* How long a kind of hardware that failed is left alone: finding out that it still does takes
 * up to a tenth of a second, in the midst of somebody's motion. */
#define RETRY_AFTER_S 300

#define KINDS (ENCODER_NONE + 1)

/* By enum encoder_choice. */
static const char *const names[KINDS] = {
	[ENCODER_AUTO] = "auto",   [ENCODER_X264] = "x264",	  [ENCODER_NVENC] = "nvenc",
	[ENCODER_VAAPI] = "vaapi", [ENCODER_V4L2M2M] = "v4l2m2m", [ENCODER_NONE] = "none",
};

/* What the program was built with. */
static const struct encoder_ops *const kinds[KINDS] = {
	[ENCODER_X264] = &encoder_x264,
#ifdef HAVE_LIBAVCODEC
	[ENCODER_NVENC] = &encoder_nvenc,
	[ENCODER_VAAPI] = &encoder_vaapi,
	[ENCODER_V4L2M2M] = &encoder_v4l2m2m,
#endif
};

static struct {
	_Atomic time_t retry_s; /* CLOCK_MONOTONIC; until then it is left alone */
	atomic_bool is_told;	/* that it is used */
	atomic_bool is_warned;	/* that it failed */
} states[KINDS];

bool encoder_choice_from_name(const char *name, enum encoder_choice *ret_choice)
{
	for (unsigned i = 0; i < KINDS; i++) {
		if (strcmp(name, names[i]) == 0) {
			*ret_choice = (enum encoder_choice)i;
			return true;
		}
	}
	return false;
}

static time_t now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

static void leave_alone(enum encoder_choice kind)
{
	if (kind != ENCODER_X264)
		atomic_store(&states[kind].retry_s, now_s() + RETRY_AFTER_S);
}

static int try_kind(enum encoder_choice kind, const struct encoder_config *config,
		    struct encoder **ret_encoder)
{
	if (!kinds[kind] || now_s() < atomic_load(&states[kind].retry_s))
		return -ENODEV;

	int r = kinds[kind]->create(config, ret_encoder);

	if (r == 0 && !atomic_exchange(&states[kind].is_told, true))
		log_info("video is encoded by %s", names[kind]);
	if (r < 0 && r != -EINVAL)
		leave_alone(kind);
	return r;
}

int encoder_create(enum encoder_choice choice, const struct encoder_config *config,
		   struct encoder **ret_encoder)
{
	if (choice == ENCODER_NONE)
		return -EOPNOTSUPP;

	if (choice == ENCODER_AUTO) {
		for (unsigned kind = ENCODER_NVENC; kind <= ENCODER_V4L2M2M; kind++) {
			if (try_kind((enum encoder_choice)kind, config, ret_encoder) == 0)
				return 0;
		}
	} else if (choice != ENCODER_X264) {
		int r = try_kind(choice, config, ret_encoder);

		if (r == 0)
			return 0;
		if (r != -EINVAL && !atomic_exchange(&states[choice].is_warned, true))
			log_warning("no video by %s (%s): x264 does it", names[choice],
				    strerror(-r));
	}
	return try_kind(ENCODER_X264, config, ret_encoder);
}

void encoder_destroy(struct encoder *encoder)
{
	if (encoder)
		encoder->ops->destroy(encoder);
}

void encoder_give_up(struct encoder *encoder, int error)
{
	for (unsigned kind = 0; kind < KINDS; kind++) {
		if (kinds[kind] != encoder->ops)
			continue;
		leave_alone((enum encoder_choice)kind);
		if (!atomic_exchange(&states[kind].is_warned, true))
			log_warning("video by %s failed (%s): a new encoder takes over",
				    names[kind], strerror(-error));
	}
	encoder_destroy(encoder);
}
