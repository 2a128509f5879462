/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/vnc/vnc_pacing.h"

#include "tests/support/test.h"

static void two_large_updates_may_be_on_their_way(void)
{
	struct vnc_pacing pacing = {0};

	EXPECT(vnc_pacing_may_send(&pacing));
	vnc_pacing_sent(&pacing, 1 << 20);
	EXPECT(vnc_pacing_may_send(&pacing));
	vnc_pacing_sent(&pacing, 1 << 20);
	EXPECT(!vnc_pacing_may_send(&pacing));
	EXPECT(vnc_pacing_answered(&pacing, 1));
	EXPECT(vnc_pacing_may_send(&pacing));
}

static void more_small_updates_may_be_on_their_way_but_not_any_number(void)
{
	struct vnc_pacing pacing = {0};

	for (int i = 0; i < VNC_PACING_SMALL_UPDATES_MAX; i++) {
		EXPECT(vnc_pacing_may_send(&pacing));
		vnc_pacing_sent(&pacing, 100);
	}
	EXPECT(!vnc_pacing_may_send(&pacing));
}

static void small_updates_that_add_up_are_not_small(void)
{
	struct vnc_pacing pacing = {0};

	vnc_pacing_sent(&pacing, VNC_PACING_SMALL_BYTES / 2);
	vnc_pacing_sent(&pacing, VNC_PACING_SMALL_BYTES / 2);
	EXPECT(vnc_pacing_may_send(&pacing));
	vnc_pacing_sent(&pacing, 1);
	EXPECT(!vnc_pacing_may_send(&pacing));
}

static void an_answer_stands_for_all_before_it(void)
{
	struct vnc_pacing pacing = {0};

	vnc_pacing_sent(&pacing, 1 << 20);
	vnc_pacing_sent(&pacing, 1 << 20);
	EXPECT(vnc_pacing_answered(&pacing, 2));
	EXPECT_INT(pacing.sent - pacing.answered, 0);
}

static void an_answer_to_nothing_changes_nothing(void)
{
	struct vnc_pacing pacing = {0};

	vnc_pacing_sent(&pacing, 1 << 20);
	vnc_pacing_sent(&pacing, 1 << 20);
	EXPECT(!vnc_pacing_answered(&pacing, 3));
	EXPECT(vnc_pacing_answered(&pacing, 2));
	EXPECT(!vnc_pacing_answered(&pacing, 1));
	EXPECT_INT(pacing.answered, 2);
}

static void numbers_wrap_around(void)
{
	struct vnc_pacing pacing = {.sent = UINT32_MAX - 1, .answered = UINT32_MAX - 1};

	EXPECT_INT(vnc_pacing_sent(&pacing, 1 << 20), UINT32_MAX);
	EXPECT_INT(vnc_pacing_sent(&pacing, 1 << 20), 0);
	EXPECT(!vnc_pacing_may_send(&pacing));
	EXPECT(vnc_pacing_answered(&pacing, 0));
	EXPECT(vnc_pacing_may_send(&pacing));
}

int main(void)
{
	RUN_TEST(two_large_updates_may_be_on_their_way);
	RUN_TEST(more_small_updates_may_be_on_their_way_but_not_any_number);
	RUN_TEST(small_updates_that_add_up_are_not_small);
	RUN_TEST(an_answer_stands_for_all_before_it);
	RUN_TEST(an_answer_to_nothing_changes_nothing);
	RUN_TEST(numbers_wrap_around);
	return 0;
}
