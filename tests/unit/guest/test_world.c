/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/guest/cockpit/world.h"

#include <linux/input-event-codes.h>

#include "tests/support/test.h"

static struct world world;

static void press(int code)
{
	world_key(&world, code, true);
	world_key(&world, code, false);
}

static void what_is_typed_is_read(void)
{
	world_init(&world, MOTION_FULL);
	world_key(&world, KEY_RIGHTSHIFT, true);
	press(KEY_H);
	world_key(&world, KEY_RIGHTSHIFT, false);
	press(KEY_I);
	press(KEY_X);
	press(KEY_BACKSPACE);
	press(KEY_SPACE);
	world_key(&world, KEY_LEFTSHIFT, true);
	press(KEY_1);
	EXPECT_STRING(world.typed, "Hi !");
	press(KEY_ENTER);
	EXPECT_STRING(world.typed, "");
}

static void the_newest_of_a_long_text_stays(void)
{
	world_init(&world, MOTION_FULL);
	for (int i = 0; i < 100; i++)
		press(i < 99 ? KEY_A : KEY_B);
	EXPECT_INT(strlen(world.typed), WORLD_TYPED_LENGTH - 1);
	EXPECT(world.typed[WORLD_TYPED_LENGTH - 2] == 'b');
}

static void an_indicator_goes_off_when_asked_for_again(void)
{
	world_init(&world, MOTION_FULL);
	press(KEY_LEFT);
	EXPECT_INT(world.indicator, INDICATOR_LEFT);
	EXPECT(world_indicator_lit(&world, INDICATOR_LEFT));
	EXPECT(!world_indicator_lit(&world, INDICATOR_RIGHT));
	press(KEY_DOWN);
	EXPECT(world_indicator_lit(&world, INDICATOR_RIGHT));
	press(KEY_DOWN);
	EXPECT_INT(world.indicator, INDICATOR_OFF);
}

static void some_motion_leaves_the_map_where_it_is(void)
{
	double distance;
	float speed;

	world_init(&world, MOTION_SOME);
	distance = world.distance;
	speed = world.speed;
	world_tick(&world, 1);
	EXPECT(world.distance == distance);
	EXPECT(world.speed != speed);
	world.motion = MOTION_FULL;
	world_tick(&world, 1);
	EXPECT(world.distance > distance);
}

static void the_same_steps_lead_to_the_same_place(void)
{
	struct world other;

	world_init(&world, MOTION_FULL);
	world_init(&other, MOTION_FULL);
	for (int i = 0; i < 2000; i++) {
		world_tick(&world, 1 / 30.0f);
		world_tick(&other, 1 / 30.0f);
		EXPECT(world.gear >= 1 && world.gear <= 6);
		EXPECT(world.rpm > 500 && world.rpm < 7000);
	}
	EXPECT(world.distance == other.distance && world.rpm == other.rpm);
}

static void a_clock_that_was_stopped_stands(void)
{
	world_init(&world, MOTION_FULL);
	world_stop_clock(&world, 1767261600);
	world_tick(&world, 1);
	EXPECT_INT(world.clock, 1767261600);
}

int main(void)
{
	RUN_TEST(what_is_typed_is_read);
	RUN_TEST(the_newest_of_a_long_text_stays);
	RUN_TEST(an_indicator_goes_off_when_asked_for_again);
	RUN_TEST(some_motion_leaves_the_map_where_it_is);
	RUN_TEST(the_same_steps_lead_to_the_same_place);
	RUN_TEST(a_clock_that_was_stopped_stands);
	return 0;
}
