/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/encode/rate.h"

#include "tests/support/test.h"

#define MS     UINT64_C(1000)
#define SECOND UINT64_C(1000000)

/* -- A line ------------------------------------------------------------------ */

/* Updates queue in front of the line, are carried one after the other, and answered half a round
 * trip after they have arrived. */
struct line {
	struct rate_meter meter;
	uint32_t kbps;
	uint64_t round_trip_us;
	uint64_t jitter_us; /* a viewer answers up to so much later */
	uint64_t now_us;
	uint64_t free_us; /* when all has been carried */
	struct {
		uint64_t answered_us;
		uint32_t number;
	} answers[64];
	unsigned first, last;

	uint64_t delivered; /* bytes */
	uint64_t delay_us;  /* the longest of late, beyond an empty line's round trip */
	unsigned seed;
};

static struct line make_line(uint32_t kbps, uint64_t round_trip_us)
{
	return (struct line){
		.kbps = kbps, .round_trip_us = round_trip_us, .now_us = 50 * SECOND, .seed = 7};
}

static unsigned random_below(struct line *line, unsigned end)
{
	line->seed = line->seed * 1103515245u + 12345u;
	return (line->seed >> 8) % end;
}

static void send_update(struct line *line, uint32_t bytes)
{
	uint64_t begin_us = line->free_us > line->now_us ? line->free_us : line->now_us;
	uint64_t carry_us = UINT64_C(8000) * bytes / line->kbps;
	uint64_t late_us = 0;

	if (line->jitter_us > 0)
		late_us = random_below(line, (unsigned)line->jitter_us);
	line->free_us = begin_us + carry_us;
	line->answers[line->last % 64].number = rate_meter_sent(&line->meter, bytes, line->now_us);
	line->answers[line->last % 64].answered_us = line->free_us + line->round_trip_us + late_us;
	/* Answers do not overtake each other. */
	if (line->last != line->first && line->answers[(line->last - 1) % 64].answered_us >
						 line->answers[line->last % 64].answered_us)
		line->answers[line->last % 64].answered_us =
			line->answers[(line->last - 1) % 64].answered_us;
	line->last++;
	line->delivered += bytes;
	if (line->free_us - line->now_us > line->delay_us)
		line->delay_us = line->free_us - line->now_us;
}

/* Lets time pass until `until_us`, or, with `is_until_room`, until there is room. */
static void pass_until(struct line *line, uint64_t until_us, bool is_until_room)
{
	while (line->first != line->last &&
	       line->answers[line->first % 64].answered_us <= until_us) {
		if (is_until_room && rate_meter_has_room(&line->meter))
			return;
		line->now_us = line->answers[line->first % 64].answered_us;
		EXPECT(rate_meter_acknowledged(&line->meter, line->answers[line->first % 64].number,
					       line->now_us));
		line->first++;
	}
	if (is_until_room && rate_meter_has_room(&line->meter))
		return;
	line->now_us = until_us;
}

/* A viewer of 30 frames a second, each of about `bytes`, or, with `percent`, of at most that part
 * of what the meter says: a frame goes out when there is room, and the newest wins. Returns how
 * many did. */
static unsigned watch(struct line *line, uint64_t us, uint32_t bytes, unsigned percent)
{
	uint64_t end_us = line->now_us + us;
	unsigned frames = 0;

	line->delay_us = 0;
	for (uint64_t frame_us = line->now_us; frame_us < end_us; frame_us += SECOND / 30) {
		uint32_t kbps = rate_meter_kbps(&line->meter);
		uint32_t size = bytes;

		if (percent > 0 && kbps > 0 && kbps * percent / 100 * 1000 / 8 / 30 < bytes)
			size = kbps * percent / 100 * 1000 / 8 / 30;
		size = size * (70 + random_below(line, 61)) / 100;
		pass_until(line, frame_us, false);
		pass_until(line, frame_us + SECOND / 30 - 1, true);
		if (!rate_meter_has_room(&line->meter))
			continue;
		send_update(line, size);
		frames++;
	}
	pass_until(line, end_us, false);
	return frames;
}

static void expect_about(uint32_t kbps, uint32_t expected, unsigned percent)
{
	if (kbps < expected * (100 - percent) / 100 || kbps > expected * (100 + percent) / 100)
		test_fail(__FILE__, __LINE__, "%u kbps, expected about %u", kbps, expected);
}

static void a_fast_line_is_never_the_limit(void)
{
	struct line line = make_line(1000000, 1 * MS);

	EXPECT(watch(&line, 10 * SECOND, 60000, 80) >= 300);
	EXPECT_INT(rate_meter_kbps(&line.meter), 0);

	/* Nor is a viewer that is late by a frame of its display. */
	line.jitter_us = 20 * MS;
	EXPECT(watch(&line, 10 * SECOND, 60000, 80) >= 295);
	EXPECT_INT(rate_meter_kbps(&line.meter), 0);
}

static void a_slow_line_is_known_within_two_seconds(void)
{
	static const uint32_t lines[] = {200, 1000, 5000, 20000};

	for (unsigned i = 0; i < 4; i++) {
		for (uint64_t round_trip = 20 * MS; round_trip <= 160 * MS; round_trip *= 2) {
			struct line line = make_line(lines[i], round_trip);

			/* A pointer moves, and then everything. */
			watch(&line, SECOND / 5, 500, 0);
			watch(&line, 2 * SECOND, lines[i] * 12, 80);
			printf("   %u kbps, %u ms: %u\n", lines[i], (unsigned)(round_trip / MS),
			       rate_meter_kbps(&line.meter));
			expect_about(rate_meter_kbps(&line.meter), lines[i], 25);
		}
	}
}

static void a_slow_line_is_known_though_its_viewer_answers_late(void)
{
	struct line line = make_line(5000, 80 * MS);

	line.jitter_us = 25 * MS;
	watch(&line, SECOND / 5, 500, 0);
	watch(&line, 2 * SECOND, 60000, 80);
	for (int i = 0; i < 10; i++) {
		watch(&line, 3 * SECOND, 60000, 80);
		printf("   %u kbps, %u ms\n", rate_meter_kbps(&line.meter),
		       (unsigned)(line.delay_us / MS));
		expect_about(rate_meter_kbps(&line.meter), 5000, 50);
		EXPECT(line.delay_us <= 150 * MS);
	}
}

static void what_waits_in_front_of_a_slow_line_is_bounded(void)
{
	struct line line = make_line(5000, 80 * MS);
	uint64_t before;

	/* An encoder that is not told. */
	watch(&line, 2 * SECOND, 60000, 0);
	before = line.delivered;
	watch(&line, 60 * SECOND, 60000, 0);
	printf("   frames too large: %u ms, %u kbps\n", (unsigned)(line.delay_us / MS),
	       (unsigned)((line.delivered - before) * 8 / 60000));
	EXPECT(line.delay_us <= 240 * MS);
	EXPECT((line.delivered - before) * 8 / 60000 >= 4000);

	/* One that is. */
	line = make_line(5000, 80 * MS);
	watch(&line, 2 * SECOND, 60000, 80);
	EXPECT(watch(&line, 60 * SECOND, 60000, 80) >= 60 * 30 * 9 / 10);
	printf("   frames of the right size: %u ms, %u kbps\n", (unsigned)(line.delay_us / MS),
	       rate_meter_kbps(&line.meter));
	EXPECT(line.delay_us <= 150 * MS);
	expect_about(rate_meter_kbps(&line.meter), 5000, 25);
}

static void a_line_that_improves_is_followed(void)
{
	struct line line = make_line(2000, 80 * MS);

	watch(&line, 5 * SECOND, 100000, 80);
	expect_about(rate_meter_kbps(&line.meter), 2000, 25);
	line.kbps = 20000;
	watch(&line, 5 * SECOND, 100000, 80);
	expect_about(rate_meter_kbps(&line.meter), 20000, 40);
	line.kbps = 500000;
	watch(&line, 5 * SECOND, 100000, 80);
	EXPECT_INT(rate_meter_kbps(&line.meter), 0);
}

static void a_line_that_was_taken_for_slow_is_found_out(void)
{
	struct line line = make_line(5000, 80 * MS);
	unsigned seconds = 0;

	line.kbps = 300;
	watch(&line, 5 * SECOND, 60000, 80);
	pass_until(&line, line.now_us + 10 * SECOND, false);
	line.kbps = 5000;
	for (; seconds < 60 && rate_meter_kbps(&line.meter) < 4000; seconds++)
		watch(&line, SECOND, 60000, 80);
	printf("   after %u s\n", seconds);
	EXPECT(seconds <= 20);
}

static void a_line_that_worsens_is_followed(void)
{
	struct line line = make_line(20000, 80 * MS);

	watch(&line, 5 * SECOND, 100000, 80);
	line.kbps = 3000;
	watch(&line, 5 * SECOND, 100000, 80);
	expect_about(rate_meter_kbps(&line.meter), 3000, 25);
	EXPECT(watch(&line, 5 * SECOND, 100000, 80) >= 130);
	EXPECT(line.delay_us <= 150 * MS);
}

static void a_way_that_becomes_longer_does_not_look_slow_for_ever(void)
{
	struct line line = make_line(50000, 20 * MS);

	watch(&line, 5 * SECOND, 20000, 80);
	line.round_trip_us = 250 * MS;
	watch(&line, 30 * SECOND, 20000, 80);
	printf("   20 ms became 250 ms: %u kbps, %u ms\n", rate_meter_kbps(&line.meter),
	       (unsigned)(line.meter.round_trip_us / MS));
	EXPECT(line.meter.round_trip_us >= 240 * MS && line.meter.round_trip_us <= 260 * MS);
	EXPECT(rate_meter_kbps(&line.meter) == 0 || rate_meter_kbps(&line.meter) >= 5000);
	EXPECT(watch(&line, 10 * SECOND, 20000, 80) >= 250);
}

static void a_viewer_that_stood_still_once_is_not_slow(void)
{
	struct line line = make_line(1000000, 2 * MS);

	watch(&line, 5 * SECOND, 20000, 80);
	line.free_us = line.now_us + 2 * SECOND;
	watch(&line, 10 * SECOND, 20000, 80);
	EXPECT_INT(rate_meter_kbps(&line.meter), 0);
}

static void small_updates_at_a_slow_pace_say_nothing(void)
{
	struct line line = make_line(1000000, 2 * MS);

	line.jitter_us = 100 * MS;
	watch(&line, 30 * SECOND, 200, 0);
	EXPECT_INT(rate_meter_kbps(&line.meter), 0);
}

static void a_stalled_line_gets_a_few_updates_and_nothing_more(void)
{
	struct rate_meter meter = {0};
	unsigned large = 0, small = 0;

	for (; large < 100 && rate_meter_has_room(&meter); large++)
		rate_meter_sent(&meter, 100000, SECOND);
	EXPECT_INT(large, 3);
	EXPECT_INT(rate_meter_waiting_since_us(&meter), SECOND);

	meter = (struct rate_meter){0};
	for (; small < 100 && rate_meter_has_room(&meter); small++)
		rate_meter_sent(&meter, 100, SECOND);
	EXPECT_INT(small, 16);
}

static void one_update_may_always_be_sent(void)
{
	struct line line = make_line(300, 20 * MS);

	watch(&line, 10 * SECOND, 60000, 0);
	pass_until(&line, line.now_us + 60 * SECOND, false);
	EXPECT(rate_meter_kbps(&line.meter) > 0);
	EXPECT(rate_meter_has_room(&line.meter));
	EXPECT_INT(rate_meter_update_max(&line.meter), 16384);
}

static void lossless_updates_take_about_50_ms_of_the_line(void)
{
	struct rate_meter meter = {0};

	EXPECT_INT(rate_meter_update_max(&meter), 65536);
	meter.kbps = 1000;
	EXPECT_INT(rate_meter_update_max(&meter), 16384);
	meter.kbps = 10000;
	EXPECT_INT(rate_meter_update_max(&meter), 62500);
	meter.kbps = 59000;
	EXPECT_INT(rate_meter_update_max(&meter), 262144);
}

/* -- Acknowledgements -------------------------------------------------------- */

static void acknowledgements_of_updates_never_sent_or_twice_make_no_room(void)
{
	struct rate_meter meter = {0};

	EXPECT(!rate_meter_acknowledged(&meter, 0, SECOND));
	EXPECT(!rate_meter_acknowledged(&meter, 1, SECOND));
	while (rate_meter_has_room(&meter))
		rate_meter_sent(&meter, 100000, SECOND);
	EXPECT(!rate_meter_acknowledged(&meter, 0, SECOND));
	EXPECT(!rate_meter_acknowledged(&meter, 4, SECOND));
	EXPECT(!rate_meter_acknowledged(&meter, 1000000, SECOND));
	EXPECT(!rate_meter_has_room(&meter));
	EXPECT(rate_meter_acknowledged(&meter, 2, SECOND));
	EXPECT(!rate_meter_acknowledged(&meter, 2, SECOND));
	EXPECT(!rate_meter_acknowledged(&meter, 1, SECOND));
	EXPECT(rate_meter_has_room(&meter));
}

static void a_viewer_that_never_acknowledges_costs_no_more_memory(void)
{
	struct rate_meter meter = {0};

	for (unsigned i = 0; i < 1000; i++)
		rate_meter_sent(&meter, 100, SECOND + i);
	EXPECT(!rate_meter_acknowledged(&meter, 900, 2 * SECOND));
	EXPECT(rate_meter_acknowledged(&meter, 990, 2 * SECOND));
	rate_meter_forget(&meter);
	EXPECT(rate_meter_waiting_since_us(&meter) == UINT64_MAX);
	EXPECT_INT(rate_meter_sent(&meter, 100, 2 * SECOND), 1001);
}

static void numbers_wrap_around(void)
{
	struct rate_meter meter = {.sent = UINT32_MAX - 1, .acknowledged = UINT32_MAX - 1};

	EXPECT_INT(rate_meter_sent(&meter, 1 << 20, SECOND), UINT32_MAX);
	EXPECT_INT(rate_meter_sent(&meter, 1 << 20, SECOND), 0);
	EXPECT_INT(rate_meter_sent(&meter, 1 << 20, SECOND), 1);
	EXPECT(!rate_meter_has_room(&meter));
	EXPECT(rate_meter_acknowledged(&meter, 0, SECOND));
	EXPECT(rate_meter_has_room(&meter));
}

static void the_time_that_a_viewer_is_silent_runs_from_its_last_sign_of_life(void)
{
	struct rate_meter meter = {0};

	EXPECT(rate_meter_waiting_since_us(&meter) == UINT64_MAX);
	rate_meter_sent(&meter, 100, 1000);
	rate_meter_sent(&meter, 100, 2000);
	EXPECT_INT(rate_meter_waiting_since_us(&meter), 1000);
	rate_meter_acknowledged(&meter, 1, 5000);
	EXPECT_INT(rate_meter_waiting_since_us(&meter), 5000);
	rate_meter_acknowledged(&meter, 2, 6000);
	EXPECT(rate_meter_waiting_since_us(&meter) == UINT64_MAX);
	rate_meter_sent(&meter, 100, 9000);
	EXPECT_INT(rate_meter_waiting_since_us(&meter), 9000);
}

/* -- A head's encodes -------------------------------------------------------- */

static void without_a_slow_line_there_is_no_bound(void)
{
	struct rate_viewer viewers[3] = {{0}};
	struct rate_bounds bounds = rate_assign(viewers, 3);

	EXPECT_INT(bounds.main_kbps, 0);
	EXPECT_INT(bounds.cheaper_kbps, 0);
	bounds = rate_assign(NULL, 0);
	EXPECT_INT(bounds.main_kbps, 0);
}

static void one_viewer_alone_has_the_main_encode_whatever_its_line(void)
{
	struct rate_viewer viewer = {.kbps = 1000, .is_on_cheaper = true};
	struct rate_bounds bounds = rate_assign(&viewer, 1);

	EXPECT(!viewer.is_on_cheaper);
	EXPECT_INT(bounds.main_kbps, 800);
	viewer.kbps = 10;
	EXPECT_INT(rate_assign(&viewer, 1).main_kbps, RATE_KBPS_MIN);
	viewer.kbps = 1000000;
	EXPECT_INT(rate_assign(&viewer, 1).main_kbps, RATE_KBPS_MAX);
}

static void the_main_encode_follows_the_median_and_the_slow_move_to_the_cheaper(void)
{
	struct rate_viewer viewers[5] = {
		{.kbps = 1000}, {.kbps = 10000}, {.kbps = 9000}, {.kbps = 2000}, {.kbps = 30000},
	};
	struct rate_bounds bounds = rate_assign(viewers, 5);

	EXPECT(viewers[0].is_on_cheaper && viewers[3].is_on_cheaper);
	EXPECT(!viewers[1].is_on_cheaper && !viewers[2].is_on_cheaper && !viewers[4].is_on_cheaper);
	EXPECT_INT(bounds.main_kbps, 8000);
	EXPECT_INT(bounds.cheaper_kbps, 1600);
}

static void a_slow_viewer_among_fast_ones_does_not_bound_them(void)
{
	struct rate_viewer viewers[4] = {{.kbps = 5000}, {0}, {0}, {0}};
	struct rate_bounds bounds = rate_assign(viewers, 4);

	EXPECT(viewers[0].is_on_cheaper);
	EXPECT_INT(bounds.main_kbps, 0);
	EXPECT_INT(bounds.cheaper_kbps, 4000);

	/* One that takes all that motion needs stays. */
	viewers[0].kbps = 16000;
	rate_assign(viewers, 4);
	EXPECT(!viewers[0].is_on_cheaper);
}

static void a_viewer_near_the_threshold_does_not_go_to_and_fro(void)
{
	struct rate_viewer viewers[3] = {{.kbps = 4900}, {.kbps = 10000}, {.kbps = 10000}};

	rate_assign(viewers, 3);
	EXPECT(viewers[0].is_on_cheaper);
	viewers[0].kbps = 7000;
	rate_assign(viewers, 3);
	EXPECT(viewers[0].is_on_cheaper);
	viewers[0].kbps = 8000;
	rate_assign(viewers, 3);
	EXPECT(!viewers[0].is_on_cheaper);
	viewers[0].kbps = 5500;
	rate_assign(viewers, 3);
	EXPECT(!viewers[0].is_on_cheaper);
}

static void never_are_all_viewers_on_the_cheaper_encode(void)
{
	unsigned seed = 1;

	for (int round = 0; round < 10000; round++) {
		struct rate_viewer viewers[6];
		size_t count = 1 + (size_t)round % 6, stay = 0;

		for (size_t i = 0; i < count; i++) {
			seed = seed * 1103515245u + 12345u;
			viewers[i].kbps = (seed >> 8) % 4 == 0 ? 0 : (seed >> 10) % 50000;
			viewers[i].is_on_cheaper = (seed >> 28) & 1;
		}
		rate_assign(viewers, count);
		for (size_t i = 0; i < count; i++)
			stay += !viewers[i].is_on_cheaper;
		EXPECT(stay >= 1);
	}
}

static void a_bound_that_comes_and_goes_stays(void)
{
	struct rate_hold hold = {0};

	EXPECT_INT(rate_hold(&hold, 0, SECOND), 0);
	for (uint64_t at = 2; at < 20; at += 2) {
		EXPECT_INT(rate_hold(&hold, 8000, at * SECOND), 8000);
		EXPECT_INT(rate_hold(&hold, 0, (at + 1) * SECOND), RATE_KBPS_MAX);
	}
	EXPECT_INT(rate_hold(&hold, 0, 19 * SECOND + RATE_HOLD_US - 1), RATE_KBPS_MAX);
	EXPECT_INT(rate_hold(&hold, 0, 19 * SECOND + RATE_HOLD_US), 0);
	EXPECT_INT(rate_hold(&hold, 0, 30 * SECOND), 0);
	EXPECT_INT(rate_hold(&hold, 5000, 31 * SECOND), 5000);
}

static void a_stream_has_at_most_one_key_frame_a_second(void)
{
	EXPECT(rate_may_have_key(0, 0));
	EXPECT(!rate_may_have_key(5 * SECOND, 5 * SECOND));
	EXPECT(!rate_may_have_key(5 * SECOND, 6 * SECOND - 1));
	EXPECT(rate_may_have_key(5 * SECOND, 6 * SECOND));
	EXPECT(!rate_may_have_key(5 * SECOND, 4 * SECOND));
}

int main(void)
{
	RUN_TEST(a_fast_line_is_never_the_limit);
	RUN_TEST(a_slow_line_is_known_within_two_seconds);
	RUN_TEST(a_slow_line_is_known_though_its_viewer_answers_late);
	RUN_TEST(what_waits_in_front_of_a_slow_line_is_bounded);
	RUN_TEST(a_line_that_improves_is_followed);
	RUN_TEST(a_line_that_was_taken_for_slow_is_found_out);
	RUN_TEST(a_line_that_worsens_is_followed);
	RUN_TEST(a_way_that_becomes_longer_does_not_look_slow_for_ever);
	RUN_TEST(a_viewer_that_stood_still_once_is_not_slow);
	RUN_TEST(small_updates_at_a_slow_pace_say_nothing);
	RUN_TEST(a_stalled_line_gets_a_few_updates_and_nothing_more);
	RUN_TEST(one_update_may_always_be_sent);
	RUN_TEST(lossless_updates_take_about_50_ms_of_the_line);
	RUN_TEST(acknowledgements_of_updates_never_sent_or_twice_make_no_room);
	RUN_TEST(a_viewer_that_never_acknowledges_costs_no_more_memory);
	RUN_TEST(numbers_wrap_around);
	RUN_TEST(the_time_that_a_viewer_is_silent_runs_from_its_last_sign_of_life);
	RUN_TEST(without_a_slow_line_there_is_no_bound);
	RUN_TEST(one_viewer_alone_has_the_main_encode_whatever_its_line);
	RUN_TEST(the_main_encode_follows_the_median_and_the_slow_move_to_the_cheaper);
	RUN_TEST(a_slow_viewer_among_fast_ones_does_not_bound_them);
	RUN_TEST(a_viewer_near_the_threshold_does_not_go_to_and_fro);
	RUN_TEST(never_are_all_viewers_on_the_cheaper_encode);
	RUN_TEST(a_bound_that_comes_and_goes_stays);
	RUN_TEST(a_stream_has_at_most_one_key_frame_a_second);
	return 0;
}
