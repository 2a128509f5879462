/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What a guest or a viewer does that it should not, and what can fail, while something moves:
 * nobody else notices, and all are exact at rest.
 */

#include "tests/fakes/rfb_h264.h"
#include "tests/integration/crowd.h"

static const struct film_box film = {160, 96, 320, 240};

/* The gateway ends at once, even in the midst of all. */
#define END_US UINT64_C(5000000)

static void add_one_of_each(struct crowd *crowd)
{
	crowd_add_vnc(crowd, CROWD_VIDEO);
	crowd_add_vnc(crowd, CROWD_TIGHT);
	crowd_add_rdp(crowd, NULL);
}

/* -- Of the guest ------------------------------------------------------------------ */

static void lie_about_damage(struct crowd *crowd)
{
	static const int32_t places[] = {INT32_MIN, -1000, -1, 0, 479, 640, 100000, INT32_MAX};
	static unsigned turn;
	int32_t at = places[turn % 8], other = places[turn / 8 % 8];

	turn++;
	fake_head_send_update_map(crowd->guest, 0, at, other, INT32_MAX, 1);
	fake_head_send_update_map(crowd->guest, 0, at, other, 100, 100);
	fake_head_send_update_map(crowd->guest, 0, at, other, -100, other);
}

static void damage_outside_the_screen_is_none(void)
{
	CROWD(NULL);

	add_one_of_each(&crowd);
	crowd_move(&crowd, film);
	CROWD_UNTIL(&crowd, crowd.vnc[0]->units_count > 10);
	for (unsigned i = 0; i < 64; i++) {
		lie_about_damage(&crowd);
		crowd_turn(&crowd);
	}
	CROWD_UNTIL(&crowd, fake_head_unanswered(crowd.guest, 0) == 0);
	crowd_expect_vnc_pace(&crowd, crowd.vnc[0], NULL);
	crowd_expect_exact_at_rest(&crowd);
}

static void sizes_change_in_the_midst_of_motion_for_viewers_of_all_kinds(void)
{
	static const struct fake_size sizes[] = {{641, 481},
						 {1, 1},
						 {800, 600},
						 {17, 33},
						 {481, 337},
						 {1366, 766},
						 {CROWD_WIDTH, CROWD_HEIGHT}};
	CROWD(NULL);

	add_one_of_each(&crowd);
	crowd_move(&crowd, film);
	for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		crowd_resize(&crowd, sizes[i].width, sizes[i].height);
		CROWD_UNTIL(&crowd, crowd.vnc[0]->width == sizes[i].width &&
					    crowd.vnc[1]->width == sizes[i].width);
		/* As fast as they come: in mid-encode, mostly. */
		for (unsigned n = 0; n < 20; n++)
			crowd_turn(&crowd);
	}
	crowd_expect_vnc_pace(&crowd, crowd.vnc[0], NULL);
	crowd_expect_exact_at_rest(&crowd);
}

/* Its pixels are too many to compare them all. */
static void the_largest_head_moves(void)
{
	const struct film_box corner = {8192 - 640, 8192 - 400, 640, 400};
	CROWD(NULL);
	struct rfb_client *client = crowd_add_vnc(&crowd, CROWD_BLIND);
	uint64_t before = client->picture_area;
	unsigned videos;

	crowd_resize(&crowd, 8192, 8192);
	CROWD_UNTIL(&crowd, client->picture_area >= before + 8192 * 8192);
	videos = client->videos;
	crowd_move(&crowd, corner);
	CROWD_UNTIL(&crowd, client->videos > videos + 20);
	/* What video left there comes exactly. */
	before = client->picture_area;
	crowd_rest(&crowd);
	CROWD_UNTIL(&crowd, client->picture_area >= before + corner.width * corner.height &&
				    client->last_encoding == RFB_TIGHT);
}

static void a_guest_that_starts_again_is_shown_to_all_who_watched(void)
{
	CROWD(NULL);

	add_one_of_each(&crowd);
	crowd_move(&crowd, film);
	for (unsigned i = 0; i < 2; i++) {
		unsigned units = crowd.vnc[0]->units_count;

		CROWD_UNTIL(&crowd, crowd.vnc[0]->units_count > units + 10);
		crowd_kill_guest(&crowd);
		for (unsigned n = 0; n < 100; n++)
			crowd_turn(&crowd);
		crowd_start_guest(&crowd, CROWD_WIDTH + 33 * i, CROWD_HEIGHT);
	}
	crowd_expect_vnc_pace(&crowd, crowd.vnc[0], NULL);
	crowd_expect_rdp_pace(&crowd, crowd.rdp[0], NULL);
	crowd_expect_exact_at_rest(&crowd);
}

static void nobody_works_for_a_head_at_rest(void)
{
	CROWD(NULL);

	add_one_of_each(&crowd);
	crowd_move(&crowd, film);
	CROWD_UNTIL(&crowd, crowd.vnc[0]->units_count > 10);
	crowd_expect_exact_at_rest(&crowd);
	crowd_expect_idle(&crowd);
}

/* -- Of the machine ------------------------------------------------------------------ */

static void an_encoder_that_is_missing_is_said_once_and_another_does_it(void)
{
	CROWD(((const char *const[]){"--encoder", "v4l2m2m", NULL}));

	add_one_of_each(&crowd);
	crowd_move(&crowd, film);
	crowd_expect_vnc_pace(&crowd, crowd.vnc[0], NULL);
	crowd_expect_exact_at_rest(&crowd);
	crowd_move(&crowd, film);
	crowd_expect_rdp_pace(&crowd, crowd.rdp[0], NULL);
	crowd_expect_exact_at_rest(&crowd);
	EXPECT_INT(crowd_logged(&crowd, "no video by v4l2m2m"), 1);
}

static void without_an_encoder_all_is_exact_in_motion_too(void)
{
	CROWD(((const char *const[]){"--encoder", "none", NULL}));
	unsigned updates;

	add_one_of_each(&crowd);
	updates = crowd.vnc[0]->updates;
	crowd_move(&crowd, film);
	CROWD_UNTIL(&crowd, crowd.vnc[0]->updates > updates + 20);
	crowd_expect_exact_at_rest(&crowd);
	EXPECT_INT(crowd.vnc[0]->units_count, 0);
	EXPECT_INT(rdp_client_video(crowd.rdp[0]).units, 0);
}

static void it_stops_in_the_midst_of_motion_with_many_viewers(void)
{
	CROWD(NULL);
	uint64_t asked_us;

	for (unsigned i = 0; i < 3; i++)
		crowd_add_rdp(&crowd, NULL);
	for (unsigned i = 0; i < 5; i++)
		crowd_add_vnc(&crowd, i < 3 ? CROWD_VIDEO : CROWD_TIGHT);
	crowd_move(&crowd, film);
	CROWD_UNTIL(&crowd,
		    crowd.vnc[0]->units_count > 20 && rdp_client_video(crowd.rdp[0]).units > 5);
	asked_us = loop_now_us();
	EXPECT_INT(gateway_stop(&crowd.gateway), 0);
	EXPECT(loop_now_us() - asked_us < END_US);
}

/* -- Of a viewer: the first of its protocol; the second is as it should be --------------- */

static void answer_what_was_never_sent(struct crowd *crowd)
{
	static uint32_t number;
	uint8_t payload[4] = {0xff, 0x10, (uint8_t)(number >> 8), (uint8_t)number};

	number++;
	rfb_send_fence(crowd->vnc[0], 0, payload, sizeof(payload));
	rdp_client_acknowledge(crowd->rdp[0], UINT32_MAX / 2 + number);
}

static void who_acknowledges_what_was_never_sent_is_noted_once(void)
{
	CROWD(NULL);

	add_one_of_each(&crowd);
	add_one_of_each(&crowd);
	crowd_move(&crowd, film);
	crowd_expect_vnc_pace(&crowd, crowd.vnc[2], answer_what_was_never_sent);
	crowd_expect_rdp_pace(&crowd, crowd.rdp[1], answer_what_was_never_sent);
	crowd_expect_exact_at_rest(&crowd);
	EXPECT_INT(crowd_logged(&crowd, "answers fences that it was not sent"), 1);
	EXPECT_INT(crowd_logged(&crowd, "acknowledges frames that it was not sent"), 1);
}

static void who_never_acknowledges_holds_up_nobody(void)
{
	const struct rdp_client_options silent = {.is_silent = true};
	CROWD(NULL);

	crowd_add_rdp(&crowd, &silent);
	crowd_add_rdp(&crowd, NULL);
	crowd_add_vnc(&crowd, CROWD_VIDEO)->ignores_fences = true;
	crowd_add_vnc(&crowd, CROWD_TIGHT)->ignores_fences = true;
	crowd_add_vnc(&crowd, CROWD_VIDEO);
	crowd_move(&crowd, film);
	crowd_expect_vnc_pace(&crowd, crowd.vnc[2], NULL);
	crowd_expect_rdp_pace(&crowd, crowd.rdp[1], NULL);
	EXPECT(rdp_client_video(crowd.rdp[0]).frames <= 32);
	EXPECT(crowd.vnc[0]->updates <= 32);
	crowd_rest(&crowd);
	CROWD_UNTIL(&crowd,
		    crowd_vnc_sees(&crowd, crowd.vnc[2]) && crowd_rdp_sees(&crowd, crowd.rdp[1]));
	crowd_expect_idle(&crowd);
}

static void who_does_not_look_is_sent_nothing(void)
{
	CROWD(NULL);
	uint64_t frames;

	add_one_of_each(&crowd);
	crowd_move(&crowd, film);
	CROWD_UNTIL(&crowd, rdp_client_video(crowd.rdp[0]).units > 5);
	rdp_client_minimise(crowd.rdp[0], true);
	crowd_expect_vnc_pace(&crowd, crowd.vnc[0], NULL);
	frames = rdp_client_video(crowd.rdp[0]).frames;
	crowd_expect_vnc_pace(&crowd, crowd.vnc[0], NULL);
	EXPECT_INT(rdp_client_video(crowd.rdp[0]).frames, frames);
	crowd_rest(&crowd);
	CROWD_UNTIL(&crowd,
		    crowd_vnc_sees(&crowd, crowd.vnc[0]) && crowd_vnc_sees(&crowd, crowd.vnc[1]));
	crowd_expect_idle(&crowd);
	rdp_client_minimise(crowd.rdp[0], false);
	crowd_expect_exact_at_rest(&crowd);
}

static void ask_for_all_again(struct crowd *crowd)
{
	rfb_send_request(crowd->vnc[0], false);
	rdp_client_refresh(crowd->rdp[0]);
}

static void who_refreshes_without_end_holds_up_nobody(void)
{
	CROWD(NULL);
	uint64_t since_us;
	unsigned keys = 0, first;

	add_one_of_each(&crowd);
	add_one_of_each(&crowd);
	crowd_move(&crowd, film);
	CROWD_UNTIL(&crowd, crowd.vnc[2]->units_count > 5);
	first = crowd.vnc[2]->units_count;
	since_us = loop_now_us();
	crowd_expect_vnc_pace(&crowd, crowd.vnc[2], ask_for_all_again);
	crowd_expect_rdp_pace(&crowd, crowd.rdp[1], ask_for_all_again);
	/* Those that a stream begins with are not meant. */
	for (unsigned i = first; i < crowd.vnc[2]->units_count; i++)
		keys += crowd.vnc[2]->units[i].is_key && !crowd.vnc[2]->units[i].flags;
	printf("  %u key frames in %u ms\n", keys, (unsigned)((loop_now_us() - since_us) / 1000));
	EXPECT(keys <= 2 + (loop_now_us() - since_us) / 1000000);
	crowd_expect_exact_at_rest(&crowd);
	/* Each of the two. */
	EXPECT_INT(crowd_logged(&crowd, "asks for the same again and again"), 2);
}

/* As often as the client itself can follow: it is of this process. */
static void begin_anew(struct crowd *crowd)
{
	static unsigned turn;

	if (turn++ % 16 == 0)
		rdp_client_advertise(crowd->rdp[0], true);
}

static void who_begins_anew_without_end_holds_up_nobody(void)
{
	CROWD(NULL);

	add_one_of_each(&crowd);
	add_one_of_each(&crowd);
	crowd_move(&crowd, film);
	CROWD_UNTIL(&crowd, crowd.vnc[2]->units_count > 5);
	crowd_expect_vnc_pace(&crowd, crowd.vnc[2], begin_anew);
	crowd_expect_rdp_pace(&crowd, crowd.rdp[1], begin_anew);
	crowd_expect_exact_at_rest(&crowd);
}

int main(void)
{
	RUN_TEST(damage_outside_the_screen_is_none);
	RUN_TEST(sizes_change_in_the_midst_of_motion_for_viewers_of_all_kinds);
	RUN_TEST(the_largest_head_moves);
	RUN_TEST(a_guest_that_starts_again_is_shown_to_all_who_watched);
	RUN_TEST(nobody_works_for_a_head_at_rest);
	RUN_TEST(an_encoder_that_is_missing_is_said_once_and_another_does_it);
	RUN_TEST(without_an_encoder_all_is_exact_in_motion_too);
	RUN_TEST(it_stops_in_the_midst_of_motion_with_many_viewers);
	RUN_TEST(who_acknowledges_what_was_never_sent_is_noted_once);
	RUN_TEST(who_never_acknowledges_holds_up_nobody);
	RUN_TEST(who_does_not_look_is_sent_nothing);
	RUN_TEST(who_refreshes_without_end_holds_up_nobody);
	RUN_TEST(who_begins_anew_without_end_holds_up_nobody);
	return 0;
}
