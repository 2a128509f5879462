/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/capture/head_wait.h"

#include "common/loop.h"
#include "common/worker.h"
#include "common/xalloc.h"
#include "gateway/frame/heads.h"
#include "tests/support/test.h"

#define WIDTH  160
#define HEIGHT 100

#define SECOND_US UINT64_C(1000000)

static struct head_policy policies[HEADS_MAX] = {{.size = {WIDTH, HEIGHT}}};

/* A head, and somebody who waits for it. */
struct scene {
	struct loop *loop;
	struct workers *workers;
	struct heads *heads;
	struct head *head;
	uint32_t screen[WIDTH * HEIGHT];

	struct head_wait *wait;
	bool is_done;
	struct head_wait_outcome outcome; /* without what it pointed to */
	struct comparison_verdict verdict;
	uint32_t corner; /* of the outcome's picture */
	bool has_picture;
	char notice[NOTICE_MAX];
};

static struct scene *scene_create(void)
{
	struct scene *scene = xcalloc(1, sizeof(*scene));

	EXPECT_INT(loop_create(&scene->loop), 0);
	EXPECT_INT(workers_create(scene->loop, 1, 4, &scene->workers), 0);
	scene->heads = heads_create(scene->loop, 64 << 20, policies);
	scene->head = heads_get(scene->heads, 0);
	return scene;
}

static void scene_destroy(struct scene *scene)
{
	workers_destroy(scene->workers);
	heads_destroy(scene->heads);
	loop_destroy(scene->loop);
	free(scene);
}
DEFINE_CLEANUP(struct scene *, scene_destroy)

static void show(struct scene *scene)
{
	const struct pixels pixels = {scene->screen, WIDTH, HEIGHT, WIDTH * 4, PIXMAN_x8r8g8b8};

	EXPECT_INT(head_show(scene->head, &pixels, NULL, loop_now_us()), 1);
}

static void draw(struct scene *scene, uint32_t x, uint32_t y, uint32_t colour)
{
	/* What is in the unused byte does not matter. */
	scene->screen[y * WIDTH + x] = colour | 0xab000000;
	show(scene);
}

static struct head_wait_condition *condition(enum head_wait_until until)
{
	struct head_wait_condition *condition = xcalloc(1, sizeof(*condition));

	condition->until = until;
	condition->still_us = 50000;
	condition->wants_picture = true;
	return condition;
}

static void ignore(struct head_wait_condition *condition, struct picture_box box)
{
	condition->ignored[condition->comparison.ignored_count++] = box;
}

static void handle_done(void *data, const struct head_wait_outcome *outcome)
{
	struct scene *scene = data;

	scene->is_done = true;
	scene->outcome = *outcome;
	scene->has_picture = outcome->picture;
	if (outcome->picture)
		scene->corner = outcome->picture->pixels[0];
	if (outcome->verdicts_count > 0)
		scene->verdict = outcome->verdicts[0];
	strcpy(scene->notice, outcome->notice);
}

static void start(struct scene *scene, struct head_wait_condition *waited_for, uint64_t timeout_us)
{
	scene->is_done = false;
	EXPECT_INT(head_wait_start(scene->loop, scene->workers, scene->head, waited_for, timeout_us,
				   handle_done, scene, &scene->wait),
		   0);
	/* Whoever started it has to know of it first. */
	EXPECT(!scene->is_done);
}

static bool is_done(void *data)
{
	return ((struct scene *)data)->is_done;
}

static bool ends(struct scene *scene)
{
	EXPECT(test_wait(scene->loop, is_done, scene));
	return scene->outcome.is_met;
}

/* A job that does nothing: the one worker has done all that was submitted before. */
struct marker {
	struct job job;
	bool is_done;
};

static void run_marker(struct job *job)
{
}

static void handle_marker(struct job *job)
{
	((struct marker *)job)->is_done = true;
}

static bool marker_is_done(void *data)
{
	return ((struct marker *)data)->is_done;
}

/* It has looked at all that was shown, and still waits. */
static void expect_waits(struct scene *scene)
{
	/* A frame that came while it looked at another is looked at next. */
	for (unsigned i = 0; i < 2; i++) {
		struct marker marker = {{.run = run_marker, .done = handle_marker}, false};

		while (sd_event_run(loop_event(scene->loop), 0) > 0)
			;
		EXPECT_INT(workers_submit(scene->workers, &marker.job), 0);
		EXPECT(test_wait(scene->loop, marker_is_done, &marker));
	}
	EXPECT(!scene->is_done);
}

/* -- Anything at all ------------------------------------------------------------- */

static void a_notice_and_black_are_nothing(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create();

	start(scene, condition(HEAD_WAIT_SHOWN), 20 * SECOND_US);
	expect_waits(scene);
	show(scene);
	expect_waits(scene);
	draw(scene, 159, 99, 0x010101);
	EXPECT(ends(scene));
	EXPECT_INT(scene->outcome.width, WIDTH);
	EXPECT(scene->outcome.frame > 0);
	EXPECT_STRING(scene->notice, "");
}

static void what_is_right_already_is_right_at_once(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create();

	draw(scene, 0, 0, 0xff0000);
	start(scene, condition(HEAD_WAIT_SHOWN), 20 * SECOND_US);
	EXPECT(ends(scene));
	EXPECT_INT(scene->corner, 0xff0000);
}

static void what_is_ignored_is_nothing(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create();
	struct head_wait_condition *shown = condition(HEAD_WAIT_SHOWN);

	ignore(shown, (struct picture_box){0, 0, 10, 10});
	draw(scene, 9, 9, 0xffffff);
	start(scene, shown, 20 * SECOND_US);
	expect_waits(scene);
	draw(scene, 10, 9, 0xffffff);
	EXPECT(ends(scene));
}

static void a_head_that_stays_dark_says_what_it_shows_instead(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create();

	head_show_notice(scene->head, "The guest went for a walk");
	start(scene, condition(HEAD_WAIT_SHOWN), 1000);
	EXPECT(!ends(scene));
	EXPECT_INT(scene->outcome.frame, 0);
	EXPECT(!scene->has_picture);
	EXPECT_STRING(scene->notice, "The guest went for a walk");
}

/* -- Stillness ------------------------------------------------------------------- */

static void each_change_begins_the_time_anew(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create();
	struct head_wait_condition *still = condition(HEAD_WAIT_STILL);
	uint64_t changed_us;

	still->still_us = 200000;
	draw(scene, 0, 0, 1);
	start(scene, still, 20 * SECOND_US);
	expect_waits(scene);
	draw(scene, 0, 0, 2);
	changed_us = loop_now_us();
	EXPECT(ends(scene));
	EXPECT(loop_now_us() - changed_us >= 199000);
	EXPECT_INT(scene->corner, 2);
}

static void a_head_that_has_been_still_for_long_need_not_wait(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create();
	const struct pixels pixels = {scene->screen, WIDTH, HEIGHT, WIDTH * 4, PIXMAN_x8r8g8b8};
	struct head_wait_condition *still = condition(HEAD_WAIT_STILL);

	still->still_us = 5 * SECOND_US;
	EXPECT_INT(head_show(scene->head, &pixels, NULL, loop_now_us() - 6 * SECOND_US), 1);
	start(scene, still, 20 * SECOND_US);
	EXPECT(ends(scene));
	EXPECT(loop_now_us() - scene->outcome.time_us < 8 * SECOND_US);
}

static void a_clock_that_is_ignored_does_not_disturb(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create();
	struct head_wait_condition *still = condition(HEAD_WAIT_STILL);

	ignore(still, (struct picture_box){0, 0, 8, 8});
	draw(scene, 50, 50, 1);
	start(scene, still, 20 * SECOND_US);
	for (uint32_t tick = 1; !scene->is_done; tick++) {
		draw(scene, 3, 3, tick & 0xffffff);
		sd_event_run(loop_event(scene->loop), 1000);
	}
	EXPECT(scene->outcome.is_met);
}

static void what_never_rests_is_never_still(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create();

	draw(scene, 0, 0, 1);
	start(scene, condition(HEAD_WAIT_STILL), 300000);
	for (uint32_t tick = 2; !scene->is_done; tick++) {
		draw(scene, 0, 0, tick & 0xffffff);
		sd_event_run(loop_event(scene->loop), 1000);
	}
	EXPECT(!scene->outcome.is_met);
}

static void a_guest_that_goes_away_is_not_still(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create();
	struct head_wait_condition *still = condition(HEAD_WAIT_STILL);

	still->still_us = SECOND_US / 2;
	draw(scene, 0, 0, 1);
	start(scene, still, SECOND_US);
	expect_waits(scene);
	head_show_notice(scene->head, "gone");
	EXPECT(!ends(scene));
	EXPECT_STRING(scene->notice, "gone");
}

/* -- Change ---------------------------------------------------------------------- */

static void a_change_is_a_pixel_that_counts(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create();
	struct head_wait_condition *change = condition(HEAD_WAIT_CHANGE);

	ignore(change, (struct picture_box){0, 0, 8, 8});
	draw(scene, 0, 0, 1);
	start(scene, change, 20 * SECOND_US);
	expect_waits(scene);
	draw(scene, 7, 7, 1);
	expect_waits(scene);
	draw(scene, 8, 7, 1);
	EXPECT(ends(scene));
}

static void a_picture_after_none_is_a_change(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create();

	start(scene, condition(HEAD_WAIT_CHANGE), 20 * SECOND_US);
	expect_waits(scene);
	show(scene);
	EXPECT(ends(scene));
}

/* -- Match ----------------------------------------------------------------------- */

static struct head_wait_condition *match_of(uint32_t width, uint32_t corner)
{
	struct head_wait_condition *match = condition(HEAD_WAIT_MATCH);

	match->reference = picture_create(width, HEIGHT);
	match->reference->pixels[0] = corner;
	return match;
}

static void a_match_is_every_pixel_of_the_reference(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create();

	draw(scene, 0, 0, 0x00fe00);
	start(scene, match_of(WIDTH, 0x00ff00), 20 * SECOND_US);
	expect_waits(scene);
	draw(scene, 0, 0, 0x00ff00);
	EXPECT(ends(scene));
	EXPECT(scene->verdict.is_same);
	EXPECT_INT(scene->verdict.different, 0);
}

static void a_tolerance_is_for_matches_too(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create();
	struct head_wait_condition *match = match_of(WIDTH, 0x00ff00);

	match->comparison.tolerance = 0.1f;
	draw(scene, 0, 0, 0x00fe00);
	start(scene, match, 20 * SECOND_US);
	EXPECT(ends(scene));
}

static void what_came_nearest_is_told_when_nothing_matched(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create();

	for (uint32_t x = 0; x < 20; x++)
		scene->screen[x] = 0x123456;
	show(scene);
	start(scene, match_of(WIDTH, 0x00ff00), 3 * SECOND_US);
	expect_waits(scene);
	memset(scene->screen, 0, sizeof(scene->screen));
	draw(scene, 0, 0, 0x0000ff);
	expect_waits(scene);
	for (uint32_t x = 0; x < 30; x++)
		scene->screen[x] = 0x654321;
	show(scene);
	EXPECT(!ends(scene));
	EXPECT_INT(scene->verdict.different, 1);
	EXPECT_INT(scene->corner, 0x0000ff);
}

static void another_size_is_no_match(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create();

	show(scene);
	start(scene, match_of(WIDTH + 1, 0), 100000);
	EXPECT(!ends(scene));
	EXPECT_INT(scene->outcome.verdicts_count, 0);
	EXPECT_INT(scene->outcome.width, WIDTH);
}

/* -- Size ------------------------------------------------------------------------ */

static void a_size_is_that_of_a_picture(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create();
	struct head_wait_condition *size = condition(HEAD_WAIT_SIZE);

	/* What it is asked to have is not what it has. */
	size->size = (struct size){WIDTH, HEIGHT};
	start(scene, size, 20 * SECOND_US);
	expect_waits(scene);
	show(scene);
	EXPECT(ends(scene));
}

/* -- Going away ------------------------------------------------------------------ */

static void whoever_does_not_wait_any_more_is_not_told(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create();

	draw(scene, 0, 0, 1);
	/* While a worker looks, and while none does. */
	start(scene, condition(HEAD_WAIT_SHOWN), 20 * SECOND_US);
	head_wait_cancel(scene->wait);
	start(scene, condition(HEAD_WAIT_CHANGE), 20 * SECOND_US);
	expect_waits(scene);
	head_wait_cancel(scene->wait);
	draw(scene, 0, 0, 2);
	expect_waits(scene);
}

int main(void)
{
	RUN_TEST(a_notice_and_black_are_nothing);
	RUN_TEST(what_is_right_already_is_right_at_once);
	RUN_TEST(what_is_ignored_is_nothing);
	RUN_TEST(a_head_that_stays_dark_says_what_it_shows_instead);
	RUN_TEST(each_change_begins_the_time_anew);
	RUN_TEST(a_head_that_has_been_still_for_long_need_not_wait);
	RUN_TEST(a_clock_that_is_ignored_does_not_disturb);
	RUN_TEST(what_never_rests_is_never_still);
	RUN_TEST(a_guest_that_goes_away_is_not_still);
	RUN_TEST(a_change_is_a_pixel_that_counts);
	RUN_TEST(a_picture_after_none_is_a_change);
	RUN_TEST(a_match_is_every_pixel_of_the_reference);
	RUN_TEST(a_tolerance_is_for_matches_too);
	RUN_TEST(what_came_nearest_is_told_when_nothing_matched);
	RUN_TEST(another_size_is_no_match);
	RUN_TEST(a_size_is_that_of_a_picture);
	RUN_TEST(whoever_does_not_wait_any_more_is_not_told);
	return 0;
}
