/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/encode/feed.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>

#include "common/wakeup.h"
#include "gateway/encode/packet.h"
#include "gateway/encode/rate.h"
#include "gateway/frame/frame.h"
#include "tests/fakes/fake_video.h"
#include "tests/support/test.h"
#include "tests/unit/encode/feed_stage.h"

/* -- Mishaps ------------------------------------------------------------------------------ */

static void a_new_size_in_mid_encode_drops_the_old_pictures_units(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create();
	CLEANUP(viewer_destroyp) struct viewer *viewer = viewer_create(scene, RENDITION_MAIN);
	uint64_t units;

	begin_motion(scene, viewer);
	units = feed_count(scene->feed).units;
	fake_video_hold(true);
	paint(scene, &moving_box);
	wait_for_encodes(scene, 2);
	fake_video_move(NULL, 0);
	paint_on(scene, &moving_box, WIDTH / 2 + 37, HEIGHT / 2 + 9);
	fake_video_hold(false);
	catch_up(viewer);
	EXPECT_INT(viewer->picture.frame->width, WIDTH / 2 + 37);
	EXPECT_INT(viewer->picture.streams_count, 0);
	EXPECT_INT(pixman_region32_extents(&viewer->picture.damage)->x2, 0);
	EXPECT_INT(feed_count(scene->feed).units, units);
	EXPECT_INT(fake_video_streams(), 0);
}

static bool has_streams_while_it_moves(void *data)
{
	struct viewer *viewer = data;

	paint(viewer->scene, &moving_box);
	return has_streams(viewer);
}

static void an_encoder_that_fails_leaves_frames_lossless(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create();
	CLEANUP(viewer_destroyp) struct viewer *viewer = viewer_create(scene, RENDITION_MAIN);

	begin_motion(scene, viewer);
	fake_video_set_error(-EIO);
	for (int i = 0; i < 3; i++) {
		paint(scene, &moving_box);
		catch_up(viewer);
		EXPECT_INT(viewer->picture.streams_count, 0);
		EXPECT(pixman_region32_not_empty(&viewer->picture.moving));
	}
	/* Not tried again at each frame, but after some seconds. */
	EXPECT_INT(fake_video_encodes(), 2);
	fake_video_set_error(0);
	EXPECT(test_wait(scene->loop, has_streams_while_it_moves, viewer));
	EXPECT(last_unit(viewer)->is_key);
}

static bool has_no_open_streams(void *data)
{
	return fake_video_streams() == 0;
}

static void a_view_may_be_closed_in_mid_encode(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create();
	struct viewer *viewer = viewer_create(scene, RENDITION_MAIN);

	begin_motion(scene, viewer);
	fake_video_hold(true);
	paint(scene, &moving_box);
	wait_for_encodes(scene, 2);
	viewer_destroy(viewer);
	settle(scene);
	EXPECT_INT(fake_video_streams(), 1);
	fake_video_hold(false);
	EXPECT(test_wait(scene->loop, has_no_open_streams, scene));
}

static void with_the_frame_memory_spent_motion_goes_on(void)
{
	CLEANUP(scene_destroyp)
	struct scene *scene = scene_create_with(ENCODER_X264, 2 * WIDTH * HEIGHT * 4);
	CLEANUP(viewer_destroyp) struct viewer *viewer = viewer_create(scene, RENDITION_MAIN);

	begin_motion(scene, viewer);
	for (int i = 0; i < 20; i++) {
		/* The picture that was encoded last, and that the viewer holds, is one; the
		 * newest is the other. */
		feed_picture_finish(&viewer->picture);
		viewer->has_picture = false;
		paint(scene, &moving_box);
		fetch(viewer);
		catch_up(viewer);
	}
	EXPECT_INT(feed_count(scene->feed).units, 21);
}

/* -- Stills --------------------------------------------------------------------------------- */

static void a_still_is_encoded_once_for_all_that_ask_in_a_second(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create();
	CLEANUP(viewer_destroyp) struct viewer *one = viewer_create(scene, RENDITION_MAIN);
	CLEANUP(viewer_destroyp) struct viewer *other = viewer_create(scene, RENDITION_MAIN);
	CLEANUP(packet_unrefp) struct packet *first = NULL;
	CLEANUP(packet_unrefp) struct packet *second = NULL;
	pixman_region32_t differs;

	pixman_region32_init(&differs);
	catch_up(one);
	first = feed_view_still(one->view, &one->picture, &differs);
	EXPECT(first && first->is_key);
	EXPECT(!pixman_region32_not_empty(&differs));
	paint(scene, &moving_box);
	catch_up(other);
	second = feed_view_still(other->view, &other->picture, &differs);
	EXPECT(second == first);
	EXPECT_INT(pixman_region32_extents(&differs)->x1, moving_box.x1);
	EXPECT_INT(pixman_region32_extents(&differs)->x2, moving_box.x2);
	EXPECT_INT(fake_video_encodes(), 1);
	pixman_region32_fini(&differs);
}

static void a_still_of_another_size_is_another(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create();
	CLEANUP(viewer_destroyp) struct viewer *viewer = viewer_create(scene, RENDITION_MAIN);
	CLEANUP(packet_unrefp) struct packet *first = NULL;
	CLEANUP(packet_unrefp) struct packet *second = NULL;
	pixman_region32_t differs;

	pixman_region32_init(&differs);
	catch_up(viewer);
	first = feed_view_still(viewer->view, &viewer->picture, &differs);
	paint_on(scene, &moving_box, WIDTH - 1, HEIGHT - 1);
	catch_up(viewer);
	second = feed_view_still(viewer->view, &viewer->picture, &differs);
	EXPECT(second && second != first);
	EXPECT_INT(fake_video_last_encode().box.x2, WIDTH - 2);
	EXPECT_INT(fake_video_streams(), 1);
	pixman_region32_fini(&differs);
}

/* -- Renditions ------------------------------------------------------------------------------- */

static bool is_on_cheaper(void *data)
{
	struct viewer *viewer = data;

	paint(viewer->scene, &moving_box);
	fetch_when_woken(viewer);
	feed_view_report(viewer->view, 1000);
	return feed_view_rendition(viewer->view) == RENDITION_CHEAPER;
}

static void a_slow_viewer_moves_to_the_cheaper_rendition(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create();
	CLEANUP(viewer_destroyp) struct viewer *slow = viewer_create(scene, RENDITION_MAIN);
	CLEANUP(viewer_destroyp) struct viewer *fast = viewer_create(scene, RENDITION_MAIN);
	CLEANUP(viewer_destroyp) struct viewer *faster = viewer_create(scene, RENDITION_MAIN);

	begin_motion(scene, slow);
	feed_view_report(fast->view, 0);
	feed_view_report(faster->view, 0);
	EXPECT(test_wait(scene->loop, is_on_cheaper, slow));
	EXPECT_INT(feed_view_rendition(fast->view), RENDITION_MAIN);
	EXPECT(test_wait(scene->loop, has_streams, slow));
}

static void the_cheaper_rendition_has_few_pictures_a_second(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create();
	CLEANUP(viewer_destroyp) struct viewer *viewer = viewer_create(scene, RENDITION_CHEAPER);
	uint64_t before_us;

	begin_motion(scene, viewer);
	before_us = loop_now_us();
	for (int i = 0; i < 4; i++) {
		paint(scene, &moving_box);
		catch_up(viewer);
	}
	EXPECT_INT(fake_video_encodes(), 5);
	EXPECT(loop_now_us() - before_us >= 3 * UINT64_C(1000000) / 15);
}

/* -- Threads ------------------------------------------------------------------------------------
 */

#define VISITS 100

struct visitor {
	struct scene *scene;
	pthread_t thread;
	atomic_bool is_over;
};

/* A viewer's thread that comes and goes, and does all that viewers do. */
static void *visit(void *data)
{
	struct visitor *visitor = data;
	struct wakeup *wakeup;

	EXPECT_INT(wakeup_create(&wakeup), 0);
	for (int i = 0; i < VISITS; i++) {
		CLEANUP(feed_view_closep)
		struct feed_view *view = feed_view_open(visitor->scene->feed, wakeup,
							(enum rendition)(i % RENDITIONS));
		uint64_t seen = 0;

		for (int n = 0; n < 5; n++) {
			struct feed_picture picture;
			pixman_region32_t differs;

			feed_view_fetch(view, seen, &picture);
			EXPECT(picture.frame && picture.frame->number > 0);
			seen = picture.frame->number;
			if (picture.streams_count > 0)
				feed_view_request_key(view, picture.streams[0].id);
			feed_view_report(view, 3000);
			if (n == 3)
				feed_view_set_rendition(view, RENDITION_MAIN);
			pixman_region32_init(&differs);
			packet_unref(feed_view_still(view, &picture, &differs));
			pixman_region32_fini(&differs);
			feed_picture_finish(&picture);
		}
	}
	wakeup_destroy(wakeup);
	visitor->is_over = true;
	return NULL;
}

static void viewers_come_and_go_on_threads_of_their_own(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create();
	struct visitor visitors[3] = {{0}};
	bool are_over = false;

	for (int i = 0; i < 3; i++) {
		visitors[i].scene = scene;
		EXPECT_INT(pthread_create(&visitors[i].thread, NULL, visit, &visitors[i]), 0);
	}
	for (int n = 0; !are_over; n++) {
		fake_video_move(&moving_box, n / 8 % 2);
		paint(scene, n % 3 ? &moving_box : &other_box);
		sd_event_run(loop_event(scene->loop), 1000);
		are_over = visitors[0].is_over && visitors[1].is_over && visitors[2].is_over;
	}
	for (int i = 0; i < 3; i++)
		pthread_join(visitors[i].thread, NULL);
}

int main(void)
{
	RUN_TEST(a_new_size_in_mid_encode_drops_the_old_pictures_units);
	RUN_TEST(an_encoder_that_fails_leaves_frames_lossless);
	RUN_TEST(a_view_may_be_closed_in_mid_encode);
	RUN_TEST(with_the_frame_memory_spent_motion_goes_on);
	RUN_TEST(a_still_is_encoded_once_for_all_that_ask_in_a_second);
	RUN_TEST(a_still_of_another_size_is_another);
	RUN_TEST(a_slow_viewer_moves_to_the_cheaper_rendition);
	RUN_TEST(the_cheaper_rendition_has_few_pictures_a_second);
	RUN_TEST(viewers_come_and_go_on_threads_of_their_own);
}
