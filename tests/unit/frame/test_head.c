/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/frame/head.h"

#include <poll.h>

#include "common/wakeup.h"
#include "gateway/frame/cursor.h"
#include "gateway/frame/frame.h"
#include "gateway/frame/heads.h"
#include "tests/support/test.h"

#define WIDTH  320
#define HEIGHT 200

static struct head_policy policies[HEADS_MAX] = {{.size = {WIDTH, HEIGHT}}};
static uint32_t screen[WIDTH * HEIGHT];
static const struct pixels picture = {screen, WIDTH, HEIGHT, WIDTH * 4, PIXMAN_x8r8g8b8};

struct scene {
	struct loop *loop;
	struct heads *heads;
	struct head *head;
	uint64_t observed; /* number of the frame that the observer saw last */
};

static struct scene *scene_create(void)
{
	struct scene *scene = calloc(1, sizeof(*scene));

	EXPECT_INT(loop_create(&scene->loop), 0);
	scene->heads = heads_create(scene->loop, 64 << 20, policies);
	scene->head = heads_get(scene->heads, 0);
	for (size_t i = 0; i < WIDTH * HEIGHT; i++)
		screen[i] = 0x808080;
	return scene;
}

static void scene_destroy(struct scene *scene)
{
	heads_destroy(scene->heads);
	loop_destroy(scene->loop);
	free(scene);
}
DEFINE_CLEANUP(struct scene *, scene_destroy)

static void show(struct scene *scene, uint32_t width, uint32_t height, uint64_t time_us)
{
	const struct pixels pixels = {screen, width, height, WIDTH * 4, PIXMAN_x8r8g8b8};

	EXPECT_INT(head_show(scene->head, &pixels, NULL, time_us), 1);
}

static bool is_signalled(struct wakeup *wakeup)
{
	struct pollfd look = {wakeup_fd(wakeup), POLLIN, 0};
	bool is_ready = poll(&look, 1, 0) == 1;

	wakeup_clear(wakeup);
	return is_ready;
}

static void a_new_head_shows_a_notice_of_the_configured_size(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create();
	CLEANUP(frame_unrefp) struct frame *frame = head_fetch(scene->head, 0, NULL);
	char notice[NOTICE_MAX];

	EXPECT(frame->is_notice);
	EXPECT_INT(frame->width, WIDTH);
	EXPECT_INT(frame->height, HEIGHT);
	EXPECT(head_notice(scene->head, notice));
	EXPECT_STRING(notice, "Starting");
}

static void the_guests_picture_replaces_the_notice(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create();
	CLEANUP(frame_unrefp) struct frame *frame = NULL;
	char notice[NOTICE_MAX];

	EXPECT_INT(head_show(scene->head, &picture, NULL, 1), 1);
	frame = head_fetch(scene->head, 0, NULL);
	EXPECT(!frame->is_notice);
	EXPECT(memcmp(frame->pixels, screen, sizeof(screen)) == 0);
	EXPECT(!head_notice(scene->head, notice));
}

static void a_notice_lies_over_the_last_picture_however_often_it_changes(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create();
	CLEANUP(frame_unrefp) struct frame *frame = NULL;

	head_show(scene->head, &picture, NULL, 1);
	head_show_notice(scene->head, "The guest has gone away");
	head_show_notice(scene->head, "Waiting for the guest");
	frame = head_fetch(scene->head, 0, NULL);
	EXPECT(frame->is_notice);
	EXPECT_INT(frame_row(frame, 0)[0], 0x202020); /* a quarter of 0x80 */
}

static void watchers_are_woken_by_what_they_asked_for_alone(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create();
	struct wakeup *all, *size;

	EXPECT_INT(wakeup_create(&all), 0);
	EXPECT_INT(wakeup_create(&size), 0);
	head_watch(scene->head, all, HEAD_FRAMES | HEAD_CURSOR | HEAD_NOTICE);
	head_watch(scene->head, size, HEAD_SIZE);
	EXPECT(!is_signalled(all));
	show(scene, WIDTH, HEIGHT, 1);
	EXPECT(is_signalled(all));
	head_move_cursor(scene->head, 3, 4, true);
	EXPECT(is_signalled(all));
	head_show_notice(scene->head, "gone");
	EXPECT(is_signalled(all));
	EXPECT(!is_signalled(size));
	show(scene, WIDTH, HEIGHT - 1, 2);
	EXPECT(is_signalled(size));
	EXPECT(is_signalled(all));

	head_unwatch(scene->head, all);
	show(scene, WIDTH, HEIGHT, 3);
	EXPECT(!is_signalled(all));
	head_unwatch(scene->head, size);
	wakeup_destroy(all);
	wakeup_destroy(size);
}

static void note_frame(void *data)
{
	struct scene *scene = data;
	CLEANUP(frame_unrefp) struct frame *frame = head_fetch(scene->head, 0, NULL);

	scene->observed = frame->number;
}

static void the_observer_is_told_of_each_frame(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create();
	uint64_t first;

	head_observe(scene->head, note_frame, scene);
	show(scene, WIDTH, HEIGHT, 1);
	first = scene->observed;
	EXPECT(first > 0);
	show(scene, WIDTH, HEIGHT - 1, 2);
	EXPECT(scene->observed > first);
}

static void the_cursor_is_what_was_set_last(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create();
	static const uint32_t dot[] = {0xff112233};
	struct cursor_image *image = cursor_image_create(1, 1, 0, 9, dot);
	struct cursor cursor;

	head_set_cursor(scene->head, image);
	cursor_image_unref(image);
	head_move_cursor(scene->head, 7, 8, true);
	cursor = head_cursor(scene->head);
	EXPECT_INT(cursor.x, 7);
	EXPECT_INT(cursor.image->pixels[0], 0xff112233);
	EXPECT_INT(cursor.image->hot_y, 0);
	cursor_image_unref(cursor.image);
}

static void note_added(struct head *head, void *data)
{
	*(unsigned *)data = head_index(head);
}

static void heads_grow_and_tell_and_never_shrink(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create();
	unsigned added = 0;

	heads_observe(scene->heads, note_added, &added);
	heads_grow(scene->heads, 3, "off");
	EXPECT_INT(added, 2);
	heads_grow(scene->heads, 1, "off");
	EXPECT_INT(heads_count(scene->heads), 3);
	heads_grow(scene->heads, 99, "off");
	EXPECT_INT(heads_count(scene->heads), HEADS_MAX);
	EXPECT(!heads_get(scene->heads, HEADS_MAX));
}

struct sight {
	struct heads *heads;
	unsigned count; /* of heads that could be seen */
	unsigned calls;
};

static void look_around(struct head *head, void *data)
{
	struct sight *sight = data;

	sight->count = heads_count(sight->heads);
	sight->calls++;
}

static void a_head_is_equipped_before_it_can_be_seen(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create();
	struct sight equipped = {.heads = scene->heads}, observed = {.heads = scene->heads};

	heads_equip(scene->heads, look_around, &equipped);
	heads_observe(scene->heads, look_around, &observed);
	EXPECT_INT(equipped.calls, 1);
	heads_grow(scene->heads, 2, "off");
	EXPECT_INT(equipped.calls, 2);
	EXPECT_INT(equipped.count, 1);
	EXPECT_INT(observed.count, 2);
}

int main(void)
{
	RUN_TEST(a_new_head_shows_a_notice_of_the_configured_size);
	RUN_TEST(the_guests_picture_replaces_the_notice);
	RUN_TEST(a_notice_lies_over_the_last_picture_however_often_it_changes);
	RUN_TEST(watchers_are_woken_by_what_they_asked_for_alone);
	RUN_TEST(the_observer_is_told_of_each_frame);
	RUN_TEST(the_cursor_is_what_was_set_last);
	RUN_TEST(heads_grow_and_tell_and_never_shrink);
	RUN_TEST(a_head_is_equipped_before_it_can_be_seen);
}
