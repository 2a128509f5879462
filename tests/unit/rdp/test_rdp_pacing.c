/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/rdp/rdp_pacing.h"

#include <freerdp/channels/rdpgfx.h>

#include "tests/support/test.h"

#define LARGE_BYTES 100000
#define SMALL_BYTES 100

static void send_frame(struct rdp_pacing *pacing, uint32_t bytes, uint64_t now_us)
{
	rdp_pacing_sent(pacing, bytes, now_us);
}

/* Sends until there is no room. Returns how many frames that were; 100: it would not end. */
static int fill(struct rdp_pacing *pacing, uint32_t bytes)
{
	int frames = 0;

	for (; frames < 100 && rdp_pacing_has_room(pacing); frames++)
		send_frame(pacing, bytes, 0);
	return frames;
}

static void a_client_that_does_not_acknowledge_gets_a_few_frames(void)
{
	struct rdp_pacing large = {0};
	struct rdp_pacing small = {0};
	int few = fill(&large, LARGE_BYTES);

	EXPECT(few >= 1 && few <= 4);
	EXPECT(fill(&small, SMALL_BYTES) <= RATE_UPDATES_MAX);
}

static void an_acknowledgement_makes_room_for_all_frames_up_to_its_own(void)
{
	struct rdp_pacing pacing = {0};
	int few = fill(&pacing, LARGE_BYTES);

	rdp_pacing_acknowledge(&pacing, 1, 0, 1000);
	EXPECT_INT(fill(&pacing, LARGE_BYTES), 1);
	rdp_pacing_acknowledge(&pacing, 1 + (uint32_t)few, 0, 2000);
	EXPECT_INT(fill(&pacing, LARGE_BYTES), few);
}

static void acknowledgements_of_frames_never_sent_or_twice_make_no_room(void)
{
	struct rdp_pacing pacing = {0};

	fill(&pacing, LARGE_BYTES);
	rdp_pacing_acknowledge(&pacing, 1, 0, 1000);
	fill(&pacing, LARGE_BYTES);
	EXPECT(!rdp_pacing_acknowledge(&pacing, 1, 0, 2000));
	EXPECT(!rdp_pacing_acknowledge(&pacing, 0, 0, 2000));
	EXPECT(!rdp_pacing_acknowledge(&pacing, 1000, 0, 2000));
	EXPECT(!rdp_pacing_has_room(&pacing));
}

static void a_client_that_suspends_acknowledgements_gets_frames_without(void)
{
	struct rdp_pacing pacing = {0};
	int few = fill(&pacing, LARGE_BYTES);

	rdp_pacing_acknowledge(&pacing, 1, SUSPEND_FRAME_ACKNOWLEDGEMENT, 1000);
	EXPECT_INT(fill(&pacing, LARGE_BYTES), 100);
	EXPECT(rdp_pacing_deadline_us(&pacing) == UINT64_MAX);

	rdp_pacing_acknowledge(&pacing, rdp_pacing_next(&pacing) - 1, 0, 2000);
	EXPECT_INT(fill(&pacing, LARGE_BYTES), few);
}

static void a_client_that_begins_anew_owes_nothing(void)
{
	struct rdp_pacing pacing = {0};

	fill(&pacing, LARGE_BYTES);
	uint32_t next = rdp_pacing_next(&pacing);
	rdp_pacing_reset(&pacing);
	EXPECT(rdp_pacing_deadline_us(&pacing) == UINT64_MAX);
	EXPECT(rdp_pacing_has_room(&pacing));
	EXPECT_INT(rdp_pacing_next(&pacing), next);
}

static void the_time_to_acknowledge_runs_from_the_last_sign_of_life(void)
{
	struct rdp_pacing pacing = {0};

	send_frame(&pacing, SMALL_BYTES, 1000);
	send_frame(&pacing, SMALL_BYTES, 2000);
	EXPECT(rdp_pacing_deadline_us(&pacing) == 1000 + RDP_ACKNOWLEDGE_TIMEOUT_US);
	rdp_pacing_acknowledge(&pacing, 1, 0, 5000);
	EXPECT(rdp_pacing_deadline_us(&pacing) == 5000 + RDP_ACKNOWLEDGE_TIMEOUT_US);
	rdp_pacing_acknowledge(&pacing, 2, 0, 6000);
	EXPECT(rdp_pacing_deadline_us(&pacing) == UINT64_MAX);
}

static void frames_are_numbered_in_the_order_in_which_they_are_sent(void)
{
	struct rdp_pacing pacing = {0};

	EXPECT_INT(rdp_pacing_next(&pacing), 1);
	send_frame(&pacing, SMALL_BYTES, 0);
	EXPECT_INT(rdp_pacing_next(&pacing), 2);
}

int main(void)
{
	RUN_TEST(a_client_that_does_not_acknowledge_gets_a_few_frames);
	RUN_TEST(an_acknowledgement_makes_room_for_all_frames_up_to_its_own);
	RUN_TEST(acknowledgements_of_frames_never_sent_or_twice_make_no_room);
	RUN_TEST(a_client_that_suspends_acknowledgements_gets_frames_without);
	RUN_TEST(a_client_that_begins_anew_owes_nothing);
	RUN_TEST(the_time_to_acknowledge_runs_from_the_last_sign_of_life);
	RUN_TEST(frames_are_numbered_in_the_order_in_which_they_are_sent);
	return 0;
}
