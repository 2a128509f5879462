/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gpu-bridge/input/event_queue.h"

#include "tests/fakes/event_text.h"
#include "tests/support/test.h"

#define QUEUE CLEANUP(event_queue_destroyp) struct event_queue

static struct event_queue *open_queue(void)
{
	struct event_queue *queue = event_queue_create();

	event_queue_set_open(queue, true);
	return queue;
}

static void key(struct event_queue *queue, uint16_t code, bool is_down)
{
	event_queue_add(queue, &(struct change){CHANGE_KEY, code, is_down, 0});
}

static void add(struct event_queue *queue, enum change_kind kind, uint16_t code, int32_t x,
		int32_t y)
{
	event_queue_add(queue, &(struct change){kind, code, x, y});
}

/* The next `count` events, and no more. */
static void expect_some(struct event_queue *queue, unsigned count, const char *expected)
{
	struct event_text text = {0};

	for (unsigned i = 0; i < count && event_queue_has_event(queue); i++) {
		struct virtio_input_event event = event_queue_pop(queue);

		event_text_add(&text, &event);
	}
	EXPECT_STRING(text.text, expected);
}

static void expect(struct event_queue *queue, const char *expected)
{
	expect_some(queue, UINT16_MAX, expected);
}

/* Fills it with a key that goes down and up. */
static void fill(struct event_queue *queue)
{
	for (unsigned i = 0; i < EVENT_QUEUE_MAX; i++)
		key(queue, KEY_SPACE, i % 2 == 0);
}

static void drain(struct event_queue *queue)
{
	for (unsigned i = 0; i < 2 * EVENT_QUEUE_MAX; i++) {
		EXPECT(event_queue_has_event(queue));
		event_queue_pop(queue);
	}
}

/* -- Frames ------------------------------------------------------------------ */

static void each_key_is_a_frame(void)
{
	QUEUE *queue = open_queue();

	key(queue, KEY_A, true);
	key(queue, KEY_A, false);
	expect(queue, "key 30 1; key 30 0;");
}

static void a_key_that_is_down_is_not_pressed_again(void)
{
	QUEUE *queue = open_queue();

	key(queue, KEY_A, true);
	key(queue, KEY_A, true);
	key(queue, KEY_B, false);
	expect(queue, "key 30 1;");
}

static void positions_motion_and_the_wheel_are_told(void)
{
	QUEUE *queue = open_queue();

	add(queue, CHANGE_POSITION, 0, 10, 20);
	add(queue, CHANGE_MOTION, 0, -3, 4);
	add(queue, CHANGE_WHEEL, 0, -1, 0);
	expect(queue, "x 10 y 20; dx -3 dy 4; wheel -1;");
}

static void a_finger_has_a_slot_and_an_id_of_its_own(void)
{
	QUEUE *queue = open_queue();

	add(queue, CHANGE_TOUCH_DOWN, 3, 10, 20);
	add(queue, CHANGE_TOUCH_DOWN, 0, 30, 40);
	add(queue, CHANGE_TOUCH_UP, 3, 0, 0);
	add(queue, CHANGE_TOUCH_UP, 0, 0, 0);
	add(queue, CHANGE_TOUCH_DOWN, 3, 50, 60);
	expect(queue, "slot 3 id 0 key 330 1 mx 10 my 20; slot 0 id 1 mx 30 my 40; "
		      "slot 3 id -1; slot 0 id -1 key 330 0; slot 3 id 2 key 330 1 mx 50 my 60;");
}

static void a_finger_that_is_down_already_moves(void)
{
	QUEUE *queue = open_queue();

	add(queue, CHANGE_TOUCH_DOWN, 0, 1, 1);
	add(queue, CHANGE_TOUCH_DOWN, 0, 2, 2);
	add(queue, CHANGE_TOUCH_DOWN, 0, 2, 2);
	expect(queue, "slot 0 id 0 key 330 1 mx 1 my 1; slot 0 mx 2 my 2;");
}

static void fingers_that_are_not_down_neither_move_nor_leave(void)
{
	QUEUE *queue = open_queue();

	add(queue, CHANGE_TOUCH_MOVE, 1, 10, 20);
	add(queue, CHANGE_TOUCH_UP, 1, 0, 0);
	expect(queue, "");
}

static void a_frame_goes_on_where_it_stopped(void)
{
	QUEUE *queue = open_queue();

	add(queue, CHANGE_TOUCH_DOWN, 0, 10, 20);
	expect_some(queue, 4, "slot 0 id 0 key 330 1 mx 10");
	add(queue, CHANGE_TOUCH_MOVE, 0, 11, 21);
	expect_some(queue, 3, "my 20; slot 0");
	expect(queue, "mx 11 my 21;");
}

/* -- Merging ----------------------------------------------------------------- */

static void the_newest_position_counts(void)
{
	QUEUE *queue = open_queue();

	add(queue, CHANGE_POSITION, 0, 10, 20);
	add(queue, CHANGE_POSITION, 0, 11, 21);
	add(queue, CHANGE_POSITION, 0, 12, 22);
	expect(queue, "x 12 y 22;");
}

static void what_comes_between_keeps_positions_apart(void)
{
	QUEUE *queue = open_queue();

	add(queue, CHANGE_POSITION, 0, 10, 20);
	key(queue, BTN_LEFT, true);
	add(queue, CHANGE_POSITION, 0, 11, 21);
	add(queue, CHANGE_POSITION, 0, 12, 22);
	key(queue, BTN_LEFT, false);
	add(queue, CHANGE_POSITION, 0, 13, 23);
	expect(queue, "x 10 y 20; key 272 1; x 12 y 22; key 272 0; x 13 y 23;");
}

static void relative_motion_and_notches_add_up(void)
{
	QUEUE *queue = open_queue();

	add(queue, CHANGE_MOTION, 0, 5, 0);
	add(queue, CHANGE_MOTION, 0, -2, 3);
	add(queue, CHANGE_WHEEL, 0, 1, 0);
	add(queue, CHANGE_WHEEL, 0, 1, 0);
	add(queue, CHANGE_WHEEL, 0, -1, 0);
	add(queue, CHANGE_MOTION, 0, 1, 0);
	expect(queue, "dx 3 dy 3; wheel 2; wheel -1; dx 1;");
	add(queue, CHANGE_MOTION, 0, INT32_MAX, INT32_MIN);
	add(queue, CHANGE_MOTION, 0, INT32_MAX, INT32_MIN);
	expect(queue, "dx 2147483647 dy -2147483648;");
}

static void fingers_that_move_together_are_one_frame(void)
{
	QUEUE *queue = open_queue();

	add(queue, CHANGE_TOUCH_DOWN, 0, 1, 1);
	add(queue, CHANGE_TOUCH_DOWN, 1, 2, 2);
	add(queue, CHANGE_TOUCH_MOVE, 0, 3, 3);
	add(queue, CHANGE_TOUCH_MOVE, 1, 4, 4);
	add(queue, CHANGE_TOUCH_MOVE, 0, 5, 5);
	expect(queue, "slot 0 id 0 key 330 1 mx 1 my 1; slot 1 id 1 mx 2 my 2; "
		      "slot 0 mx 5 my 5 slot 1 mx 4 my 4;");
}

static void where_a_finger_went_down_is_kept(void)
{
	QUEUE *queue = open_queue();

	add(queue, CHANGE_TOUCH_DOWN, 0, 1, 1);
	add(queue, CHANGE_TOUCH_MOVE, 0, 2, 2);
	expect(queue, "slot 0 id 0 key 330 1 mx 1 my 1; slot 0 mx 2 my 2;");
}

static void ten_fingers_move_in_one_frame(void)
{
	QUEUE *queue = open_queue();

	for (uint16_t slot = 0; slot < EVENT_SLOTS; slot++)
		add(queue, CHANGE_TOUCH_DOWN, slot, 0, 0);
	while (event_queue_has_event(queue))
		event_queue_pop(queue);
	for (int32_t i = 1; i <= 3; i++)
		for (uint16_t slot = 0; slot < EVENT_SLOTS; slot++)
			add(queue, CHANGE_TOUCH_MOVE, slot, slot, i);
	expect(queue, "slot 0 mx 0 my 3 slot 1 mx 1 my 3 slot 2 mx 2 my 3 slot 3 mx 3 my 3 "
		      "slot 4 mx 4 my 3 slot 5 mx 5 my 3 slot 6 mx 6 my 3 slot 7 mx 7 my 3 "
		      "slot 8 mx 8 my 3 slot 9 mx 9 my 3;");
}

/* -- Full -------------------------------------------------------------------- */

static void what_is_pressed_and_released_while_it_is_full_is_lost_as_a_pair(void)
{
	QUEUE *queue = open_queue();

	fill(queue);
	key(queue, KEY_A, true);
	key(queue, KEY_B, true);
	key(queue, KEY_A, false);
	drain(queue);
	expect(queue, "key 48 1;");
	key(queue, KEY_B, false);
	expect(queue, "key 48 0;");
}

static void a_release_is_never_lost(void)
{
	QUEUE *queue = open_queue();

	key(queue, KEY_LEFTSHIFT, true);
	key(queue, BTN_LEFT, true);
	expect(queue, "key 42 1; key 272 1;");
	fill(queue);
	key(queue, KEY_LEFTSHIFT, false);
	key(queue, BTN_LEFT, false);
	/* Pressed again, it is another press. */
	key(queue, BTN_LEFT, true);
	drain(queue);
	expect(queue, "key 42 0; key 272 0; key 272 1;");
}

static void nothing_overtakes_what_a_full_queue_left_out(void)
{
	QUEUE *queue = open_queue();

	fill(queue);
	key(queue, KEY_A, true);
	/* There is room again, but not everything is told. */
	event_queue_has_event(queue);
	event_queue_pop(queue);
	event_queue_pop(queue);
	key(queue, KEY_A, false);
	key(queue, KEY_B, true);
	for (unsigned i = 0; i < 2 * EVENT_QUEUE_MAX - 2; i++) {
		EXPECT(event_queue_has_event(queue));
		event_queue_pop(queue);
	}
	expect(queue, "key 48 1;");
}

static void motion_adds_up_while_it_is_full(void)
{
	QUEUE *queue = open_queue();

	fill(queue);
	for (int i = 0; i < 1000; i++) {
		add(queue, CHANGE_MOTION, 0, 1, -2);
		add(queue, CHANGE_WHEEL, 0, -1, 0);
		add(queue, CHANGE_POSITION, 0, i, i);
	}
	drain(queue);
	expect(queue, "dx 1000 dy -2000; x 999 y 999; wheel -1000;");
}

static void a_finger_that_leaves_while_it_is_full_does_not_drag(void)
{
	QUEUE *queue = open_queue();

	add(queue, CHANGE_TOUCH_DOWN, 0, 1, 1);
	add(queue, CHANGE_TOUCH_DOWN, 1, 2, 2);
	add(queue, CHANGE_TOUCH_DOWN, 2, 3, 3);
	expect(queue, "slot 0 id 0 key 330 1 mx 1 my 1; slot 1 id 1 mx 2 my 2; "
		      "slot 2 id 2 mx 3 my 3;");
	fill(queue);
	add(queue, CHANGE_TOUCH_UP, 0, 0, 0);
	add(queue, CHANGE_TOUCH_DOWN, 0, 9, 9);
	add(queue, CHANGE_TOUCH_UP, 1, 0, 0);
	add(queue, CHANGE_TOUCH_MOVE, 2, 4, 4);
	add(queue, CHANGE_TOUCH_DOWN, 5, 5, 5);
	add(queue, CHANGE_TOUCH_UP, 5, 0, 0);
	drain(queue);
	expect(queue, "slot 0 id -1; slot 1 id -1; slot 0 id 3 mx 9 my 9; slot 2 mx 4 my 4;");
}

static void more_keys_than_it_has_room_for_are_told_in_parts(void)
{
	QUEUE *queue = event_queue_create();
	unsigned presses = 0;

	for (uint16_t code = 0; code < KEY_CNT; code++)
		key(queue, code, true);
	event_queue_set_open(queue, true);
	while (event_queue_has_event(queue)) {
		EXPECT_INT(event_queue_pop(queue).code, presses++);
		event_queue_pop(queue);
	}
	EXPECT_INT(presses, KEY_CNT);
}

/* -- Drivers come and go ------------------------------------------------------ */

static void a_driver_hears_of_what_is_still_down_when_it_comes(void)
{
	QUEUE *queue = event_queue_create();

	key(queue, KEY_A, true);
	key(queue, KEY_B, true);
	key(queue, KEY_A, false);
	add(queue, CHANGE_POSITION, 0, 1, 2);
	add(queue, CHANGE_MOTION, 0, 5, 5);
	add(queue, CHANGE_WHEEL, 0, 1, 0);
	EXPECT(!event_queue_has_event(queue));
	event_queue_set_open(queue, true);
	key(queue, KEY_C, true);
	expect(queue, "x 1 y 2; key 48 1; key 46 1;");
}

static void after_a_reset_the_driver_knows_nothing(void)
{
	QUEUE *queue = open_queue();

	key(queue, KEY_A, true);
	key(queue, KEY_B, true);
	add(queue, CHANGE_TOUCH_DOWN, 0, 1, 1);
	expect_some(queue, 6, "key 30 1; key 48 1; slot 0 id 0");
	event_queue_forget(queue);
	EXPECT(!event_queue_has_event(queue));
	key(queue, KEY_B, false);
	event_queue_set_open(queue, true);
	expect(queue, "key 30 1; slot 0 id 1 key 330 1 mx 1 my 1;");
	key(queue, KEY_A, false);
	expect(queue, "key 30 0;");
}

static void a_pause_keeps_what_waits_and_loses_what_comes(void)
{
	QUEUE *queue = open_queue();

	key(queue, KEY_A, true);
	event_queue_set_open(queue, false);
	key(queue, KEY_A, false);
	key(queue, KEY_B, true);
	key(queue, KEY_B, false);
	event_queue_set_open(queue, true);
	expect(queue, "key 30 1; key 30 0;");
}

/* -- Anything ------------------------------------------------------------------ */

#define ROUNDS 300
#define STEPS  2000
#define KEYS   6 /* from KEY_A on */

/* What a driver makes of the events, and what is. */
struct world {
	struct event_queue *queue;
	uint32_t random;
	bool is_open;
	bool is[KEYS];
	bool is_touched[EVENT_SLOTS];
	int32_t at[EVENT_SLOTS];
	bool seen[KEYS];
	int32_t seen_ids[EVENT_SLOTS]; /* -1: not down */
	int32_t seen_at[EVENT_SLOTS];
	int32_t last_id;
	bool seen_touch;
	unsigned slot;
};

static unsigned pick(struct world *world, unsigned count)
{
	world->random = world->random * 1664525 + 1013904223;
	return (world->random >> 16) % count;
}

static void forget(struct world *world)
{
	memset(world->seen, 0, sizeof(world->seen));
	for (unsigned slot = 0; slot < EVENT_SLOTS; slot++)
		world->seen_ids[slot] = -1;
	world->seen_touch = false;
}

static void see_key(struct world *world, uint16_t code, bool is_down)
{
	bool *key = code == BTN_TOUCH ? &world->seen_touch : &world->seen[code - KEY_A];

	EXPECT(*key != is_down);
	*key = is_down;
}

static void see_touch(struct world *world, uint16_t code, int32_t value)
{
	int32_t *id = &world->seen_ids[world->slot];

	if (code == ABS_MT_SLOT) {
		world->slot = (unsigned)value;
	} else if (code == ABS_MT_TRACKING_ID) {
		EXPECT((*id >= 0) != (value >= 0));
		EXPECT(value < 0 || value > world->last_id);
		if (value >= 0)
			world->last_id = value;
		*id = value;
	} else {
		EXPECT(*id >= 0);
		world->seen_at[world->slot] = value;
	}
}

static void see(struct world *world)
{
	struct virtio_input_event event = event_queue_pop(world->queue);

	if (event.type == EV_KEY)
		see_key(world, event.code, event.value);
	else if (event.type == EV_ABS)
		see_touch(world, event.code, (int32_t)event.value);
}

static void do_anything(struct world *world)
{
	unsigned slot = pick(world, EVENT_SLOTS);
	unsigned code = pick(world, KEYS);
	int32_t position = (int32_t)pick(world, 4);

	switch (pick(world, 4)) {
	case 0:
		world->is[code] = !world->is[code];
		key(world->queue, (uint16_t)(KEY_A + code), world->is[code]);
		break;
	case 1:
		world->is_touched[slot] = false;
		add(world->queue, CHANGE_TOUCH_UP, (uint16_t)slot, 0, 0);
		break;
	case 2:
		world->is_touched[slot] = true;
		world->at[slot] = position;
		add(world->queue, CHANGE_TOUCH_DOWN, (uint16_t)slot, position, position);
		break;
	case 3:
		if (world->is_touched[slot])
			world->at[slot] = position;
		add(world->queue, CHANGE_TOUCH_MOVE, (uint16_t)slot, position, position);
		break;
	}
}

static void step(struct world *world, unsigned greed)
{
	unsigned what = pick(world, 100);

	if (what == 0) {
		event_queue_forget(world->queue);
		world->is_open = false;
		forget(world);
	} else if (what < 5) {
		world->is_open = !world->is_open;
		event_queue_set_open(world->queue, world->is_open);
	} else if (what < 5 + greed) {
		/* As a driver that has a few buffers. */
		for (unsigned i = pick(world, 6); i > 0 && world->is_open; i--)
			if (event_queue_has_event(world->queue))
				see(world);
	} else {
		do_anything(world);
	}
}

static void whatever_happens_the_driver_ends_up_with_what_is(void)
{
	for (uint32_t round = 0; round < ROUNDS; round++) {
		QUEUE *queue = event_queue_create();
		struct world world = {.queue = queue, .random = round, .last_id = -1};
		/* From drivers that hardly keep up to those that always do. */
		unsigned greed = round % 90;

		forget(&world);
		for (unsigned i = 0; i < STEPS; i++)
			step(&world, greed);
		event_queue_set_open(queue, true);
		while (event_queue_has_event(queue))
			see(&world);
		EXPECT(memcmp(world.seen, world.is, sizeof(world.is)) == 0);
		for (unsigned slot = 0; slot < EVENT_SLOTS; slot++) {
			EXPECT_INT(world.seen_ids[slot] >= 0, world.is_touched[slot]);
			EXPECT(!world.is_touched[slot] || world.seen_at[slot] == world.at[slot]);
			EXPECT(!world.is_touched[slot] || world.seen_touch);
		}
	}
}

int main(void)
{
	RUN_TEST(each_key_is_a_frame);
	RUN_TEST(a_key_that_is_down_is_not_pressed_again);
	RUN_TEST(positions_motion_and_the_wheel_are_told);
	RUN_TEST(a_finger_has_a_slot_and_an_id_of_its_own);
	RUN_TEST(a_finger_that_is_down_already_moves);
	RUN_TEST(fingers_that_are_not_down_neither_move_nor_leave);
	RUN_TEST(a_frame_goes_on_where_it_stopped);
	RUN_TEST(the_newest_position_counts);
	RUN_TEST(what_comes_between_keeps_positions_apart);
	RUN_TEST(relative_motion_and_notches_add_up);
	RUN_TEST(fingers_that_move_together_are_one_frame);
	RUN_TEST(where_a_finger_went_down_is_kept);
	RUN_TEST(ten_fingers_move_in_one_frame);
	RUN_TEST(what_is_pressed_and_released_while_it_is_full_is_lost_as_a_pair);
	RUN_TEST(a_release_is_never_lost);
	RUN_TEST(nothing_overtakes_what_a_full_queue_left_out);
	RUN_TEST(motion_adds_up_while_it_is_full);
	RUN_TEST(a_finger_that_leaves_while_it_is_full_does_not_drag);
	RUN_TEST(more_keys_than_it_has_room_for_are_told_in_parts);
	RUN_TEST(a_driver_hears_of_what_is_still_down_when_it_comes);
	RUN_TEST(after_a_reset_the_driver_knows_nothing);
	RUN_TEST(a_pause_keeps_what_waits_and_loses_what_comes);
	RUN_TEST(whatever_happens_the_driver_ends_up_with_what_is);
	return 0;
}
