/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/encode/feed_stage.h"

#include <poll.h>

#include "common/wakeup.h"
#include "common/worker.h"
#include "gateway/encode/feeds.h"
#include "gateway/encode/packet.h"
#include "gateway/frame/frame.h"
#include "gateway/frame/heads.h"
#include "tests/fakes/fake_video.h"
#include "tests/support/test.h"

const pixman_box32_t moving_box = {64, 64, 192, 128};
const pixman_box32_t other_box = {192, 160, 256, 224};

static struct head_policy policies[HEADS_MAX] = {{.size = {WIDTH, HEIGHT}}};
static uint32_t screen[WIDTH * HEIGHT];

/* The guest paints a box in another colour and shows it. Returns the frame's number. */
uint64_t paint_on(struct scene *scene, const pixman_box32_t *box, uint32_t width, uint32_t height)
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

uint64_t paint(struct scene *scene, const pixman_box32_t *box)
{
	return paint_on(scene, box, WIDTH, HEIGHT);
}

struct scene *scene_create_with(enum encoder_choice encoder, uint64_t frame_memory)
{
	struct scene *scene = calloc(1, sizeof(*scene));

	fake_video_reset();
	memset(screen, 0, sizeof(screen));
	EXPECT_INT(loop_create(&scene->loop), 0);
	EXPECT_INT(workers_create(scene->loop, 2, 16, &scene->workers), 0);
	scene->heads = heads_create(scene->loop, frame_memory, policies);
	scene->head = heads_get(scene->heads, 0);
	scene->feeds = feeds_create(scene->loop, scene->workers, scene->heads, encoder);
	scene->feed = feeds_get(scene->feeds, 0);
	/* The first picture after a notice is new everywhere. */
	paint(scene, &moving_box);
	return scene;
}

struct scene *scene_create(void)
{
	return scene_create_with(ENCODER_X264, 64 << 20);
}

void scene_destroy(struct scene *scene)
{
	fake_video_hold(false);
	workers_destroy(scene->workers);
	feeds_destroy(scene->feeds);
	heads_destroy(scene->heads);
	loop_destroy(scene->loop);
	EXPECT_INT(fake_video_streams(), 0);
	free(scene);
}

/* Turns the loop until nothing is left to be done at once. */
void settle(struct scene *scene)
{
	while (sd_event_run(loop_event(scene->loop), 0) > 0)
		;
}

struct viewer *viewer_create(struct scene *scene, enum rendition rendition)
{
	struct viewer *viewer = calloc(1, sizeof(*viewer));

	viewer->scene = scene;
	EXPECT_INT(wakeup_create(&viewer->wakeup), 0);
	viewer->view = feed_view_open(scene->feed, viewer->wakeup, rendition);
	settle(scene);
	return viewer;
}

void viewer_destroy(struct viewer *viewer)
{
	feed_view_close(viewer->view);
	wakeup_destroy(viewer->wakeup);
	if (viewer->has_picture)
		feed_picture_finish(&viewer->picture);
	free(viewer);
}

bool fetch(struct viewer *viewer)
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

bool is_signalled(const struct viewer *viewer)
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
bool fetch_when_woken(struct viewer *viewer)
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
void catch_up(struct viewer *viewer)
{
	fetch_all(viewer);
	EXPECT(test_wait(viewer->scene->loop, has_frame, viewer));
}

bool has_streams(void *data)
{
	struct viewer *viewer = data;

	fetch_when_woken(viewer);
	return viewer->picture.streams_count > 0;
}

/* The box moves, and the viewer has a picture with video of it. */
void begin_motion(struct scene *scene, struct viewer *viewer)
{
	catch_up(viewer);
	fake_video_move(&moving_box, 1);
	paint(scene, &moving_box);
	EXPECT(test_wait(scene->loop, has_streams, viewer));
	catch_up(viewer);
}

const struct packet *last_unit(const struct viewer *viewer)
{
	const struct feed_stream *stream = &viewer->picture.streams[0];

	EXPECT(viewer->picture.streams_count > 0);
	return stream->units[stream->units_count - 1];
}

static bool has_encodes(void *data)
{
	return fake_video_encodes() >= *(unsigned *)data;
}

void wait_for_encodes(struct scene *scene, unsigned encodes)
{
	EXPECT(test_wait(scene->loop, has_encodes, &encodes));
}

bool has_no_streams(void *data)
{
	struct viewer *viewer = data;

	fetch_when_woken(viewer);
	return viewer->picture.streams_count == 0;
}
