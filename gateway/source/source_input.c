/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/source/source_input.h"

#include <string.h>

#include "common/display1.h"
#include "common/log.h"
#include "common/xalloc.h"
#include "gateway/frame/heads.h"
#include "gateway/input/keys.h"

/* How many calls may wait for their answer before presses are dropped. */
#define CALLS_MAX 256

/* QEMU's InputMultiTouchType. */
enum touch_kind {
	TOUCH_BEGIN = 0,
	TOUCH_UPDATE = 1,
	TOUCH_END = 2,
};

/* The pointer and the touch screen of one console. */
struct device {
	struct source_input *input;
	unsigned head;
	char path[DISPLAY1_PATH_MAX];
	sd_bus_slot *changes;

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
};

struct source_input {
	sd_bus *bus;
	struct heads *heads;
	struct seat *seat;
	struct device *devices[HEADS_MAX]; /* by head */
	bool key_is_down[QNUM_MAX + 1];
	unsigned calls;
	bool has_dropped;
};

/* -- Calls ---------------------------------------------------------------------- */

static void count_answer(struct source_input *input, sd_bus_message *reply)
{
	if (sd_bus_message_is_method_error(reply, NULL))
		log_debug("the display source refused input: %s",
			  sd_bus_message_get_error(reply)->message);
	if (--input->calls > 0 || !input->has_dropped)
		return;
	/* What was pressed meanwhile, and is still held, is pressed late. */
	input->has_dropped = false;
	seat_repeat(input->seat);
}

static int handle_answer(sd_bus_message *reply, void *data, sd_bus_error *error)
{
	struct device *device = data;

	count_answer(device->input, reply);
	return 0;
}

/* Whether there is room for a call that may be left out. */
static bool has_room(struct source_input *input)
{
	if (input->calls < CALLS_MAX)
		return true;
	if (!input->has_dropped)
		log_warning("the display source does not answer: dropping input until it does");
	input->has_dropped = true;
	return false;
}

#define CALL(device, interface, member, handler, ...) \
	((device)->input->calls += sd_bus_call_method_async((device)->input->bus, NULL, NULL, \
							    (device)->path, interface, member, \
							    handler, device, __VA_ARGS__) >= 0)

/* -- Pointer ---------------------------------------------------------------------- */

static int handle_motion_answer(sd_bus_message *reply, void *data, sd_bus_error *error);

static void send_motion(struct device *device)
{
	device->motion_waits = false;
	if (device->is_absolute) {
		CALL(device, DISPLAY1_MOUSE, "SetAbsPosition", handle_motion_answer, "uu",
		     (uint32_t)device->x, (uint32_t)device->y);
		device->motions++;
	} else if (device->has_sent) {
		CALL(device, DISPLAY1_MOUSE, "RelMotion", handle_motion_answer, "ii",
		     device->x - device->sent_x, device->y - device->sent_y);
		device->motions++;
	}
	device->has_sent = true;
	device->sent_x = device->x;
	device->sent_y = device->y;
}

/* Newer positions replace older ones while one waits for its answer: a guest
 * that is slow gets fewer of them. */
static void merge_motion(struct device *device)
{
	if (device->knows_mode && device->motions == 0)
		send_motion(device);
	else
		device->motion_waits = true;
}

static int handle_motion_answer(sd_bus_message *reply, void *data, sd_bus_error *error)
{
	struct device *device = data;

	device->motions--;
	if (device->motion_waits && device->motions == 0)
		send_motion(device);
	count_answer(device->input, reply);
	return 0;
}

static struct device *device_of(struct source_input *input, unsigned head)
{
	return head < HEADS_MAX ? input->devices[head] : NULL;
}

static void handle_motion(void *data, unsigned head, uint32_t x, uint32_t y)
{
	struct device *device = device_of(data, head);

	if (!device)
		return;
	device->x = (int32_t)x;
	device->y = (int32_t)y;
	merge_motion(device);
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
	merge_motion(device);
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
		send_motion(device);
	device->button_is_down[button] = is_down;
	CALL(device, DISPLAY1_MOUSE, is_down ? "Press" : "Release", handle_answer, "u",
	     (uint32_t)button);
}

/* -- Keys and touch ---------------------------------------------------------------- */

static void handle_key(void *data, uint8_t qnum, bool is_down)
{
	struct source_input *input = data;
	struct device *device = device_of(input, 0);

	/* QEMU prints a line for each key that it does not know. */
	if (!device || !key_is_known(qnum))
		return;
	if (is_down ? !has_room(input) : !input->key_is_down[qnum])
		return;
	input->key_is_down[qnum] = is_down;
	CALL(device, DISPLAY1_KEYBOARD, is_down ? "Press" : "Release", handle_answer, "u",
	     (uint32_t)qnum);
}

static void handle_touch(void *data, unsigned head, enum input_touch kind, unsigned slot,
			 uint32_t x, uint32_t y)
{
	struct source_input *input = data;
	struct device *device = device_of(input, head);
	bool is_end = kind == INPUT_TOUCH_UP || kind == INPUT_TOUCH_CANCEL;
	uint32_t sent;

	if (!device || slot >= INPUT_CONTACTS_MAX)
		return;
	if (is_end || kind == INPUT_TOUCH_MOVE) {
		if (!device->slot_is_down[slot] || (!is_end && !has_room(input)))
			return;
		/* QEMU takes Cancel for a move, and leaves the finger where it is. */
		sent = is_end ? TOUCH_END : TOUCH_UPDATE;
	} else {
		if (!has_room(input))
			return;
		sent = TOUCH_BEGIN;
	}
	device->slot_is_down[slot] = !is_end;
	CALL(device, DISPLAY1_MULTITOUCH, "SendEvent", handle_answer, "utdd", sent, (uint64_t)slot,
	     (double)x, (double)y);
}

const struct input_port source_input_port = {
	.key = handle_key,
	.motion = handle_motion,
	.relative = handle_relative,
	.button = handle_button,
	.touch = handle_touch,
};

/* -- What the peer tells ------------------------------------------------------------ */

static void set_mode(struct device *device, bool is_absolute)
{
	if (device->knows_mode && device->is_absolute == is_absolute)
		return;
	device->knows_mode = true;
	device->is_absolute = is_absolute;
	device->has_sent = false;
	if (device->motion_waits)
		merge_motion(device);
}

static int read_value(void *data, const char *name, const char *contents, sd_bus_message *message)
{
	struct device *device = data;
	int is_absolute, r;
	uint32_t locks;

	if (strcmp(name, "IsAbsolute") == 0 && strcmp(contents, "b") == 0) {
		r = sd_bus_message_read(message, "b", &is_absolute);
		if (r > 0)
			set_mode(device, is_absolute);
		return r;
	}
	if (strcmp(name, "Modifiers") == 0 && strcmp(contents, "u") == 0 && device->head == 0) {
		r = sd_bus_message_read(message, "u", &locks);
		/* The bits are those of enum input_lock. */
		if (r > 0)
			seat_set_locks(
				device->input->seat,
				locks & (INPUT_LOCK_SCROLL | INPUT_LOCK_NUM | INPUT_LOCK_CAPS));
		return r;
	}
	return 0;
}

static int handle_properties(sd_bus_message *reply, void *data, sd_bus_error *error)
{
	if (!sd_bus_message_is_method_error(reply, NULL))
		display1_each_property(reply, read_value, data);
	return 0;
}

static int handle_changes(sd_bus_message *message, void *data, sd_bus_error *error)
{
	const char *interface;

	if (sd_bus_message_read(message, "s", &interface) > 0)
		display1_each_property(message, read_value, data);
	return 0;
}

/* -- Life ------------------------------------------------------------------------------ */

struct source_input *source_input_create(sd_bus *bus, struct heads *heads, struct seat *seat)
{
	struct source_input *input = xcalloc(1, sizeof(*input));

	input->bus = bus;
	input->heads = heads;
	input->seat = seat;
	return input;
}

void source_input_destroy(struct source_input *input)
{
	if (!input)
		return;
	for (unsigned i = 0; i < HEADS_MAX; i++) {
		if (!input->devices[i])
			continue;
		sd_bus_slot_unref(input->devices[i]->changes);
		free(input->devices[i]);
	}
	free(input);
}

void source_input_add(struct source_input *input, unsigned head, uint32_t console_id)
{
	struct device *device = xcalloc(1, sizeof(*device));

	device->input = input;
	device->head = head;
	display1_console_path(console_id, device->path);
	input->devices[head] = device;

	/* First the changes, then what is there: nothing falls in between. */
	sd_bus_match_signal(input->bus, &device->changes, NULL, device->path,
			    "org.freedesktop.DBus.Properties", "PropertiesChanged", handle_changes,
			    device);
	display1_fetch_properties(input->bus, device->path, DISPLAY1_MOUSE, handle_properties,
				  device);
	if (head == 0)
		display1_fetch_properties(input->bus, device->path, DISPLAY1_KEYBOARD,
					  handle_properties, device);
}
