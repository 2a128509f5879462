/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/rdp/rdp_pacing.h"

#include <freerdp/channels/rdpgfx.h>

#include "tests/support/test.h"

/* Sends until there is no room. Returns how many frames that were; 100: it would not end. */
static int fill(struct rdp_pacing *pacing)
{
	int frames = 0;

	for (; frames < 100 && rdp_pacing_has_room(pacing); frames++)
		rdp_pacing_send(pacing, 0);
	return frames;
}

static void a_client_that_does_not_acknowledge_gets_a_few_frames(void)
{
	struct rdp_pacing pacing = {0};

	EXPECT_INT(fill(&pacing), RDP_FRAMES_IN_FLIGHT_MAX);
}

static void an_acknowledgement_makes_room_for_all_frames_up_to_its_own(void)
{
	struct rdp_pacing pacing = {0};

	fill(&pacing);
	rdp_pacing_acknowledge(&pacing, 1, 0, 0);
	EXPECT_INT(fill(&pacing), 1);
	rdp_pacing_acknowledge(&pacing, 3, 0, 0);
	EXPECT_INT(fill(&pacing), 2);
}

static void acknowledgements_of_frames_never_sent_or_twice_make_no_room(void)
{
	struct rdp_pacing pacing = {0};

	fill(&pacing);
	rdp_pacing_acknowledge(&pacing, 1, 0, 0);
	fill(&pacing);
	rdp_pacing_acknowledge(&pacing, 1, 0, 0);
	rdp_pacing_acknowledge(&pacing, 0, 0, 0);
	rdp_pacing_acknowledge(&pacing, 1000, 0, 0);
	EXPECT(!rdp_pacing_has_room(&pacing));
}

static void a_client_that_suspends_acknowledgements_gets_frames_without(void)
{
	struct rdp_pacing pacing = {0};

	fill(&pacing);
	rdp_pacing_acknowledge(&pacing, 1, SUSPEND_FRAME_ACKNOWLEDGEMENT, 0);
	EXPECT_INT(fill(&pacing), 100);
	EXPECT(rdp_pacing_deadline_us(&pacing) == UINT64_MAX);

	rdp_pacing_acknowledge(&pacing, pacing.sent, 0, 0);
	EXPECT_INT(fill(&pacing), RDP_FRAMES_IN_FLIGHT_MAX);
}

static void a_client_that_begins_anew_owes_nothing(void)
{
	struct rdp_pacing pacing = {0};

	fill(&pacing);
	uint32_t last = pacing.sent;
	rdp_pacing_reset(&pacing);
	EXPECT(rdp_pacing_deadline_us(&pacing) == UINT64_MAX);
	EXPECT_INT(rdp_pacing_send(&pacing, 0), last + 1);
}

static void the_time_to_acknowledge_runs_from_the_last_sign_of_life(void)
{
	struct rdp_pacing pacing = {0};

	rdp_pacing_send(&pacing, 1000);
	rdp_pacing_send(&pacing, 2000);
	EXPECT(rdp_pacing_deadline_us(&pacing) == 1000 + RDP_ACKNOWLEDGE_TIMEOUT_US);
	rdp_pacing_acknowledge(&pacing, 1, 0, 5000);
	EXPECT(rdp_pacing_deadline_us(&pacing) == 5000 + RDP_ACKNOWLEDGE_TIMEOUT_US);
	rdp_pacing_acknowledge(&pacing, 2, 0, 6000);
	EXPECT(rdp_pacing_deadline_us(&pacing) == UINT64_MAX);
}

static void frame_numbers_may_wrap_around(void)
{
	struct rdp_pacing pacing = {.sent = UINT32_MAX - 1, .acknowledged = UINT32_MAX - 1};

	EXPECT_INT(fill(&pacing), RDP_FRAMES_IN_FLIGHT_MAX);
	rdp_pacing_acknowledge(&pacing, 0, 0, 0);
	EXPECT_INT(fill(&pacing), 2);
}

int main(void)
{
	RUN_TEST(a_client_that_does_not_acknowledge_gets_a_few_frames);
	RUN_TEST(an_acknowledgement_makes_room_for_all_frames_up_to_its_own);
	RUN_TEST(acknowledgements_of_frames_never_sent_or_twice_make_no_room);
	RUN_TEST(a_client_that_suspends_acknowledgements_gets_frames_without);
	RUN_TEST(a_client_that_begins_anew_owes_nothing);
	RUN_TEST(the_time_to_acknowledge_runs_from_the_last_sign_of_life);
	RUN_TEST(frame_numbers_may_wrap_around);
	return 0;
}
