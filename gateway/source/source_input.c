/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/source/source_input.h"

#include <stdlib.h>

#include "common/log.h"
#include "common/loop.h"
#include "common/xalloc.h"
#include "gateway/frame/heads.h"
#include "gateway/input/keys.h"
#include "gateway/source/touch_pace.h"

/* How many events may wait for their answer before presses are dropped. */
#define UNANSWERED_MAX 256

/* Where a finger should be, and is not yet. */
struct place {
	bool is_there;
	uint32_t x;
	uint32_t y;
};

/* The pointer and the touch screen of one head. */
struct device {
	bool is_there;
	bool knows_mode; /* whether is_absolute has been told */
	bool is_absolute;
	int32_t x; /* where the pointer should be */
	int32_t y;
	bool has_sent; /* sent_x and sent_y hold what the guest was told last */
	int32_t sent_x;
	int32_t sent_y;
	unsigned motions; /* that wait for their answer */
	bool motion_waits;
	bool button_is_down[INPUT_BUTTONS];
	bool slot_is_down[INPUT_CONTACTS_MAX];
	struct touch_pace pace;
	struct place waiting[INPUT_CONTACTS_MAX]; /* moves that the pace has wait */
	bool button_is_suspect[INPUT_BUTTONS];	  /* pressed since the last recovery */
	bool slot_is_suspect[INPUT_CONTACTS_MAX];
};

struct source_input {
	const struct source_input_ops *ops;
	void *data;
	struct heads *heads;
	struct seat *seat;
	struct device devices[HEADS_MAX]; /* by head */
	bool key_is_down[QNUM_MAX + 1];
	bool key_is_suspect[QNUM_MAX + 1];
	struct loop_timer *touch_timer; /* for the moves that wait */
	unsigned unanswered;
	bool has_dropped;
};

static struct device *device_of(struct source_input *input, unsigned head)
{
	return head < HEADS_MAX && input->devices[head].is_there ? &input->devices[head] : NULL;
}

/* -- Bounds ----------------------------------------------------------------------- */

void source_input_answer(struct source_input *input)
{
	if (--input->unanswered > 0 || !input->has_dropped)
		return;
	/* What was pressed meanwhile, and is still held, is pressed late. */
	input->has_dropped = false;
	seat_repeat(input->seat);
}

/* Whether there is room for an event that may be left out. */
static bool has_room(struct source_input *input)
{
	if (input->unanswered < UNANSWERED_MAX)
		return true;
	if (!input->has_dropped)
		log_warning("the guest's input is not answered: dropping input until it is");
	input->has_dropped = true;
	return false;
}

/* -- Pointer ---------------------------------------------------------------------- */

static void send_motion(struct source_input *input, struct device *device)
{
	unsigned head = (unsigned)(device - input->devices);
	bool is_sent = false;

	device->motion_waits = false;
	if (device->is_absolute)
		is_sent = input->ops->position(input->data, head, (uint32_t)device->x,
					       (uint32_t)device->y);
	else if (device->has_sent)
		is_sent = input->ops->distance(input->data, head, device->x - device->sent_x,
					       device->y - device->sent_y);
	device->motions += is_sent;
	input->unanswered += is_sent;
	device->has_sent = true;
	device->sent_x = device->x;
	device->sent_y = device->y;
}

/* Newer positions replace older ones while one waits for its answer: a guest
 * that is slow gets fewer of them. */
static void merge_motion(struct source_input *input, struct device *device)
{
	if (device->knows_mode && device->motions == 0)
		send_motion(input, device);
	else
		device->motion_waits = true;
}

void source_input_motion_answer(struct source_input *input, unsigned head)
{
	struct device *device = &input->devices[head];

	device->motions--;
	if (device->motion_waits && device->motions == 0)
		send_motion(input, device);
	source_input_answer(input);
}

void source_input_set_mode(struct source_input *input, unsigned head, bool is_absolute)
{
	struct device *device = device_of(input, head);

	if (!device || (device->knows_mode && device->is_absolute == is_absolute))
		return;
	device->knows_mode = true;
	device->is_absolute = is_absolute;
	device->has_sent = false;
	if (device->motion_waits)
		merge_motion(input, device);
}

static void handle_motion(void *data, unsigned head, uint32_t x, uint32_t y)
{
	struct source_input *input = data;
	struct device *device = device_of(input, head);

	if (!device)
		return;
	device->x = (int32_t)x;
	device->y = (int32_t)y;
	merge_motion(input, device);
}

static int32_t clamp(int64_t value, int64_t low, int64_t high)
{
	return (int32_t)(value < low ? low : value > high ? high : value);
}

static void handle_relative(void *data, unsigned head, int32_t dx, int32_t dy)
{
	struct source_input *input = data;
	struct device *device = device_of(input, head);
	struct head *shown = heads_get(input->heads, head);
	int64_t x, y;

	if (!device || !shown)
		return;
	x = (int64_t)device->x + dx;
	y = (int64_t)device->y + dy;
	if (device->is_absolute) {
		struct size size = head_size(shown);

		device->x = clamp(x, 0, (int64_t)size.width - 1);
		device->y = clamp(y, 0, (int64_t)size.height - 1);
	} else {
		/* A relative pointer has no edges. Far away, begin anew at the middle. */
		bool is_far = llabs(x) > INT16_MAX || llabs(y) > INT16_MAX;

		if (!device->has_sent || is_far) {
			device->has_sent = true;
			device->sent_x = device->sent_y = 0;
			x = dx;
			y = dy;
		}
		device->x = clamp(x, -INT16_MAX, INT16_MAX);
		device->y = clamp(y, -INT16_MAX, INT16_MAX);
	}
	merge_motion(input, device);
}

static void handle_button(void *data, unsigned head, enum input_button button, bool is_down)
{
	struct source_input *input = data;
	struct device *device = device_of(input, head);

	/* QEMU aborts on a number beyond these. */
	if (!device || (unsigned)button >= INPUT_BUTTONS)
		return;
	if (is_down ? !has_room(input) : !device->button_is_down[button])
		return;
	if (device->motion_waits && device->knows_mode)
		send_motion(input, device);
	device->button_is_down[button] = is_down;
	device->button_is_suspect[button] |= is_down;
	input->unanswered += input->ops->button(input->data, head, button, is_down);
}

/* -- Keys and touch ---------------------------------------------------------------- */

static void handle_key(void *data, uint8_t qnum, bool is_down)
{
	struct source_input *input = data;

	/* QEMU prints a line for each key that it does not know. */
	if (!device_of(input, 0) || !key_is_known(qnum))
		return;
	if (is_down ? !has_room(input) : !input->key_is_down[qnum])
		return;
	input->key_is_down[qnum] = is_down;
	input->key_is_suspect[qnum] |= is_down;
	input->unanswered += input->ops->key(input->data, qnum, is_down);
}

static unsigned count_fingers(const struct device *device)
{
	unsigned count = 0;

	for (unsigned slot = 0; slot < INPUT_CONTACTS_MAX; slot++)
		count += device->slot_is_down[slot];
	return count;
}

static void send_touch(struct source_input *input, struct device *device, enum source_touch kind,
		       unsigned slot, uint32_t x, uint32_t y)
{
	unsigned head = (unsigned)(device - input->devices);
	bool is_end = kind == SOURCE_TOUCH_END;

	device->waiting[slot].is_there = false;
	device->slot_is_down[slot] = true;
	device->slot_is_suspect[slot] |= !is_end;
	touch_pace_count(&device->pace, loop_now_us(), count_fingers(device), is_end);
	device->slot_is_down[slot] = !is_end;
	input->unanswered += input->ops->touch(input->data, head, kind, slot, x, y);
}

/* Sends a move, or has the newest wait for its time. */
static void move_finger(struct source_input *input, struct device *device, unsigned slot,
			uint32_t x, uint32_t y)
{
	uint64_t wait_us = touch_pace_wait(&device->pace, loop_now_us(), count_fingers(device));

	if (wait_us == 0) {
		send_touch(input, device, SOURCE_TOUCH_UPDATE, slot, x, y);
		return;
	}
	device->waiting[slot] = (struct place){true, x, y};
	loop_timer_arm(input->touch_timer, wait_us);
}

static void handle_touch_time(void *data)
{
	struct source_input *input = data;

	for (unsigned head = 0; head < HEADS_MAX; head++) {
		struct device *device = &input->devices[head];

		for (unsigned slot = 0; slot < INPUT_CONTACTS_MAX; slot++)
			if (device->waiting[slot].is_there)
				move_finger(input, device, slot, device->waiting[slot].x,
					    device->waiting[slot].y);
	}
}

/* A finger is lifted where it was last. */
static void lift_finger(struct source_input *input, struct device *device, unsigned slot,
			uint32_t x, uint32_t y)
{
	const struct place last = device->waiting[slot];

	if (last.is_there)
		send_touch(input, device, SOURCE_TOUCH_UPDATE, slot, last.x, last.y);
	/* QEMU takes Cancel for a move, and leaves the finger where it is. */
	send_touch(input, device, SOURCE_TOUCH_END, slot, x, y);
}

static void handle_touch(void *data, unsigned head, enum input_touch kind, unsigned slot,
			 uint32_t x, uint32_t y)
{
	struct source_input *input = data;
	struct device *device = device_of(input, head);
	bool is_end = kind == INPUT_TOUCH_UP || kind == INPUT_TOUCH_CANCEL;

	if (!device || slot >= INPUT_CONTACTS_MAX)
		return;
	if ((is_end || kind == INPUT_TOUCH_MOVE) && !device->slot_is_down[slot])
		return;
	if (is_end)
		lift_finger(input, device, slot, x, y);
	else if (!has_room(input))
		return;
	else if (kind == INPUT_TOUCH_MOVE)
		move_finger(input, device, slot, x, y);
	else
		send_touch(input, device, SOURCE_TOUCH_BEGIN, slot, x, y);
}

static const struct input_port source_input_port = {
	.key = handle_key,
	.motion = handle_motion,
	.relative = handle_relative,
	.button = handle_button,
	.touch = handle_touch,
};

/* -- Recovery ------------------------------------------------------------------------ */

static void let_go_of_device(struct source_input *input, unsigned head)
{
	struct device *device = &input->devices[head];

	for (unsigned button = 0; button < INPUT_BUTTONS; button++) {
		device->button_is_down[button] = device->button_is_suspect[button];
		device->button_is_suspect[button] = false;
		handle_button(input, head, button, false);
	}
	for (unsigned slot = 0; slot < INPUT_CONTACTS_MAX; slot++) {
		device->slot_is_down[slot] = device->slot_is_suspect[slot];
		device->slot_is_suspect[slot] = false;
		handle_touch(input, head, INPUT_TOUCH_UP, slot, 0, 0);
	}
}

void source_input_recover(struct source_input *input)
{
	for (unsigned qnum = 0; qnum <= QNUM_MAX; qnum++) {
		input->key_is_down[qnum] = input->key_is_suspect[qnum];
		input->key_is_suspect[qnum] = false;
		handle_key(input, (uint8_t)qnum, false);
	}
	for (unsigned head = 0; head < HEADS_MAX; head++)
		if (input->devices[head].is_there)
			let_go_of_device(input, head);
	seat_repeat(input->seat);
}

bool source_input_holds_key(const struct source_input *input, uint8_t qnum)
{
	return input->key_is_down[qnum];
}

/* -- Life ------------------------------------------------------------------------------ */

int source_input_create(struct loop *loop, const struct source_input_ops *ops, void *data,
			struct heads *heads, struct seat *seat, struct source_input **ret_input)
{
	CLEANUP(source_input_destroyp) struct source_input *input = xcalloc(1, sizeof(*input));
	int r = loop_timer_create(loop, handle_touch_time, input, &input->touch_timer);

	if (r < 0)
		return r;
	input->ops = ops;
	input->data = data;
	input->heads = heads;
	input->seat = seat;
	*ret_input = TAKE(input);
	return 0;
}

void source_input_destroy(struct source_input *input)
{
	if (!input)
		return;
	loop_timer_destroy(input->touch_timer);
	free(input);
}

void source_input_add(struct source_input *input, unsigned head)
{
	input->devices[head].is_there = true;
}

void source_input_attach(struct source_input *input)
{
	seat_attach(input->seat, &source_input_port, input);
}

void source_input_detach(struct source_input *input)
{
	seat_detach(input->seat);
	input->unanswered = 0;
	input->has_dropped = false;
	for (unsigned head = 0; head < HEADS_MAX; head++) {
		input->devices[head].motions = 0;
		input->devices[head].motion_waits = false;
		for (unsigned slot = 0; slot < INPUT_CONTACTS_MAX; slot++)
			input->devices[head].waiting[slot].is_there = false;
	}
}
