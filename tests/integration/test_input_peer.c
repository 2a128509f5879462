/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Input by QEMU's monitor, beside a display that takes none: what QEMU is told, and monitors
 * that come and go, refuse, flood or say nothing.
 */
#include <ctype.h>

#include "common/log.h"
#include "common/xalloc.h"
#include "gateway/input/seat.h"
#include "gateway/source/input_peer.h"
#include "tests/integration/source_rig.h"

#define KEY_META 219

/* The rig's guest is the display, and ours its QEMU, which may have a display of its own. */
struct stage {
	struct rig *rig;
	char *path;
	struct fake_options options;
	struct fake_display1 *qemu;
	struct input_peer *peer;
	char released[8192]; /* keys by name: what somebody else may have left pressed */
	size_t released_length;
};

/* "gpu0.0 key a 0": such lines come when they come, beside what viewers do. */
static bool is_release(const char *line)
{
	const char *key = strstr(line, " key ");

	return key && !isdigit((unsigned char)key[5]);
}

/* QEMU's consoles are told apart from the display's, which have the same numbers. */
static void handle_qemu_line(void *data, const char *line)
{
	struct stage *stage = data;
	char marked[200];

	if (is_release(line)) {
		stage->released_length += (size_t)snprintf(
			stage->released + stage->released_length,
			sizeof(stage->released) - stage->released_length, "%s\n", line);
		return;
	}
	snprintf(marked, sizeof(marked), "%s%s", strncmp(line, "gpu0", 4) == 0 ? "" : "QEMU ",
		 line);
	stage->rig->options.on_line(stage->rig, marked);
}

static void start_qemu(struct stage *stage)
{
	EXPECT_INT(
		fake_display1_create(loop_event(stage->rig->loop), &stage->options, &stage->qemu),
		0);
}

static void stop_qemu(struct stage *stage)
{
	fake_display1_destroy(stage->qemu);
	stage->qemu = NULL;
}

static void start_peer(struct stage *stage)
{
	EXPECT_INT(input_peer_create(stage->rig->loop, stage->path, true, stage->rig->heads,
				     stage->rig->seat, &stage->peer),
		   0);
}

/* Neither QEMU nor the peer has started: change the options before they do. */
static struct stage *stage_create(void)
{
	struct stage *stage = xcalloc(1, sizeof(*stage));

	stage->rig = rig_create(SOURCE_DISPLAY1);
	stage->path = xasprintf("%s/qemu.sock", stage->rig->folder);
	stage->options = stage->rig->options;
	stage->options.path = stage->path;
	stage->options.monitor = FAKE_MONITOR_QMP;
	stage->options.heads = 2;
	stage->options.on_line = handle_qemu_line;
	stage->options.data = stage;
	heads_grow(stage->rig->heads, 2, "nothing yet");
	return stage;
}

static bool is_attached(struct stage *stage)
{
	return !input_peer_reason(stage->peer);
}

static void forget_lines(struct stage *stage)
{
	stage->rig->lines_length = 0;
	stage->rig->lines[0] = '\0';
}

/* With the buttons and contacts that it lets go of at first behind it. */
static void wait_until_attached(struct stage *stage)
{
	WAIT_UNTIL(stage->rig, is_attached(stage));
	WAIT_UNTIL(stage->rig, rig_was_told(stage->rig, "gpu0.15 btn touch 0"));
	forget_lines(stage);
}

static struct stage *stage_create_attached(void)
{
	struct stage *stage = stage_create();

	start_qemu(stage);
	start_peer(stage);
	wait_until_attached(stage);
	return stage;
}

static void stage_destroy(struct stage *stage)
{
	input_peer_destroy(stage->peer);
	fake_display1_destroy(stage->qemu);
	rig_destroy(stage->rig);
	free(stage->path);
	free(stage);
}

DEFINE_CLEANUP(struct stage *, stage_destroy)
#define STAGE CLEANUP(stage_destroyp) struct stage

static bool reason_says(struct stage *stage, const char *text)
{
	const char *reason = input_peer_reason(stage->peer);

	return reason && strstr(reason, text);
}

static void move_to(struct stage *stage, unsigned head, uint32_t x, uint32_t y)
{
	rig_send(stage->rig,
		 (struct input_event){.type = INPUT_MOTION, .head = head, .motion = {x, y}});
}

static void click(struct stage *stage, unsigned head, enum input_button button, bool is_down)
{
	rig_send(stage->rig, (struct input_event){.type = INPUT_BUTTON,
						  .head = head,
						  .button = {button, is_down}});
}

static void touch(struct stage *stage, enum input_touch kind, uint32_t contact, uint32_t x,
		  uint32_t y)
{
	rig_send(stage->rig,
		 (struct input_event){.type = INPUT_TOUCH, .touch = {kind, contact, x, y}});
}

/* Waits until it was told, and forgets it. */
static void expect_told(struct stage *stage, const char *lines)
{
	WAIT_UNTIL(stage->rig, strstr(stage->rig->lines, lines));
	forget_lines(stage);
}

/* -- What QEMU is told --------------------------------------------------------------- */

static void keys_go_to_the_first_head_of_the_display(void)
{
	STAGE *stage = stage_create_attached();

	rig_press(stage->rig, KEY_A, true);
	rig_press(stage->rig, KEY_A, false);
	expect_told(stage, "gpu0.0 key 30 1\ngpu0.0 key 30 0\n");
	rig_press(stage->rig, 0xff, true);
	rig_press(stage->rig, KEY_A, true);
	expect_told(stage, "gpu0.0 key 30 1\n");
	EXPECT(!rig_was_told(stage->rig, "gpu0.0 key 255 1"));
}

static void pointers_go_to_their_head_on_qemu_s_scale(void)
{
	STAGE *stage = stage_create_attached();
	struct size size = head_size(heads_get(stage->rig->heads, 1));
	char lines[200];

	snprintf(lines, sizeof(lines), "gpu0.1 abs x %u\ngpu0.1 abs y %u\n",
		 100 * 0x7fff / size.width, (size.height - 1) * 0x7fff / size.height);
	move_to(stage, 1, 100, 1 << 20);
	expect_told(stage, lines);
	move_to(stage, 0, 0, 0);
	expect_told(stage, "gpu0.0 abs x 0\ngpu0.0 abs y 0\n");
	click(stage, 1, INPUT_BUTTON_RIGHT, true);
	click(stage, 1, INPUT_BUTTON_RIGHT, false);
	click(stage, 0, INPUT_BUTTON_EXTRA, true);
	click(stage, 0, INPUT_BUTTON_EXTRA, false);
	rig_send(stage->rig,
		 (struct input_event){.type = INPUT_WHEEL, .head = 1, .wheel = {0, -1}});
	expect_told(stage,
		    "gpu0.1 btn right 1\ngpu0.1 btn right 0\ngpu0.0 btn extra 1\n"
		    "gpu0.0 btn extra 0\ngpu0.1 btn wheel-down 1\ngpu0.1 btn wheel-down 0\n");
}

static void a_mouse_is_moved_by_differences(void)
{
	STAGE *stage = stage_create();

	stage->options.is_relative = true;
	start_qemu(stage);
	start_peer(stage);
	WAIT_UNTIL(stage->rig, is_attached(stage));
	/* The first position is refused, and tells that there is no tablet. */
	move_to(stage, 0, 100, 100);
	rig_press(stage->rig, KEY_A, true);
	expect_told(stage, "gpu0.0 key 30 1\n");
	move_to(stage, 0, 110, 95);
	rig_press(stage->rig, KEY_A, false);
	expect_told(stage, "gpu0.0 key 30 0\n");
	move_to(stage, 0, 117, 93);
	expect_told(stage, "gpu0.0 rel x 7\ngpu0.0 rel y -2\n");
	rig_send(stage->rig, (struct input_event){.type = INPUT_RELATIVE, .relative = {-3, 4}});
	expect_told(stage, "gpu0.0 rel x -3\ngpu0.0 rel y 4\n");
}

static void two_fingers_are_two_contacts(void)
{
	STAGE *stage = stage_create_attached();
	struct size size = head_size(heads_get(stage->rig->heads, 0));
	char lines[400];

	touch(stage, INPUT_TOUCH_DOWN, 70, 5, 6);
	snprintf(lines, sizeof(lines),
		 "gpu0.0 btn touch 1\ngpu0.0 mtt begin 0 0 x 0\ngpu0.0 mtt data 0 0 x %u\n"
		 "gpu0.0 mtt data 0 0 y %u\n",
		 5 * 0x7fff / size.width, 6 * 0x7fff / size.height);
	expect_told(stage, lines);
	touch(stage, INPUT_TOUCH_DOWN, 71, 7, 8);
	snprintf(lines, sizeof(lines),
		 "gpu0.0 mtt begin 1 1 x 0\ngpu0.0 mtt data 1 1 x %u\ngpu0.0 mtt data 1 1 y %u\n",
		 7 * 0x7fff / size.width, 8 * 0x7fff / size.height);
	expect_told(stage, lines);
	touch(stage, INPUT_TOUCH_MOVE, 70, 0, 0);
	expect_told(stage, "gpu0.0 mtt update 0 0 x 0\ngpu0.0 mtt data 0 0 x 0\n"
			   "gpu0.0 mtt data 0 0 y 0\n");
	touch(stage, INPUT_TOUCH_UP, 70, 0, 0);
	touch(stage, INPUT_TOUCH_CANCEL, 71, 0, 0);
	expect_told(stage,
		    "gpu0.0 mtt end 0 -1 x 0\ngpu0.0 mtt end 1 -1 x 0\ngpu0.0 btn touch 0\n");
}

static void where_the_display_has_no_id_input_is_bound_to_none(void)
{
	STAGE *stage = stage_create();

	stage->options.devices = "[{\"name\": \"vhost user\", \"type\": \"child<vhost-user-gpu>\"},"
				 "3, {\"name\": 7}]";
	start_qemu(stage);
	start_peer(stage);
	WAIT_UNTIL(stage->rig, is_attached(stage));
	rig_press(stage->rig, KEY_A, true);
	expect_told(stage, "QEMU unbound key 30 1\n");
	move_to(stage, 1, 0, 0);
	expect_told(stage, "QEMU unbound abs x 0\nQEMU unbound abs y 0\n");
}

/* -- Who may be holding what ------------------------------------------------------------ */

static void what_an_earlier_gateway_pressed_is_let_go_of_at_first(void)
{
	STAGE *stage = stage_create();

	rig_press(stage->rig, KEY_META, true);
	start_qemu(stage);
	start_peer(stage);
	WAIT_UNTIL(stage->rig, strstr(stage->released, "gpu0.0 key compose 0\n"));
	EXPECT(strstr(stage->released, "gpu0.0 key ctrl 0\ngpu0.0 key a 0\n"));
	EXPECT(rig_was_told(stage->rig, "gpu0.1 btn left 0"));
	EXPECT(rig_was_told(stage->rig, "gpu0.1 mtt end 9 -1 x 0"));

	/* But not what a viewer holds now. */
	EXPECT(rig_was_told(stage->rig, "gpu0.0 key 219 1"));
	EXPECT(strstr(stage->released, "gpu0.0 key meta_r 0\n"));
	EXPECT(!strstr(stage->released, "meta_l"));
}

static void what_an_earlier_gateway_pressed_is_let_go_of_after_a_pause_too(void)
{
	STAGE *stage = stage_create();

	stage->options.is_paused = true;
	start_qemu(stage);
	start_peer(stage);
	WAIT_UNTIL(stage->rig, is_attached(stage));
	for (int turn = 0; turn < 20; turn++)
		sd_event_run(loop_event(stage->rig->loop), 2000);
	EXPECT(!strstr(stage->released, "key a"));
	fake_set_paused(stage->qemu, false);
	WAIT_UNTIL(stage->rig, strstr(stage->released, "gpu0.0 key compose 0\n"));
	EXPECT(strstr(stage->released, "gpu0.0 key a 0\n"));
	EXPECT(rig_was_told(stage->rig, "gpu0.1 btn left 0"));
}

static void what_is_held_is_pressed_again_when_qemu_comes_back(void)
{
	STAGE *stage = stage_create_attached();

	rig_press(stage->rig, KEY_A, true);
	rig_press(stage->rig, KEY_A + 1, true);
	click(stage, 1, INPUT_BUTTON_LEFT, true);
	touch(stage, INPUT_TOUCH_DOWN, 5, 0, 0);
	expect_told(stage, "gpu0.0 mtt data 0 0 y 0\n");
	stop_qemu(stage);
	WAIT_UNTIL(stage->rig, reason_says(stage, "does not reach the guest any more"));
	WAIT_UNTIL(stage->rig, !seat_is_attached(stage->rig->seat));
	rig_press(stage->rig, KEY_A + 1, false);
	start_qemu(stage);
	WAIT_UNTIL(stage->rig, is_attached(stage));
	/* It may be the same QEMU, which still has everything down. */
	expect_told(stage, "gpu0.0 key 30 0\ngpu0.0 key 31 0\ngpu0.0 mtt end 0 -1 x 0\n"
			   "gpu0.0 btn touch 0\ngpu0.1 btn left 0\ngpu0.0 key 30 1\n"
			   "gpu0.1 btn left 1\ngpu0.0 btn touch 1\ngpu0.0 mtt begin 0 0 x 0\n");
	rig_press(stage->rig, KEY_A, false);
	click(stage, 1, INPUT_BUTTON_LEFT, false);
	expect_told(stage, "gpu0.0 key 30 0\ngpu0.1 btn left 0\n");
}

static void a_pause_leaves_nothing_pressed(void)
{
	STAGE *stage = stage_create_attached();

	rig_press(stage->rig, KEY_A, true);
	expect_told(stage, "gpu0.0 key 30 1\n");
	fake_set_paused(stage->qemu, true);
	rig_press(stage->rig, KEY_A, false);
	rig_press(stage->rig, KEY_A + 1, true);
	/* Seen when the monitor has refused them: it answers in turn. */
	rig_press(stage->rig, KEY_A + 2, true);
	for (int turn = 0; turn < 20; turn++)
		sd_event_run(loop_event(stage->rig->loop), 2000);
	EXPECT(!rig_was_told(stage->rig, "gpu0.0 key 30 0"));
	fake_set_paused(stage->qemu, false);
	expect_told(stage, "gpu0.0 key 30 0\ngpu0.0 key 31 0\ngpu0.0 key 32 0\n"
			   "gpu0.0 key 31 1\ngpu0.0 key 32 1\n");
}

/* -- Sizes ------------------------------------------------------------------------------ */

static void handle_size(void *data, unsigned head, struct size size)
{
	struct stage *stage = data;

	input_peer_tell_size(stage->peer, head, size);
}

/* The display takes sizes, and QEMU is told of them. */
static void start_display(struct stage *stage)
{
	stage->rig->options.heads = 2;
	stage->rig->is_display_only = true;
	rig_start_guest(stage->rig);
	rig_start_source(stage->rig);
	source_on_size(stage->rig->source, handle_size, stage);
	WAIT_UNTIL(stage->rig, rig_has_picture(stage->rig, 0) && rig_has_picture(stage->rig, 1));
}

static void a_size_that_the_display_took_makes_the_guest_look(void)
{
	STAGE *stage = stage_create_attached();

	start_display(stage);
	source_resize(stage->rig->source, 1, (struct size){1024, 600});
	WAIT_UNTIL(stage->rig, rig_was_told(stage->rig, "QEMU look 1"));
	EXPECT(strstr(stage->rig->lines, "uiinfo 1 1024 600\nlook 1\nQEMU uiinfo 1 1024 600\n"));

	/* QEMU may have been told of the very size before: the guest has to look all the same. */
	source_resize(stage->rig->source, 1, (struct size){1024, 600});
	WAIT_UNTIL(stage->rig, rig_times_told(stage->rig, "QEMU look 1") == 2);
	source_resize(stage->rig->source, 0, (struct size){800, 480});
	WAIT_UNTIL(stage->rig, rig_was_told(stage->rig, "QEMU look 0"));

	/* And nothing of QEMU's own display is watched. */
	EXPECT(!strstr(stage->rig->lines, "QEMU listener"));
}

static void a_size_that_the_display_refuses_is_not_told(void)
{
	STAGE *stage = stage_create_attached();

	stage->rig->options.refuses_uiinfo = true;
	start_display(stage);
	source_resize(stage->rig->source, 0, (struct size){800, 480});
	rig_press(stage->rig, KEY_A, true);
	WAIT_UNTIL(stage->rig, rig_was_told(stage->rig, "gpu0.0 key 30 1"));
	for (int turn = 0; turn < 20; turn++)
		sd_event_run(loop_event(stage->rig->loop), 2000);
	EXPECT(!strstr(stage->rig->lines, "QEMU uiinfo"));
}

static void a_guest_whose_qemu_was_away_looks_when_it_is_back(void)
{
	STAGE *stage = stage_create();

	start_peer(stage);
	start_display(stage);
	source_resize(stage->rig->source, 0, (struct size){800, 480});
	WAIT_UNTIL(stage->rig, rig_was_told(stage->rig, "uiinfo 0 800 480"));
	start_qemu(stage);
	WAIT_UNTIL(stage->rig, rig_was_told(stage->rig, "QEMU look 0"));
	stop_qemu(stage);
	start_qemu(stage);
	WAIT_UNTIL(stage->rig, rig_times_told(stage->rig, "QEMU look 0") == 2);
	EXPECT(!rig_was_told(stage->rig, "QEMU look 1"));
}

static void only_the_guest_s_display_is_told(void)
{
	STAGE *stage = stage_create();

	stage->options.label = "gpu01";
	start_qemu(stage);
	start_peer(stage);
	WAIT_UNTIL(stage->rig, is_attached(stage));
	start_display(stage);
	source_resize(stage->rig->source, 0, (struct size){800, 480});
	WAIT_UNTIL(stage->rig, rig_was_told(stage->rig, "uiinfo 0 800 480"));
	for (int turn = 0; turn < 20; turn++)
		sd_event_run(loop_event(stage->rig->loop), 2000);
	EXPECT(!strstr(stage->rig->lines, "QEMU uiinfo"));
}

static void a_display_without_an_id_is_known_by_its_type(void)
{
	STAGE *stage = stage_create();

	stage->options.devices = "[]";
	stage->options.label = "vhost-user-gpu-pci";
	start_qemu(stage);
	start_peer(stage);
	WAIT_UNTIL(stage->rig, is_attached(stage));
	start_display(stage);
	source_resize(stage->rig->source, 1, (struct size){800, 480});
	WAIT_UNTIL(stage->rig, rig_was_told(stage->rig, "QEMU look 1"));
}

static void a_qemu_without_a_display_takes_input_all_the_same(void)
{
	STAGE *stage = stage_create();

	stage->options.monitor = FAKE_MONITOR_REFUSES;
	start_qemu(stage);
	start_peer(stage);
	WAIT_UNTIL(stage->rig, is_attached(stage));
	start_display(stage);
	source_resize(stage->rig->source, 0, (struct size){800, 480});
	rig_press(stage->rig, KEY_A, true);
	WAIT_UNTIL(stage->rig, rig_was_told(stage->rig, "gpu0.0 key 30 1"));
}

static void a_display_of_qemu_s_that_says_nothing_holds_up_no_input(void)
{
	STAGE *stage = stage_create();

	stage->options.is_silent = true;
	start_qemu(stage);
	start_peer(stage);
	WAIT_UNTIL(stage->rig, is_attached(stage));
	start_display(stage);
	for (unsigned i = 0; i < 100; i++)
		source_resize(stage->rig->source, 0, (struct size){800 + i, 480});
	rig_press(stage->rig, KEY_A, true);
	WAIT_UNTIL(stage->rig, rig_was_told(stage->rig, "gpu0.0 key 30 1"));
}

/* What QEMU's display said before this has been heard: the second size is told after the
 * answer to the first. */
static void hear_display(struct stage *stage, unsigned width)
{
	char line[64];

	snprintf(line, sizeof(line), "QEMU uiinfo 0 %u 480", width + 1);
	input_peer_tell_size(stage->peer, 0, (struct size){width, 480});
	WAIT_UNTIL(stage->rig, strstr(stage->rig->lines, "QEMU uiinfo 0 "));
	input_peer_tell_size(stage->peer, 0, (struct size){width + 1, 480});
	WAIT_UNTIL(stage->rig, rig_was_told(stage->rig, line));
	forget_lines(stage);
}

static void qemu_s_display_tells_which_lock_keys_are_on(void)
{
	STAGE *stage = stage_create();

	start_qemu(stage);
	fake_set_modifiers(stage->qemu, INPUT_LOCK_CAPS);
	start_peer(stage);
	wait_until_attached(stage);
	hear_display(stage, 800);

	/* Where the viewer's are what the guest's are, nothing is pressed. */
	rig_send(stage->rig, (struct input_event){.type = INPUT_LOCKS, .locks = INPUT_LOCK_CAPS});
	rig_press(stage->rig, KEY_A, true);
	WAIT_UNTIL(stage->rig, rig_was_told(stage->rig, "gpu0.0 key 30 1"));
	EXPECT(!strstr(stage->rig->lines, "key 58 "));

	fake_set_modifiers(stage->qemu, INPUT_LOCK_NUM);
	hear_display(stage, 900);
	rig_send(stage->rig, (struct input_event){.type = INPUT_LOCKS, .locks = INPUT_LOCK_CAPS});
	expect_told(stage, "gpu0.0 key 58 1\ngpu0.0 key 58 0\ngpu0.0 key 69 1\ngpu0.0 key 69 0\n");
}

/* -- Bounds ------------------------------------------------------------------------------ */

static unsigned count_lines(struct stage *stage)
{
	unsigned count = 0;

	for (const char *at = stage->rig->lines; (at = strchr(at, '\n')); at++)
		count++;
	return count;
}

static void a_monitor_that_answers_no_input_gets_only_so_much_of_it(void)
{
	STAGE *stage = stage_create();

	stage->options.ignores_input = true;
	start_qemu(stage);
	start_peer(stage);
	wait_until_attached(stage);
	for (int i = 0; i < 2000; i++) {
		rig_press(stage->rig, KEY_A, i % 2 == 0);
		move_to(stage, 0, (uint32_t)i % 100, 0);
		sd_event_run(loop_event(stage->rig->loop), 0);
	}
	rig_press(stage->rig, KEY_A + 1, true);
	for (int turn = 0; turn < 20; turn++)
		sd_event_run(loop_event(stage->rig->loop), 2000);
	EXPECT(count_lines(stage) > 200);
	EXPECT(count_lines(stage) < 400);
	EXPECT(is_attached(stage));

	/* When it does, it hears where the pointer is, and what is still held. */
	fake_answer_input(stage->qemu);
	WAIT_UNTIL(stage->rig, rig_was_told(stage->rig, "gpu0.0 key 31 1"));
	rig_press(stage->rig, KEY_A + 1, false);
	WAIT_UNTIL(stage->rig, rig_was_told(stage->rig, "gpu0.0 key 31 0"));
}

static void a_flood_of_events_leaves_turns_to_others(void)
{
	STAGE *stage = stage_create_attached();

	for (int i = 0; i < 200; i++) {
		for (int j = 0; j < 20; j++)
			fake_monitor_say(stage->qemu, "{\"event\": \"RESUME\"}\r\n");
		if (i == 100)
			rig_press(stage->rig, KEY_A, true);
		sd_event_run(loop_event(stage->rig->loop), 0);
	}
	WAIT_UNTIL(stage->rig, rig_was_told(stage->rig, "gpu0.0 key 30 1"));
	EXPECT(is_attached(stage));
}

/* -- Monitors that are none, or not long ------------------------------------------------- */

static void expect_failure(struct stage *stage, const char *text)
{
	WAIT_UNTIL(stage->rig, reason_says(stage, text));
	WAIT_UNTIL(stage->rig, !seat_is_attached(stage->rig->seat));

	/* What is put right is noticed. */
	stop_qemu(stage);
	stage->options.monitor = FAKE_MONITOR_QMP;
	start_qemu(stage);
	WAIT_UNTIL(stage->rig, is_attached(stage));
}

static void expect_failure_of(enum fake_monitor monitor, const char *text)
{
	STAGE *stage = stage_create();

	stage->options.monitor = monitor;
	start_qemu(stage);
	start_peer(stage);
	expect_failure(stage, text);
}

static void a_monitor_that_is_not_there_yet_is_waited_for(void)
{
	STAGE *stage = stage_create();

	start_peer(stage);
	WAIT_UNTIL(stage->rig, reason_says(stage, "no such file"));
	rig_press(stage->rig, KEY_A, true);
	start_qemu(stage);
	WAIT_UNTIL(stage->rig, rig_was_told(stage->rig, "gpu0.0 key 30 1"));
}

static void a_monitor_that_another_client_holds_is_named(void)
{
	expect_failure_of(FAKE_MONITOR_SILENT, "another client probably holds this monitor");
}

static void a_socket_that_speaks_no_qmp_is_named(void)
{
	expect_failure_of(FAKE_MONITOR_BABBLE, "does not speak QMP");
}

static void an_endless_greeting_is_cut_off(void)
{
	expect_failure_of(FAKE_MONITOR_ENDLESS, "does not speak QMP");
}

static void a_monitor_that_falls_silent_is_named(void)
{
	expect_failure_of(FAKE_MONITOR_MUTE, "does not answer on its monitor");
}

static void a_monitor_that_ends_in_the_middle_is_tried_again(void)
{
	expect_failure_of(FAKE_MONITOR_ENDS, "closed the connection");
}

static void an_answer_to_nothing_is_no_qmp(void)
{
	STAGE *stage = stage_create_attached();

	fake_monitor_say(stage->qemu, "{\"return\": {}}\r\n");
	expect_failure(stage, "does not speak QMP");
}

static void a_line_without_an_end_is_no_qmp(void)
{
	STAGE *stage = stage_create_attached();

	for (int i = 0; i < 20; i++) {
		fake_monitor_say(stage->qemu, "{\"event\": \"");
		for (int j = 0; j < 20; j++)
			fake_monitor_say(stage->qemu,
					 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
					 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
					 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
					 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
		sd_event_run(loop_event(stage->rig->loop), 0);
	}
	expect_failure(stage, "does not speak QMP");
}

int main(void)
{
	log_open(LOG_LEVEL_ERROR);
	RUN_TEST(keys_go_to_the_first_head_of_the_display);
	RUN_TEST(pointers_go_to_their_head_on_qemu_s_scale);
	RUN_TEST(a_mouse_is_moved_by_differences);
	RUN_TEST(two_fingers_are_two_contacts);
	RUN_TEST(where_the_display_has_no_id_input_is_bound_to_none);
	RUN_TEST(what_an_earlier_gateway_pressed_is_let_go_of_at_first);
	RUN_TEST(what_an_earlier_gateway_pressed_is_let_go_of_after_a_pause_too);
	RUN_TEST(what_is_held_is_pressed_again_when_qemu_comes_back);
	RUN_TEST(a_pause_leaves_nothing_pressed);
	RUN_TEST(a_size_that_the_display_took_makes_the_guest_look);
	RUN_TEST(a_size_that_the_display_refuses_is_not_told);
	RUN_TEST(a_guest_whose_qemu_was_away_looks_when_it_is_back);
	RUN_TEST(only_the_guest_s_display_is_told);
	RUN_TEST(a_display_without_an_id_is_known_by_its_type);
	RUN_TEST(a_qemu_without_a_display_takes_input_all_the_same);
	RUN_TEST(a_display_of_qemu_s_that_says_nothing_holds_up_no_input);
	RUN_TEST(qemu_s_display_tells_which_lock_keys_are_on);
	RUN_TEST(a_monitor_that_answers_no_input_gets_only_so_much_of_it);
	RUN_TEST(a_flood_of_events_leaves_turns_to_others);
	RUN_TEST(a_monitor_that_is_not_there_yet_is_waited_for);
	RUN_TEST(a_monitor_that_another_client_holds_is_named);
	RUN_TEST(a_socket_that_speaks_no_qmp_is_named);
	RUN_TEST(an_endless_greeting_is_cut_off);
	RUN_TEST(a_monitor_that_falls_silent_is_named);
	RUN_TEST(a_monitor_that_ends_in_the_middle_is_tried_again);
	RUN_TEST(an_answer_to_nothing_is_no_qmp);
	RUN_TEST(a_line_without_an_end_is_no_qmp);
	return 0;
}
