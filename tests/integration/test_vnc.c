/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What VNC viewers are shown: pictures, cursors, sizes.
 */
#include <string.h>

#include "common/xalloc.h"
#include "gateway/frame/cursor.h"
#include "gateway/frame/head.h"
#include "tests/integration/vnc_stage.h"

/* -- Pictures ---------------------------------------------------------------- */

/* Whether the viewer shows the picture. As viewers do, it asks for more after each update. */
static bool is_shown_to(struct stage *stage, struct rfb_client *client, unsigned *answered)
{
	if (client->updates != *answered)
		rfb_send_request(client, true);
	*answered = client->updates;
	return stage_is_shown(stage, client);
}

static void expect_exact(const int32_t *encodings, size_t count, uint32_t width, uint32_t height)
{
	STAGE(ACCESS_OPEN);
	CLEANUP(rfb_client_destroyp) struct rfb_client *client = NULL;
	unsigned answered;

	stage_paint(&stage, width, height, 7);
	client = stage_connect_ready(&stage, encodings, count);
	EXPECT_INT(rfb_send_request(client, false), 0);
	UNTIL(&stage, client, client->picture_area == (uint64_t)width * height);
	EXPECT(stage_is_shown(&stage, client));
	EXPECT_INT(client->last_encoding, encodings[0]);

	/* And so is every later one, whose compressed streams go on. */
	for (uint32_t seed = 2; seed < 6; seed++) {
		stage_paint(&stage, width, height, seed * 99);
		EXPECT_INT(rfb_send_request(client, true), 0);
		answered = client->updates;
		UNTIL(&stage, client, is_shown_to(&stage, client, &answered));
	}
}

#define EXPECT_EXACT(width, height, ...) \
	do { \
		const int32_t encodings_[] = {__VA_ARGS__}; \
		expect_exact(encodings_, sizeof(encodings_) / sizeof(encodings_[0]), width, \
			     height); \
	} while (0)

static void a_raw_viewer_sees_the_exact_picture(void)
{
	EXPECT_EXACT(WIDTH, HEIGHT, RFB_RAW, RFB_CURSOR);
	EXPECT_EXACT(333, 77, RFB_RAW, RFB_CURSOR);
}

static void a_zrle_viewer_sees_the_exact_picture(void)
{
	EXPECT_EXACT(WIDTH, HEIGHT, RFB_ZRLE, RFB_CURSOR);
	EXPECT_EXACT(333, 77, RFB_ZRLE, RFB_CURSOR);
}

static void a_tight_viewer_sees_the_exact_picture_also_when_it_asks_for_jpeg(void)
{
	EXPECT_EXACT(WIDTH, HEIGHT, RFB_TIGHT, RFB_CURSOR, RFB_TIGHT_QUALITY_8);
	EXPECT_EXACT(333, 77, RFB_TIGHT, RFB_CURSOR, RFB_LAST_RECT, RFB_TIGHT_QUALITY_8);
	EXPECT_EXACT(BIG_WIDTH, BIG_HEIGHT, RFB_TIGHT, RFB_CURSOR, RFB_LAST_RECT);
}

static void a_viewer_without_encodings_gets_raw(void)
{
	STAGE(ACCESS_OPEN);
	CLEANUP(rfb_client_destroyp) struct rfb_client *client = stage_connect(&stage, NULL);

	UNTIL(&stage, client, client->state == RFB_STATE_READY);
	EXPECT_INT(rfb_send_request(client, false), 0);
	UNTIL(&stage, client, client->picture_area == WIDTH * HEIGHT);
	EXPECT(stage_is_shown(&stage, client));
}

static void only_what_changed_is_sent(void)
{
	STAGE(ACCESS_OPEN);
	CLEANUP(rfb_client_destroyp) struct rfb_client *client = CONNECT(&stage, all_extensions);
	uint64_t area;

	EXPECT_INT(rfb_send_request(client, false), 0);
	UNTIL(&stage, client, stage_is_shown(&stage, client));
	area = client->picture_area;
	EXPECT_INT(rfb_send_request(client, true), 0);
	stage_settle(&stage, client);
	EXPECT_INT(client->picture_area, area);

	for (uint32_t y = 50; y < 60; y++)
		memset(stage.picture + y * WIDTH + 100, 0x55, 10 * 4);
	stage_show(&stage);
	UNTIL(&stage, client, client->picture_area > area);
	EXPECT(stage_is_shown(&stage, client));
	EXPECT(client->picture_area - area <= WIDTH * HEIGHT / 4);
}

static void note_outside(void *data, uint16_t x, uint16_t y, uint16_t width, uint16_t height)
{
	bool *is_outside = data;

	if (x < 100 || y < 50 || x + width > 200 || y + height > 150)
		*is_outside = true;
}

static void expect_part_alone(const int32_t *encodings, size_t count)
{
	STAGE(ACCESS_OPEN);
	CLEANUP(rfb_client_destroyp)
	struct rfb_client *client = stage_connect_ready(&stage, encodings, count);
	bool is_outside = false;
	size_t corner = 149 * WIDTH + 199;

	client->on_rect = note_outside;
	client->data = &is_outside;
	/* The cursor's shape is an update too: what answers is known by its pixels. */
	for (uint32_t seed = 70; seed < 73; seed++) {
		stage_paint(&stage, WIDTH, HEIGHT, seed);
		EXPECT_INT(rfb_send_request_of(client, 100, 50, 100, 100, seed > 70), 0);
		UNTIL(&stage, client, client->pixels[corner] == (stage.picture[corner] & 0xffffff));
	}
	EXPECT(!is_outside);

	/* All else was not forgotten. */
	client->on_rect = NULL;
	EXPECT_INT(rfb_send_request(client, true), 0);
	UNTIL(&stage, client, stage_is_shown(&stage, client));
}

static void who_asks_for_a_part_gets_that_part(void)
{
	static const int32_t tight[] = {RFB_TIGHT, RFB_CURSOR};
	static const int32_t zrle[] = {RFB_ZRLE, RFB_CURSOR};

	expect_part_alone(tight, 2);
	expect_part_alone(zrle, 2);
}

static void nothing_is_sent_that_was_not_asked_for(void)
{
	STAGE(ACCESS_OPEN);
	CLEANUP(rfb_client_destroyp) struct rfb_client *client = CONNECT(&stage, all_extensions);
	unsigned updates;

	EXPECT_INT(rfb_send_request(client, false), 0);
	UNTIL(&stage, client, stage_is_shown(&stage, client));
	updates = client->updates;
	stage_paint(&stage, WIDTH, HEIGHT, 3);
	stage_settle(&stage, client);
	EXPECT_INT(client->updates, updates);
	EXPECT_INT(rfb_send_request(client, true), 0);
	UNTIL(&stage, client, stage_is_shown(&stage, client));
}

static void a_new_size_comes_with_the_whole_picture(void)
{
	STAGE(ACCESS_OPEN);
	CLEANUP(rfb_client_destroyp) struct rfb_client *client = CONNECT(&stage, all_extensions);
	unsigned sizes;

	EXPECT_INT(rfb_send_request(client, false), 0);
	UNTIL(&stage, client, stage_is_shown(&stage, client));
	EXPECT_INT(rfb_send_request(client, true), 0);
	stage_settle(&stage, client);
	sizes = client->sizes;

	/* For the one request that waits. */
	stage_paint(&stage, 400, 300, 5);
	UNTIL(&stage, client, stage_is_shown(&stage, client));
	EXPECT_INT(client->sizes, sizes + 1);

	/* Smaller in one direction, larger in the other. */
	EXPECT_INT(rfb_send_request(client, true), 0);
	stage_paint(&stage, 640, 120, 6);
	UNTIL(&stage, client, stage_is_shown(&stage, client));
}

static void a_viewer_with_another_pixel_format_is_served(void)
{
	STAGE(ACCESS_OPEN);
	CLEANUP(rfb_client_destroyp) struct rfb_client *client = CONNECT(&stage, all_extensions);

	/* Four bytes, but red and blue the other way round. */
	EXPECT_INT(rfb_send_pixel_format(client, 32, 24, 255, 0, 8, 16), 0);
	EXPECT_INT(rfb_send_request(client, false), 0);
	UNTIL(&stage, client, client->picture_area == WIDTH * HEIGHT);
	for (size_t i = 0; i < WIDTH * HEIGHT; i++) {
		uint32_t pixel = stage.picture[i];

		EXPECT_INT(client->pixels[i],
			   (pixel & 0xff) << 16 | (pixel & 0xff00) | (pixel >> 16 & 0xff));
	}
}

/* -- Cursor ------------------------------------------------------------------- */

static struct cursor_image *test_cursor(uint32_t width, uint32_t height)
{
	CLEANUP(freep) uint32_t *pixels = xcalloc((size_t)width * height, sizeof(uint32_t));

	for (size_t i = 0; i < (size_t)width * height; i++)
		pixels[i] = i % 3 ? 0xff00ff00 : i % 2 ? 0x80800000 : 0;
	return cursor_image_create(width, height, 2, 3, pixels);
}

static void place_cursor(struct stage *stage, int32_t x, int32_t y, uint32_t side)
{
	struct head *head = heads_get(stage->services.heads, 0);
	CLEANUP(cursor_image_unrefp) struct cursor_image *image = test_cursor(side, side);

	head_set_cursor(head, image);
	head_move_cursor(head, x, y, true);
}

static void a_viewer_that_takes_cursors_gets_the_shape_and_a_clean_picture(void)
{
	static const int32_t encodings[] = {RFB_ZRLE, RFB_CURSOR, RFB_ALPHA_CURSOR};
	STAGE(ACCESS_OPEN);
	CLEANUP(rfb_client_destroyp) struct rfb_client *client = NULL;
	struct head *head = heads_get(stage.services.heads, 0);

	place_cursor(&stage, 30, 40, 24);
	client = CONNECT(&stage, encodings);
	EXPECT_INT(rfb_send_request(client, false), 0);
	UNTIL(&stage, client, stage_is_shown(&stage, client));
	EXPECT_INT(client->cursor.count, 1);
	EXPECT_INT(client->cursor.width, 24);
	EXPECT_INT(client->cursor.hot_x, 2);
	EXPECT_INT(client->cursor.hot_y, 3);
	EXPECT_INT(client->cursor.pixels[0], 0);
	EXPECT_INT(client->cursor.pixels[1], 0xff00ff00);
	EXPECT_INT(client->cursor.pixels[3], 0x80800000);

	/* A large one has no problem with the library's buffer. */
	EXPECT_INT(rfb_send_request(client, true), 0);
	place_cursor(&stage, 30, 40, 256);
	UNTIL(&stage, client, client->cursor.count == 2 && client->cursor.width == 256);
	head_move_cursor(head, 31, 40, false);
	UNTIL(&stage, client, client->cursor.count == 3);
	EXPECT_INT(client->cursor.width, 0);
}

static void a_viewer_without_alpha_gets_the_shape_with_a_mask(void)
{
	STAGE(ACCESS_OPEN);
	CLEANUP(rfb_client_destroyp) struct rfb_client *client = NULL;

	place_cursor(&stage, 30, 40, 20);
	client = CONNECT(&stage, all_extensions);
	EXPECT_INT(rfb_send_request(client, false), 0);
	UNTIL(&stage, client, stage_is_shown(&stage, client));
	EXPECT_INT(client->cursor.width, 20);
	EXPECT_INT(client->cursor.pixels[0], 0);
	EXPECT_INT(client->cursor.pixels[1], 0xff00ff00);
	EXPECT_INT(client->cursor.pixels[3], 0xffff0000);
}

static void a_viewer_that_takes_no_cursors_sees_it_in_the_picture(void)
{
	static const int32_t plain[] = {RFB_RAW};
	STAGE(ACCESS_OPEN);
	CLEANUP(rfb_client_destroyp) struct rfb_client *other = CONNECT(&stage, all_extensions);
	CLEANUP(rfb_client_destroyp) struct rfb_client *client = CONNECT(&stage, plain);
	struct head *head = heads_get(stage.services.heads, 0);

	place_cursor(&stage, 30, 40, 24);
	EXPECT_INT(rfb_send_request(client, false), 0);
	UNTIL(&stage, client, client->picture_area >= WIDTH * HEIGHT);
	EXPECT_INT(client->pixels[37 * WIDTH + 28], stage.picture[37 * WIDTH + 28]);
	EXPECT_INT(client->pixels[37 * WIDTH + 29], 0x00ff00);

	/* It leaves nothing behind, over the edge too, and is in nobody else's picture. */
	EXPECT_INT(rfb_send_request(client, true), 0);
	head_move_cursor(head, WIDTH - 1, HEIGHT - 1, true);
	UNTIL(&stage, client, client->pixels[37 * WIDTH + 29] == stage.picture[37 * WIDTH + 29]);
	EXPECT_INT(client->pixels[(HEIGHT - 4) * WIDTH + WIDTH - 2], 0x00ff00);
	EXPECT_INT(rfb_send_request(other, false), 0);
	UNTIL(&stage, other, stage_is_shown(&stage, other));
	EXPECT_INT(rfb_send_request(client, true), 0);
	head_move_cursor(head, 0, 0, false);
	UNTIL(&stage, client, stage_is_shown(&stage, client));
}

/* -- Continuous updates and fences --------------------------------------------- */

static void continuous_updates_come_unasked_until_they_are_switched_off(void)
{
	STAGE(ACCESS_OPEN);
	CLEANUP(rfb_client_destroyp) struct rfb_client *client = CONNECT(&stage, all_extensions);
	unsigned updates;

	UNTIL(&stage, client, client->has_continuous_updates && client->fence_requests == 1);
	EXPECT_INT(rfb_send_continuous(client, true), 0);
	for (uint32_t seed = 20; seed < 25; seed++) {
		UNTIL(&stage, client, stage_is_shown(&stage, client));
		stage_paint(&stage, WIDTH, HEIGHT, seed);
	}
	UNTIL(&stage, client, stage_is_shown(&stage, client));
	EXPECT(client->fence_requests > 5);

	EXPECT_INT(rfb_send_continuous(client, false), 0);
	UNTIL(&stage, client, client->ends_of_continuous_updates == 1);
	updates = client->updates;
	stage_paint(&stage, WIDTH, HEIGHT, 30);
	stage_settle(&stage, client);
	EXPECT_INT(client->updates, updates);
}

static void a_viewer_that_answers_no_fence_gets_few_updates_and_then_the_newest(void)
{
	STAGE(ACCESS_OPEN);
	CLEANUP(rfb_client_destroyp) struct rfb_client *client = CONNECT(&stage, all_extensions);
	unsigned updates, requests;
	uint8_t last[4] = {0};

	UNTIL(&stage, client, client->fence_requests == 1);
	client->ignores_fences = true;
	EXPECT_INT(rfb_send_continuous(client, true), 0);
	for (uint32_t seed = 40; seed < 60; seed++) {
		stage_paint(&stage, WIDTH, HEIGHT, seed);
		stage_settle(&stage, client);
	}
	requests = client->fence_requests;
	EXPECT(requests > 1 && requests < 8);
	EXPECT(!stage_is_shown(&stage, client));

	/* The answer to the last one stands for all; one that was never sent stands for none. */
	updates = client->updates;
	EXPECT_INT(rfb_send_fence(client, 1, "\0\0\1\0", 4), 0);
	stage_settle(&stage, client);
	EXPECT_INT(client->updates, updates);
	last[3] = (uint8_t)(requests - 1);
	client->ignores_fences = false;
	EXPECT_INT(rfb_send_fence(client, 1, last, sizeof(last)), 0);
	UNTIL(&stage, client, stage_is_shown(&stage, client));
}

static void a_fence_comes_back_with_its_payload_after_what_was_before_it(void)
{
	STAGE(ACCESS_OPEN);
	CLEANUP(rfb_client_destroyp) struct rfb_client *client = CONNECT(&stage, all_extensions);

	EXPECT_INT(rfb_send_fence(client, 0x80000000 | 3, "some payload", 12), 0);
	UNTIL(&stage, client, client->fence_answers == 1);
	EXPECT_INT(client->fence_flags, 3);

	/* SyncNext: after the next message. */
	EXPECT_INT(rfb_send_fence(client, 0x80000000 | 4, "x", 1), 0);
	stage_settle(&stage, client);
	EXPECT_INT(client->fence_answers, 3);
}

/* -- Sizes -------------------------------------------------------------------- */

static bool has_asked(void *data)
{
	struct stage *stage = data;

	return stage->asked_size.width == 800 && stage->asked_size.height == 600;
}

static void a_viewer_may_ask_for_a_size_where_the_configuration_lets_it(void)
{
	STAGE(ACCESS_OPEN);
	CLEANUP(rfb_client_destroyp) struct rfb_client *client = CONNECT(&stage, all_extensions);

	EXPECT_INT(rfb_send_request(client, false), 0);
	UNTIL(&stage, client, stage_is_shown(&stage, client));
	EXPECT_INT(rfb_send_request(client, true), 0);
	EXPECT_INT(rfb_send_desktop_size(client, 800, 600), 0);
	UNTIL(&stage, client, client->size_reason == 1);
	EXPECT_INT(client->size_status, 4); /* forwarded */
	EXPECT(test_wait(stage.loop, has_asked, &stage));

	EXPECT_INT(rfb_send_request(client, true), 0);
	EXPECT_INT(rfb_send_desktop_size(client, 1, 1), 0);
	UNTIL(&stage, client, client->size_status == 3); /* invalid */

	stage.policies[0].viewers_may_resize = false;
	EXPECT_INT(rfb_send_request(client, true), 0);
	EXPECT_INT(rfb_send_desktop_size(client, 1024, 768), 0);
	UNTIL(&stage, client, client->size_status == 1); /* prohibited */
	EXPECT(stage_is_shown(&stage, client));
}

int main(void)
{
	RUN_TEST(a_raw_viewer_sees_the_exact_picture);
	RUN_TEST(a_zrle_viewer_sees_the_exact_picture);
	RUN_TEST(a_tight_viewer_sees_the_exact_picture_also_when_it_asks_for_jpeg);
	RUN_TEST(a_viewer_without_encodings_gets_raw);
	RUN_TEST(only_what_changed_is_sent);
	RUN_TEST(who_asks_for_a_part_gets_that_part);
	RUN_TEST(nothing_is_sent_that_was_not_asked_for);
	RUN_TEST(a_new_size_comes_with_the_whole_picture);
	RUN_TEST(a_viewer_with_another_pixel_format_is_served);
	RUN_TEST(a_viewer_that_takes_cursors_gets_the_shape_and_a_clean_picture);
	RUN_TEST(a_viewer_without_alpha_gets_the_shape_with_a_mask);
	RUN_TEST(a_viewer_that_takes_no_cursors_sees_it_in_the_picture);
	RUN_TEST(continuous_updates_come_unasked_until_they_are_switched_off);
	RUN_TEST(a_viewer_that_answers_no_fence_gets_few_updates_and_then_the_newest);
	RUN_TEST(a_fence_comes_back_with_its_payload_after_what_was_before_it);
	RUN_TEST(a_viewer_may_ask_for_a_size_where_the_configuration_lets_it);
	return 0;
}
