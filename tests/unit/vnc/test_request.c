/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/vnc/vnc_request.h"

#include "common/cleanup.h"
#include "tests/support/test.h"

#define NOW UINT64_C(5000000)

static void request_finish(struct vnc_request *request)
{
	vnc_request_finish(request);
}

#define REQUEST() \
	CLEANUP(request_finish) struct vnc_request request; \
	vnc_request_init(&request)

static const pixman_box32_t whole = {0, 0, 640, 480};

static bool covers(const struct vnc_request *request, pixman_box32_t box)
{
	pixman_region32_t region;
	bool is_covered;

	pixman_region32_init(&region);
	vnc_request_region(request, &region);
	is_covered = pixman_region32_contains_rectangle(&region, &box) == PIXMAN_REGION_IN;
	pixman_region32_fini(&region);
	return is_covered;
}

static void a_request_is_for_one_update(void)
{
	REQUEST();

	EXPECT(!vnc_request_is_due(&request, NOW));
	vnc_request_ask(&request, &(pixman_box32_t){0, 0, 10, 10}, true);
	vnc_request_ask(&request, &(pixman_box32_t){20, 0, 30, 10}, true);
	EXPECT(vnc_request_is_due(&request, NOW));
	EXPECT(covers(&request, (pixman_box32_t){20, 0, 30, 10}));
	EXPECT(!covers(&request, (pixman_box32_t){0, 0, 30, 10}));
	vnc_request_answer(&request);
	EXPECT(!vnc_request_is_due(&request, NOW));
}

static void continuous_updates_need_no_request(void)
{
	REQUEST();

	vnc_request_continue(&request, &(pixman_box32_t){0, 0, 100, 100});
	vnc_request_answer(&request);
	EXPECT(vnc_request_is_due(&request, NOW));
	EXPECT(covers(&request, (pixman_box32_t){0, 0, 100, 100}));
	vnc_request_ask(&request, &whole, true);
	EXPECT(covers(&request, whole));
	vnc_request_continue(&request, NULL);
	vnc_request_answer(&request);
	EXPECT(!vnc_request_is_due(&request, NOW));
}

static void what_waits_follows_the_size(void)
{
	REQUEST();

	vnc_request_follow_size(&request, 800, 600);
	EXPECT(!vnc_request_is_due(&request, NOW));
	vnc_request_ask(&request, &whole, true);
	vnc_request_follow_size(&request, 800, 600);
	EXPECT(covers(&request, (pixman_box32_t){0, 0, 800, 600}));
}

static void requests_of_any_number_of_places_become_few(void)
{
	REQUEST();

	for (int i = 0; i < 1000; i++)
		vnc_request_ask(&request, &(pixman_box32_t){i * 7, i * 5, i * 7 + 3, i * 5 + 3},
				true);
	EXPECT(pixman_region32_n_rects(&request.asked) <= VNC_REQUEST_RECTS_MAX);
	EXPECT(covers(&request, (pixman_box32_t){6993, 4995, 6996, 4998}));
}

static void an_empty_request_asks_for_nothing(void)
{
	REQUEST();

	vnc_request_ask(&request, &(pixman_box32_t){5, 5, 5, 9}, false);
	EXPECT(!vnc_request_is_due(&request, NOW));
	EXPECT_INT(refresh_deadline_us(&request.refresh), UINT64_MAX);
}

static void an_answer_waits_for_its_refresh(void)
{
	REQUEST();
	pixman_box32_t box;

	for (int i = 0; i < REFRESHES_IN_A_ROW; i++) {
		vnc_request_ask(&request, &whole, false);
		EXPECT(vnc_request_is_due(&request, NOW));
		EXPECT(refresh_take(&request.refresh, NOW, &box));
		vnc_request_answer(&request);
	}
	vnc_request_ask(&request, &whole, false);
	EXPECT(!vnc_request_is_due(&request, NOW));
	EXPECT(vnc_request_is_due(&request, refresh_deadline_us(&request.refresh)));
}

int main(void)
{
	RUN_TEST(a_request_is_for_one_update);
	RUN_TEST(continuous_updates_need_no_request);
	RUN_TEST(what_waits_follows_the_size);
	RUN_TEST(requests_of_any_number_of_places_become_few);
	RUN_TEST(an_empty_request_asks_for_nothing);
	RUN_TEST(an_answer_waits_for_its_refresh);
	return 0;
}
