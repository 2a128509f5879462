/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/frame/frame_store.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>

#include "gateway/frame/frame.h"
#include "tests/support/test.h"

#define WIDTH  256
#define HEIGHT 64
#define BYTES  ((uint64_t)WIDTH * HEIGHT * 4)

/* A store, the guest's screen, and what the store said. */
struct scene {
	struct loop *loop;
	struct frame_budget *budget;
	struct frame_store *store;
	uint32_t screen[WIDTH * HEIGHT];
	int frames;
	int rooms;
};

static void note_frame(void *data)
{
	((struct scene *)data)->frames++;
}

static void note_room(void *data)
{
	((struct scene *)data)->rooms++;
}

static const struct frame_store_listener listener = {note_frame, note_room};

static struct scene *scene_create(unsigned budget_frames)
{
	struct scene *scene = calloc(1, sizeof(*scene));

	EXPECT_INT(loop_create(&scene->loop), 0);
	scene->budget = frame_budget_create(budget_frames * BYTES);
	scene->store = frame_store_create(scene->loop, scene->budget, &listener, scene);
	return scene;
}

static void scene_destroy(struct scene *scene)
{
	frame_store_destroy(scene->store);
	loop_destroy(scene->loop);
	frame_budget_destroy(scene->budget);
	free(scene);
}
DEFINE_CLEANUP(struct scene *, scene_destroy)

static struct pixels screen_of(struct scene *scene)
{
	return (struct pixels){scene->screen, WIDTH, HEIGHT, WIDTH * 4, PIXMAN_x8r8g8b8};
}

static int update_all(struct scene *scene)
{
	struct pixels pixels = screen_of(scene);

	return frame_store_update(scene->store, &pixels, NULL, 1, false);
}

static void paint(struct scene *scene, int x, int y, uint32_t colour)
{
	scene->screen[y * WIDTH + x] = colour;
}

static int update_rect(struct scene *scene, int x, int y, unsigned width, unsigned height)
{
	struct pixels pixels = screen_of(scene);
	pixman_region32_t declared;
	int r;

	pixman_region32_init_rect(&declared, x, y, width, height);
	r = frame_store_update(scene->store, &pixels, &declared, 1, false);
	pixman_region32_fini(&declared);
	return r;
}

static void expect_newest_equals_screen(struct scene *scene)
{
	CLEANUP(frame_unrefp) struct frame *frame = frame_store_fetch(scene->store, 0, NULL);

	EXPECT(memcmp(frame->pixels, scene->screen, sizeof(scene->screen)) == 0);
}

static uint64_t newest_number(struct scene *scene)
{
	CLEANUP(frame_unrefp) struct frame *frame = frame_store_fetch(scene->store, 0, NULL);

	return frame->number;
}

/* The bounding box and number of rectangles of what changed since `since`. */
static pixman_box32_t damage_since(struct scene *scene, uint64_t since, int *ret_rects)
{
	CLEANUP(frame_unrefp) struct frame *frame = NULL;
	pixman_region32_t damage;
	pixman_box32_t box;

	pixman_region32_init(&damage);
	frame = frame_store_fetch(scene->store, since, &damage);
	EXPECT(frame);
	box = *pixman_region32_extents(&damage);
	*ret_rects = pixman_region32_n_rects(&damage);
	pixman_region32_fini(&damage);
	return box;
}

static void there_is_no_frame_before_the_first_update(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create(8);

	EXPECT(!frame_store_fetch(scene->store, 0, NULL));
}

static void a_flip_that_changes_nothing_publishes_nothing(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create(8);

	EXPECT_INT(update_all(scene), 1);
	EXPECT_INT(update_all(scene), 0);
	EXPECT_INT(scene->frames, 1);
}

static void a_flip_damages_only_what_it_changes(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create(8);
	pixman_box32_t box;
	uint64_t seen;
	int rects;

	update_all(scene);
	seen = newest_number(scene);
	paint(scene, 130, 20, 0xffffff);
	EXPECT_INT(update_all(scene), 1);
	box = damage_since(scene, seen, &rects);
	EXPECT_INT(rects, 1);
	EXPECT_INT(box.x1, 128);
	EXPECT_INT(box.x2, 192);
	EXPECT_INT(box.y1, 16);
	EXPECT_INT(box.y2, 32);
	expect_newest_equals_screen(scene);
}

static void a_change_that_was_not_declared_is_not_published(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create(8);
	CLEANUP(frame_unrefp) struct frame *frame = NULL;

	update_all(scene);
	paint(scene, 5, 5, 0x111111);
	paint(scene, 200, 50, 0x222222);
	EXPECT_INT(update_rect(scene, 200, 50, 1, 1), 1);
	frame = frame_store_fetch(scene->store, 0, NULL);
	EXPECT_INT(frame_row(frame, 50)[200], 0x222222);
	EXPECT_INT(frame_row(frame, 5)[5], 0);
}

static void a_slow_reader_gets_all_the_damage_it_missed(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create(8);
	pixman_box32_t box;
	uint64_t seen;
	int rects;

	update_all(scene);
	seen = newest_number(scene);
	paint(scene, 0, 0, 1);
	update_rect(scene, 0, 0, 8, 8);
	paint(scene, 255, 63, 2);
	update_rect(scene, 248, 56, 8, 8);

	box = damage_since(scene, seen, &rects);
	EXPECT_INT(rects, 2);
	EXPECT_INT(box.x1, 0);
	EXPECT_INT(box.x2, 256);
	damage_since(scene, newest_number(scene), &rects);
	EXPECT_INT(rects, 0);
}

static void a_reader_beyond_the_history_gets_the_whole_picture(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create(8);
	pixman_box32_t box;
	uint64_t seen;
	int rects;

	update_all(scene);
	seen = newest_number(scene);
	for (uint32_t i = 1; i <= 100; i++) {
		paint(scene, 0, 0, i);
		EXPECT_INT(update_rect(scene, 0, 0, 1, 1), 1);
	}
	box = damage_since(scene, seen, &rects);
	EXPECT_INT(rects, 1);
	EXPECT_INT(box.x2, WIDTH);
	EXPECT_INT(box.y2, HEIGHT);
}

static void frames_that_a_reader_holds_do_not_change(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create(8);
	CLEANUP(frame_unrefp) struct frame *held = NULL;

	update_all(scene);
	held = frame_store_fetch(scene->store, 0, NULL);
	for (uint32_t i = 1; i <= 10; i++) {
		paint(scene, (int)i * 20, 40, i);
		EXPECT_INT(update_rect(scene, (int)i * 20, 40, 1, 1), 1);
		expect_newest_equals_screen(scene);
	}
	EXPECT_INT(frame_row(held, 40)[20], 0);
	EXPECT_INT(held->number, 1);
}

static void with_the_budget_spent_the_newest_unheld_frame_is_overwritten(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create(2);
	CLEANUP(frame_unrefp) struct frame *held = NULL;

	update_all(scene);
	held = frame_store_fetch(scene->store, 0, NULL);
	for (uint32_t i = 1; i <= 5; i++) {
		paint(scene, 9, 9, i);
		EXPECT_INT(update_rect(scene, 9, 9, 1, 1), 1);
		expect_newest_equals_screen(scene);
	}
	EXPECT_INT(newest_number(scene), 6);
	EXPECT_INT(frame_row(held, 9)[9], 0);
}

static void two_frames_compare_whichever_is_the_newer(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create(8);
	CLEANUP(frame_unrefp) struct frame *older = NULL;
	CLEANUP(frame_unrefp) struct frame *newer = NULL;
	pixman_region32_t there, back;

	update_all(scene);
	paint(scene, 130, 20, 1);
	update_all(scene);
	older = frame_store_fetch(scene->store, 0, NULL);
	paint(scene, 10, 50, 1);
	update_all(scene);
	newer = frame_store_fetch(scene->store, 0, NULL);
	pixman_region32_init(&there);
	pixman_region32_init(&back);
	frame_store_compare(scene->store, older->number, newer, &there);
	frame_store_compare(scene->store, newer->number, older, &back);
	EXPECT(pixman_region32_equal(&there, &back));
	EXPECT_INT(pixman_region32_extents(&back)->x2, 64);
	frame_store_compare(scene->store, 0, older, &back);
	EXPECT_INT(pixman_region32_extents(&back)->x2, WIDTH);
	pixman_region32_fini(&there);
	pixman_region32_fini(&back);
}

static bool has_room(void *data)
{
	return ((struct scene *)data)->rooms > 0;
}

static void with_every_frame_held_an_update_waits_and_keeps_its_damage(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create(2);
	struct frame *first, *second;

	update_all(scene);
	first = frame_store_fetch(scene->store, 0, NULL);
	paint(scene, 1, 1, 1);
	EXPECT_INT(update_rect(scene, 1, 1, 1, 1), 1);
	second = frame_store_fetch(scene->store, 0, NULL);
	paint(scene, 100, 1, 2);
	EXPECT_INT(update_rect(scene, 100, 1, 1, 1), -EAGAIN);
	EXPECT_INT(frame_row(second, 1)[100], 0);

	frame_unref(first);
	EXPECT(test_wait(scene->loop, has_room, scene));
	EXPECT_INT(update_rect(scene, 0, 60, 1, 1), 1);
	expect_newest_equals_screen(scene);
	frame_unref(second);
}

static void a_head_has_two_frames_though_others_spent_the_budget(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create(2);
	CLEANUP(frame_unrefp) struct frame *held = NULL;
	struct frame_store *first = scene->store;

	update_all(scene);
	held = frame_store_fetch(first, 0, NULL);
	paint(scene, 1, 1, 1);
	update_all(scene);

	scene->store = frame_store_create(scene->loop, scene->budget, &listener, scene);
	EXPECT_INT(update_all(scene), 1);
	CLEANUP(frame_unrefp) struct frame *shown = frame_store_fetch(scene->store, 0, NULL);
	paint(scene, 1, 1, 2);
	EXPECT_INT(update_all(scene), 1);
	EXPECT_INT(newest_number(scene), 2);
	EXPECT_INT(frame_row(shown, 1)[1], 1);
	frame_store_destroy(scene->store);
	scene->store = first;
}

static void a_head_too_large_for_the_budget_is_refused(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create(1);

	EXPECT_INT(update_all(scene), -EFBIG);
}

static void a_new_size_damages_everything(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create(8);
	struct pixels smaller = screen_of(scene);
	pixman_box32_t box;
	int rects;

	update_all(scene);
	smaller.width = 100;
	EXPECT_INT(frame_store_update(scene->store, &smaller, NULL, 1, false), 1);
	box = damage_since(scene, 1, &rects);
	EXPECT_INT(box.x2, 100);
	EXPECT_INT(box.y2, HEIGHT);
}

static void a_frame_of_an_old_size_does_not_differ_from_itself(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create(8);
	CLEANUP(frame_unrefp) struct frame *old = NULL;
	struct pixels smaller = screen_of(scene);
	pixman_region32_t damage;

	update_all(scene);
	old = frame_store_fetch(scene->store, 0, NULL);
	smaller.width = 100;
	EXPECT_INT(frame_store_update(scene->store, &smaller, NULL, 1, false), 1);
	pixman_region32_init(&damage);
	frame_store_compare(scene->store, old->number, old, &damage);
	EXPECT(!pixman_region32_not_empty(&damage));
	pixman_region32_fini(&damage);
}

static void a_notice_and_the_picture_after_it_are_whole(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create(8);
	struct pixels pixels = screen_of(scene);
	uint32_t notice[WIDTH * HEIGHT] = {5};

	update_all(scene);
	pixels.data = notice;
	EXPECT_INT(frame_store_update(scene->store, &pixels, NULL, 1, true), 1);
	paint(scene, 3, 3, 3);
	EXPECT_INT(update_rect(scene, 3, 3, 1, 1), 1);
	expect_newest_equals_screen(scene);
}

static void other_formats_are_converted(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create(8);
	CLEANUP(frame_unrefp) struct frame *frame = NULL;
	static const uint16_t red_green[] = {0xf800, 0x07e0};
	struct pixels pixels = {red_green, 2, 1, 4, PIXMAN_r5g6b5};

	EXPECT_INT(frame_store_update(scene->store, &pixels, NULL, 1, false), 1);
	frame = frame_store_fetch(scene->store, 0, NULL);
	EXPECT_INT(frame_row(frame, 0)[0] & 0xffffff, 0xff0000);
	EXPECT_INT(frame_row(frame, 0)[1] & 0xffffff, 0x00ff00);
}

struct reader {
	struct scene *scene;
	_Atomic bool stop;
};

/* A reader of its own thread: rebuilds the picture from damage alone, and
 * looks whether a frame that it holds keeps its pixels. */
static void *read_frames(void *data)
{
	struct reader *reader = data;
	uint64_t seen = 0;

	while (!atomic_load(&reader->stop)) {
		CLEANUP(frame_unrefp) struct frame *frame = NULL;
		pixman_region32_t damage;

		pixman_region32_init(&damage);
		frame = frame_store_fetch(reader->scene->store, seen, &damage);
		EXPECT(frame->number >= seen);
		EXPECT_INT(frame_row(frame, 0)[0], frame_row(frame, HEIGHT - 1)[WIDTH - 1]);
		seen = frame->number;
		pixman_region32_fini(&damage);
	}
	return NULL;
}

static void readers_on_other_threads_never_see_a_frame_half_written(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create(3);
	struct reader reader = {.scene = scene};
	pthread_t threads[3];

	update_all(scene);
	for (int i = 0; i < 3; i++)
		pthread_create(&threads[i], NULL, read_frames, &reader);
	for (uint32_t i = 1; i < 2000; i++) {
		paint(scene, 0, 0, i);
		paint(scene, WIDTH - 1, HEIGHT - 1, i);
		update_all(scene);
	}
	atomic_store(&reader.stop, true);
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
}

int main(void)
{
	RUN_TEST(there_is_no_frame_before_the_first_update);
	RUN_TEST(a_flip_that_changes_nothing_publishes_nothing);
	RUN_TEST(a_flip_damages_only_what_it_changes);
	RUN_TEST(a_change_that_was_not_declared_is_not_published);
	RUN_TEST(a_slow_reader_gets_all_the_damage_it_missed);
	RUN_TEST(a_reader_beyond_the_history_gets_the_whole_picture);
	RUN_TEST(frames_that_a_reader_holds_do_not_change);
	RUN_TEST(two_frames_compare_whichever_is_the_newer);
	RUN_TEST(with_the_budget_spent_the_newest_unheld_frame_is_overwritten);
	RUN_TEST(with_every_frame_held_an_update_waits_and_keeps_its_damage);
	RUN_TEST(a_head_has_two_frames_though_others_spent_the_budget);
	RUN_TEST(a_head_too_large_for_the_budget_is_refused);
	RUN_TEST(a_new_size_damages_everything);
	RUN_TEST(a_frame_of_an_old_size_does_not_differ_from_itself);
	RUN_TEST(a_notice_and_the_picture_after_it_are_whole);
	RUN_TEST(other_formats_are_converted);
	RUN_TEST(readers_on_other_threads_never_see_a_frame_half_written);
}
