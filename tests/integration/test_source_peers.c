/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Guests that lie, flood or say nothing, and what else may be there in their place.
 */
#include <fcntl.h>
#include <sys/mman.h>

#include "common/log.h"
#include "common/xalloc.h"
#include "tests/integration/source_rig.h"

/* -- Lies --------------------------------------------------------------------------- */

static void expect_refusal(struct rig *rig, const char *text)
{
	WAIT_UNTIL(rig, rig_notice_says(rig, 0, text));
	WAIT_UNTIL(rig, fake_head_unanswered(rig->guest, 0) == 0);
	EXPECT(fake_head_errors(rig->guest, 0) > 0);

	/* And nothing else stops. */
	EXPECT(source_status(rig->source).is_attached);
	fake_head_new_surface(rig->guest, 0, WIDTH, HEIGHT);
	rig_paint(rig, 0, BLUE);
	fake_head_present_all(rig->guest, 0);
	WAIT_UNTIL(rig, rig_has_picture(rig, 0) && rig_pixel_at(rig, 0, 0, 0) == BLUE);
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
	RIG *rig = rig_create_attached(SOURCE_DISPLAY1);
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
	RIG *rig = rig_create_attached(SOURCE_DISPLAY1);
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
	RIG *rig = rig_create_attached(SOURCE_DISPLAY1);

	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		fake_head_send_update_map(rig->guest, 0, lies[i].x, lies[i].y, lies[i].width,
					  lies[i].height);
		expect_refusal(rig, "outside of 320x240");
	}
}

static void a_copied_update_that_does_not_fit_is_refused(void)
{
	static const uint32_t bytes[64] = {0};
	static const struct {
		int32_t x, width, height;
		uint32_t stride;
		const char *says;
	} lies[] = {
		{0, 8, 9, 32, "256 bytes for an update of 8x9"},
		{0, 8, 8, 28, "rows of 28 bytes"},
		{WIDTH - 4, 8, 8, 32, "outside of 320x240"},
		{0, -8, -8, 32, "outside of 320x240"},
	};
	RIG *rig = rig_create(SOURCE_DISPLAY1);

	rig_start_guest(rig);
	fake_head_set_copies(rig->guest, 0, true);
	rig_start_source(rig);
	WAIT_UNTIL(rig, rig_has_picture(rig, 0));
	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		fake_head_send_update(rig->guest, 0, lies[i].x, 0, lies[i].width, lies[i].height,
				      lies[i].stride, FAKE_FORMAT, bytes, sizeof(bytes));
		expect_refusal(rig, lies[i].says);
	}
}

static void memory_that_is_taken_away_is_no_end_of_the_gateway(void)
{
	RIG *rig = rig_create_attached(SOURCE_DISPLAY1);

	fake_head_truncate(rig->guest, 0, 4096);
	fake_head_send_update_map(rig->guest, 0, 0, 0, WIDTH, HEIGHT);
	WAIT_UNTIL(rig, rig_notice_says(rig, 0, "took it away again"));

	fake_head_new_surface(rig->guest, 0, WIDTH, HEIGHT);
	rig_paint(rig, 0, BLUE);
	fake_head_present_all(rig->guest, 0);
	WAIT_UNTIL(rig, rig_has_picture(rig, 0) && rig_pixel_at(rig, 0, 0, 0) == BLUE);
}

static void something_that_is_no_memory_is_refused(void)
{
	RIG *rig = rig_create_attached(SOURCE_DISPLAY1);
	struct fake_scanout scanout = {0, WIDTH, HEIGHT, WIDTH * 4, FAKE_FORMAT};
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	fake_head_send_scanout_map(rig->guest, 0, fd, &scanout);
	close(fd);
	expect_refusal(rig, "less memory");
}

static void a_cursor_with_impossible_numbers_is_refused(void)
{
	RIG *rig = rig_create_attached(SOURCE_DISPLAY1);
	uint32_t pixels[64] = {0};

	fake_head_define_cursor(rig->guest, 0, -1, -1, 0, 0, pixels, sizeof(pixels));
	fake_head_define_cursor(rig->guest, 0, 1 << 16, 1 << 16, 0, 0, pixels, sizeof(pixels));
	fake_head_define_cursor(rig->guest, 0, 9, 8, 0, 0, pixels, sizeof(pixels));
	WAIT_UNTIL(rig, fake_head_errors(rig->guest, 0) == 3);
	EXPECT(rig_cursor(rig).image == NULL);
	EXPECT(rig_has_picture(rig, 0));

	fake_head_define_cursor(rig->guest, 0, 8, 8, INT32_MIN, INT32_MAX, pixels, sizeof(pixels));
	fake_head_move_cursor(rig->guest, 0, INT32_MAX, INT32_MIN, true);
	WAIT_UNTIL(rig, rig_cursor(rig).image != NULL);
}

static void a_screen_in_the_gpu_gets_an_error_and_viewers_the_reason(void)
{
	RIG *rig = rig_create_attached(SOURCE_DISPLAY1);
	struct fake_scanout scanout = {0, WIDTH, HEIGHT, WIDTH * 4, 0x34325258};
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	fake_head_send_scanout_dmabuf(rig->guest, 0, fd, &scanout);
	close(fd);
	WAIT_UNTIL(rig, fake_head_errors(rig->guest, 0) == 1);
	EXPECT(rig_notice_says(rig, 0, "gl=off"));
}

/* -- Floods ------------------------------------------------------------------------- */

static void handle_turn(void *data)
{
	*(unsigned *)data += 1;
}

static void a_flood_leaves_turns_of_the_loop_to_others(void)
{
	RIG *rig = rig_create_attached(SOURCE_DISPLAY1);
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
	rig_start_guest(rig);
	rig_start_source(rig);
	WAIT_UNTIL(rig, rig_has_picture(rig, 0));
	while (!rig_has_picture(rig, 1)) {
		while (fake_head_unanswered(rig->guest, 0) < 20)
			fake_head_send_update_map(rig->guest, 0, 0, 0, 16, 16);
		sd_event_run(loop_event(rig->loop), 2000);
		EXPECT(turns++ < 1000);
	}
}

/* -- Silence ------------------------------------------------------------------------ */

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
	rig_start_guest(rig);
	rig_start_source(rig);
	WAIT_UNTIL(rig, rig_has_picture(rig, 0));
	for (int i = 0; i < 2000; i++) {
		rig_press(rig, KEY_A, i % 2 == 0);
		sd_event_run(loop_event(rig->loop), 0);
	}
	/* The picture goes on. */
	rig_paint(rig, 0, BLUE);
	fake_head_present_all(rig->guest, 0);
	WAIT_UNTIL(rig, rig_pixel_at(rig, 0, 0, 0) == BLUE);
	EXPECT(keys > 100);
	EXPECT(keys < 300);
}

static void a_display_that_says_nothing_is_given_up(void)
{
	RIG *rig = rig_create(SOURCE_DISPLAY1);

	rig->options.is_silent = true;
	rig_start_guest(rig);
	rig_start_source(rig);
	WAIT_UNTIL(rig, rig_notice_says(rig, 0, "does not answer"));
}

static void a_listener_that_is_never_greeted_is_given_up(void)
{
	RIG *rig = rig_create(SOURCE_DISPLAY1);

	rig->options.ignores_listeners = true;
	rig_start_guest(rig);
	rig_start_source(rig);
	WAIT_UNTIL(rig, rig_notice_says(rig, 0, "does not answer"));
}

/* -- No display at all -------------------------------------------------------------- */

static void expect_failure(enum fake_monitor monitor, const char *text)
{
	RIG *rig = rig_create(SOURCE_QMP);

	rig->options.monitor = monitor;
	rig_start_guest(rig);
	rig_start_source(rig);
	WAIT_UNTIL(rig, rig_notice_says(rig, 0, text));
	EXPECT(strstr(source_status(rig->source).reason, text));

	/* What is put right is noticed. */
	rig_stop_guest(rig);
	rig->options.monitor = FAKE_MONITOR_QMP;
	rig_start_guest(rig);
	WAIT_UNTIL(rig, rig_has_picture(rig, 0));
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
	rig_start_source(rig);
	WAIT_UNTIL(rig, rig_notice_says(rig, 0, "it is not a socket"));
}

static void a_socket_of_a_program_that_ended_is_named(void)
{
	RIG *rig = rig_create(SOURCE_DISPLAY1);
	CLEANUP(freep) char *aside = xasprintf("%s.aside", rig->path);

	rig_start_guest(rig);
	EXPECT_INT(rename(rig->path, aside), 0);
	rig_stop_guest(rig);
	EXPECT_INT(rename(aside, rig->path), 0);
	rig_start_source(rig);
	WAIT_UNTIL(rig, rig_notice_says(rig, 0, "nobody listens"));
}

int main(void)
{
	log_open(LOG_LEVEL_ERROR);
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
	RUN_TEST(a_guest_that_answers_no_input_gets_only_so_much_of_it);
	RUN_TEST(a_display_that_says_nothing_is_given_up);
	RUN_TEST(a_listener_that_is_never_greeted_is_given_up);
	RUN_TEST(a_monitor_that_another_client_holds_is_named);
	RUN_TEST(a_socket_that_speaks_no_qmp_is_named);
	RUN_TEST(an_endless_greeting_is_cut_off);
	RUN_TEST(a_qemu_without_a_dbus_display_is_named);
	RUN_TEST(a_file_that_is_no_socket_is_named);
	RUN_TEST(a_socket_of_a_program_that_ended_is_named);
	return 0;
}
