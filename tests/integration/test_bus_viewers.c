/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What viewers are told of gpu-bridge's display, at their own pace.
 */
#include <poll.h>

#include "tests/integration/bus_stage.h"

#define MAPS   ((struct fake_viewer_options){.maps = true})
#define COPIES ((struct fake_viewer_options){.maps = false})

static const struct fake_viewer_seen *seen(const struct fake_viewer *viewer)
{
	return fake_viewer_seen(viewer);
}

/* Both ways of being shown a picture must come to the same. */
static void in_both_ways(void (*story)(struct fake_viewer_options options))
{
	story(MAPS);
	story(COPIES);
}

/* -- Pictures ------------------------------------------------------------------------ */

static void a_viewer_that_maps_is_lent_the_memory_for_reading(void)
{
	STAGE *stage = bus_stage_create_red();
	VIEWER *viewer = bus_stage_viewer(stage, MAPS);

	EXPECT(fake_viewer_is_all(viewer, RED));
	EXPECT_INT(seen(viewer)->width, WIDTH);
	EXPECT_INT(seen(viewer)->height, HEIGHT);
	EXPECT_INT(seen(viewer)->scanout_maps, 1);
	EXPECT_INT(seen(viewer)->update_maps, 1);
	EXPECT_INT(seen(viewer)->scanouts, 0);
	EXPECT(!seen(viewer)->is_writable);
}

static void a_viewer_that_does_not_is_sent_copies(void)
{
	STAGE *stage = bus_stage_create_red();
	VIEWER *viewer = bus_stage_viewer(stage, COPIES);

	EXPECT(fake_viewer_is_all(viewer, RED));
	EXPECT_INT(seen(viewer)->scanouts, 1);
	EXPECT_INT(seen(viewer)->updates, 0);
	EXPECT_INT(seen(viewer)->scanout_maps, 0);
}

static void a_viewer_that_refuses_to_map_is_sent_copies(void)
{
	STAGE *stage = bus_stage_create_red();
	VIEWER *viewer = bus_stage_viewer(stage,
					  (struct fake_viewer_options){.refuses_maps = true});

	EXPECT(fake_viewer_is_all(viewer, RED));
	EXPECT_INT(seen(viewer)->scanouts, 1);
	bus_stage_show(stage, 0, WIDTH, HEIGHT, GREEN);
	WAIT_UNTIL(stage, fake_viewer_is_all(viewer, GREEN));
	EXPECT_INT(seen(viewer)->scanout_maps, 1);
}

/* -- Dma-bufs ------------------------------------------------------------------------ */

#define DMABUFS ((struct fake_viewer_options){.maps = true, .takes_dmabufs = true})

/* With output 0 red, in a GPU's memory too. */
static struct bus_stage *stage_create_with_dmabufs(void)
{
	struct bus_stage *stage = bus_stage_create(1);

	stage->makes_dmabufs = true;
	bus_stage_show(stage, 0, WIDTH, HEIGHT, RED);
	return stage;
}

static void a_viewer_that_takes_dmabufs_is_given_them(void)
{
	STAGE *stage = stage_create_with_dmabufs();
	VIEWER *viewer = bus_stage_viewer(stage, DMABUFS);

	EXPECT(fake_viewer_is_all(viewer, RED));
	EXPECT_INT(seen(viewer)->scanout_dmabufs, 1);
	EXPECT_INT(seen(viewer)->update_dmabufs, 1);
	EXPECT_INT(seen(viewer)->scanout_maps + seen(viewer)->scanouts, 0);
	EXPECT_INT(seen(viewer)->width, WIDTH);
	EXPECT_INT(seen(viewer)->buffer_width, WIDTH + 16);
	EXPECT_INT(seen(viewer)->fourcc, DMABUF_FOURCC);
	EXPECT(seen(viewer)->modifier == DMABUF_MODIFIER);
	EXPECT(seen(viewer)->y_0_top);
	bus_stage_draw(stage, 0, (struct display_rect){5, 7, 11, 13}, GREEN);
	WAIT_UNTIL(stage, fake_viewer_pixel(viewer, 15, 19) == GREEN);
	EXPECT_INT(seen(viewer)->update_width, 11);
	EXPECT(!display_is_needed(stage->display, 0));
}

static void a_viewer_that_asks_for_none_is_given_none(void)
{
	STAGE *stage = stage_create_with_dmabufs();
	VIEWER *maps = bus_stage_viewer(stage, MAPS);
	VIEWER *copies = bus_stage_viewer(stage, COPIES);

	EXPECT_INT(seen(maps)->scanout_maps, 1);
	EXPECT_INT(seen(copies)->scanouts, 1);
	EXPECT_INT(seen(maps)->scanout_dmabufs + seen(copies)->scanout_dmabufs, 0);
}

/* The answer says that it was drawn. */
static void dmabufs_are_updated_one_answer_at_a_time(void)
{
	STAGE *stage = stage_create_with_dmabufs();
	VIEWER *viewer = bus_stage_viewer(stage, DMABUFS);

	fake_viewer_hold_answers(viewer);
	bus_stage_draw(stage, 0, (struct display_rect){0, 0, 8, 8}, GREEN);
	WAIT_UNTIL(stage, seen(viewer)->update_dmabufs == 2);
	bus_stage_draw(stage, 0, (struct display_rect){16, 16, 8, 8}, GREEN);
	bus_stage_draw(stage, 0, (struct display_rect){100, 50, 8, 8}, GREEN);
	/* What comes after it on the same connection has come. */
	display_set_cursor(stage->display, 0, &(struct display_cursor){0});
	WAIT_UNTIL(stage, seen(viewer)->cursors == 1);
	EXPECT_INT(seen(viewer)->update_dmabufs, 2);
	fake_viewer_give_answers(viewer);
	WAIT_UNTIL(stage, seen(viewer)->update_dmabufs == 3);
	EXPECT_INT(seen(viewer)->update_x, 16);
	EXPECT_INT(seen(viewer)->update_width, 92);
	EXPECT_INT(seen(viewer)->update_height, 42);
}

static void a_viewer_that_refuses_dmabufs_is_lent_the_memory(void)
{
	STAGE *stage = stage_create_with_dmabufs();
	VIEWER *viewer = bus_stage_viewer(
		stage, (struct fake_viewer_options){.maps = true, .refuses_dmabufs = true});

	EXPECT(fake_viewer_is_all(viewer, RED));
	EXPECT_INT(seen(viewer)->scanout_maps, 1);
	EXPECT(display_is_needed(stage->display, 0));
	bus_stage_show(stage, 0, WIDTH, HEIGHT, GREEN);
	WAIT_UNTIL(stage, fake_viewer_is_all(viewer, GREEN));
	EXPECT_INT(seen(viewer)->scanout_dmabufs, 1);
}

static void surfaces_without_a_dmabuf_are_told_otherwise(void)
{
	STAGE *stage = bus_stage_create_red();
	VIEWER *viewer = bus_stage_viewer(stage, DMABUFS);

	EXPECT_INT(seen(viewer)->scanout_maps, 1);
	EXPECT(display_is_needed(stage->display, 0));
	stage->makes_dmabufs = true;
	bus_stage_show(stage, 0, WIDTH, HEIGHT, GREEN);
	WAIT_UNTIL(stage, fake_viewer_is_all(viewer, GREEN));
	EXPECT_INT(seen(viewer)->scanout_dmabufs, 1);
	EXPECT(!display_is_needed(stage->display, 0));
	stage->makes_dmabufs = false;
	bus_stage_show(stage, 0, WIDTH, HEIGHT, BLUE);
	WAIT_UNTIL(stage, fake_viewer_is_all(viewer, BLUE));
	EXPECT_INT(seen(viewer)->scanout_maps, 2);
	EXPECT(display_is_needed(stage->display, 0));
}

static void count_need(void *data, unsigned output)
{
	++*(unsigned *)data;
}

static void pixels_are_needed_while_somebody_looks_at_them(void)
{
	STAGE *stage = bus_stage_create_red();
	unsigned asked = 0;
	struct fake_viewer *first, *second;

	display_on_need(stage->display, count_need, &asked);
	EXPECT(!display_is_needed(stage->display, 0));
	first = bus_stage_viewer(stage, MAPS);
	EXPECT(display_is_needed(stage->display, 0));
	EXPECT_INT(asked, 1);
	second = bus_stage_viewer(stage, COPIES);
	EXPECT_INT(asked, 1);
	fake_viewer_destroy(first);
	fake_viewer_destroy(second);
	WAIT_UNTIL(stage, !display_is_needed(stage->display, 0));
	second = bus_stage_viewer(stage, COPIES);
	EXPECT_INT(asked, 2);
	fake_viewer_destroy(second);
}

/* -- Changes ------------------------------------------------------------------------- */

static void see_what_changes(struct fake_viewer_options options)
{
	STAGE *stage = bus_stage_create_red();
	VIEWER *viewer = bus_stage_viewer(stage, options);

	bus_stage_draw(stage, 0, (struct display_rect){5, 7, 11, 13}, GREEN);
	WAIT_UNTIL(stage, fake_viewer_pixel(viewer, 5, 7) == GREEN);
	EXPECT_INT(fake_viewer_pixel(viewer, 15, 19), GREEN);
	EXPECT_INT(fake_viewer_pixel(viewer, 16, 19), RED);
	EXPECT_INT(fake_viewer_pixel(viewer, 15, 20), RED);
	EXPECT_INT(seen(viewer)->update_x, 5);
	EXPECT_INT(seen(viewer)->update_y, 7);
	EXPECT_INT(seen(viewer)->update_width, 11);
	EXPECT_INT(seen(viewer)->update_height, 13);
}

static void a_viewer_is_told_of_what_changes_and_no_more(void)
{
	in_both_ways(see_what_changes);
}

static void see_another_surface(struct fake_viewer_options options)
{
	STAGE *stage = bus_stage_create_red();
	VIEWER *viewer = bus_stage_viewer(stage, options);

	bus_stage_show(stage, 0, 64, 48, BLUE);
	WAIT_UNTIL(stage, seen(viewer)->width == 64 && seen(viewer)->update_width == 64);
	EXPECT(fake_viewer_is_all(viewer, BLUE));
	EXPECT_INT(seen(viewer)->height, 48);
}

static void another_surface_is_shown_whole(void)
{
	in_both_ways(see_another_surface);
}

static void see_it_go(struct fake_viewer_options options)
{
	STAGE *stage = bus_stage_create_red();
	VIEWER *viewer = bus_stage_viewer(stage, options);

	bus_stage_disable(stage, 0);
	WAIT_UNTIL(stage, seen(viewer)->disables == 1);
	bus_stage_show(stage, 0, 80, 60, GREEN);
	WAIT_UNTIL(stage, fake_viewer_is_all(viewer, GREEN));
}

static void an_output_goes_and_comes_back(void)
{
	in_both_ways(see_it_go);
}

static void an_output_that_is_off_says_so_to_who_comes(void)
{
	STAGE *stage = bus_stage_create(2);
	VIEWER *viewer = bus_stage_viewer(stage,
					  (struct fake_viewer_options){.output = 1, .maps = true});

	bus_stage_show(stage, 0, WIDTH, HEIGHT, RED);
	WAIT_UNTIL(stage, seen(viewer)->disables == 1);
	EXPECT_INT(seen(viewer)->scanout_maps, 0);
}

static void a_picture_too_large_for_d_bus_is_not_copied(void)
{
	STAGE *stage = bus_stage_create_red();
	VIEWER *viewer = bus_stage_viewer(stage, COPIES);

	bus_stage_show(stage, 0, 4097, 4096, GREEN);
	WAIT_UNTIL(stage, seen(viewer)->disables == 1);
	bus_stage_draw(stage, 0, (struct display_rect){0, 0, 16, 16}, BLUE);
	bus_stage_show(stage, 0, 64, 48, BLUE);
	WAIT_UNTIL(stage, fake_viewer_is_all(viewer, BLUE));
	EXPECT_INT(seen(viewer)->updates, 0);
}

static void every_output_has_viewers_of_its_own(void)
{
	STAGE *stage = bus_stage_create(2);

	bus_stage_show(stage, 0, WIDTH, HEIGHT, RED);
	bus_stage_show(stage, 1, 64, 48, GREEN);
	VIEWER *first = bus_stage_viewer(stage, MAPS);
	VIEWER *second = bus_stage_viewer(stage,
					  (struct fake_viewer_options){.output = 1, .maps = true});

	EXPECT(fake_viewer_is_all(first, RED));
	EXPECT(fake_viewer_is_all(second, GREEN));
	bus_stage_draw(stage, 1, (struct display_rect){0, 0, 64, 48}, BLUE);
	WAIT_UNTIL(stage, fake_viewer_is_all(second, BLUE));
	EXPECT_INT(seen(first)->update_maps, 1);
}

/* -- The pointer ------------------------------------------------------------------------ */

static void the_pointer_is_told_to_who_is_there_and_to_who_comes(void)
{
	STAGE *stage = bus_stage_create_red();
	VIEWER *first = bus_stage_viewer(stage, MAPS);
	struct display_cursor cursor = {.hot_x = 3, .hot_y = 4, .pixels = {0x80112233}};
	struct display_pointer pointer = {-5, 17, true};

	display_set_cursor(stage->display, 0, &cursor);
	display_move_pointer(stage->display, 0, &pointer);
	VIEWER *second = bus_stage_viewer(stage, COPIES);

	WAIT_UNTIL(stage, seen(first)->pointers == 1 && seen(second)->pointers == 1);
	EXPECT_INT(seen(first)->cursor_width, 64);
	EXPECT_INT(seen(second)->cursor_hot_x, 3);
	EXPECT_INT(seen(second)->cursor_hot_y, 4);
	EXPECT_INT(seen(second)->cursor_pixel, 0x80112233);
	EXPECT_INT(seen(second)->pointer_x, -5);
	EXPECT_INT(seen(second)->pointer_y, 17);
	EXPECT_INT(seen(second)->pointer_is_visible, 1);
}

static void motion_that_a_slow_viewer_missed_is_merged(void)
{
	STAGE *stage = bus_stage_create_red();
	VIEWER *viewer = bus_stage_viewer(stage, MAPS);

	fake_viewer_hold_answers(viewer);
	for (int i = 1; i <= 100; i++)
		display_move_pointer(stage->display, 0, &(struct display_pointer){i, i, true});
	WAIT_UNTIL(stage, seen(viewer)->pointers == 4);
	fake_viewer_give_answers(viewer);
	WAIT_UNTIL(stage, seen(viewer)->pointer_x == 100);
	EXPECT_INT(seen(viewer)->pointers, 5);
}

/* -- Slow viewers -------------------------------------------------------------------------- */

static void draw_much(struct bus_stage *stage)
{
	for (uint32_t i = 0; i < 200; i++)
		bus_stage_draw(stage, 0, (struct display_rect){i, i, 2, 2}, GREEN);
	bus_stage_draw(stage, 0, (struct display_rect){0, 0, WIDTH, HEIGHT}, BLUE);
}

static void miss_much(struct fake_viewer_options options)
{
	STAGE *stage = bus_stage_create_red();
	VIEWER *viewer = bus_stage_viewer(stage, options);

	fake_viewer_hold_answers(viewer);
	draw_much(stage);
	WAIT_UNTIL(stage, seen(viewer)->update_maps + seen(viewer)->updates > 0);
	fake_viewer_give_answers(viewer);
	WAIT_UNTIL(stage, fake_viewer_is_all(viewer, BLUE));
	/* The first ones one by one, and all others together. */
	EXPECT(seen(viewer)->update_maps + seen(viewer)->updates <= 8);
}

static void what_a_slow_viewer_missed_is_merged(void)
{
	in_both_ways(miss_much);
}

static void miss_surfaces(struct fake_viewer_options options)
{
	STAGE *stage = bus_stage_create_red();
	VIEWER *viewer = bus_stage_viewer(stage, options);
	unsigned surfaces = seen(viewer)->scanout_maps + seen(viewer)->scanouts;

	fake_viewer_hold_answers(viewer);
	for (uint32_t i = 0; i < 50; i++) {
		bus_stage_show(stage, 0, WIDTH + i, HEIGHT, GREEN);
		bus_stage_draw(stage, 0, (struct display_rect){0, 0, 5, 5}, BLUE);
	}
	bus_stage_show(stage, 0, 64, 48, BLUE);
	fake_viewer_give_answers(viewer);
	WAIT_UNTIL(stage, fake_viewer_is_all(viewer, BLUE));
	EXPECT_INT(seen(viewer)->width, 64);
	EXPECT(seen(viewer)->scanout_maps + seen(viewer)->scanouts <= surfaces + 2);
}

static void of_surfaces_that_a_slow_viewer_missed_it_is_told_the_newest(void)
{
	in_both_ways(miss_surfaces);
}

static void be_stuck(struct fake_viewer_options options)
{
	STAGE *stage = bus_stage_create_red();
	bus_stage_set_patience(stage, 500 * UINT64_C(1000));
	VIEWER *stuck = bus_stage_viewer(stage, options);
	VIEWER *other = bus_stage_viewer(stage, MAPS);

	fake_viewer_hold_answers(stuck);
	bus_stage_show(stage, 0, 64, 48, GREEN);
	WAIT_UNTIL(stage, fake_viewer_is_all(other, GREEN));
	WAIT_UNTIL(stage, seen(stuck)->has_ended);
	bus_stage_draw(stage, 0, (struct display_rect){0, 0, 64, 48}, BLUE);
	WAIT_UNTIL(stage, fake_viewer_is_all(other, BLUE));
	EXPECT(!seen(other)->has_ended);
}

static void a_viewer_that_is_stuck_is_dropped_and_others_go_on(void)
{
	in_both_ways(be_stuck);
}

static void a_bridge_that_stood_still_does_not_blame_its_viewers(void)
{
	STAGE *stage = bus_stage_create_red();
	bus_stage_set_patience(stage, 200 * UINT64_C(1000));
	VIEWER *viewer = bus_stage_viewer(stage, MAPS);

	for (unsigned i = 0; i < 3; i++) {
		uint64_t later = loop_now_us() + 150 * UINT64_C(1000);

		/* It has owed nothing for a while. */
		WAIT_UNTIL(stage, loop_now_us() > later);
		bus_stage_draw(stage, 0, (struct display_rect){0, 0, WIDTH, HEIGHT}, GREEN + i);
		/* Longer than any patience: a debugger, a stopped process. */
		poll(NULL, 0, 500);
		WAIT_UNTIL(stage, fake_viewer_is_all(viewer, GREEN + i));
	}
	EXPECT(!seen(viewer)->has_ended);
}

static void sleep_in_the_middle(struct fake_viewer_options options)
{
	STAGE *stage = bus_stage_create_red();
	VIEWER *asleep = bus_stage_viewer(stage, options);
	VIEWER *other = bus_stage_viewer(stage, MAPS);
	uint64_t before, spent;

	/* More than a socket takes: with copies, the first of them lies in it half. */
	bus_stage_show(stage, 0, 2000, 1500, RED);
	WAIT_UNTIL(stage, seen(other)->width == 2000 && seen(asleep)->width == 2000);
	fake_viewer_fall_asleep(asleep);
	before = loop_now_us();
	for (int i = 0; i < 1000; i++) {
		bus_stage_draw(stage, 0, (struct display_rect){0, 0, 20, 20}, i % 2 ? GREEN : BLUE);
		display_update(stage->display, 0, &(struct display_rect){0, 0, 2000, 1500});
	}
	spent = loop_now_us() - before;
	EXPECT(spent < 1000 * UINT64_C(1000));
	WAIT_UNTIL(stage, fake_viewer_pixel(other, 0, 0) == GREEN);
}

static void a_viewer_that_reads_nothing_does_not_delay_the_guest(void)
{
	in_both_ways(sleep_in_the_middle);
}

static void a_viewer_that_never_greets_harms_nobody(void)
{
	STAGE *stage = bus_stage_create_red();
	VIEWER *mute = bus_stage_viewer(stage, (struct fake_viewer_options){.is_mute = true});
	VIEWER *other = bus_stage_viewer(stage, MAPS);

	bus_stage_draw(stage, 0, (struct display_rect){0, 0, WIDTH, HEIGHT}, GREEN);
	WAIT_UNTIL(stage, fake_viewer_is_all(other, GREEN));
	WAIT_UNTIL(stage, seen(mute)->is_registered);
}

/* -- Coming and going ------------------------------------------------------------------------ */

static void leave_in_the_middle(struct fake_viewer_options options)
{
	STAGE *stage = bus_stage_create_red();
	struct fake_viewer *leaving = bus_stage_viewer(stage, options);
	VIEWER *other = bus_stage_viewer(stage, options);

	fake_viewer_hold_answers(leaving);
	bus_stage_show(stage, 0, 64, 48, GREEN);
	WAIT_UNTIL(stage, seen(leaving)->width == 64);
	bus_stage_draw(stage, 0, (struct display_rect){0, 0, 64, 48}, BLUE);
	fake_viewer_destroy(leaving);
	WAIT_UNTIL(stage, fake_viewer_is_all(other, BLUE));
}

static void a_viewer_that_leaves_with_answers_owed_harms_nobody(void)
{
	in_both_ways(leave_in_the_middle);
}

static void a_listener_goes_on_without_the_connection_that_brought_it(void)
{
	STAGE *stage = bus_stage_create_red();
	VIEWER *viewer = bus_stage_viewer(stage, MAPS);

	fake_viewer_close_main(viewer);
	bus_stage_draw(stage, 0, (struct display_rect){0, 0, WIDTH, HEIGHT}, GREEN);
	WAIT_UNTIL(stage, fake_viewer_is_all(viewer, GREEN));
}

static void viewers_see_the_display_end(void)
{
	STAGE *stage = bus_stage_create_red();
	VIEWER *viewer = bus_stage_viewer(stage, MAPS);

	bus_stage_stop(stage);
	WAIT_UNTIL(stage, seen(viewer)->has_ended && seen(viewer)->has_left);
	EXPECT(access(stage->path, F_OK) < 0);
}

int main(void)
{
	RUN_TEST(a_viewer_that_takes_dmabufs_is_given_them);
	RUN_TEST(a_viewer_that_asks_for_none_is_given_none);
	RUN_TEST(dmabufs_are_updated_one_answer_at_a_time);
	RUN_TEST(a_viewer_that_refuses_dmabufs_is_lent_the_memory);
	RUN_TEST(surfaces_without_a_dmabuf_are_told_otherwise);
	RUN_TEST(pixels_are_needed_while_somebody_looks_at_them);
	RUN_TEST(a_viewer_that_maps_is_lent_the_memory_for_reading);
	RUN_TEST(a_viewer_that_does_not_is_sent_copies);
	RUN_TEST(a_viewer_that_refuses_to_map_is_sent_copies);
	RUN_TEST(a_viewer_is_told_of_what_changes_and_no_more);
	RUN_TEST(another_surface_is_shown_whole);
	RUN_TEST(an_output_goes_and_comes_back);
	RUN_TEST(an_output_that_is_off_says_so_to_who_comes);
	RUN_TEST(a_picture_too_large_for_d_bus_is_not_copied);
	RUN_TEST(every_output_has_viewers_of_its_own);
	RUN_TEST(the_pointer_is_told_to_who_is_there_and_to_who_comes);
	RUN_TEST(motion_that_a_slow_viewer_missed_is_merged);
	RUN_TEST(what_a_slow_viewer_missed_is_merged);
	RUN_TEST(of_surfaces_that_a_slow_viewer_missed_it_is_told_the_newest);
	RUN_TEST(a_viewer_that_is_stuck_is_dropped_and_others_go_on);
	RUN_TEST(a_bridge_that_stood_still_does_not_blame_its_viewers);
	RUN_TEST(a_viewer_that_reads_nothing_does_not_delay_the_guest);
	RUN_TEST(a_viewer_that_never_greets_harms_nobody);
	RUN_TEST(a_viewer_that_leaves_with_answers_owed_harms_nobody);
	RUN_TEST(a_listener_goes_on_without_the_connection_that_brought_it);
	RUN_TEST(viewers_see_the_display_end);
}
