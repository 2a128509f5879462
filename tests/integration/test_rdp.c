/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What RDP clients see: pictures, however they take them; sizes and heads; the
 * pointer.
 */
#include <freerdp/input.h>

#include "gateway/frame/cursor.h"
#include "tests/integration/rdp_stage.h"

/* -- Pictures ----------------------------------------------------------------------- */

static void the_desktop_is_the_guests_picture_exactly(void)
{
	STAGE(NULL);
	CLIENT client = stage_connect(&stage, NULL);

	for (uint32_t seed = 2; seed < 6; seed++) {
		stage_paint(&stage, 0, WIDTH, HEIGHT, seed);
		stage_expect_shown(&stage, client);
	}
}

static void a_client_without_the_graphics_pipeline_sees_it_exactly_too(void)
{
	STAGE(NULL);
	struct rdp_client_options options = stage_client_options(&stage);

	options.is_without_graphics = true;
	CLIENT client = stage_connect(&stage, &options);
	for (uint32_t seed = 2; seed < 6; seed++) {
		stage_paint(&stage, 0, WIDTH, HEIGHT, seed);
		stage_expect_shown(&stage, client);
	}
}

static void a_client_that_refuses_the_graphics_channel_gets_bitmap_updates(void)
{
	STAGE(NULL);
	struct rdp_client_options options = stage_client_options(&stage);

	options.refuses_graphics = true;
	CLIENT client = stage_connect(&stage, &options);
	stage_paint(&stage, 0, WIDTH, HEIGHT, 2);
	stage_expect_shown(&stage, client);
}

static void a_client_that_never_acknowledges_is_shown_everything(void)
{
	STAGE(NULL);
	struct rdp_client_options options = stage_client_options(&stage);

	options.never_acknowledges = true;
	CLIENT client = stage_connect(&stage, &options);
	for (uint32_t seed = 2; seed < 12; seed++) {
		stage_paint(&stage, 0, WIDTH, HEIGHT, seed);
		stage_expect_shown(&stage, client);
	}
}

static void a_minimised_client_is_sent_nothing_until_it_is_seen_again(void)
{
	STAGE(NULL);
	CLIENT hidden = stage_connect(&stage, NULL);
	CLIENT other = stage_connect(&stage, NULL);

	rdp_client_minimise(hidden, true);
	/* Input comes after what was said before it. */
	rdp_client_key(hidden, 0, 0x1e);
	stage_expect_input(&stage, "key 1e down");

	uint64_t frames = stage_first_viewer(&stage).frames;
	for (uint32_t seed = 2; seed < 10; seed++) {
		stage_paint(&stage, 0, WIDTH, HEIGHT, seed);
		stage_expect_shown(&stage, other);
	}
	EXPECT_INT(stage_first_viewer(&stage).frames, frames);
	rdp_client_minimise(hidden, false);
	stage_expect_shown(&stage, hidden);
}

static void small_changes_arrive_exactly(void)
{
	STAGE(NULL);
	CLIENT client = stage_connect(&stage, NULL);
	uint32_t *pixels = stage.screens[0].pixels;

	pixels[0] = 0x123456;
	pixels[WIDTH * HEIGHT - 1] = 0x654321;
	for (uint32_t x = 300; x < 317; x++)
		pixels[200 * WIDTH + x] = 0xff00ff;
	stage_show(&stage, 0);
	stage_expect_shown(&stage, client);
}

static void a_large_picture_arrives_in_several_updates(void)
{
	STAGE(NULL);

	stage_paint(&stage, 0, 1920, 1080, 3);
	CLIENT client = stage_connect(&stage, NULL);
	struct viewer_info viewer = stage_first_viewer(&stage);

	EXPECT(!rdp_client_has_ended(client));
	EXPECT(viewer.frames > 1);
	EXPECT(viewer.bytes > 0);
	EXPECT_INT(viewer.heads, 1);
}

static void how_old_the_picture_is_when_it_arrives_is_counted(void)
{
	STAGE(NULL);
	CLIENT client = stage_connect(&stage, NULL);

	EXPECT_INT(stage_first_viewer(&stage).written.total, 0);
	for (uint32_t seed = 2; seed < 6; seed++) {
		stage_paint(&stage, 0, WIDTH, HEIGHT, seed);
		stage_expect_shown(&stage, client);
	}
	WAIT_UNTIL(&stage, stage_first_viewer(&stage).acknowledged.total == 4);
	EXPECT_INT(stage_first_viewer(&stage).written.total, 4);
	EXPECT_STRING(stage_first_viewer(&stage).video, "none");
}

/* -- Sizes and heads ---------------------------------------------------------------- */

static void expect_resized(struct stage *stage, struct rdp_client *client)
{
	uint32_t width, height;

	stage_paint(stage, 0, 800, 300, 7);
	stage_expect_shown(stage, client);
	rdp_client_desktop_size(client, &width, &height);
	EXPECT_INT(width, 800);
	EXPECT_INT(height, 300);
	stage_paint(stage, 0, 1001, 777, 8);
	stage_expect_shown(stage, client);
}

static void the_desktop_follows_the_guests_resize(void)
{
	STAGE(NULL);
	CLIENT client = stage_connect(&stage, NULL);

	expect_resized(&stage, client);
}

static void without_the_graphics_pipeline_the_desktop_follows_too(void)
{
	STAGE(NULL);
	struct rdp_client_options options = stage_client_options(&stage);

	options.is_without_graphics = true;
	CLIENT client = stage_connect(&stage, &options);
	expect_resized(&stage, client);
}

static void a_client_asks_for_another_size(void)
{
	STAGE(NULL);
	struct rdp_client_options options = stage_client_options(&stage);

	options.has_display_control = true;
	CLIENT client = stage_connect(&stage, &options);

	WAIT_UNTIL(&stage, rdp_client_has_display_control(client));
	rdp_client_resize(client, 1024, 600);
	WAIT_UNTIL(&stage, stage.asked_size.width != 0);
	EXPECT_INT(stage.asked_size.width, 1024);
	EXPECT_INT(stage.asked_size.height, 600);
}

static void a_client_with_two_monitors_gets_the_heads_as_its_monitors(void)
{
	STAGE(NULL);
	struct rdp_client_options options = stage_client_options(&stage);

	heads_grow(stage.services.heads, 2, "Starting");
	stage_paint(&stage, 1, 320, 200, 2);
	options.monitors = 2;
	options.monitor[0] = (struct rdp_client_monitor){0, 0, WIDTH, HEIGHT};
	options.monitor[1] = (struct rdp_client_monitor){WIDTH, 0, 320, 200};
	CLIENT client = stage_connect(&stage, &options);
	stage_expect_shown_at(&stage, client, 1, WIDTH);

	/* And input finds its way to the right one. */
	rdp_client_mouse(client, PTR_FLAGS_MOVE, WIDTH + 10, 20);
	stage_expect_input(&stage, "motion 1 10,20");
}

static void a_head_that_comes_later_joins_the_desktop(void)
{
	struct rdp_options all = {.heads_are_given = true, .heads = RDP_HEADS_ALL};
	STAGE(&all);
	CLIENT client = stage_connect(&stage, NULL);

	heads_grow(stage.services.heads, 2, "Starting");
	stage_paint(&stage, 1, 320, 200, 2);
	stage_expect_shown_at(&stage, client, 1, WIDTH);
	stage_expect_shown(&stage, client);
}

static void one_head_can_be_chosen(void)
{
	struct rdp_options second = {.heads_are_given = true, .heads = 1};
	STAGE(&second);
	struct rdp_client_options options = stage_client_options(&stage);

	heads_grow(stage.services.heads, 2, "Starting");
	stage_paint(&stage, 1, 320, 200, 2);
	CLIENT client = rdp_client_start(&options);
	stage_expect_shown_at(&stage, client, 1, 0);
}

/* -- The pointer -------------------------------------------------------------------- */

static void expect_pointer(struct stage *stage, struct rdp_client *client,
			   enum rdp_client_pointer pointer)
{
	uint32_t none;

	WAIT_UNTIL(stage, rdp_client_pointer(client, &none, &none, &none, &none) == pointer);
}

static void the_pointer_takes_the_shape_of_the_guests_cursor(void)
{
	STAGE(NULL);
	CLIENT client = stage_connect(&stage, NULL);
	struct head *head = heads_get(stage.services.heads, 0);
	uint32_t pixels[64 * 64] = {0};
	uint32_t width, height, hot_x, hot_y;

	expect_pointer(&stage, client, RDP_CLIENT_POINTER_ARROW);

	for (unsigned y = 10; y < 40; y++)
		for (unsigned x = 20; x < 60; x++)
			pixels[y * 64 + x] = 0xff00ff00;
	CLEANUP(cursor_image_unrefp)
	struct cursor_image *image = cursor_image_create(64, 64, 22, 15, pixels);
	head_set_cursor(head, image);
	head_move_cursor(head, 5, 5, true);
	expect_pointer(&stage, client, RDP_CLIENT_POINTER_SHAPE);
	rdp_client_pointer(client, &width, &height, &hot_x, &hot_y);
	EXPECT_INT(width, 40);
	EXPECT_INT(height, 30);
	EXPECT_INT(hot_x, 2);
	EXPECT_INT(hot_y, 5);

	head_move_cursor(head, 5, 5, false);
	expect_pointer(&stage, client, RDP_CLIENT_POINTER_HIDDEN);
	head_move_cursor(head, 5, 5, true);
	expect_pointer(&stage, client, RDP_CLIENT_POINTER_SHAPE);
}

int main(void)
{
	RUN_TEST(the_desktop_is_the_guests_picture_exactly);
	RUN_TEST(a_client_without_the_graphics_pipeline_sees_it_exactly_too);
	RUN_TEST(a_client_that_refuses_the_graphics_channel_gets_bitmap_updates);
	RUN_TEST(a_client_that_never_acknowledges_is_shown_everything);
	RUN_TEST(a_minimised_client_is_sent_nothing_until_it_is_seen_again);
	RUN_TEST(small_changes_arrive_exactly);
	RUN_TEST(a_large_picture_arrives_in_several_updates);
	RUN_TEST(how_old_the_picture_is_when_it_arrives_is_counted);
	RUN_TEST(the_desktop_follows_the_guests_resize);
	RUN_TEST(without_the_graphics_pipeline_the_desktop_follows_too);
	RUN_TEST(a_client_asks_for_another_size);
	RUN_TEST(a_client_with_two_monitors_gets_the_heads_as_its_monitors);
	RUN_TEST(a_head_that_comes_later_joins_the_desktop);
	RUN_TEST(one_head_can_be_chosen);
	RUN_TEST(the_pointer_takes_the_shape_of_the_guests_cursor);
	return 0;
}
