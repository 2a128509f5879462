/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/latency.h"

#include "tests/support/test.h"

static uint64_t percentile(const struct latency *latency, unsigned percent)
{
	struct latency_count count = latency_count(latency);

	return latency_percentile_us(&count, percent);
}

static void what_is_noted_is_counted_in_its_bucket(void)
{
	struct latency latency = {0};
	struct latency_count count;

	latency_note(&latency, 0);
	latency_note(&latency, 500);
	latency_note(&latency, 501);
	latency_note(&latency, 3600000000);
	count = latency_count(&latency);
	EXPECT_INT(count.buckets[0], 2);
	EXPECT_INT(count.buckets[1], 1);
	EXPECT_INT(count.buckets[LATENCY_BOUNDS], 1);
	EXPECT_INT(count.total, 4);
	EXPECT_INT(count.sum_us, 3600001001);
}

static void the_bounds_rise(void)
{
	for (unsigned i = 1; i < LATENCY_BOUNDS; i++)
		EXPECT(latency_bounds_us[i] > latency_bounds_us[i - 1]);
}

static void percentiles_lie_within_their_bucket(void)
{
	struct latency latency = {0};

	for (int i = 0; i < 90; i++)
		latency_note(&latency, 2500);
	for (int i = 0; i < 10; i++)
		latency_note(&latency, 12000);
	EXPECT(percentile(&latency, 50) > 2000 && percentile(&latency, 50) <= 3000);
	EXPECT_INT(percentile(&latency, 90), 3000);
	EXPECT(percentile(&latency, 95) > 10000 && percentile(&latency, 95) <= 15000);
	EXPECT_INT(percentile(&latency, 100), 15000);
}

static void without_anything_noted_percentiles_are_0(void)
{
	struct latency latency = {0};

	EXPECT_INT(percentile(&latency, 50), 0);
}

static void what_is_beyond_all_bounds_is_told_as_the_last_bound(void)
{
	struct latency latency = {0};

	latency_note(&latency, 60000000);
	EXPECT_INT(percentile(&latency, 50), latency_bounds_us[LATENCY_BOUNDS - 1]);
}

static void an_acknowledgement_is_for_all_updates_before_it(void)
{
	struct latency latency = {0};
	struct latency_flights flights = {0};

	latency_flights_sent(&flights, 1, 1000);
	latency_flights_sent(&flights, 2, 0); /* only refines */
	latency_flights_sent(&flights, 3, 5000);
	latency_flights_sent(&flights, 4, 9000);
	latency_flights_acknowledged(&flights, 3, 11000, &latency);
	EXPECT_INT(latency_count(&latency).total, 2);
	EXPECT_INT(latency_count(&latency).sum_us, 10000 + 6000);

	latency_flights_acknowledged(&flights, 3, 12000, &latency);
	latency_flights_acknowledged(&flights, 2, 12000, &latency);
	EXPECT_INT(latency_count(&latency).total, 2);
	latency_flights_acknowledged(&flights, 4, 12000, &latency);
	EXPECT_INT(latency_count(&latency).total, 3);
}

static void numbers_may_wrap_around(void)
{
	struct latency latency = {0};
	struct latency_flights flights = {.acknowledged = UINT32_MAX - 1};

	latency_flights_sent(&flights, UINT32_MAX, 1000);
	latency_flights_sent(&flights, 0, 2000);
	latency_flights_acknowledged(&flights, 0, 3000, &latency);
	EXPECT_INT(latency_count(&latency).total, 2);
}

static void a_viewer_that_acknowledges_late_is_counted_for_its_last_updates(void)
{
	struct latency latency = {0};
	struct latency_flights flights = {0};

	for (uint32_t n = 1; n <= 1000; n++)
		latency_flights_sent(&flights, n, n);
	latency_flights_acknowledged(&flights, 1000, 2000, &latency);
	EXPECT_INT(latency_count(&latency).total, LATENCY_FLIGHTS_MAX);
}

int main(void)
{
	RUN_TEST(what_is_noted_is_counted_in_its_bucket);
	RUN_TEST(the_bounds_rise);
	RUN_TEST(percentiles_lie_within_their_bucket);
	RUN_TEST(without_anything_noted_percentiles_are_0);
	RUN_TEST(what_is_beyond_all_bounds_is_told_as_the_last_bound);
	RUN_TEST(an_acknowledgement_is_for_all_updates_before_it);
	RUN_TEST(numbers_may_wrap_around);
	RUN_TEST(a_viewer_that_acknowledges_late_is_counted_for_its_last_updates);
	return 0;
}
