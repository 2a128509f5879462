/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/input/seat.h"

#include "gateway/frame/heads.h"
#include "tests/fakes/fake_port.h"
#include "tests/support/test.h"

#define QNUM_A	  30
#define QNUM_CAPS 0x3a

static struct head_policy policies[HEADS_MAX] = {{.size = {640, 480}}};

/* A seat, two viewers, and a record of what reached the guest. */
struct scene {
	struct loop *loop;
	struct heads *heads;
	struct seat *seat;
	struct seat_client *one;
	struct seat_client *two;
	struct fake_port port;
};

static struct scene *scene_create(void)
{
	struct scene *scene = calloc(1, sizeof(*scene));

	EXPECT_INT(loop_create(&scene->loop), 0);
	scene->heads = heads_create(scene->loop, 64 << 20, policies);
	scene->seat = seat_create(scene->loop, scene->heads);
	scene->one = seat_client_open(scene->seat);
	scene->two = seat_client_open(scene->seat);
	fake_port_attach(&scene->port, scene->seat);
	return scene;
}

static void scene_destroy(struct scene *scene)
{
	seat_client_close(scene->one);
	seat_client_close(scene->two);
	seat_destroy(scene->seat);
	heads_destroy(scene->heads);
	loop_destroy(scene->loop);
	free(scene);
}
DEFINE_CLEANUP(struct scene *, scene_destroy)

/* What has reached the guest since this was asked last. */
static void expect_record(struct scene *scene, const char *expected)
{
	loop_run_posts(scene->loop);
	fake_port_expect_now(&scene->port, expected);
}

static void send(struct seat_client *client, struct input_event event)
{
	EXPECT_INT(seat_client_send(client, &event), 0);
}

static void press(struct seat_client *client, uint8_t qnum, bool is_down)
{
	send(client, (struct input_event){.type = INPUT_KEY, .key = {qnum, is_down}});
}

static void click(struct seat_client *client, enum input_button button, bool is_down)
{
	send(client, (struct input_event){.type = INPUT_BUTTON, .button = {button, is_down}});
}

static void touch(struct seat_client *client, enum input_touch kind, uint32_t contact, uint32_t x)
{
	send(client, (struct input_event){.type = INPUT_TOUCH, .touch = {kind, contact, x, 1}});
}

static void a_key_is_down_while_any_viewer_holds_it(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create();

	press(scene->one, QNUM_A, true);
	expect_record(scene, "key 1e down");
	press(scene->two, QNUM_A, true);
	expect_record(scene, "");
	press(scene->one, QNUM_A, false);
	expect_record(scene, "");
	press(scene->two, QNUM_A, false);
	expect_record(scene, "key 1e up");
}

static void a_viewers_own_key_repeat_does_not_reach_the_guest(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create();

	press(scene->one, QNUM_A, true);
	press(scene->one, QNUM_A, true);
	press(scene->one, QNUM_A, false);
	press(scene->one, QNUM_A, false);
	expect_record(scene, "key 1e down, key 1e up");
}

static void a_viewer_that_leaves_lets_go_of_all_it_holds(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create();

	press(scene->one, QNUM_A, true);
	click(scene->one, INPUT_BUTTON_RIGHT, true);
	touch(scene->one, INPUT_TOUCH_DOWN, 5, 9);
	seat_client_close(TAKE(scene->one));
	expect_record(scene, "key 1e down, button 0 right down, touch 0 slot 0 down 9,1, "
			     "key 1e up, button 0 right up, touch 0 slot 0 cancel 9,1");
}

static void a_source_that_attaches_again_is_told_what_is_still_held(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create();

	press(scene->one, QNUM_A, true);
	touch(scene->two, INPUT_TOUCH_DOWN, 1, 7);
	loop_run_posts(scene->loop);
	seat_detach(scene->seat);
	press(scene->one, 31, true);
	press(scene->two, 32, true);
	press(scene->two, 32, false);
	loop_run_posts(scene->loop);
	fake_port_attach(&scene->port, scene->seat);
	expect_record(scene, "key 1e down, key 1f down, touch 0 slot 0 down 7,1");
}

static void positions_beyond_the_edge_are_moved_onto_it(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create();

	send(scene->one, (struct input_event){.type = INPUT_MOTION, .motion = {5000, 480}});
	expect_record(scene, "motion 0 639,479");
}

static void events_for_a_head_that_does_not_exist_are_dropped(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create();

	send(scene->one, (struct input_event){.type = INPUT_MOTION, .head = 7, .motion = {1, 1}});
	expect_record(scene, "");
}

static void a_wheel_notch_is_a_press_and_a_release(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create();

	send(scene->one, (struct input_event){.type = INPUT_WHEEL, .wheel = {0, -2}});
	expect_record(scene, "button 0 wheel-down down, button 0 wheel-down up, "
			     "button 0 wheel-down down, button 0 wheel-down up");
	send(scene->one, (struct input_event){.type = INPUT_WHEEL, .wheel = {3, 1}});
	expect_record(scene, "button 0 wheel-up down, button 0 wheel-up up");
}

static void fingers_of_two_viewers_get_slots_of_their_own(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create();

	touch(scene->one, INPUT_TOUCH_DOWN, 0, 1);
	expect_record(scene, "touch 0 slot 0 down 1,1");
	touch(scene->two, INPUT_TOUCH_DOWN, 0, 2);
	expect_record(scene, "touch 0 slot 1 down 2,1");
	touch(scene->one, INPUT_TOUCH_UP, 0, 1);
	touch(scene->two, INPUT_TOUCH_MOVE, 0, 3);
	expect_record(scene, "touch 0 slot 0 up 1,1, touch 0 slot 1 move 3,1");
}

static void an_eleventh_finger_is_ignored(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create();

	for (uint32_t i = 0; i < INPUT_CONTACTS_MAX; i++)
		touch(scene->one, INPUT_TOUCH_DOWN, i, 1);
	loop_run_posts(scene->loop);
	fake_port_forget(&scene->port);
	touch(scene->one, INPUT_TOUCH_DOWN, 99, 1);
	touch(scene->one, INPUT_TOUCH_MOVE, 99, 2);
	touch(scene->one, INPUT_TOUCH_UP, 99, 2);
	expect_record(scene, "");
}

static void lock_keys_are_pressed_where_the_guest_differs(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create();
	struct input_event caps_on = {.type = INPUT_LOCKS, .locks = INPUT_LOCK_CAPS};

	send(scene->one, caps_on);
	expect_record(scene, "key 3a down, key 3a up");
	send(scene->one, caps_on);
	expect_record(scene, "");

	press(scene->one, QNUM_CAPS, true);
	press(scene->one, QNUM_CAPS, false);
	expect_record(scene, "key 3a down, key 3a up");
	send(scene->one, caps_on);
	expect_record(scene, "key 3a down, key 3a up");
}

static void what_the_guest_says_of_its_locks_counts(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create();

	seat_set_locks(scene->seat, INPUT_LOCK_NUM);
	send(scene->one, (struct input_event){.type = INPUT_LOCKS, .locks = INPUT_LOCK_NUM});
	expect_record(scene, "");
}

static const char *last_of(const char *text, const char *part)
{
	const char *last = NULL;

	for (const char *at = text; (at = strstr(at, part)); at++)
		last = at;
	return last;
}

/* Its queue is full, and takes the loop more than one turn. */
static void a_viewer_that_leaves_after_a_flood_lets_go_once_that_is_through(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create();
	struct input_event event = {.type = INPUT_KEY, .key = {QNUM_A, true}};

	while (seat_client_send(scene->one, &event) == 0)
		event.key.is_down = !event.key.is_down;
	seat_client_close(TAKE(scene->one));
	press(scene->two, QNUM_CAPS, true);
	loop_run_posts(scene->loop);

	/* However many there were, the key is up in the end. */
	const char *last_down = last_of(scene->port.record, "key 1e down");
	const char *last_up = last_of(scene->port.record, "key 1e up");
	EXPECT(last_down && last_up && last_up > last_down);
	fake_port_forget(&scene->port);
}

int main(void)
{
	RUN_TEST(a_key_is_down_while_any_viewer_holds_it);
	RUN_TEST(a_viewers_own_key_repeat_does_not_reach_the_guest);
	RUN_TEST(a_viewer_that_leaves_lets_go_of_all_it_holds);
	RUN_TEST(a_source_that_attaches_again_is_told_what_is_still_held);
	RUN_TEST(positions_beyond_the_edge_are_moved_onto_it);
	RUN_TEST(events_for_a_head_that_does_not_exist_are_dropped);
	RUN_TEST(a_wheel_notch_is_a_press_and_a_release);
	RUN_TEST(fingers_of_two_viewers_get_slots_of_their_own);
	RUN_TEST(an_eleventh_finger_is_ignored);
	RUN_TEST(lock_keys_are_pressed_where_the_guest_differs);
	RUN_TEST(what_the_guest_says_of_its_locks_counts);
	RUN_TEST(a_viewer_that_leaves_after_a_flood_lets_go_once_that_is_through);
}
