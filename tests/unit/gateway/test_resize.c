/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/resize.h"

#include <errno.h>

#include "gateway/frame/heads.h"
#include "tests/support/test.h"

static struct head_policy policies[HEADS_MAX] = {
	{.size = {640, 480}, .viewers_may_resize = true},
	{.size = {640, 480}},
};

struct scene {
	struct loop *loop;
	struct heads *heads;
	struct resize *resize;
	int asked;
	struct size last;
};

static void note_resize(void *data, unsigned head, struct size size)
{
	struct scene *scene = data;

	EXPECT_INT(head, 0);
	scene->asked++;
	scene->last = size;
}

static struct scene *scene_create(void)
{
	struct scene *scene = calloc(1, sizeof(*scene));

	EXPECT_INT(loop_create(&scene->loop), 0);
	scene->heads = heads_create(scene->loop, 64 << 20, policies);
	heads_grow(scene->heads, 2, "off");
	scene->resize = resize_create(scene->loop, scene->heads, note_resize, scene);
	return scene;
}

static void scene_destroy(struct scene *scene)
{
	resize_destroy(scene->resize);
	heads_destroy(scene->heads);
	loop_destroy(scene->loop);
	free(scene);
}
DEFINE_CLEANUP(struct scene *, scene_destroy)

static bool was_asked(void *data)
{
	return ((struct scene *)data)->asked > 0;
}

static void of_many_requests_the_newest_is_asked_once(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create();

	for (uint32_t i = 0; i < 50; i++)
		EXPECT_INT(resize_request(scene->resize, 0, (struct size){800 + i, 600}), 0);
	EXPECT(test_wait(scene->loop, was_asked, scene));
	EXPECT_INT(scene->asked, 1);
	EXPECT_INT(scene->last.width, 849);
}

static void a_head_of_fixed_size_is_not_resized(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create();

	EXPECT_INT(resize_request(scene->resize, 1, (struct size){800, 600}), -EPERM);
}

static void absurd_sizes_and_heads_are_refused(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create();

	EXPECT_INT(resize_request(scene->resize, 0, (struct size){0, 600}), -EINVAL);
	EXPECT_INT(resize_request(scene->resize, 0, (struct size){800, 100000}), -EINVAL);
	EXPECT_INT(resize_request(scene->resize, 9, (struct size){800, 600}), -ENODEV);
}

int main(void)
{
	RUN_TEST(of_many_requests_the_newest_is_asked_once);
	RUN_TEST(a_head_of_fixed_size_is_not_resized);
	RUN_TEST(absurd_sizes_and_heads_are_refused);
}
