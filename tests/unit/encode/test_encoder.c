/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/encode/encoder.h"

#include <errno.h>

#include "common/xalloc.h"
#include "tests/support/test.h"

/* What is known of hardware is known to the whole program: each sentence has a kind of its own. */

static const struct encoder_config config = {.width = 640, .height = 480};

struct fake_kind {
	int error; /* with which create() fails */
	unsigned tried;
};

static struct fake_kind x264, nvenc, vaapi, v4l2m2m;

static int create(struct fake_kind *kind, const struct encoder_ops *ops,
		  struct encoder **ret_encoder)
{
	kind->tried++;
	if (kind->error < 0)
		return kind->error;
	*ret_encoder = xcalloc(1, sizeof(**ret_encoder));
	(*ret_encoder)->ops = ops;
	return 0;
}

static void destroy(struct encoder *encoder)
{
	free(encoder);
}

#define FAKE(name) \
	static int create_##name(const struct encoder_config *unused, struct encoder **ret) \
	{ \
		return create(&name, &encoder_##name, ret); \
	} \
	const struct encoder_ops encoder_##name = {.create = create_##name, .destroy = destroy}

FAKE(x264);
FAKE(nvenc);
FAKE(vaapi);
FAKE(v4l2m2m);

static const struct encoder_ops *ops_for(enum encoder_choice choice)
{
	CLEANUP(encoder_destroyp) struct encoder *encoder = NULL;

	EXPECT_INT(encoder_create(choice, &config, &encoder), 0);
	return encoder->ops;
}

static void choices_are_known_by_their_names(void)
{
	enum encoder_choice choice;

	EXPECT(encoder_choice_from_name("auto", &choice));
	EXPECT_INT(choice, ENCODER_AUTO);
	EXPECT(encoder_choice_from_name("v4l2m2m", &choice));
	EXPECT_INT(choice, ENCODER_V4L2M2M);
	EXPECT(encoder_choice_from_name("none", &choice));
	EXPECT_INT(choice, ENCODER_NONE);
	EXPECT(!encoder_choice_from_name("h264", &choice));
	EXPECT(!encoder_choice_from_name("", &choice));
}

static void none_is_no_encoder(void)
{
	struct encoder *encoder = NULL;

	EXPECT_INT(encoder_create(ENCODER_NONE, &config, &encoder), -EOPNOTSUPP);
	EXPECT(!encoder);
}

static void hardware_that_is_not_there_is_looked_for_once(void)
{
	nvenc = (struct fake_kind){.error = -ENODEV};
	EXPECT(ops_for(ENCODER_NVENC) == &encoder_x264);
	EXPECT(ops_for(ENCODER_NVENC) == &encoder_x264);
	EXPECT_INT(nvenc.tried, 1);
}

static void a_picture_that_hardware_refuses_says_nothing_about_the_next(void)
{
	vaapi = (struct fake_kind){.error = -EINVAL};
	EXPECT(ops_for(ENCODER_VAAPI) == &encoder_x264);
	vaapi.error = 0;
	EXPECT(ops_for(ENCODER_VAAPI) == &encoder_vaapi);
}

static void automatically_hardware_is_preferred(void)
{
	nvenc.tried = 0;
	EXPECT(ops_for(ENCODER_AUTO) == &encoder_vaapi);
	EXPECT_INT(nvenc.tried, 0);
	EXPECT_INT(v4l2m2m.tried, 0);
}

static void hardware_that_failed_at_its_work_is_left_alone(void)
{
	struct encoder *encoder = NULL;

	EXPECT_INT(encoder_create(ENCODER_V4L2M2M, &config, &encoder), 0);
	EXPECT(encoder->ops == &encoder_v4l2m2m);
	encoder_give_up(encoder, -EIO);
	EXPECT(ops_for(ENCODER_V4L2M2M) == &encoder_x264);
}

static void x264_is_never_left_alone(void)
{
	struct encoder *encoder = NULL;

	EXPECT_INT(encoder_create(ENCODER_X264, &config, &encoder), 0);
	encoder_give_up(encoder, -EIO);
	EXPECT(ops_for(ENCODER_X264) == &encoder_x264);

	x264.error = -ENOMEM;
	encoder = NULL;
	EXPECT_INT(encoder_create(ENCODER_X264, &config, &encoder), -ENOMEM);
	EXPECT(!encoder);
	x264.error = 0;
	EXPECT(ops_for(ENCODER_X264) == &encoder_x264);
}

int main(void)
{
	RUN_TEST(choices_are_known_by_their_names);
	RUN_TEST(none_is_no_encoder);
	RUN_TEST(hardware_that_is_not_there_is_looked_for_once);
	RUN_TEST(a_picture_that_hardware_refuses_says_nothing_about_the_next);
	RUN_TEST(automatically_hardware_is_preferred);
	RUN_TEST(hardware_that_failed_at_its_work_is_left_alone);
	RUN_TEST(x264_is_never_left_alone);
	return 0;
}
