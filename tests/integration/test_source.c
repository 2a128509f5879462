/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "common/log.h"
#include "common/loop.h"
#include "common/xalloc.h"
#include "gateway/frame/cursor.h"
#include "gateway/frame/frame.h"
#include "gateway/frame/heads.h"
#include "gateway/source/source.h"
#include "tests/fakes/fake_display1.h"
#include "tests/support/test.h"

#define BUDGET_BYTES (UINT64_C(64) << 20)
#define WIDTH	     320
#define HEIGHT	     240
#define KEY_A	     30

#define RED   0xff0000
#define GREEN 0x00ff00
#define BLUE  0x0000ff

/* A source with its heads and seat, and a fake guest for it to attach to. */
struct rig {
	struct loop *loop;
	char folder[64];
	char path[128];
	struct head_policy policies[HEADS_MAX];
	struct heads *heads;
	struct seat *seat;
	struct seat_client *viewer;
	struct source_address address;
	struct source *source;
	struct fake_options options;
	struct fake_display1 *guest;
	char lines[16384]; /* what the guest was told, each line with its end */
	size_t lines_length;
};

static void handle_line(void *data, const char *line)
{
	struct rig *rig = data;
	int length = snprintf(rig->lines + rig->lines_length,
			      sizeof(rig->lines) - rig->lines_length, "%s\n", line);

	rig->lines_length += (size_t)length;
	EXPECT(rig->lines_length < sizeof(rig->lines));
}

static struct rig *rig_create(enum source_transport transport)
{
	struct rig *rig = xcalloc(1, sizeof(*rig));

	EXPECT_INT(loop_create(&rig->loop), 0);
	strcpy(rig->folder, "/tmp/test_source.XXXXXX");
	EXPECT(mkdtemp(rig->folder));
	snprintf(rig->path, sizeof(rig->path), "%s/guest.sock", rig->folder);
	rig->address = (struct source_address){transport, rig->path};
	rig->heads = heads_create(rig->loop, BUDGET_BYTES, rig->policies);
	rig->seat = seat_create(rig->loop, rig->heads);
	rig->viewer = seat_client_open(rig->seat);
	rig->options = (struct fake_options){
		.path = rig->path,
		.monitor = transport == SOURCE_QMP ? FAKE_MONITOR_QMP : FAKE_MONITOR_NONE,
		.heads = 1,
		.width = WIDTH,
		.height = HEIGHT,
		.on_line = handle_line,
		.data = rig,
	};
	return rig;
}

static void rig_destroy(struct rig *rig)
{
	source_destroy(rig->source);
	fake_display1_destroy(rig->guest);
	seat_client_close(rig->viewer);
	seat_destroy(rig->seat);
	heads_destroy(rig->heads);
	loop_destroy(rig->loop);
	unlink(rig->path);
	EXPECT_INT(rmdir(rig->folder), 0);
	free(rig);
}

DEFINE_CLEANUP(struct rig *, rig_destroy)
#define RIG CLEANUP(rig_destroyp) struct rig

static void start_guest(struct rig *rig)
{
	EXPECT_INT(fake_display1_create(loop_event(rig->loop), &rig->options, &rig->guest), 0);
}

static void stop_guest(struct rig *rig)
{
	fake_display1_destroy(rig->guest);
	rig->guest = NULL;
}

static void start_source(struct rig *rig)
{
	EXPECT_INT(source_create(rig->loop, &rig->address, rig->heads, rig->seat, &rig->source), 0);
}

/* -- What can be waited for ---------------------------------------------------------- */

#define WAIT_UNTIL(rig, condition) \
	do { \
		uint64_t deadline_ = loop_now_us() + TEST_DEADLINE_MS * UINT64_C(1000); \
		while (!(condition)) { \
			if (loop_now_us() > deadline_) \
				test_fail(__FILE__, __LINE__, "did not come true: %s\n%s", \
					  #condition, (rig)->lines); \
			sd_event_run(loop_event((rig)->loop), 2000); \
		} \
	} while (0)

static uint32_t pixel_at(struct rig *rig, unsigned head, uint32_t x, uint32_t y)
{
	CLEANUP(frame_unrefp)
	struct frame *frame = head_fetch(heads_get(rig->heads, head), 0, NULL);

	if (x >= frame->width || y >= frame->height)
		return UINT32_MAX;
	return frame_row(frame, y)[x] & 0xffffff;
}

static bool has_picture(struct rig *rig, unsigned head)
{
	char notice[NOTICE_MAX];

	return heads_get(rig->heads, head) && !head_notice(heads_get(rig->heads, head), notice);
}

static bool notice_says(struct rig *rig, unsigned head, const char *text)
{
	char notice[NOTICE_MAX];

	return heads_get(rig->heads, head) && head_notice(heads_get(rig->heads, head), notice) &&
	       strstr(notice, text);
}

static unsigned times_told(struct rig *rig, const char *line)
{
	CLEANUP(freep) char *whole = xasprintf("%s\n", line);
	unsigned count = 0;

	for (const char *at = rig->lines; (at = strstr(at, whole)); at++)
		count += at == rig->lines || at[-1] == '\n';
	return count;
}

static bool was_told(struct rig *rig, const char *line)
{
	return times_told(rig, line) > 0;
}

static void paint(struct rig *rig, unsigned head, uint32_t colour)
{
	struct fake_size size = fake_head_size(rig->guest, head);
	uint32_t *pixels = fake_head_pixels(rig->guest, head);

	for (size_t i = 0; i < (size_t)size.width * size.height; i++)
		pixels[i] = colour;
}

static struct rig *attached_rig(enum source_transport transport)
{
	struct rig *rig = rig_create(transport);

	start_guest(rig);
	paint(rig, 0, RED);
	start_source(rig);
	WAIT_UNTIL(rig, has_picture(rig, 0));
	EXPECT_INT(pixel_at(rig, 0, 0, 0), RED);
	return rig;
}

static void send(struct rig *rig, struct input_event event)
{
	EXPECT_INT(seat_client_send(rig->viewer, &event), 0);
}

static void press(struct rig *rig, uint8_t qnum, bool is_down)
{
	send(rig, (struct input_event){.type = INPUT_KEY, .key = {qnum, is_down}});
}

/* -- Pictures -------------------------------------------------------------------------- */

static void a_socket_of_its_own_brings_the_picture(void)
{
	RIG *rig = attached_rig(SOURCE_DISPLAY1);

	EXPECT(source_status(rig->source).is_attached);
	EXPECT_STRING(source_status(rig->source).guest_name, "fake");
}

static void a_monitor_hands_the_display_over(void)
{
	RIG *rig = attached_rig(SOURCE_QMP);

	EXPECT(source_status(rig->source).is_attached);
}

static void every_console_becomes_a_head(void)
{
	RIG *rig = rig_create(SOURCE_DISPLAY1);

	rig->options.heads = 3;
	start_guest(rig);
	paint(rig, 2, BLUE);
	start_source(rig);
	WAIT_UNTIL(rig, has_picture(rig, 0) && has_picture(rig, 1) && has_picture(rig, 2));
	EXPECT_INT(pixel_at(rig, 2, 5, 5), BLUE);
	EXPECT_INT(times_told(rig, "overlap"), 0);
}

static void an_update_shows_what_it_declares(void)
{
	RIG *rig = attached_rig(SOURCE_DISPLAY1);

	paint(rig, 0, GREEN);
	fake_head_present(rig->guest, 0, 64, 64, 64, 64);
	WAIT_UNTIL(rig, pixel_at(rig, 0, 64, 64) == GREEN);
	EXPECT_INT(pixel_at(rig, 0, 127, 127), GREEN);
	EXPECT_INT(pixel_at(rig, 0, 63, 64), RED);
	EXPECT_INT(pixel_at(rig, 0, 128, 127), RED);
}

static void a_page_flip_shows_the_other_buffer(void)
{
	RIG *rig = attached_rig(SOURCE_DISPLAY1);

	for (int i = 0; i < 10; i++) {
		uint32_t colour = i % 2 ? BLUE : GREEN;

		fake_head_new_surface(rig->guest, 0, WIDTH, HEIGHT);
		paint(rig, 0, colour);
		fake_head_present_all(rig->guest, 0);
		WAIT_UNTIL(rig, pixel_at(rig, 0, 9, 9) == colour);
	}
	EXPECT_INT(fake_head_errors(rig->guest, 0), 0);
}

static void the_first_part_of_a_new_surface_brings_all_of_it(void)
{
	RIG *rig = attached_rig(SOURCE_DISPLAY1);

	fake_head_new_surface(rig->guest, 0, WIDTH, HEIGHT);
	paint(rig, 0, GREEN);
	fake_head_present(rig->guest, 0, 0, 0, 10, 10);
	WAIT_UNTIL(rig, pixel_at(rig, 0, 0, 0) == GREEN);
	EXPECT_INT(pixel_at(rig, 0, 300, 200), GREEN);
}

static void a_scanout_that_no_update_follows_is_shown_all_the_same(void)
{
	RIG *rig = attached_rig(SOURCE_DISPLAY1);
	struct fake_scanout scanout = {0, WIDTH, HEIGHT, WIDTH * 4, FAKE_FORMAT};
	int fd = memfd_create("virtio-gpu res", MFD_CLOEXEC);

	EXPECT_INT(ftruncate(fd, WIDTH * HEIGHT * 4), 0);
	fake_head_send_scanout_map(rig->guest, 0, fd, &scanout);
	close(fd);
	WAIT_UNTIL(rig, pixel_at(rig, 0, 0, 0) == 0);
}

static void a_new_mode_is_followed(void)
{
	RIG *rig = attached_rig(SOURCE_DISPLAY1);
	struct size size;

	fake_head_new_surface(rig->guest, 0, 801, 603);
	paint(rig, 0, BLUE);
	fake_head_present_all(rig->guest, 0);
	WAIT_UNTIL(rig, pixel_at(rig, 0, 800, 602) == BLUE);
	size = head_size(heads_get(rig->heads, 0));
	EXPECT_INT(size.width, 801);
	EXPECT_INT(size.height, 603);
}

static void copies_are_shown_where_nothing_can_be_mapped(void)
{
	RIG *rig = rig_create(SOURCE_DISPLAY1);

	start_guest(rig);
	paint(rig, 0, RED);
	fake_head_set_copies(rig->guest, 0, true);
	start_source(rig);
	WAIT_UNTIL(rig, has_picture(rig, 0) && pixel_at(rig, 0, 0, 0) == RED);

	paint(rig, 0, GREEN);
	fake_head_present(rig->guest, 0, 10, 20, 30, 40);
	WAIT_UNTIL(rig, pixel_at(rig, 0, 10, 20) == GREEN);
	EXPECT_INT(pixel_at(rig, 0, 39, 59), GREEN);
	EXPECT_INT(pixel_at(rig, 0, 9, 20), RED);
	EXPECT_INT(pixel_at(rig, 0, 40, 59), RED);
	EXPECT_INT(times_told(rig, "listener 0"), 1);
}

static void a_reader_that_holds_every_frame_gets_the_newest_when_it_lets_go(void)
{
	RIG *rig = rig_create(SOURCE_DISPLAY1);
	struct head *head = heads_get(rig->heads, 0);
	struct frame *held[4];

	/* Three of these fit into the budget. */
	rig->options.width = 2048;
	rig->options.height = 2048;
	start_guest(rig);
	paint(rig, 0, RED);
	start_source(rig);
	WAIT_UNTIL(rig, has_picture(rig, 0));
	for (uint32_t i = 0; i < 4; i++) {
		uint64_t number;

		held[i] = head_fetch(head, 0, NULL);
		number = held[i]->number;
		paint(rig, 0, GREEN + i);
		fake_head_present_all(rig->guest, 0);
		if (i < 2)
			WAIT_UNTIL(rig, pixel_at(rig, 0, 0, 0) == GREEN + i);
		else
			WAIT_UNTIL(rig, fake_head_unanswered(rig->guest, 0) == 0);
		EXPECT(held[i]->number == number);
	}
	for (uint32_t i = 0; i < 4; i++)
		frame_unref(held[i]);
	WAIT_UNTIL(rig, pixel_at(rig, 0, 0, 0) == GREEN + 3);
}

/* -- Heads that are off, and sizes ------------------------------------------------------ */

static void a_head_that_is_off_says_so(void)
{
	RIG *rig = attached_rig(SOURCE_DISPLAY1);

	fake_head_new_surface(rig->guest, 0, 640, 480);
	fake_head_switch_off(rig->guest, 0);
	WAIT_UNTIL(rig, notice_says(rig, 0, "This screen is off"));

	/* A guest reset ends with a picture again. */
	fake_head_new_surface(rig->guest, 0, WIDTH, HEIGHT);
	paint(rig, 0, BLUE);
	fake_head_present_all(rig->guest, 0);
	WAIT_UNTIL(rig, has_picture(rig, 0) && pixel_at(rig, 0, 0, 0) == BLUE);
}

static void a_placeholder_is_recognised_in_copies_too(void)
{
	RIG *rig = rig_create(SOURCE_DISPLAY1);

	rig->options.heads = 2;
	rig->options.heads_are_off = true;
	rig->options.width = 720;
	rig->options.height = 400;
	start_guest(rig);
	fake_head_set_copies(rig->guest, 1, true);
	start_source(rig);
	WAIT_UNTIL(rig, notice_says(rig, 1, "This screen is off"));
}

static void a_head_that_is_off_is_switched_on_at_its_configured_size(void)
{
	RIG *rig = rig_create(SOURCE_DISPLAY1);

	rig->policies[1].size = (struct size){640, 360};
	rig->options.heads = 2;
	rig->options.heads_are_off = true;
	rig->options.follows_uiinfo = true;
	start_guest(rig);
	start_source(rig);
	WAIT_UNTIL(rig, was_told(rig, "uiinfo 1 640 360"));
	WAIT_UNTIL(rig, has_picture(rig, 1));
	EXPECT_INT(head_size(heads_get(rig->heads, 1)).width, 640);
	EXPECT_INT(times_told(rig, "uiinfo 1 640 360"), 1);
	EXPECT(!strstr(rig->lines, "uiinfo 0"));
}

static void a_head_of_the_right_size_is_left_alone(void)
{
	RIG *rig = rig_create(SOURCE_DISPLAY1);

	rig->policies[0].size = (struct size){WIDTH, HEIGHT};
	start_guest(rig);
	start_source(rig);
	WAIT_UNTIL(rig, has_picture(rig, 0));
	press(rig, KEY_A, true);
	WAIT_UNTIL(rig, was_told(rig, "key 30 1"));
	EXPECT(!strstr(rig->lines, "uiinfo"));
}

static void a_size_for_switching_on_is_not_asked_of_a_head_that_is_on(void)
{
	RIG *rig = rig_create(SOURCE_DISPLAY1);

	rig->policies[0].size = (struct size){1920, 1080};
	rig->policies[0].is_for_switching_on = true;
	start_guest(rig);
	start_source(rig);
	WAIT_UNTIL(rig, has_picture(rig, 0));
	press(rig, KEY_A, true);
	WAIT_UNTIL(rig, was_told(rig, "key 30 1"));
	EXPECT(!strstr(rig->lines, "uiinfo"));
}

static void a_size_that_was_asked_for_is_asked_for_again_after_a_restart(void)
{
	RIG *rig = attached_rig(SOURCE_DISPLAY1);

	source_resize(rig->source, 0, (struct size){1024, 600});
	WAIT_UNTIL(rig, times_told(rig, "uiinfo 0 1024 600") == 1);
	fake_display1_hang_up(rig->guest);
	WAIT_UNTIL(rig, times_told(rig, "uiinfo 0 1024 600") == 2);
}

/* -- Cursor ------------------------------------------------------------------------------- */

static struct cursor cursor_of(struct rig *rig)
{
	struct cursor cursor = head_cursor(heads_get(rig->heads, 0));

	cursor_image_unref(cursor.image);
	return cursor;
}

static void the_cursor_is_where_its_hot_spot_is(void)
{
	RIG *rig = attached_rig(SOURCE_DISPLAY1);
	uint32_t pixels[64 * 64] = {0xffffffff};

	fake_head_define_cursor(rig->guest, 0, 64, 64, 5, 7, pixels, sizeof(pixels));
	fake_head_move_cursor(rig->guest, 0, 100, 50, true);
	WAIT_UNTIL(rig, cursor_of(rig).is_visible);
	EXPECT_INT(cursor_of(rig).x, 105);
	EXPECT_INT(cursor_of(rig).y, 57);
	EXPECT(cursor_of(rig).image != NULL);

	fake_head_move_cursor(rig->guest, 0, 0, 0, false);
	WAIT_UNTIL(rig, !cursor_of(rig).is_visible);
}

/* -- Input --------------------------------------------------------------------------------- */

static void input_reaches_the_guest(void)
{
	RIG *rig = attached_rig(SOURCE_DISPLAY1);

	press(rig, KEY_A, true);
	press(rig, KEY_A, false);
	send(rig, (struct input_event){.type = INPUT_MOTION, .motion = {100, 120}});
	send(rig, (struct input_event){.type = INPUT_BUTTON, .button = {INPUT_BUTTON_LEFT, true}});
	send(rig, (struct input_event){.type = INPUT_BUTTON, .button = {INPUT_BUTTON_LEFT, false}});
	send(rig, (struct input_event){.type = INPUT_WHEEL, .wheel = {0, 1}});
	send(rig, (struct input_event){.type = INPUT_TOUCH, .touch = {INPUT_TOUCH_DOWN, 77, 5, 6}});
	send(rig, (struct input_event){.type = INPUT_TOUCH, .touch = {INPUT_TOUCH_MOVE, 77, 7, 8}});
	send(rig,
	     (struct input_event){.type = INPUT_TOUCH, .touch = {INPUT_TOUCH_CANCEL, 77, 7, 8}});
	WAIT_UNTIL(rig, was_told(rig, "touch 0 2 0 7 8"));
	EXPECT(strstr(rig->lines, "key 30 1\nkey 30 0\nmotion 0 100 120\n"
				  "button 0 0 1\nbutton 0 0 0\nbutton 0 3 1\nbutton 0 3 0\n"
				  "touch 0 0 0 5 6\ntouch 0 1 0 7 8\ntouch 0 2 0 7 8\n"));
}

static void a_key_that_does_not_exist_is_not_sent(void)
{
	RIG *rig = attached_rig(SOURCE_DISPLAY1);

	press(rig, 0, true);
	press(rig, 0xff, true);
	press(rig, KEY_A, true);
	WAIT_UNTIL(rig, was_told(rig, "key 30 1"));
	EXPECT(!was_told(rig, "key 0 1"));
	EXPECT(!was_told(rig, "key 255 1"));
}

static void a_relative_pointer_is_moved_by_differences(void)
{
	RIG *rig = rig_create(SOURCE_DISPLAY1);

	rig->options.is_relative = true;
	start_guest(rig);
	start_source(rig);
	WAIT_UNTIL(rig, has_picture(rig, 0));
	send(rig, (struct input_event){.type = INPUT_MOTION, .motion = {100, 100}});
	press(rig, KEY_A, true);
	WAIT_UNTIL(rig, was_told(rig, "key 30 1"));
	send(rig, (struct input_event){.type = INPUT_MOTION, .motion = {110, 95}});
	WAIT_UNTIL(rig, was_told(rig, "relative 0 10 -5"));
	send(rig, (struct input_event){.type = INPUT_RELATIVE, .relative = {-3, 4}});
	WAIT_UNTIL(rig, was_told(rig, "relative 0 -3 4"));

	/* The guest's tablet driver loads. */
	fake_set_absolute(rig->guest, true);
	press(rig, KEY_A, false);
	WAIT_UNTIL(rig, was_told(rig, "key 30 0"));
	send(rig, (struct input_event){.type = INPUT_MOTION, .motion = {20, 30}});
	WAIT_UNTIL(rig, was_told(rig, "motion 0 20 30"));
}

static void the_guest_s_lock_keys_are_matched_with_the_viewer_s(void)
{
	RIG *rig = attached_rig(SOURCE_DISPLAY1);

	fake_set_modifiers(rig->guest, INPUT_LOCK_CAPS);
	press(rig, KEY_A, true);
	WAIT_UNTIL(rig, was_told(rig, "key 30 1"));
	send(rig, (struct input_event){.type = INPUT_LOCKS, .locks = INPUT_LOCK_CAPS});
	press(rig, KEY_A, false);
	WAIT_UNTIL(rig, was_told(rig, "key 30 0"));
	EXPECT(!strstr(rig->lines, "key 58 "));
	send(rig, (struct input_event){.type = INPUT_LOCKS, .locks = 0});
	WAIT_UNTIL(rig, was_told(rig, "key 58 0"));
}

static void count_line(void *data, const char *line)
{
	*(unsigned *)data += strncmp(line, "key", 3) == 0;
}

static void a_guest_that_answers_no_input_gets_only_so_much_of_it(void)
{
	RIG *rig = rig_create(SOURCE_DISPLAY1);
	unsigned keys = 0;

	rig->options.ignores_input = true;
	rig->options.on_line = count_line;
	rig->options.data = &keys;
	start_guest(rig);
	start_source(rig);
	WAIT_UNTIL(rig, has_picture(rig, 0));
	for (int i = 0; i < 2000; i++) {
		press(rig, KEY_A, i % 2 == 0);
		sd_event_run(loop_event(rig->loop), 0);
	}
	/* The picture goes on. */
	paint(rig, 0, BLUE);
	fake_head_present_all(rig->guest, 0);
	WAIT_UNTIL(rig, pixel_at(rig, 0, 0, 0) == BLUE);
	EXPECT(keys > 100);
	EXPECT(keys < 300);
}

/* -- Falling back to copies ------------------------------------------------------------------ */

static void a_fall_back_to_copies_is_repaired(void)
{
	RIG *rig = attached_rig(SOURCE_DISPLAY1);

	press(rig, KEY_A, true);
	WAIT_UNTIL(rig, times_told(rig, "key 30 1") == 1);
	fake_head_fall_back(rig->guest, 0);
	paint(rig, 0, GREEN);
	fake_head_present_all(rig->guest, 0);
	WAIT_UNTIL(rig, times_told(rig, "listener 0") == 2);
	WAIT_UNTIL(rig, times_told(rig, "listener 0 closed") == 1);
	/* The new one was there before the old one went; what is held is pressed again. */
	EXPECT(strstr(rig->lines, "listener 0\nlistener 0 closed\n"));
	WAIT_UNTIL(rig, times_told(rig, "key 30 1") == 2);
	EXPECT_INT(pixel_at(rig, 0, 0, 0), GREEN);
	EXPECT_INT(fake_head_listeners(rig->guest, 0), 1);

	paint(rig, 0, BLUE);
	fake_head_present(rig->guest, 0, 0, 0, 64, 64);
	WAIT_UNTIL(rig, pixel_at(rig, 0, 0, 0) == BLUE);
	EXPECT_INT(times_told(rig, "listener 0"), 2);
}

static void a_part_that_comes_as_a_copy_is_repaired_too(void)
{
	RIG *rig = attached_rig(SOURCE_DISPLAY1);

	fake_head_fall_back(rig->guest, 0);
	paint(rig, 0, GREEN);
	fake_head_present(rig->guest, 0, 0, 0, 10, 10);
	WAIT_UNTIL(rig, pixel_at(rig, 0, 300, 200) == GREEN);
	EXPECT_INT(times_told(rig, "listener 0"), 2);
}

static void a_card_that_is_always_copied_is_left_alone(void)
{
	RIG *rig = attached_rig(SOURCE_DISPLAY1);

	fake_head_set_copies(rig->guest, 0, true);
	fake_head_new_surface(rig->guest, 0, 720, 400);
	for (uint32_t i = 0; i < 20; i++) {
		paint(rig, 0, GREEN + i);
		fake_head_present_all(rig->guest, 0);
		WAIT_UNTIL(rig, pixel_at(rig, 0, 719, 399) == GREEN + i);
	}
	EXPECT_INT(times_told(rig, "listener 0"), 1);
}

static void a_source_that_falls_back_again_and_again_is_repaired_only_rarely(void)
{
	RIG *rig = attached_rig(SOURCE_DISPLAY1);

	for (uint32_t i = 0; i < 200; i++) {
		fake_head_fall_back(rig->guest, 0);
		paint(rig, 0, GREEN + i);
		if (i < 2)
			fake_head_present_all(rig->guest, 0);
		else
			fake_head_present(rig->guest, 0, 0, 0, 10, 10);
		WAIT_UNTIL(rig, pixel_at(rig, 0, 0, 0) == GREEN + i);
		if (i == 0) /* the first time it is repaired at once */
			WAIT_UNTIL(rig, was_told(rig, "listener 0 closed"));
	}
	EXPECT_INT(times_told(rig, "listener 0"), 2);
}

/* -- A source that lies ------------------------------------------------------------------------ */

static void expect_refusal(struct rig *rig, const char *text)
{
	WAIT_UNTIL(rig, notice_says(rig, 0, text));
	WAIT_UNTIL(rig, fake_head_unanswered(rig->guest, 0) == 0);
	EXPECT(fake_head_errors(rig->guest, 0) > 0);

	/* And nothing else stops. */
	EXPECT(source_status(rig->source).is_attached);
	fake_head_new_surface(rig->guest, 0, WIDTH, HEIGHT);
	paint(rig, 0, BLUE);
	fake_head_present_all(rig->guest, 0);
	WAIT_UNTIL(rig, has_picture(rig, 0) && pixel_at(rig, 0, 0, 0) == BLUE);
}

static void a_scanout_with_impossible_numbers_is_refused(void)
{
	static const struct {
		struct fake_scanout scanout;
		const char *says;
	} lies[] = {
		{{0, 0, HEIGHT, WIDTH * 4, FAKE_FORMAT}, "0x240 pixels"},
		{{0, WIDTH, 0, WIDTH * 4, FAKE_FORMAT}, "320x0 pixels"},
		{{0, 16385, 1, 16385 * 4, FAKE_FORMAT}, "at most 16384"},
		{{0, UINT32_MAX, UINT32_MAX, UINT32_MAX, FAKE_FORMAT}, "at most 16384"},
		{{0, WIDTH, HEIGHT, WIDTH * 4 - 4, FAKE_FORMAT}, "rows of 1276 bytes"},
		{{0, WIDTH, HEIGHT, UINT32_MAX - 3, FAKE_FORMAT}, "rows of 4294967292 bytes"},
		{{0, WIDTH, HEIGHT, WIDTH * 4, 0x12345678}, "unknown format (0x12345678)"},
		{{4, WIDTH, HEIGHT, WIDTH * 4, FAKE_FORMAT}, "less memory"},
		{{2, WIDTH, 1, WIDTH * 4, FAKE_FORMAT}, "begins at byte 2"},
		{{0, WIDTH, HEIGHT + 1, WIDTH * 4, FAKE_FORMAT}, "less memory"},
		{{UINT32_MAX - 3, WIDTH, HEIGHT, WIDTH * 4, FAKE_FORMAT}, "less memory"},
	};
	RIG *rig = attached_rig(SOURCE_DISPLAY1);
	int fd = memfd_create("virtio-gpu res", MFD_CLOEXEC);

	EXPECT_INT(ftruncate(fd, WIDTH * HEIGHT * 4), 0);
	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		fake_head_send_scanout_map(rig->guest, 0, fd, &lies[i].scanout);
		expect_refusal(rig, lies[i].says);
	}
	close(fd);
}

static void a_copy_with_too_few_bytes_is_refused(void)
{
	RIG *rig = attached_rig(SOURCE_DISPLAY1);
	struct fake_scanout scanout = {0, WIDTH, HEIGHT, WIDTH * 4, FAKE_FORMAT};
	uint32_t bytes[100] = {0};

	fake_head_send_scanout(rig->guest, 0, &scanout, bytes, sizeof(bytes));
	expect_refusal(rig, "400 bytes for a picture of 320x240");
}

static void an_update_outside_of_the_picture_is_refused(void)
{
	static const struct {
		int32_t x, y, width, height;
	} lies[] = {
		{-1, 0, 10, 10},       {0, -1, 10, 10},
		{0, 0, WIDTH + 1, 10}, {0, 0, 10, HEIGHT + 1},
		{WIDTH, 0, 1, 1},      {0, 0, 0, 10},
		{0, 0, 10, -10},       {INT32_MAX, 0, INT32_MAX, 1},
	};
	RIG *rig = attached_rig(SOURCE_DISPLAY1);

	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		fake_head_send_update_map(rig->guest, 0, lies[i].x, lies[i].y, lies[i].width,
					  lies[i].height);
		expect_refusal(rig, "outside of 320x240");
	}
}

static void a_copied_update_that_does_not_fit_is_refused(void)
{
	static const uint32_t bytes[64] = {0};
	RIG *rig = rig_create(SOURCE_DISPLAY1);

	start_guest(rig);
	fake_head_set_copies(rig->guest, 0, true);
	start_source(rig);
	WAIT_UNTIL(rig, has_picture(rig, 0));
	fake_head_send_update(rig->guest, 0, 0, 0, 8, 9, 32, FAKE_FORMAT, bytes, sizeof(bytes));
	expect_refusal(rig, "256 bytes for an update of 8x9");
	fake_head_send_update(rig->guest, 0, 0, 0, 8, 8, 28, FAKE_FORMAT, bytes, sizeof(bytes));
	expect_refusal(rig, "rows of 28 bytes");
	fake_head_send_update(rig->guest, 0, WIDTH - 4, 0, 8, 8, 32, FAKE_FORMAT, bytes,
			      sizeof(bytes));
	expect_refusal(rig, "outside of 320x240");
	fake_head_send_update(rig->guest, 0, 0, 0, -8, -8, 32, FAKE_FORMAT, bytes, sizeof(bytes));
	expect_refusal(rig, "outside of 320x240");
}

static void memory_that_is_taken_away_is_no_end_of_the_gateway(void)
{
	RIG *rig = attached_rig(SOURCE_DISPLAY1);

	fake_head_truncate(rig->guest, 0, 4096);
	fake_head_send_update_map(rig->guest, 0, 0, 0, WIDTH, HEIGHT);
	WAIT_UNTIL(rig, notice_says(rig, 0, "took it away again"));

	fake_head_new_surface(rig->guest, 0, WIDTH, HEIGHT);
	paint(rig, 0, BLUE);
	fake_head_present_all(rig->guest, 0);
	WAIT_UNTIL(rig, has_picture(rig, 0) && pixel_at(rig, 0, 0, 0) == BLUE);
}

static void something_that_is_no_memory_is_refused(void)
{
	RIG *rig = attached_rig(SOURCE_DISPLAY1);
	struct fake_scanout scanout = {0, WIDTH, HEIGHT, WIDTH * 4, FAKE_FORMAT};
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	fake_head_send_scanout_map(rig->guest, 0, fd, &scanout);
	close(fd);
	expect_refusal(rig, "less memory");
}

static void a_cursor_with_impossible_numbers_is_refused(void)
{
	RIG *rig = attached_rig(SOURCE_DISPLAY1);
	uint32_t pixels[64] = {0};

	fake_head_define_cursor(rig->guest, 0, -1, -1, 0, 0, pixels, sizeof(pixels));
	fake_head_define_cursor(rig->guest, 0, 1 << 16, 1 << 16, 0, 0, pixels, sizeof(pixels));
	fake_head_define_cursor(rig->guest, 0, 9, 8, 0, 0, pixels, sizeof(pixels));
	WAIT_UNTIL(rig, fake_head_errors(rig->guest, 0) == 3);
	EXPECT(cursor_of(rig).image == NULL);
	EXPECT(has_picture(rig, 0));

	fake_head_define_cursor(rig->guest, 0, 8, 8, INT32_MIN, INT32_MAX, pixels, sizeof(pixels));
	fake_head_move_cursor(rig->guest, 0, INT32_MAX, INT32_MIN, true);
	WAIT_UNTIL(rig, cursor_of(rig).image != NULL);
}

static void a_screen_in_the_gpu_gets_an_error_and_viewers_the_reason(void)
{
	RIG *rig = attached_rig(SOURCE_DISPLAY1);
	struct fake_scanout scanout = {0, WIDTH, HEIGHT, WIDTH * 4, 0x34325258};
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	fake_head_send_scanout_dmabuf(rig->guest, 0, fd, &scanout);
	close(fd);
	WAIT_UNTIL(rig, fake_head_errors(rig->guest, 0) == 1);
	EXPECT(notice_says(rig, 0, "gl=off"));
}

static void handle_turn(void *data)
{
	*(unsigned *)data += 1;
}

static void a_flood_leaves_turns_of_the_loop_to_others(void)
{
	RIG *rig = attached_rig(SOURCE_DISPLAY1);
	unsigned before;
	unsigned turns = 0;

	WAIT_UNTIL(rig, fake_head_unanswered(rig->guest, 0) == 0);
	before = fake_head_replies(rig->guest, 0);
	for (int i = 0; i < 1000; i++)
		fake_head_send_update_map(rig->guest, 0, 0, 0, 16, 16);
	while (fake_head_unanswered(rig->guest, 0) > 0) {
		loop_post(rig->loop, handle_turn, &turns);
		sd_event_run(loop_event(rig->loop), 2000);
	}
	EXPECT_INT(fake_head_replies(rig->guest, 0) - before, 1000);
	EXPECT(turns > 500);
	loop_run_posts(rig->loop);
}

static void a_flood_on_one_head_lets_another_be_greeted(void)
{
	RIG *rig = rig_create(SOURCE_DISPLAY1);
	unsigned turns = 0;

	rig->options.heads = 2;
	start_guest(rig);
	start_source(rig);
	WAIT_UNTIL(rig, has_picture(rig, 0));
	while (!has_picture(rig, 1)) {
		while (fake_head_unanswered(rig->guest, 0) < 20)
			fake_head_send_update_map(rig->guest, 0, 0, 0, 16, 16);
		sd_event_run(loop_event(rig->loop), 2000);
		EXPECT(turns++ < 1000);
	}
}

/* -- Coming and going -----------------------------------------------------------------------------
 */

static void the_last_picture_stays_while_the_guest_is_away(void)
{
	RIG *rig = attached_rig(SOURCE_QMP);

	press(rig, KEY_A, true);
	WAIT_UNTIL(rig, was_told(rig, "key 30 1"));
	stop_guest(rig);
	WAIT_UNTIL(rig, notice_says(rig, 0, "The guest has gone away: QEMU closed the connection"));
	EXPECT(!source_status(rig->source).is_attached);
	EXPECT(strstr(source_status(rig->source).reason, "gone away"));
	EXPECT_INT(head_size(heads_get(rig->heads, 0)).width, WIDTH);

	/* It comes back: a whole picture, and the key that is still held. */
	start_guest(rig);
	paint(rig, 0, GREEN);
	WAIT_UNTIL(rig, has_picture(rig, 0) && pixel_at(rig, 0, WIDTH - 1, HEIGHT - 1) == GREEN);
	WAIT_UNTIL(rig, times_told(rig, "key 30 1") == 2);
}

static void a_guest_that_hangs_up_in_the_middle_is_attached_again(void)
{
	RIG *rig = attached_rig(SOURCE_DISPLAY1);

	/* With calls under way in both directions. */
	press(rig, KEY_A, true);
	fake_head_present_all(rig->guest, 0);
	fake_display1_hang_up(rig->guest);
	WAIT_UNTIL(rig, notice_says(rig, 0, "gone away"));
	WAIT_UNTIL(rig, has_picture(rig, 0));
	WAIT_UNTIL(rig, was_told(rig, "key 30 1"));
}

static void a_source_that_is_not_there_yet_is_waited_for(void)
{
	RIG *rig = rig_create(SOURCE_QMP);

	start_source(rig);
	WAIT_UNTIL(rig, notice_says(rig, 0, "Waiting for QEMU at "));
	EXPECT(notice_says(rig, 0, "no such file"));
	start_guest(rig);
	WAIT_UNTIL(rig, has_picture(rig, 0));
}

static void expect_failure(enum fake_monitor monitor, const char *text)
{
	RIG *rig = rig_create(SOURCE_QMP);

	rig->options.monitor = monitor;
	start_guest(rig);
	start_source(rig);
	WAIT_UNTIL(rig, notice_says(rig, 0, text));
	EXPECT(strstr(source_status(rig->source).reason, text));

	/* What is put right is noticed. */
	stop_guest(rig);
	rig->options.monitor = FAKE_MONITOR_QMP;
	start_guest(rig);
	WAIT_UNTIL(rig, has_picture(rig, 0));
}

static void a_monitor_that_another_client_holds_is_named(void)
{
	expect_failure(FAKE_MONITOR_SILENT, "another client probably holds this monitor");
}

static void a_socket_that_speaks_no_qmp_is_named(void)
{
	expect_failure(FAKE_MONITOR_BABBLE, "does not speak QMP");
}

static void an_endless_greeting_is_cut_off(void)
{
	expect_failure(FAKE_MONITOR_ENDLESS, "does not speak QMP");
}

static void a_qemu_without_a_dbus_display_is_named(void)
{
	expect_failure(FAKE_MONITOR_REFUSES, "-display dbus,p2p=on");
}

static void a_file_that_is_no_socket_is_named(void)
{
	RIG *rig = rig_create(SOURCE_DISPLAY1);

	close(open(rig->path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	start_source(rig);
	WAIT_UNTIL(rig, notice_says(rig, 0, "it is not a socket"));
}

static void a_socket_of_a_program_that_ended_is_named(void)
{
	RIG *rig = rig_create(SOURCE_DISPLAY1);
	CLEANUP(freep) char *aside = xasprintf("%s.aside", rig->path);

	start_guest(rig);
	EXPECT_INT(rename(rig->path, aside), 0);
	stop_guest(rig);
	EXPECT_INT(rename(aside, rig->path), 0);
	start_source(rig);
	WAIT_UNTIL(rig, notice_says(rig, 0, "nobody listens"));
}

static void a_display_that_says_nothing_is_given_up(void)
{
	RIG *rig = rig_create(SOURCE_DISPLAY1);

	rig->options.is_silent = true;
	start_guest(rig);
	start_source(rig);
	WAIT_UNTIL(rig, notice_says(rig, 0, "does not answer"));
}

static void a_listener_that_is_never_greeted_is_given_up(void)
{
	RIG *rig = rig_create(SOURCE_DISPLAY1);

	rig->options.ignores_listeners = true;
	start_guest(rig);
	start_source(rig);
	WAIT_UNTIL(rig, notice_says(rig, 0, "does not answer"));
}

int main(void)
{
	log_open(LOG_LEVEL_ERROR);
	RUN_TEST(a_socket_of_its_own_brings_the_picture);
	RUN_TEST(a_monitor_hands_the_display_over);
	RUN_TEST(every_console_becomes_a_head);
	RUN_TEST(an_update_shows_what_it_declares);
	RUN_TEST(a_page_flip_shows_the_other_buffer);
	RUN_TEST(the_first_part_of_a_new_surface_brings_all_of_it);
	RUN_TEST(a_scanout_that_no_update_follows_is_shown_all_the_same);
	RUN_TEST(a_new_mode_is_followed);
	RUN_TEST(copies_are_shown_where_nothing_can_be_mapped);
	RUN_TEST(a_reader_that_holds_every_frame_gets_the_newest_when_it_lets_go);
	RUN_TEST(a_head_that_is_off_says_so);
	RUN_TEST(a_placeholder_is_recognised_in_copies_too);
	RUN_TEST(a_head_that_is_off_is_switched_on_at_its_configured_size);
	RUN_TEST(a_head_of_the_right_size_is_left_alone);
	RUN_TEST(a_size_for_switching_on_is_not_asked_of_a_head_that_is_on);
	RUN_TEST(a_size_that_was_asked_for_is_asked_for_again_after_a_restart);
	RUN_TEST(the_cursor_is_where_its_hot_spot_is);
	RUN_TEST(input_reaches_the_guest);
	RUN_TEST(a_key_that_does_not_exist_is_not_sent);
	RUN_TEST(a_relative_pointer_is_moved_by_differences);
	RUN_TEST(the_guest_s_lock_keys_are_matched_with_the_viewer_s);
	RUN_TEST(a_guest_that_answers_no_input_gets_only_so_much_of_it);
	RUN_TEST(a_fall_back_to_copies_is_repaired);
	RUN_TEST(a_part_that_comes_as_a_copy_is_repaired_too);
	RUN_TEST(a_card_that_is_always_copied_is_left_alone);
	RUN_TEST(a_source_that_falls_back_again_and_again_is_repaired_only_rarely);
	RUN_TEST(a_scanout_with_impossible_numbers_is_refused);
	RUN_TEST(a_copy_with_too_few_bytes_is_refused);
	RUN_TEST(an_update_outside_of_the_picture_is_refused);
	RUN_TEST(a_copied_update_that_does_not_fit_is_refused);
	RUN_TEST(memory_that_is_taken_away_is_no_end_of_the_gateway);
	RUN_TEST(something_that_is_no_memory_is_refused);
	RUN_TEST(a_cursor_with_impossible_numbers_is_refused);
	RUN_TEST(a_screen_in_the_gpu_gets_an_error_and_viewers_the_reason);
	RUN_TEST(a_flood_leaves_turns_of_the_loop_to_others);
	RUN_TEST(a_flood_on_one_head_lets_another_be_greeted);
	RUN_TEST(the_last_picture_stays_while_the_guest_is_away);
	RUN_TEST(a_guest_that_hangs_up_in_the_middle_is_attached_again);
	RUN_TEST(a_source_that_is_not_there_yet_is_waited_for);
	RUN_TEST(a_monitor_that_another_client_holds_is_named);
	RUN_TEST(a_socket_that_speaks_no_qmp_is_named);
	RUN_TEST(an_endless_greeting_is_cut_off);
	RUN_TEST(a_qemu_without_a_dbus_display_is_named);
	RUN_TEST(a_file_that_is_no_socket_is_named);
	RUN_TEST(a_socket_of_a_program_that_ended_is_named);
	RUN_TEST(a_display_that_says_nothing_is_given_up);
	RUN_TEST(a_listener_that_is_never_greeted_is_given_up);
	return 0;
}
