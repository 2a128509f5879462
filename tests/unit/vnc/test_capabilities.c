/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/vnc/vnc_capabilities.h"

#include "tests/support/test.h"

static struct vnc_capabilities from(const int32_t *list, size_t count)
{
	struct vnc_capabilities can;

	vnc_capabilities_init(&can);
	for (size_t i = 0; i < count; i++)
		vnc_capabilities_note(&can, list[i]);
	return can;
}

#define FROM(...) \
	from((const int32_t[]){__VA_ARGS__}, \
	     sizeof((const int32_t[]){__VA_ARGS__}) / sizeof(int32_t))

static void a_viewer_that_says_nothing_takes_raw(void)
{
	struct vnc_capabilities can;

	vnc_capabilities_init(&can);
	EXPECT_INT(can.preferred, VNC_ENCODING_RAW);
	EXPECT_INT(can.jpeg_quality, -1);
	EXPECT(!vnc_capabilities_prefers_tight(&can));
	EXPECT(!vnc_capabilities_draws_cursor(&can));
}

static void the_first_encoding_that_we_have_is_preferred(void)
{
	/* CopyRect, RRE, ZRLE, Tight */
	EXPECT_INT(FROM(1, 2, 16, 7).preferred, VNC_ENCODING_ZRLE);
	EXPECT_INT(FROM(1, 0, 16, 7).preferred, VNC_ENCODING_RAW);
	EXPECT_INT(FROM(1, 2, -260).preferred, VNC_ENCODING_RAW);
}

static void tight_is_preferred_when_it_comes_first_or_beside_video(void)
{
	struct vnc_capabilities tight = FROM(1, 7, 16);
	struct vnc_capabilities zrle = FROM(16, 7);
	struct vnc_capabilities video = FROM(16, 50, 7);
	struct vnc_capabilities video_alone = FROM(16, 50);

	EXPECT(vnc_capabilities_prefers_tight(&tight));
	EXPECT(!vnc_capabilities_prefers_tight(&zrle));
	EXPECT(vnc_capabilities_prefers_tight(&video));
	EXPECT(!vnc_capabilities_prefers_tight(&video_alone));
}

static void the_quality_of_jpeg_is_between_0_and_9(void)
{
	EXPECT_INT(FROM(7, -32).jpeg_quality, 0);
	EXPECT_INT(FROM(7, -23).jpeg_quality, 9);
	EXPECT_INT(FROM(7, -22, -33).jpeg_quality, -1);
}

static void both_kinds_of_shapes_are_drawn(void)
{
	struct vnc_capabilities plain = FROM(7, -239);
	struct vnc_capabilities alpha = FROM(7, -314);

	EXPECT(vnc_capabilities_draws_cursor(&plain));
	EXPECT(vnc_capabilities_draws_cursor(&alpha));
	EXPECT(!plain.alpha_cursor);
}

int main(void)
{
	RUN_TEST(a_viewer_that_says_nothing_takes_raw);
	RUN_TEST(the_first_encoding_that_we_have_is_preferred);
	RUN_TEST(tight_is_preferred_when_it_comes_first_or_beside_video);
	RUN_TEST(the_quality_of_jpeg_is_between_0_and_9);
	RUN_TEST(both_kinds_of_shapes_are_drawn);
	return 0;
}
