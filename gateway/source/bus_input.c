/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/source/bus_input.h"

#include <string.h>

#include "common/display1.h"
#include "common/log.h"
#include "common/xalloc.h"
#include "gateway/frame/heads.h"
#include "gateway/source/locks.h"
#include "gateway/source/source_input.h"

/* The devices of one console. */
struct device {
	struct bus_input *input;
	unsigned head;
	char path[DISPLAY1_PATH_MAX];
	sd_bus_slot *changes;
};

struct bus_input {
	sd_bus *bus;
	struct seat *seat;
	struct source_input *source;
	struct locks *locks;
	struct device *devices[HEADS_MAX]; /* by head */
};

/* -- Calls ---------------------------------------------------------------------- */

static void tell_refusal(sd_bus_message *reply)
{
	if (sd_bus_message_is_method_error(reply, NULL))
		log_debug("the display source refused input: %s",
			  sd_bus_message_get_error(reply)->message);
}

static int handle_answer(sd_bus_message *reply, void *data, sd_bus_error *error)
{
	struct device *device = data;

	tell_refusal(reply);
	source_input_answer(device->input->source);
	return 0;
}

static int handle_motion_answer(sd_bus_message *reply, void *data, sd_bus_error *error)
{
	struct device *device = data;

	tell_refusal(reply);
	source_input_motion_answer(device->input->source, device->head);
	return 0;
}

#define CALL(device, interface, member, handler, ...) \
	(sd_bus_call_method_async((device)->input->bus, NULL, NULL, (device)->path, interface, \
				  member, handler, device, __VA_ARGS__) >= 0)

static struct device *device_of(void *data, unsigned head)
{
	return ((struct bus_input *)data)->devices[head];
}

static bool send_key(void *data, uint8_t qnum, bool is_down)
{
	return CALL(device_of(data, 0), DISPLAY1_KEYBOARD, is_down ? "Press" : "Release",
		    handle_answer, "u", (uint32_t)qnum);
}

static bool send_position(void *data, unsigned head, uint32_t x, uint32_t y)
{
	return CALL(device_of(data, head), DISPLAY1_MOUSE, "SetAbsPosition", handle_motion_answer,
		    "uu", x, y);
}

static bool send_distance(void *data, unsigned head, int32_t dx, int32_t dy)
{
	return CALL(device_of(data, head), DISPLAY1_MOUSE, "RelMotion", handle_motion_answer, "ii",
		    dx, dy);
}

static bool send_button(void *data, unsigned head, enum input_button button, bool is_down)
{
	return CALL(device_of(data, head), DISPLAY1_MOUSE, is_down ? "Press" : "Release",
		    handle_answer, "u", (uint32_t)button);
}

static bool send_touch(void *data, unsigned head, enum source_touch kind, unsigned slot, uint32_t x,
		       uint32_t y)
{
	/* QEMU's InputMultiTouchType. */
	static const uint32_t kinds[] = {
		[SOURCE_TOUCH_BEGIN] = 0,
		[SOURCE_TOUCH_UPDATE] = 1,
		[SOURCE_TOUCH_END] = 2,
	};

	return CALL(device_of(data, head), DISPLAY1_MULTITOUCH, "SendEvent", handle_answer, "utdd",
		    kinds[kind], (uint64_t)slot, (double)x, (double)y);
}

static const struct source_input_ops ops = {
	.key = send_key,
	.position = send_position,
	.distance = send_distance,
	.button = send_button,
	.touch = send_touch,
};

/* -- What the peer tells ------------------------------------------------------------ */

static int read_value(void *data, const char *name, const char *contents, sd_bus_message *message)
{
	struct device *device = data;
	int is_absolute, r;

	if (strcmp(name, "IsAbsolute") != 0 || strcmp(contents, "b") != 0)
		return 0;
	r = sd_bus_message_read(message, "b", &is_absolute);
	if (r > 0)
		source_input_set_mode(device->input->source, device->head, is_absolute);
	return r;
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

int bus_input_create(struct loop *loop, sd_bus *bus, struct heads *heads, struct seat *seat,
		     struct bus_input **ret_input)
{
	CLEANUP(bus_input_destroyp) struct bus_input *input = xcalloc(1, sizeof(*input));
	int r;

	input->bus = bus;
	input->seat = seat;
	r = source_input_create(loop, &ops, input, heads, seat, &input->source);
	if (r < 0)
		return r;
	*ret_input = TAKE(input);
	return 0;
}

void bus_input_destroy(struct bus_input *input)
{
	if (!input)
		return;
	for (unsigned i = 0; i < HEADS_MAX; i++) {
		if (!input->devices[i])
			continue;
		sd_bus_slot_unref(input->devices[i]->changes);
		free(input->devices[i]);
	}
	locks_destroy(input->locks);
	source_input_destroy(input->source);
	free(input);
}

void bus_input_add(struct bus_input *input, unsigned head, uint32_t console_id)
{
	struct device *device = xcalloc(1, sizeof(*device));

	device->input = input;
	device->head = head;
	display1_console_path(console_id, device->path);
	input->devices[head] = device;
	source_input_add(input->source, head);

	/* First the changes, then what is there: nothing falls in between. */
	sd_bus_match_signal(input->bus, &device->changes, NULL, device->path,
			    "org.freedesktop.DBus.Properties", "PropertiesChanged", handle_changes,
			    device);
	display1_fetch_properties(input->bus, device->path, DISPLAY1_MOUSE, handle_properties,
				  device);
	if (head == 0)
		input->locks = locks_create(input->bus, device->path, input->seat);
}

void bus_input_attach(struct bus_input *input)
{
	source_input_attach(input->source);
}
