/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gpu-bridge/gpu/picture_cache.h"

#include "tests/support/test.h"

#define MB ((size_t)1 << 20)

static void a_picture_that_is_used_again_is_the_same(void)
{
	struct picture_cache cache = {0};
	struct picture *picture = NULL;
	struct picture *first;

	EXPECT_INT(picture_cache_take(&cache, &picture, 4096), 0);
	first = picture;
	EXPECT_INT(picture_cache_take(&cache, &picture, 4096), 0);
	EXPECT(picture == first);
	picture_cache_release(&cache, picture);
	picture_cache_release(&cache, picture);
	EXPECT(picture == first);
	EXPECT_INT(cache.idle, 1);
	EXPECT_INT(picture_cache_take(&cache, &picture, 4096), 0);
	EXPECT(picture == first);
	EXPECT_INT(cache.idle, 0);
	picture_cache_release(&cache, picture);
	picture_cache_drop(&cache, picture);
	EXPECT(!picture);
	EXPECT_INT(cache.idle_bytes, 0);
	picture_cache_drop(&cache, NULL);
}

static void idle_pictures_go_by_their_bytes_the_oldest_first(void)
{
	struct picture_cache cache = {0};
	struct picture *pictures[5] = {NULL};

	for (unsigned i = 0; i < 5; i++)
		EXPECT_INT(picture_cache_take(&cache, &pictures[i], PICTURES_IDLE_BYTES_MAX / 4),
			   0);
	for (unsigned i = 0; i < 4; i++)
		picture_cache_release(&cache, pictures[i]);
	/* 0 is used in between: 1 is the oldest. */
	EXPECT_INT(picture_cache_take(&cache, &pictures[0], PICTURES_IDLE_BYTES_MAX / 4), 0);
	picture_cache_release(&cache, pictures[0]);
	EXPECT(pictures[1]);
	picture_cache_release(&cache, pictures[4]);
	EXPECT(!pictures[1]);
	EXPECT(pictures[0] && pictures[2] && pictures[3] && pictures[4]);
	EXPECT_INT(cache.idle_bytes, PICTURES_IDLE_BYTES_MAX);
	for (unsigned i = 0; i < 5; i++)
		picture_cache_drop(&cache, pictures[i]);
	EXPECT_INT(cache.idle, 0);
}

static void idle_pictures_go_by_their_number(void)
{
	struct picture_cache cache = {0};
	struct picture *pictures[PICTURES_IDLE_MAX + 8] = {NULL};

	for (unsigned i = 0; i < PICTURES_IDLE_MAX + 8; i++) {
		EXPECT_INT(picture_cache_take(&cache, &pictures[i], 16), 0);
		picture_cache_release(&cache, pictures[i]);
	}
	EXPECT_INT(cache.idle, PICTURES_IDLE_MAX);
	EXPECT(!pictures[7] && pictures[8]);
	for (unsigned i = 0; i < PICTURES_IDLE_MAX + 8; i++)
		picture_cache_drop(&cache, pictures[i]);
}

static void one_that_is_too_large_to_be_kept_goes_at_once(void)
{
	struct picture_cache cache = {0};
	struct picture *picture = NULL;

	EXPECT_INT(picture_cache_take(&cache, &picture, PICTURES_IDLE_BYTES_MAX + MB), 0);
	picture_cache_release(&cache, picture);
	EXPECT(!picture);
	EXPECT_INT(cache.idle_bytes, 0);
}

int main(void)
{
	RUN_TEST(a_picture_that_is_used_again_is_the_same);
	RUN_TEST(idle_pictures_go_by_their_bytes_the_oldest_first);
	RUN_TEST(idle_pictures_go_by_their_number);
	RUN_TEST(one_that_is_too_large_to_be_kept_goes_at_once);
	return 0;
}
