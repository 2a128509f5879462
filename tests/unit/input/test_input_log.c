/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/input/input_log.h"

#include <stdio.h>
#include <string.h>

#include "gateway/frame/heads.h"
#include "gateway/input/seat.h"
#include "tests/fakes/fake_port.h"
#include "tests/support/test.h"

#define QNUM_A 30

static struct head_policy policies[HEADS_MAX] = {{.size = {640, 480}}};
static uint64_t now_us;

/* A seat with a guest, a viewer, and a log of what it does. */
struct scene {
	struct loop *loop;
	struct heads *heads;
	struct seat *seat;
	struct seat_client *viewer;
	struct fake_port port;
	struct input_log *log;
	unsigned told;
};

static uint64_t clock_us(void)
{
	return now_us;
}

static void handle_input(void *data)
{
	struct scene *scene = data;

	scene->told++;
}

static struct scene *scene_create(void)
{
	struct scene *scene = calloc(1, sizeof(*scene));

	EXPECT_INT(loop_create(&scene->loop), 0);
	scene->heads = heads_create(scene->loop, 64 << 20, policies);
	scene->seat = seat_create(scene->loop, scene->heads);
	scene->viewer = seat_client_open(scene->seat);
	fake_port_attach(&scene->port, scene->seat);
	now_us = 1000;
	scene->log = input_log_create(clock_us, scene->seat, scene->heads, handle_input, scene);
	return scene;
}

static void scene_destroy(struct scene *scene)
{
	input_log_destroy(scene->log);
	seat_client_close(scene->viewer);
	seat_destroy(scene->seat);
	heads_destroy(scene->heads);
	loop_destroy(scene->loop);
	free(scene);
}
DEFINE_CLEANUP(struct scene *, scene_destroy)

static void send(struct scene *scene, struct input_event event)
{
	EXPECT_INT(seat_client_send(scene->viewer, &event), 0);
	loop_run_posts(scene->loop);
	fake_port_forget(&scene->port);
}

static void press(struct scene *scene, bool is_down)
{
	send(scene, (struct input_event){.type = INPUT_KEY, .key = {QNUM_A, is_down}});
}

/* Begins to read. */
static void open_log(struct scene *scene)
{
	uint64_t start;

	EXPECT_INT(input_log_read(scene->log, 0, NULL, 0, &start), 0);
}

static void what_reaches_the_guest_is_kept_in_order_and_told(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create();
	struct input_record records[8];
	uint64_t start;

	open_log(scene);
	press(scene, true);
	now_us = 2000;
	send(scene, (struct input_event){.type = INPUT_MOTION, .motion = {9999, 20}});
	send(scene, (struct input_event){.type = INPUT_WHEEL, .wheel = {0, -2}});
	send(scene,
	     (struct input_event){.type = INPUT_TOUCH, .touch = {INPUT_TOUCH_DOWN, 77, 10, 20}});
	EXPECT_INT(scene->told, 5);
	EXPECT_INT(input_log_end(scene->log), 5);
	EXPECT_INT(input_log_read(scene->log, 0, records, 8, &start), 5);
	EXPECT_INT(start, 0);
	EXPECT_INT(records[0].event.type, INPUT_KEY);
	EXPECT_INT(records[0].event.key.qnum, QNUM_A);
	EXPECT_INT(records[0].time_us, 1000);
	EXPECT_INT(records[1].event.type, INPUT_MOTION);
	EXPECT_INT(records[1].event.motion.x, 639);
	EXPECT_INT(records[1].time_us, 2000);
	EXPECT_INT(records[2].event.type, INPUT_WHEEL);
	EXPECT_INT(records[2].event.wheel.dy, -1);
	EXPECT_INT(records[3].event.wheel.dy, -1);
	EXPECT_INT(records[4].event.touch.contact, 0);

	EXPECT_INT(input_log_read(scene->log, 3, records, 1, &start), 1);
	EXPECT_INT(start, 3);
	EXPECT_INT(records[0].event.type, INPUT_WHEEL);
}

static void nothing_is_kept_before_somebody_reads(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create();

	press(scene, true);
	EXPECT_INT(input_log_end(scene->log), 0);
	EXPECT_INT(scene->told, 0);
	open_log(scene);
	press(scene, false);
	EXPECT_INT(input_log_end(scene->log), 1);
}

static void what_nobody_reads_any_more_is_forgotten(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create();
	struct input_record records[8];
	uint64_t start;

	open_log(scene);
	press(scene, true);
	now_us += INPUT_LOG_UNREAD_US;
	EXPECT_INT(input_log_read(scene->log, 0, records, 8, &start), 1);

	now_us += INPUT_LOG_UNREAD_US + 1;
	press(scene, false);
	EXPECT_INT(input_log_read(scene->log, 0, records, 8, &start), 0);
	EXPECT_INT(start, 1);
	press(scene, true);
	EXPECT_INT(input_log_read(scene->log, 0, records, 8, &start), 1);
}

static void the_oldest_are_dropped(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create();
	struct input_record record;
	uint64_t start;

	open_log(scene);
	for (unsigned i = 0; i < INPUT_LOG_LENGTH + 3; i++)
		press(scene, i % 2 == 0);
	EXPECT_INT(input_log_read(scene->log, 0, &record, 1, &start), 1);
	EXPECT_INT(start, 3);
	EXPECT(!record.event.key.is_down);
}

static void what_is_only_repeated_or_goes_nowhere_is_not_kept(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create();

	open_log(scene);
	press(scene, true);
	seat_repeat(scene->seat);
	EXPECT_INT(input_log_end(scene->log), 1);
	seat_detach(scene->seat);
	press(scene, false);
	EXPECT_INT(input_log_end(scene->log), 1);
	fake_port_attach(&scene->port, scene->seat);
}

int main(void)
{
	RUN_TEST(what_reaches_the_guest_is_kept_in_order_and_told);
	RUN_TEST(nothing_is_kept_before_somebody_reads);
	RUN_TEST(what_nobody_reads_any_more_is_forgotten);
	RUN_TEST(the_oldest_are_dropped);
	RUN_TEST(what_is_only_repeated_or_goes_nowhere_is_not_kept);
	return 0;
}
