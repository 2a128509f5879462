/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/encode/feed.h"

#include <errno.h>
#include <poll.h>

#include "common/wakeup.h"
#include "common/worker.h"
#include "gateway/encode/feeds.h"
#include "gateway/encode/packet.h"
#include "gateway/encode/rate.h"
#include "gateway/frame/frame.h"
#include "gateway/frame/heads.h"
#include "tests/fakes/fake_video.h"
#include "tests/support/test.h"

#define WIDTH  320
#define HEIGHT 240

/* Where the guest paints, and what moves there. */
static const pixman_box32_t moving_box = {64, 64, 192, 128};
static const pixman_box32_t other_box = {192, 160, 256, 224};

static struct head_policy policies[HEADS_MAX] = {{.size = {WIDTH, HEIGHT}}};
static uint32_t screen[WIDTH * HEIGHT];

struct scene {
	struct loop *loop;
	struct workers *workers;
	struct heads *heads;
	struct head *head;
	struct feeds *feeds;
	struct feed *feed;
	uint32_t colour;
};

/* The guest paints a box in another colour and shows it. Returns the frame's number. */
static uint64_t paint_on(struct scene *scene, const pixman_box32_t *box, uint32_t width,
			 uint32_t height)
{
	const struct pixels pixels = {screen, width, height, width * 4, PIXMAN_x8r8g8b8};

	scene->colour += 0x010203;
	for (int y = box->y1; y < box->y2; y++)
		for (int x = box->x1; x < box->x2; x++)
			screen[(uint32_t)y * width + (uint32_t)x] = scene->colour;
	EXPECT_INT(head_show(scene->head, &pixels, NULL, loop_now_us()), 1);

	CLEANUP(frame_unrefp) struct frame *frame = head_fetch(scene->head, 0, NULL);
	return frame->number;
}

static uint64_t paint(struct scene *scene, const pixman_box32_t *box)
{
	return paint_on(scene, box, WIDTH, HEIGHT);
}

static struct scene *scene_create_with(enum encoder_choice encoder)
{
	struct scene *scene = calloc(1, sizeof(*scene));

	fake_video_reset();
	memset(screen, 0, sizeof(screen));
	EXPECT_INT(loop_create(&scene->loop), 0);
	EXPECT_INT(workers_create(scene->loop, 2, 16, &scene->workers), 0);
	scene->heads = heads_create(scene->loop, 64 << 20, policies);
	scene->head = heads_get(scene->heads, 0);
	scene->feeds = feeds_create(scene->loop, scene->workers, scene->heads, encoder);
	scene->feed = feeds_get(scene->feeds, 0);
	/* The first picture after a notice is new everywhere. */
	paint(scene, &moving_box);
	return scene;
}

static struct scene *scene_create(void)
{
	return scene_create_with(ENCODER_X264);
}

static void scene_destroy(struct scene *scene)
{
	fake_video_hold(false);
	workers_destroy(scene->workers);
	feeds_destroy(scene->feeds);
	heads_destroy(scene->heads);
	loop_destroy(scene->loop);
	EXPECT_INT(fake_video_streams(), 0);
	free(scene);
}
DEFINE_CLEANUP(struct scene *, scene_destroy)

/* Turns the loop until nothing is left to be done at once. */
static void settle(struct scene *scene)
{
	while (sd_event_run(loop_event(scene->loop), 0) > 0)
		;
}

/* A viewer with a wakeup of its own, and the picture that it fetched last. */
struct viewer {
	struct scene *scene;
	struct wakeup *wakeup;
	struct feed_view *view;
	uint64_t seen;
	struct feed_picture picture;
	bool has_picture;
};

static struct viewer *viewer_create(struct scene *scene, enum rendition rendition)
{
	struct viewer *viewer = calloc(1, sizeof(*viewer));

	viewer->scene = scene;
	EXPECT_INT(wakeup_create(&viewer->wakeup), 0);
	viewer->view = feed_view_open(scene->feed, viewer->wakeup, rendition);
	settle(scene);
	return viewer;
}

static void viewer_destroy(struct viewer *viewer)
{
	feed_view_close(viewer->view);
	wakeup_destroy(viewer->wakeup);
	if (viewer->has_picture)
		feed_picture_finish(&viewer->picture);
	free(viewer);
}
DEFINE_CLEANUP(struct viewer *, viewer_destroy)

static bool fetch(struct viewer *viewer)
{
	bool is_new;

	if (viewer->has_picture)
		feed_picture_finish(&viewer->picture);
	viewer->has_picture = true;
	wakeup_clear(viewer->wakeup);
	is_new = feed_view_fetch(viewer->view, viewer->seen, &viewer->picture);
	viewer->seen = viewer->picture.frame->number;
	return is_new;
}

static bool is_signalled(const struct viewer *viewer)
{
	struct pollfd look = {wakeup_fd(viewer->wakeup), POLLIN, 0};

	return poll(&look, 1, 0) == 1;
}

/* Takes all there is. Returns whether there was anything new. */
static bool fetch_all(struct viewer *viewer)
{
	bool is_new = false;

	while (fetch(viewer))
		is_new = true;
	return is_new;
}

/* Fetches, as viewers do, when it is woken, until there is nothing new. */
static bool fetch_when_woken(struct viewer *viewer)
{
	return is_signalled(viewer) && fetch_all(viewer);
}

static bool has_frame(void *data)
{
	struct viewer *viewer = data;

	fetch_when_woken(viewer);
	return viewer->picture.frame->number >= viewer->scene->colour / 0x010203 + 1;
}

/* Goes on until the viewer has the newest frame. */
static void catch_up(struct viewer *viewer)
{
	fetch_all(viewer);
	EXPECT(test_wait(viewer->scene->loop, has_frame, viewer));
}

static bool has_streams(void *data)
{
	struct viewer *viewer = data;

	fetch_when_woken(viewer);
	return viewer->picture.streams_count > 0;
}

/* The box moves, and the viewer has a picture with video of it. */
static void begin_motion(struct scene *scene, struct viewer *viewer)
{
	catch_up(viewer);
	fake_video_move(&moving_box, 1);
	paint(scene, &moving_box);
	EXPECT(test_wait(scene->loop, has_streams, viewer));
	catch_up(viewer);
}

static const struct packet *last_unit(const struct viewer *viewer)
{
	const struct feed_stream *stream = &viewer->picture.streams[0];

	EXPECT(viewer->picture.streams_count > 0);
	return stream->units[stream->units_count - 1];
}

static bool has_encodes(void *data)
{
	return fake_video_encodes() >= *(unsigned *)data;
}

static void wait_for_encodes(struct scene *scene, unsigned encodes)
{
	EXPECT(test_wait(scene->loop, has_encodes, &encodes));
}

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
	CLEANUP(scene_destroyp) struct scene *scene = scene_create_with(ENCODER_NONE);
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

static bool has_no_streams(void *data)
{
	struct viewer *viewer = data;

	fetch_when_woken(viewer);
	return viewer->picture.streams_count == 0;
}

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
	/* Not tried again at each frame. */
	EXPECT_INT(fake_video_encodes(), 2);
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
	RUN_TEST(a_new_size_in_mid_encode_drops_the_old_pictures_units);
	RUN_TEST(an_encoder_that_fails_leaves_frames_lossless);
	RUN_TEST(a_still_is_encoded_once_for_all_that_ask_in_a_second);
	RUN_TEST(a_still_of_another_size_is_another);
	RUN_TEST(a_slow_viewer_moves_to_the_cheaper_rendition);
}
