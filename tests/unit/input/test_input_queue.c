/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/input/input_queue.h"

#include <errno.h>

#include "tests/support/test.h"

static struct input_event motion(uint32_t x, uint32_t y)
{
	return (struct input_event){.type = INPUT_MOTION, .motion = {x, y}};
}

static struct input_event key(uint8_t qnum, bool is_down)
{
	return (struct input_event){.type = INPUT_KEY, .key = {qnum, is_down}};
}

static struct input_event touch(uint32_t contact, enum input_touch kind, uint32_t x)
{
	return (struct input_event){.type = INPUT_TOUCH, .touch = {kind, contact, x, 0}};
}

static int push(struct input_queue *queue, struct input_event event)
{
	return input_queue_push(queue, &event);
}

static struct input_event pop(struct input_queue *queue)
{
	struct input_event event;

	EXPECT(input_queue_pop(queue, &event));
	return event;
}

static void motion_merges_with_motion_and_the_last_position_stays(void)
{
	struct input_queue queue = {0};

	for (uint32_t i = 0; i < 1000; i++)
		EXPECT_INT(push(&queue, motion(i, i)), 0);
	EXPECT_INT(queue.count, 1);
	EXPECT_INT(pop(&queue).motion.x, 999);
}

static void motion_before_and_after_a_click_stays_apart(void)
{
	struct input_queue queue = {0};
	struct input_event click = {.type = INPUT_BUTTON, .button = {INPUT_BUTTON_LEFT, true}};

	push(&queue, motion(1, 1));
	push(&queue, click);
	push(&queue, motion(2, 2));
	EXPECT_INT(pop(&queue).motion.x, 1);
	EXPECT_INT(pop(&queue).type, INPUT_BUTTON);
	EXPECT_INT(pop(&queue).motion.x, 2);
}

static void relative_motion_adds_up_without_overflow(void)
{
	struct input_queue queue = {0};
	struct input_event far = {.type = INPUT_RELATIVE, .relative = {INT32_MAX, -5}};

	push(&queue, far);
	push(&queue, far);
	EXPECT_INT(queue.count, 1);
	EXPECT_INT(queue.events[0].relative.dx, INT32_MAX);
	EXPECT_INT(queue.events[0].relative.dy, -10);
}

static void moves_of_two_fingers_merge_each_with_its_own(void)
{
	struct input_queue queue = {0};

	for (uint32_t i = 0; i < 10; i++) {
		push(&queue, touch(1, INPUT_TOUCH_MOVE, i));
		push(&queue, touch(2, INPUT_TOUCH_MOVE, 100 + i));
	}
	EXPECT_INT(queue.count, 2);
	EXPECT_INT(pop(&queue).touch.x, 9);
	EXPECT_INT(pop(&queue).touch.x, 109);
}

static void a_finger_that_lifted_in_between_does_not_merge(void)
{
	struct input_queue queue = {0};

	push(&queue, touch(1, INPUT_TOUCH_MOVE, 1));
	push(&queue, touch(1, INPUT_TOUCH_UP, 1));
	push(&queue, touch(1, INPUT_TOUCH_DOWN, 2));
	push(&queue, touch(1, INPUT_TOUCH_MOVE, 3));
	EXPECT_INT(queue.count, 4);
}

static void keys_are_never_dropped_but_refused_when_full(void)
{
	struct input_queue queue = {0};

	for (unsigned i = 0; i < INPUT_QUEUE_LENGTH; i++)
		EXPECT_INT(push(&queue, key((uint8_t)i, true)), 0);
	EXPECT_INT(push(&queue, key(1, false)), -ENOBUFS);
	for (unsigned i = 0; i < INPUT_QUEUE_LENGTH; i++)
		EXPECT_INT(pop(&queue).key.qnum, (uint8_t)i);
}

static void the_queue_goes_on_around_its_end(void)
{
	struct input_queue queue = {0};

	for (unsigned i = 0; i < 3 * INPUT_QUEUE_LENGTH; i++) {
		EXPECT_INT(push(&queue, key((uint8_t)i, true)), 0);
		EXPECT_INT(pop(&queue).key.qnum, (uint8_t)i);
	}
}

int main(void)
{
	RUN_TEST(motion_merges_with_motion_and_the_last_position_stays);
	RUN_TEST(motion_before_and_after_a_click_stays_apart);
	RUN_TEST(relative_motion_adds_up_without_overflow);
	RUN_TEST(moves_of_two_fingers_merge_each_with_its_own);
	RUN_TEST(a_finger_that_lifted_in_between_does_not_merge);
	RUN_TEST(keys_are_never_dropped_but_refused_when_full);
	RUN_TEST(the_queue_goes_on_around_its_end);
}
