/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/record/film.h"

#include <errno.h>
#include <string.h>

#include "common/loop.h"
#include "common/worker.h"
#include "common/xalloc.h"
#include "gateway/frame/frame.h"
#include "gateway/frame/heads.h"
#include "gateway/record/reel.h"
#include "tests/fakes/fake_video.h"
#include "tests/support/test.h"

#define WIDTH  320
#define HEIGHT 240

#define RECORDINGS 3

static struct head_policy policies[HEADS_MAX] = {{.size = {WIDTH, HEIGHT}}};

/* A head with a film, and those who record it. */
struct scene {
	struct loop *loop;
	struct workers *workers;
	struct heads *heads;
	struct head *head;
	struct film *film;
	struct reel *reels[RECORDINGS];
	uint32_t screen[WIDTH * HEIGHT];
};

/* A record, as a client has it. */
struct seen {
	unsigned kind;
	bool is_key;
	uint64_t time_us;
	uint64_t frame;
	uint32_t width;
	char text[64];
};

static void handle_bytes(void *data)
{
}

static uint64_t show(struct scene *scene, uint32_t width, uint32_t height)
{
	const struct pixels pixels = {scene->screen, width, height, width * 4, PIXMAN_x8r8g8b8};

	scene->screen[0] += 0x10101;
	EXPECT_INT(head_show(scene->head, &pixels, NULL, loop_now_us()), 1);

	CLEANUP(frame_unrefp) struct frame *frame = head_fetch(scene->head, 0, NULL);
	return frame->number;
}

static struct scene *scene_create_with(enum encoder_choice encoder)
{
	struct scene *scene = xcalloc(1, sizeof(*scene));
	struct film_config config = {.encoder = encoder};

	fake_video_reset();
	EXPECT_INT(loop_create(&scene->loop), 0);
	EXPECT_INT(workers_create(scene->loop, 1, 4, &scene->workers), 0);
	scene->heads = heads_create(scene->loop, 64 << 20, policies);
	scene->head = config.head = heads_get(scene->heads, 0);
	config.loop = scene->loop;
	config.workers = scene->workers;
	scene->film = film_create(&config);
	return scene;
}

/* With a picture. */
static struct scene *scene_create(void)
{
	struct scene *scene = scene_create_with(ENCODER_X264);

	show(scene, WIDTH, HEIGHT);
	return scene;
}

static void scene_destroy(struct scene *scene)
{
	fake_video_hold(false);
	for (unsigned i = 0; i < RECORDINGS; i++)
		if (scene->reels[i])
			film_leave(scene->film, scene->reels[i]);
	workers_destroy(scene->workers);
	film_destroy(scene->film);
	heads_destroy(scene->heads);
	loop_destroy(scene->loop);
	free(scene);
}
DEFINE_CLEANUP(struct scene *, scene_destroy)

static void join(struct scene *scene, unsigned i)
{
	EXPECT_INT(film_join(scene->film, handle_bytes, NULL, &scene->reels[i]), 0);
}

struct wanted {
	struct reel *reel;
	unsigned kind;
	struct seen seen;
};

static uint64_t number(const uint8_t *bytes, unsigned size)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < size; i++)
		value = value << 8 | bytes[i];
	return value;
}

static void take_record(struct reel *reel, struct seen *ret_seen)
{
	uint8_t header[REEL_HEADER_SIZE], body[4096];
	size_t size;

	EXPECT_INT(reel_read(reel, header, sizeof(header)), sizeof(header));
	size = number(header, 4);
	EXPECT(size < sizeof(body));
	EXPECT_INT(reel_read(reel, body, size), size);
	*ret_seen = (struct seen){.kind = header[4], .time_us = number(header + 8, 8)};
	if (header[4] == REEL_UNIT) {
		ret_seen->is_key = header[5] & REEL_FLAG_KEY;
		ret_seen->frame = number(body, 8);
		ret_seen->width = (uint32_t)number(body + 8, 4);
	} else if (size < sizeof(ret_seen->text)) {
		memcpy(ret_seen->text, body, size);
	}
}

static bool has_wanted(void *data)
{
	struct wanted *wanted = data;

	while (reel_has_bytes(wanted->reel)) {
		take_record(wanted->reel, &wanted->seen);
		if (wanted->seen.kind == wanted->kind)
			return true;
	}
	return false;
}

/* Waits for the next record of the kind. */
static struct seen next(struct scene *scene, unsigned i, enum reel_kind kind)
{
	struct wanted wanted = {.reel = scene->reels[i], .kind = kind};

	EXPECT(test_wait(scene->loop, has_wanted, &wanted));
	return wanted.seen;
}

static void a_recording_begins_with_the_picture_that_is_there(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create();
	CLEANUP(frame_unrefp) struct frame *frame = head_fetch(scene->head, 0, NULL);
	struct seen seen;

	join(scene, 0);
	seen = next(scene, 0, REEL_UNIT);
	EXPECT(seen.is_key);
	EXPECT_INT(seen.frame, frame->number);
	EXPECT_INT(seen.time_us, frame->time_us);
	EXPECT_INT(seen.width, WIDTH);
}

static void all_recordings_share_one_encode(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create();
	uint64_t frame;
	unsigned encodes;

	for (unsigned i = 0; i < RECORDINGS; i++)
		join(scene, i);
	for (unsigned i = 0; i < RECORDINGS; i++)
		next(scene, i, REEL_UNIT);
	encodes = fake_video_encodes();
	frame = show(scene, WIDTH, HEIGHT);
	for (unsigned i = 0; i < RECORDINGS; i++) {
		struct seen seen = next(scene, i, REEL_UNIT);

		EXPECT_INT(seen.frame, frame);
		EXPECT(!seen.is_key);
	}
	EXPECT_INT(fake_video_encodes(), encodes + 1);
	EXPECT_INT(fake_video_streams(), 1);
}

static void who_joins_a_still_head_gets_a_key_frame_and_the_others_go_on(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create();
	struct seen first, again, joined;

	join(scene, 0);
	first = next(scene, 0, REEL_UNIT);
	join(scene, 1);
	joined = next(scene, 1, REEL_UNIT);
	again = next(scene, 0, REEL_UNIT);
	EXPECT(joined.is_key);
	EXPECT_INT(joined.frame, first.frame);
	EXPECT_INT(again.time_us, joined.time_us);
	EXPECT(again.time_us > first.time_us);
}

static bool has_begun(void *data)
{
	return fake_video_encodes() == *(unsigned *)data;
}

static void of_frames_that_come_during_an_encode_the_newest_is_next(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create();
	unsigned encodes;
	uint64_t newest;

	join(scene, 0);
	next(scene, 0, REEL_UNIT);
	encodes = fake_video_encodes() + 1;
	fake_video_hold(true);
	show(scene, WIDTH, HEIGHT);
	EXPECT(test_wait(scene->loop, has_begun, &encodes));
	show(scene, WIDTH, HEIGHT);
	newest = show(scene, WIDTH, HEIGHT);
	fake_video_hold(false);
	EXPECT(next(scene, 0, REEL_UNIT).frame < newest);
	EXPECT_INT(next(scene, 0, REEL_UNIT).frame, newest);
}

static void another_size_goes_on_with_a_key_frame(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create();
	struct seen seen;

	join(scene, 0);
	next(scene, 0, REEL_UNIT);
	show(scene, WIDTH / 2, HEIGHT);
	seen = next(scene, 0, REEL_UNIT);
	EXPECT(seen.is_key);
	EXPECT_INT(seen.width, WIDTH / 2);
}

static void a_notice_is_told_and_not_filmed(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create();
	unsigned encodes;
	uint64_t frame;

	join(scene, 0);
	next(scene, 0, REEL_UNIT);
	encodes = fake_video_encodes();
	head_show_notice(scene->head, "the guest is gone");
	EXPECT_STRING(next(scene, 0, REEL_NOTICE).text, "the guest is gone");
	next(scene, 0, REEL_TIME);
	EXPECT_INT(fake_video_encodes(), encodes);

	frame = show(scene, WIDTH, HEIGHT);
	EXPECT_STRING(next(scene, 0, REEL_NOTICE).text, "");
	EXPECT_INT(next(scene, 0, REEL_UNIT).frame, frame);
}

static void what_happens_to_the_vm_is_told_to_all(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create();

	join(scene, 0);
	join(scene, 1);
	film_note_event(scene->film, "reset");
	EXPECT_STRING(next(scene, 0, REEL_EVENT).text, "reset");
	EXPECT_STRING(next(scene, 1, REEL_EVENT).text, "reset");
}

static void time_goes_on_when_nothing_happens(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create();
	uint64_t time_us;

	join(scene, 0);
	time_us = next(scene, 0, REEL_UNIT).time_us;
	EXPECT(next(scene, 0, REEL_TIME).time_us > time_us);
}

static void nobody_records_nothing_is_encoded(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create();

	join(scene, 0);
	next(scene, 0, REEL_UNIT);
	film_leave(scene->film, TAKE(scene->reels[0]));
	EXPECT_INT(fake_video_streams(), 0);
	show(scene, WIDTH, HEIGHT);
	EXPECT_INT(fake_video_encodes(), 1);
	EXPECT_INT(film_count(scene->film).recordings, 0);
}

static bool has_failed(void *data)
{
	return fake_video_encodes() == 1 && fake_video_streams() == 0;
}

static void an_encoder_that_fails_leaves_the_recording_open(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create();

	fake_video_set_error(-EIO);
	join(scene, 0);
	EXPECT(test_wait(scene->loop, has_failed, NULL));
	fake_video_set_error(0);
	EXPECT(next(scene, 0, REEL_UNIT).is_key);
}

static void what_cannot_be_is_refused(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create_with(ENCODER_NONE);

	EXPECT_INT(film_join(scene->film, handle_bytes, NULL, &scene->reels[0]), -EOPNOTSUPP);
}

static void there_are_only_so_many_recordings(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create();
	struct reel *reels[FILM_RECORDINGS_MAX];

	for (unsigned i = 0; i < FILM_RECORDINGS_MAX; i++)
		EXPECT_INT(film_join(scene->film, handle_bytes, NULL, &reels[i]), 0);
	EXPECT_INT(film_join(scene->film, handle_bytes, NULL, &scene->reels[0]), -EBUSY);
	for (unsigned i = 0; i < FILM_RECORDINGS_MAX; i++)
		film_leave(scene->film, reels[i]);
}

int main(void)
{
	RUN_TEST(a_recording_begins_with_the_picture_that_is_there);
	RUN_TEST(all_recordings_share_one_encode);
	RUN_TEST(who_joins_a_still_head_gets_a_key_frame_and_the_others_go_on);
	RUN_TEST(of_frames_that_come_during_an_encode_the_newest_is_next);
	RUN_TEST(another_size_goes_on_with_a_key_frame);
	RUN_TEST(a_notice_is_told_and_not_filmed);
	RUN_TEST(what_happens_to_the_vm_is_told_to_all);
	RUN_TEST(time_goes_on_when_nothing_happens);
	RUN_TEST(nobody_records_nothing_is_encoded);
	RUN_TEST(an_encoder_that_fails_leaves_the_recording_open);
	RUN_TEST(what_cannot_be_is_refused);
	RUN_TEST(there_are_only_so_many_recordings);
	return 0;
}
