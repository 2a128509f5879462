/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/guest/cockpit/face.h"

#include <errno.h>
#include <linux/input-event-codes.h>

#include "tests/support/test.h"

#define WIDTH  640
#define HEIGHT 320

static const struct face_ops *const kinds[] = {&ivi_face, &cluster_face};

/* A face and the screen it is shown on. */
static struct world world;
static struct face *face;
static struct canvas screen;

static void start(const struct face_ops *kind)
{
	face_destroy(face);
	canvas_finish(&screen);
	world_init(&world, MOTION_FULL);
	face = face_create(kind, &world);
	face_set_size(face, WIDTH, HEIGHT);
	canvas_init(&screen, WIDTH, HEIGHT, WIDTH, HEIGHT);
}

static void show(void)
{
	struct damage damage = face_next_frame(face);

	face_draw(face, &screen, &damage);
}

/* Whether the screen, which was redrawn in parts, is what a new one would be. */
static bool is_whole(void)
{
	struct canvas fresh;
	struct damage all = {0};
	bool same;

	canvas_init(&fresh, WIDTH, HEIGHT, WIDTH, HEIGHT);
	damage_add(&all, fresh.clip);
	face_draw(face, &fresh, &all);
	for (int i = 0; i < WIDTH * HEIGHT; i++)
		if (fresh.pixels[i] != screen.pixels[i]) {
			printf("  %d,%d is %06x, not %06x\n", i % WIDTH, i / WIDTH,
			       screen.pixels[i], fresh.pixels[i]);
			break;
		}
	same = !memcmp(fresh.pixels, screen.pixels, sizeof(uint32_t) * WIDTH * HEIGHT);
	canvas_finish(&fresh);
	return same;
}

static void use(int i)
{
	switch (i % 12) {
	case 1:
		face_pointer_moved(face, i * 13 % WIDTH, HEIGHT - 40);
		break;
	case 3:
		face_pointer_button(face, BTN_LEFT, true);
		break;
	case 4:
		face_touched(face, i % 10, true, i * 37 % WIDTH, i * 17 % HEIGHT);
		break;
	case 5:
		face_touched(face, (i - 1) % 10, i % 5, i * 29 % WIDTH, i * 17 % HEIGHT);
		break;
	case 6:
		face_pointer_button(face, BTN_LEFT, false);
		break;
	case 7:
		world_key(&world, KEY_A + i % 5, true);
		world_key(&world, KEY_LEFT, true);
		world_note(&world, "key");
		face->ops->note(face);
		break;
	case 8:
		face->ops->wheel(face, i % 3 - 1);
		break;
	case 9:
		EXPECT_INT(face_toggle_pixel(face, i, i, 0xff0000), 0);
		break;
	case 10:
		world.needle_shift = i % 40;
		break;
	}
}

static void a_screen_redrawn_in_parts_is_like_one_drawn_whole(void)
{
	for (int kind = 0; kind < 2; kind++) {
		start(kinds[kind]);
		for (int i = 0; i < 130; i++) {
			world_tick(&world, 1 / 30.0f);
			use(i);
			face->ops->animate(face);
			show();
			if (i % 10 == 9)
				EXPECT(is_whole());
		}
	}
}

static void every_change_gets_the_next_number(void)
{
	start(&cluster_face);
	show();
	EXPECT_INT(face->frame, 1);
	EXPECT(!face_is_dirty(face));
	face_touched(face, 3, true, 10, 10);
	EXPECT(face_is_dirty(face));
	show();
	EXPECT_INT(face->frame, 2);
}

static void without_motion_nothing_moves(void)
{
	for (int kind = 0; kind < 2; kind++) {
		start(kinds[kind]);
		face->ops->animate(face);
		show();
		world.motion = MOTION_NONE;
		world_tick(&world, 10);
		face->ops->animate(face);
		EXPECT(!face_is_dirty(face));
	}
}

/* Everything that can be done to a guest has to be seen. */
static void every_kind_of_input_shows(void)
{
	for (int kind = 0; kind < 2; kind++) {
		start(kinds[kind]);
		show();
		for (int slot = 0; slot < FACE_MAX_TOUCHES; slot++) {
			face_touched(face, slot, true, 50 * slot, 100);
			EXPECT(face_is_dirty(face));
			show();
			face_touched(face, slot, false, 50 * slot, 100);
			EXPECT(face_is_dirty(face));
			show();
		}
		face_pointer_button(face, BTN_SIDE, true);
		EXPECT(face_is_dirty(face));
		show();
		face->ops->wheel(face, 1);
		EXPECT(face_is_dirty(face));
		show();
		world_note(&world, "key KEY_A 1");
		face->ops->note(face);
		EXPECT(face_is_dirty(face));
	}
}

static void a_pixel_given_twice_is_gone(void)
{
	uint32_t before;

	start(&ivi_face);
	show();
	before = screen.pixels[50 * WIDTH + 500];
	EXPECT_INT(face_toggle_pixel(face, 500, 50, 0x123456), 0);
	show();
	EXPECT_INT(screen.pixels[50 * WIDTH + 500], 0x123456);
	EXPECT_INT(face_toggle_pixel(face, 500, 50, 0x123456), 0);
	show();
	EXPECT_INT(screen.pixels[50 * WIDTH + 500], before);
	EXPECT_INT(face_toggle_pixel(face, WIDTH, 0, 0), -EINVAL);
	for (int i = 0; i < FACE_MAX_WRONG_PIXELS; i++)
		EXPECT_INT(face_toggle_pixel(face, i, 0, 0), 0);
	EXPECT_INT(face_toggle_pixel(face, 100, 0, 0), -ENOSPC);
}

static void a_face_that_is_off_ignores_input(void)
{
	start(&ivi_face);
	face_set_size(face, 0, 0);
	face_pointer_moved(face, 10, 10);
	face_pointer_button(face, BTN_LEFT, true);
	face_touched(face, 0, true, 1, 1);
	EXPECT(!face_is_on(face));
	EXPECT_INT(face_toggle_pixel(face, 0, 0, 0), -EINVAL);
}

static void any_size_can_be_drawn(void)
{
	static const int sizes[][2] = {{1, 1}, {64, 32}, {801, 603}, {300, 1200}};

	for (int kind = 0; kind < 2; kind++) {
		start(kinds[kind]);
		for (int i = 0; i < 4; i++) {
			canvas_finish(&screen);
			canvas_init(&screen, sizes[i][0], sizes[i][1], sizes[i][0], sizes[i][1]);
			face_set_size(face, sizes[i][0], sizes[i][1]);
			show();
		}
	}
}

int main(void)
{
	RUN_TEST(a_screen_redrawn_in_parts_is_like_one_drawn_whole);
	RUN_TEST(every_change_gets_the_next_number);
	RUN_TEST(without_motion_nothing_moves);
	RUN_TEST(every_kind_of_input_shows);
	RUN_TEST(a_pixel_given_twice_is_gone);
	RUN_TEST(a_face_that_is_off_ignores_input);
	RUN_TEST(any_size_can_be_drawn);
	face_destroy(face);
	canvas_finish(&screen);
	return 0;
}
