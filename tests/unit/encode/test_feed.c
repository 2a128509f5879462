/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/encode/feed.h"

#include "common/wakeup.h"
#include "gateway/encode/packet.h"
#include "gateway/encode/rate.h"
#include "gateway/frame/frame.h"
#include "tests/fakes/fake_video.h"
#include "tests/support/test.h"
#include "tests/unit/encode/feed_stage.h"

/* -- Frames ------------------------------------------------------------------------ */

static void a_view_has_a_picture_at_once(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create();
	CLEANUP(viewer_destroyp) struct viewer *viewer = viewer_create(scene, RENDITION_MAIN);

	EXPECT(fetch(viewer));
	EXPECT_INT(viewer->picture.frame->width, WIDTH);
	EXPECT_INT(pixman_region32_extents(&viewer->picture.damage)->x2, WIDTH);
	EXPECT(!fetch(viewer));
	EXPECT(!pixman_region32_not_empty(&viewer->picture.damage));
}

static void a_frame_in_which_nothing_moves_is_handed_out_at_once(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create();
	CLEANUP(viewer_destroyp) struct viewer *viewer = viewer_create(scene, RENDITION_MAIN);
	uint64_t number;

	catch_up(viewer);
	number = paint(scene, &other_box);
	EXPECT(is_signalled(viewer) && fetch(viewer));
	EXPECT_INT(viewer->picture.frame->number, number);
	EXPECT_INT(pixman_region32_extents(&viewer->picture.damage)->x1, other_box.x1);
	EXPECT_INT(fake_video_encodes(), 0);
}

static void what_changes_beside_the_motion_does_not_wait_for_it(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create();
	CLEANUP(viewer_destroyp) struct viewer *viewer = viewer_create(scene, RENDITION_MAIN);
	uint64_t number;

	begin_motion(scene, viewer);
	EXPECT_INT(fake_video_encodes(), 1);
	number = paint(scene, &other_box);
	EXPECT(is_signalled(viewer) && fetch(viewer));
	EXPECT_INT(viewer->picture.frame->number, number);
	EXPECT_INT(viewer->picture.streams_count, 1);
	EXPECT_INT(fake_video_encodes(), 1);
}

static void without_video_frames_come_as_they_are_with_what_moves(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create();
	CLEANUP(viewer_destroyp) struct viewer *viewer = viewer_create(scene, RENDITION_NONE);
	uint64_t number;

	catch_up(viewer);
	fake_video_move(&moving_box, 1);
	number = paint(scene, &moving_box);
	EXPECT(is_signalled(viewer) && fetch(viewer));
	EXPECT_INT(viewer->picture.frame->number, number);
	EXPECT_INT(viewer->picture.streams_count, 0);
	EXPECT_INT(pixman_region32_extents(&viewer->picture.moving)->x2, moving_box.x2);
	EXPECT_INT(fake_video_streams(), 0);
}

static void a_head_without_an_encoder_has_no_video(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create_with(ENCODER_NONE, 64 << 20);
	CLEANUP(viewer_destroyp) struct viewer *viewer = viewer_create(scene, RENDITION_MAIN);
	pixman_region32_t differs;

	catch_up(viewer);
	fake_video_move(&moving_box, 1);
	paint(scene, &moving_box);
	EXPECT(is_signalled(viewer) && fetch(viewer));
	EXPECT_INT(viewer->picture.streams_count, 0);
	pixman_region32_init(&differs);
	EXPECT(!feed_view_still(viewer->view, &viewer->picture, &differs));
	pixman_region32_fini(&differs);
}

/* -- Units --------------------------------------------------------------------------- */

static void two_views_get_the_same_packet(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create();
	CLEANUP(viewer_destroyp) struct viewer *one = viewer_create(scene, RENDITION_MAIN);
	CLEANUP(viewer_destroyp) struct viewer *other = viewer_create(scene, RENDITION_MAIN);

	begin_motion(scene, one);
	catch_up(other);
	EXPECT_INT(fake_video_encodes(), 1);
	EXPECT(last_unit(one) == last_unit(other));
	EXPECT_INT(last_unit(one)->frame, one->picture.frame->number);
	EXPECT(last_unit(one)->is_key);
}

static void nothing_is_encoded_while_nobody_waits(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create();
	CLEANUP(viewer_destroyp) struct viewer *viewer = viewer_create(scene, RENDITION_MAIN);

	begin_motion(scene, viewer);
	paint(scene, &moving_box); /* which the viewer was waiting for, and does not fetch */
	wait_for_encodes(scene, 2);
	while (!is_signalled(viewer))
		sd_event_run(loop_event(scene->loop), 1000);
	for (int i = 0; i < 3; i++)
		paint(scene, &moving_box);
	settle(scene);
	EXPECT_INT(fake_video_encodes(), 2);
	EXPECT_INT(feed_count(scene->feed).waited, 3);

	catch_up(viewer);
	EXPECT_INT(fake_video_encodes(), 3);
}

static void nothing_is_encoded_for_those_who_left(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create();
	struct viewer *viewer = viewer_create(scene, RENDITION_MAIN);

	begin_motion(scene, viewer);
	EXPECT_INT(fake_video_streams(), 1);
	EXPECT_INT(feed_count(scene->feed).streams, 1);
	viewer_destroy(viewer);
	settle(scene);
	EXPECT_INT(fake_video_streams(), 0);
	EXPECT_INT(feed_count(scene->feed).streams, 0);
	paint(scene, &moving_box);
	settle(scene);
	EXPECT_INT(fake_video_encodes(), 1);
}

static void the_newest_frame_wins(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create();
	CLEANUP(viewer_destroyp) struct viewer *viewer = viewer_create(scene, RENDITION_MAIN);
	uint64_t first, last;

	begin_motion(scene, viewer);
	fake_video_hold(true);
	first = paint(scene, &moving_box);
	wait_for_encodes(scene, 2);
	paint(scene, &moving_box);
	last = paint(scene, &moving_box);
	fake_video_hold(false);
	catch_up(viewer);
	EXPECT_INT(fake_video_encodes(), 3);
	EXPECT_INT(last_unit(viewer)->frame, last);
	EXPECT_INT(viewer->picture.streams[0].units[1]->frame, first);
}

static void a_view_that_misses_units_is_told_so_by_their_numbers(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create();
	CLEANUP(viewer_destroyp) struct viewer *fast = viewer_create(scene, RENDITION_MAIN);
	CLEANUP(viewer_destroyp) struct viewer *slow = viewer_create(scene, RENDITION_MAIN);
	const struct feed_stream *stream;

	begin_motion(scene, fast);
	catch_up(slow);
	for (int i = 0; i < FEED_UNITS_MAX + 2; i++) {
		paint(scene, &moving_box);
		catch_up(fast);
	}
	EXPECT_INT(last_unit(slow)->number, 1);
	catch_up(slow);
	stream = &slow->picture.streams[0];
	EXPECT_INT(stream->units_count, FEED_UNITS_MAX);
	EXPECT_INT(stream->units[0]->number, 4);
	for (unsigned i = 1; i < stream->units_count; i++)
		EXPECT_INT(stream->units[i]->number, stream->units[0]->number + i);
}

/* -- Key frames ------------------------------------------------------------------------ */

static bool has_key(void *data)
{
	struct viewer *viewer = data;

	fetch_when_woken(viewer);
	return last_unit(viewer)->is_key;
}

static void a_key_frame_comes_once_a_second_however_many_ask(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create();
	CLEANUP(viewer_destroyp) struct viewer *one = viewer_create(scene, RENDITION_MAIN);
	CLEANUP(viewer_destroyp) struct viewer *other = viewer_create(scene, RENDITION_MAIN);
	uint64_t stream, before_us;

	begin_motion(scene, one);
	catch_up(other);
	stream = one->picture.streams[0].id;
	before_us = loop_now_us();
	for (int i = 0; i < 3; i++) {
		paint(scene, &moving_box);
		feed_view_request_key(one->view, stream);
		feed_view_request_key(other->view, stream);
		feed_view_request_key(one->view, stream + 1000);
		catch_up(one);
		catch_up(other);
		EXPECT(!last_unit(one)->is_key);
	}
	/* Without another frame, when the time has come. */
	EXPECT(test_wait(scene->loop, has_key, one));
	EXPECT(loop_now_us() - before_us > RATE_KEY_INTERVAL_US / 2);
	EXPECT_INT(last_unit(one)->frame, one->picture.frame->number);
	settle(scene);
	EXPECT_INT(feed_count(scene->feed).key_units, 2);
	EXPECT_INT(feed_count(scene->feed).units, 5);
}

/* -- Regions ----------------------------------------------------------------------------- */

static void a_region_that_rests_closes_without_another_frame(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create();
	CLEANUP(viewer_destroyp) struct viewer *viewer = viewer_create(scene, RENDITION_MAIN);
	uint64_t number;

	fake_video_set_rest_us(20000);
	catch_up(viewer);
	fake_video_move(&moving_box, 1);
	number = paint(scene, &moving_box);
	EXPECT(test_wait(scene->loop, has_streams, viewer));
	EXPECT(test_wait(scene->loop, has_no_streams, viewer));
	EXPECT_INT(viewer->picture.frame->number, number);
	EXPECT(!pixman_region32_not_empty(&viewer->picture.moving));
	EXPECT_INT(fake_video_streams(), 0);
}

static bool has_another_stream(void *data)
{
	struct viewer *viewer = data;

	fetch_when_woken(viewer);
	return viewer->picture.streams[0].box.x1 == other_box.x1;
}

static void a_region_elsewhere_is_another_stream(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create();
	CLEANUP(viewer_destroyp) struct viewer *viewer = viewer_create(scene, RENDITION_MAIN);
	uint64_t before;

	begin_motion(scene, viewer);
	before = viewer->picture.streams[0].id;
	fake_video_move(&other_box, 1);
	paint(scene, &other_box);
	EXPECT(test_wait(scene->loop, has_another_stream, viewer));
	EXPECT(viewer->picture.streams[0].id != before);
	EXPECT_INT(last_unit(viewer)->number, 1);
	EXPECT(last_unit(viewer)->is_key);
	EXPECT_INT(fake_video_streams(), 1);
}

static void the_whole_is_one_stream_whatever_moves(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create();
	CLEANUP(viewer_destroyp) struct viewer *viewer = viewer_create(scene, RENDITION_WHOLE);
	const pixman_box32_t both[] = {moving_box, other_box};
	uint64_t before;

	begin_motion(scene, viewer);
	EXPECT_INT(viewer->picture.streams[0].box.x2, WIDTH);
	before = viewer->picture.streams[0].id;
	fake_video_move(both, 2);
	paint(scene, &other_box);
	catch_up(viewer);
	EXPECT_INT(viewer->picture.streams_count, 1);
	EXPECT_INT(viewer->picture.streams[0].id, before);
	EXPECT_INT(last_unit(viewer)->number, 2);
}

int main(void)
{
	RUN_TEST(a_view_has_a_picture_at_once);
	RUN_TEST(a_frame_in_which_nothing_moves_is_handed_out_at_once);
	RUN_TEST(what_changes_beside_the_motion_does_not_wait_for_it);
	RUN_TEST(without_video_frames_come_as_they_are_with_what_moves);
	RUN_TEST(a_head_without_an_encoder_has_no_video);
	RUN_TEST(two_views_get_the_same_packet);
	RUN_TEST(nothing_is_encoded_while_nobody_waits);
	RUN_TEST(nothing_is_encoded_for_those_who_left);
	RUN_TEST(the_newest_frame_wins);
	RUN_TEST(a_view_that_misses_units_is_told_so_by_their_numbers);
	RUN_TEST(a_key_frame_comes_once_a_second_however_many_ask);
	RUN_TEST(a_region_that_rests_closes_without_another_frame);
	RUN_TEST(a_region_elsewhere_is_another_stream);
	RUN_TEST(the_whole_is_one_stream_whatever_moves);
}
