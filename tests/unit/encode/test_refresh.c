/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/encode/refresh.h"

#include "tests/support/test.h"

#define NOW	 UINT64_C(5000000)
#define INTERVAL REFRESH_INTERVAL_US

static const pixman_box32_t whole = {0, 0, 640, 480};

/* Asks for all again. Returns whether it may have it. */
static bool asks_and_has(struct refresh *refresh, uint64_t now)
{
	pixman_box32_t box;

	refresh_ask(refresh, &whole);
	if (!refresh_take(refresh, now, &box))
		return false;
	EXPECT_INT(box.x2, 640);
	return true;
}

static void an_empty_box_asks_for_nothing(void)
{
	struct refresh refresh = {0};
	pixman_box32_t box;

	refresh_ask(&refresh, &(pixman_box32_t){5, 5, 5, 9});
	EXPECT_INT(refresh_deadline_us(&refresh), UINT64_MAX);
	EXPECT(!refresh_take(&refresh, NOW, &box));
}

static void refreshes_without_end_come_a_few_times_a_second(void)
{
	struct refresh refresh = {0};
	unsigned count = 0;

	for (uint64_t now = NOW; now < NOW + 10 * INTERVAL; now += INTERVAL / 100)
		count += asks_and_has(&refresh, now);
	EXPECT_INT(count, REFRESHES_IN_A_ROW + 9);
}

static void who_has_been_quiet_may_ask_a_few_times_at_once(void)
{
	struct refresh refresh = {0};

	for (int i = 0; i < REFRESHES_IN_A_ROW; i++)
		EXPECT(asks_and_has(&refresh, NOW));
	EXPECT(!asks_and_has(&refresh, NOW));
	EXPECT_INT(refresh_deadline_us(&refresh), NOW + INTERVAL);
	EXPECT(asks_and_has(&refresh, NOW + INTERVAL));
	for (int i = 0; i < REFRESHES_IN_A_ROW; i++)
		EXPECT(asks_and_has(&refresh, NOW + 100 * INTERVAL));
}

static void refreshes_of_several_places_become_one(void)
{
	struct refresh refresh = {0};
	pixman_box32_t box;

	refresh_ask(&refresh, &(pixman_box32_t){10, 20, 30, 40});
	refresh_ask(&refresh, &(pixman_box32_t){100, 0, 110, 10});
	EXPECT(refresh_take(&refresh, NOW, &box));
	EXPECT_INT(box.x1, 10);
	EXPECT_INT(box.y1, 0);
	EXPECT_INT(box.x2, 110);
	EXPECT_INT(box.y2, 40);
	EXPECT(!refresh_take(&refresh, NOW, &box));
}

int main(void)
{
	RUN_TEST(an_empty_box_asks_for_nothing);
	RUN_TEST(refreshes_without_end_come_a_few_times_a_second);
	RUN_TEST(who_has_been_quiet_may_ask_a_few_times_at_once);
	RUN_TEST(refreshes_of_several_places_become_one);
	return 0;
}
