/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gpu-bridge/display.h"

#include <errno.h>

#include "tests/support/test.h"

/* Writes down what it is told, a word an event. */
struct notes {
	char text[512];
};

static void note(struct notes *notes, const char *word, unsigned output)
{
	size_t length = strlen(notes->text);

	snprintf(notes->text + length, sizeof(notes->text) - length, "%s%s%u", length ? " " : "",
		 word, output);
}

static void note_mode(void *data, unsigned output, const struct display_mode *mode)
{
	note(data, mode->width ? "mode" : "none", output);
}

static void note_surface(void *data, unsigned output, const struct display_surface *surface)
{
	note(data, "surface", output);
}

static void note_update(void *data, unsigned output, const struct display_rect *rect)
{
	note(data, "update", output);
}

static void note_disable(void *data, unsigned output)
{
	note(data, "disable", output);
}

static void note_cursor(void *data, unsigned output, const struct display_cursor *cursor)
{
	note(data, "cursor", output);
}

static void note_pointer(void *data, unsigned output, const struct display_pointer *pointer)
{
	note(data, "pointer", output);
}

static const struct display_watcher_ops note_ops = {
	.on_mode = note_mode,
	.on_surface = note_surface,
	.on_update = note_update,
	.on_disable = note_disable,
	.on_cursor = note_cursor,
	.on_pointer = note_pointer,
};

static const struct display_mode mode_720p = {.width = 1280, .height = 720};
static const struct display_surface surface_720p = {
	.fd = -1,
	.width = 1280,
	.height = 720,
	.stride_bytes = 5120,
	.format = PIXMAN_x8r8g8b8,
};

static void a_watcher_is_told_what_happens_in_its_order(void)
{
	CLEANUP(display_destroyp) struct display *display = display_create(2);
	CLEANUP(display_unwatchp) struct display_watcher *watcher = NULL;
	struct notes notes = {0};

	watcher = display_watch(display, &note_ops, &notes);
	display_set_mode(display, 1, &mode_720p);
	display_show(display, 1, &surface_720p);
	display_update(display, 1, &(struct display_rect){1279, 719, 1, 1});
	display_disable(display, 1);
	EXPECT_STRING(notes.text, "none0 none1 mode1 surface1 update1 disable1");
}

static void a_late_watcher_is_told_what_there_is(void)
{
	CLEANUP(display_destroyp) struct display *display = display_create(2);
	CLEANUP(display_unwatchp) struct display_watcher *watcher = NULL;
	static const struct display_cursor cursor = {.hot_x = 3};
	struct notes notes = {0};

	display_set_mode(display, 0, &mode_720p);
	display_show(display, 0, &surface_720p);
	display_set_cursor(display, 0, &cursor);
	display_move_pointer(display, 0, &(struct display_pointer){5, 6, true});
	watcher = display_watch(display, &note_ops, &notes);
	EXPECT_STRING(notes.text, "mode0 surface0 cursor0 pointer0 none1");
	EXPECT_INT(display_surface(display, 0)->width, 1280);
	EXPECT(!display_surface(display, 1));
	EXPECT_INT(display_cursor(display, 0)->hot_x, 3);
	EXPECT_INT(display_pointer(display, 0).y, 6);
}

static void all_watchers_are_told_until_they_leave(void)
{
	CLEANUP(display_destroyp) struct display *display = display_create(1);
	struct notes first = {0}, second = {0};
	struct display_watcher *one = display_watch(display, &note_ops, &first);
	struct display_watcher *two = display_watch(display, &note_ops, &second);

	display_show(display, 0, &surface_720p);
	display_unwatch(one);
	display_show(display, 0, &surface_720p);
	display_unwatch(two);
	display_show(display, 0, &surface_720p);
	EXPECT_STRING(first.text, "none0 surface0");
	EXPECT_STRING(second.text, "none0 surface0 surface0");
}

static void an_output_that_is_off_is_not_switched_off_again(void)
{
	CLEANUP(display_destroyp) struct display *display = display_create(1);
	CLEANUP(display_unwatchp) struct display_watcher *watcher = NULL;
	struct notes notes = {0};

	watcher = display_watch(display, &note_ops, &notes);
	display_disable(display, 0);
	display_show(display, 0, &surface_720p);
	display_disable(display, 0);
	display_disable(display, 0);
	EXPECT_STRING(notes.text, "none0 surface0 disable0");
}

static int note_request(void *data, unsigned output, const struct display_mode *mode)
{
	note(data, "request", output);
	return mode->width > 8192 ? -EINVAL : 0;
}

static void the_device_decides_on_a_request_for_a_mode(void)
{
	CLEANUP(display_destroyp) struct display *display = display_create(1);
	struct notes notes = {0};

	EXPECT_INT(display_request_mode(display, 0, &mode_720p), -EOPNOTSUPP);
	display_on_request(display, note_request, &notes);
	EXPECT_INT(display_request_mode(display, 0, &mode_720p), 0);
	EXPECT_INT(display_request_mode(display, 1, &mode_720p), -EINVAL);
	EXPECT_INT(display_request_mode(display, 0, &(struct display_mode){.width = 8193}),
		   -EINVAL);
	EXPECT_STRING(notes.text, "request0 request0");
	EXPECT_INT(display_mode(display, 0).width, 0);
}

static void note_need(void *data, unsigned output)
{
	note(data, "need", output);
}

static void pixels_are_asked_for_when_nobody_needed_them_before(void)
{
	CLEANUP(display_destroyp) struct display *display = display_create(2);
	struct notes asked = {0}, first = {0}, second = {0};
	struct display_watcher *one, *two;

	display_on_need(display, note_need, &asked);
	display_show(display, 0, &(struct display_surface){.width = 8, .height = 8});
	EXPECT(!display_is_needed(display, 0));
	one = display_watch(display, &note_ops, &first);
	EXPECT_STRING(asked.text, "need0"); /* output 1 is off */
	two = display_watch(display, &note_ops, &second);
	display_set_need(one, 0, false);
	EXPECT(display_is_needed(display, 0));
	display_set_need(one, 0, true);
	EXPECT_STRING(asked.text, "need0");
	display_set_need(one, 0, false);
	display_unwatch(two);
	EXPECT(!display_is_needed(display, 0));
	EXPECT(display_is_needed(display, 1));
	display_set_need(one, 0, true);
	EXPECT_STRING(asked.text, "need0 need0");
	display_unwatch(one);
}

int main(void)
{
	RUN_TEST(pixels_are_asked_for_when_nobody_needed_them_before);
	RUN_TEST(a_watcher_is_told_what_happens_in_its_order);
	RUN_TEST(a_late_watcher_is_told_what_there_is);
	RUN_TEST(all_watchers_are_told_until_they_leave);
	RUN_TEST(an_output_that_is_off_is_not_switched_off_again);
	RUN_TEST(the_device_decides_on_a_request_for_a_mode);
	return 0;
}
