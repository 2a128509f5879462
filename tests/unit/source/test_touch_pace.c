/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/source/touch_pace.h"

#include "tests/support/test.h"

#define SECOND_US UINT64_C(1000000)

/* Moves as often as it may for a second, from a pause on. Returns how often. */
static unsigned moves_in_a_second(unsigned fingers)
{
	struct touch_pace pace = {0};
	unsigned moves = 0;

	for (uint64_t now = SECOND_US; now < 2 * SECOND_US; now += 1000) {
		if (touch_pace_wait(&pace, now, fingers) > 0)
			continue;
		touch_pace_count(&pace, now, fingers, false);
		moves++;
	}
	return moves;
}

static void one_finger_moves_as_often_as_a_screen_is_drawn(void)
{
	unsigned moves = moves_in_a_second(1);

	EXPECT(moves >= 60 && moves <= 72);
}

static void two_fingers_share_what_there_is(void)
{
	unsigned moves = moves_in_a_second(2);

	EXPECT(moves >= 33 && moves <= 40);
}

/* Entries of 8 bytes: QEMU's queue has 64. */
static void a_guest_that_stands_still_has_room_for_a_whole_pinch(void)
{
	struct touch_pace pace = {0};
	unsigned entries = 0;
	uint64_t now = SECOND_US;

	touch_pace_count(&pace, now, 1, false);
	touch_pace_count(&pace, now, 2, false);
	entries += 5 + 9;
	/* Two moves each 16 ms, for 50. */
	for (unsigned step = 0; step < 3; step++, now += 16000) {
		for (unsigned finger = 0; finger < 2; finger++) {
			if (touch_pace_wait(&pace, now, 2) > 0)
				continue;
			touch_pace_count(&pace, now, 2, false);
			entries += 9;
		}
	}
	EXPECT(entries + 7 + 3 <= 64);
}

static void a_move_that_waits_may_go_when_it_was_told_to(void)
{
	struct touch_pace pace = {0};
	uint64_t now = SECOND_US, wait;

	while ((wait = touch_pace_wait(&pace, now, 2)) == 0)
		touch_pace_count(&pace, now, 2, false);
	EXPECT(wait < SECOND_US / 10);
	EXPECT(touch_pace_wait(&pace, now + wait - 1, 2) > 0);
	EXPECT_INT(touch_pace_wait(&pace, now + wait, 2), 0);
}

static void what_was_long_ago_does_not_count(void)
{
	struct touch_pace pace = {0};

	for (unsigned i = 0; i < 100; i++)
		touch_pace_count(&pace, SECOND_US, 10, false);
	EXPECT(touch_pace_wait(&pace, SECOND_US, 1) > 0);
	EXPECT_INT(touch_pace_wait(&pace, 60 * SECOND_US, 10), 0);
}

static void ten_fingers_move_too(void)
{
	EXPECT(moves_in_a_second(10) >= 7);
}

int main(void)
{
	RUN_TEST(one_finger_moves_as_often_as_a_screen_is_drawn);
	RUN_TEST(two_fingers_share_what_there_is);
	RUN_TEST(a_guest_that_stands_still_has_room_for_a_whole_pinch);
	RUN_TEST(a_move_that_waits_may_go_when_it_was_told_to);
	RUN_TEST(what_was_long_ago_does_not_count);
	RUN_TEST(ten_fingers_move_too);
	return 0;
}
