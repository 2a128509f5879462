/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gpu-bridge/input/input_events.h"

#include <string.h>

#include "common/log.h"
#include "common/xalloc.h"
#include "gpu-bridge/input/input_device.h"
#include "gpu-bridge/input/input_keys.h"

/* A guest can switch its lights faster than viewers read. */
#define LIGHTS_PAUSE_US 50000

struct input_events {
	struct display *display;
	struct display_bus *bus;
	struct display_bus_input_ops ops;
	struct devices {
		unsigned count;
		struct input_device *list[DISPLAY_OUTPUTS_MAX];
	} devices[INPUT_KINDS];

	unsigned lights;
	unsigned told_lights;
	struct loop_timer *lights_timer; /* until they may be told again */
	bool is_pausing;
};

/* -- Which device ------------------------------------------------------------- */

static struct input_device *device_for(const struct input_events *events, enum input_kind kind,
				       unsigned output)
{
	const struct devices *devices = &events->devices[kind];

	if (devices->count == 1)
		return devices->list[0];
	return output < devices->count ? devices->list[output] : NULL;
}

static struct input_device *pointer_for(const struct input_events *events, unsigned output)
{
	struct input_device *tablet = device_for(events, INPUT_TABLET, output);

	return tablet ? tablet : device_for(events, INPUT_MOUSE, output);
}

static void tell(struct input_device *device, struct change change)
{
	if (device)
		input_device_change(device, &change);
}

static void tell_all(struct input_events *events, enum input_kind kind, struct change change)
{
	for (unsigned i = 0; i < events->devices[kind].count; i++)
		tell(events->devices[kind].list[i], change);
}

/* -- From the bus ------------------------------------------------------------- */

static void handle_key(void *data, unsigned output, uint8_t qnum, bool is_down)
{
	uint16_t code = input_key_from_qnum(qnum);

	if (code)
		tell(device_for(data, INPUT_KEYBOARD, output),
		     (struct change){CHANGE_KEY, code, is_down, 0});
}

static uint16_t code_from_button(enum display_button button)
{
	static const uint16_t codes[DISPLAY_BUTTONS] = {
		[DISPLAY_BUTTON_LEFT] = BTN_LEFT,   [DISPLAY_BUTTON_MIDDLE] = BTN_MIDDLE,
		[DISPLAY_BUTTON_RIGHT] = BTN_RIGHT, [DISPLAY_BUTTON_SIDE] = BTN_SIDE,
		[DISPLAY_BUTTON_EXTRA] = BTN_EXTRA,
	};

	return codes[button];
}

static void handle_button(void *data, unsigned output, enum display_button button, bool is_down)
{
	struct input_events *events = data;
	struct change change = {CHANGE_KEY, code_from_button(button), is_down, 0};

	if (!change.code)
		change = (struct change){CHANGE_WHEEL, 0,
					 button == DISPLAY_BUTTON_WHEEL_UP ? 1 : -1, 0};
	if (is_down) {
		tell(pointer_for(events, output), change);
	} else if (change.kind == CHANGE_KEY) {
		/* It may have been pressed on another output, by somebody who let go earlier. */
		tell_all(events, INPUT_TABLET, change);
		tell_all(events, INPUT_MOUSE, change);
	}
}

/* As QEMU does it: what guests make of it is known. */
static int32_t scale(uint32_t position, uint32_t size)
{
	return (int32_t)((uint64_t)position * EVENT_POSITION_MAX / size);
}

/* `kind` happens at a pixel. */
static struct change change_at(const struct input_events *events, enum change_kind kind,
			       unsigned slot, unsigned output, uint32_t x, uint32_t y)
{
	const struct display_surface *surface = display_surface(events->display, output);

	return (struct change){kind, (uint16_t)slot, scale(x, surface->width),
			       scale(y, surface->height)};
}

static void handle_position(void *data, unsigned output, uint32_t x, uint32_t y)
{
	struct input_events *events = data;

	tell(device_for(events, INPUT_TABLET, output),
	     change_at(events, CHANGE_POSITION, 0, output, x, y));
}

static void handle_motion(void *data, unsigned output, int32_t dx, int32_t dy)
{
	tell(device_for(data, INPUT_MOUSE, output), (struct change){CHANGE_MOTION, 0, dx, dy});
}

static void handle_touch(void *data, unsigned output, enum display_touch kind, unsigned slot,
			 uint32_t x, uint32_t y)
{
	struct input_events *events = data;
	struct input_device *device = device_for(events, INPUT_TOUCH, output);

	/* The output may be off by now. */
	if (kind == DISPLAY_TOUCH_UP)
		tell(device, (struct change){CHANGE_TOUCH_UP, (uint16_t)slot, 0, 0});
	else
		tell(device,
		     change_at(events,
			       kind == DISPLAY_TOUCH_DOWN ? CHANGE_TOUCH_DOWN : CHANGE_TOUCH_MOVE,
			       slot, output, x, y));
}

/* -- To the bus --------------------------------------------------------------- */

static void tell_lights(struct input_events *events)
{
	if (!events->bus || events->is_pausing)
		return;
	if (events->lights == events->told_lights)
		return;
	display_bus_set_locks(events->bus, events->lights);
	events->told_lights = events->lights;
	events->is_pausing = true;
	loop_timer_arm(events->lights_timer, LIGHTS_PAUSE_US);
}

static void handle_lights_timer(void *data)
{
	struct input_events *events = data;

	events->is_pausing = false;
	tell_lights(events);
}

static void handle_lights(void *data, unsigned lights)
{
	struct input_events *events = data;

	events->lights = lights;
	tell_lights(events);
}

const struct display_bus_input_ops *input_events_ops(const struct input_events *events)
{
	return &events->ops;
}

void input_events_attach(struct input_events *events, struct display_bus *bus)
{
	events->bus = bus;
	for (unsigned i = 0; i < display_outputs(events->display); i++)
		display_bus_set_absolute(bus, i,
					 device_for(events, INPUT_TABLET, i) ||
						 !device_for(events, INPUT_MOUSE, i));
	tell_lights(events);
}

/* -- Life --------------------------------------------------------------------- */

static int open_devices(struct input_events *events, struct loop *loop, enum input_kind kind,
			const struct input_sockets *sockets)
{
	struct devices *devices = &events->devices[kind];

	for (unsigned i = 0; i < sockets->count; i++) {
		struct input_device_options options = {
			.kind = kind,
			.number = i,
			.on_lights = handle_lights,
			.data = events,
		};
		int r = input_device_create(loop, &sockets->at[i], &options, &devices->list[i]);

		if (r < 0) {
			log_error("cannot serve a %s on %s: %s", input_kind_name(kind),
				  sockets->at[i].path, strerror(-r));
			return r;
		}
		devices->count++;
	}
	return 0;
}

/* An interface of the bus is only there if there is a device for it. */
static void choose_ops(struct input_events *events)
{
	const struct devices *devices = events->devices;

	if (devices[INPUT_KEYBOARD].count > 0)
		events->ops.on_key = handle_key;
	if (devices[INPUT_TABLET].count > 0)
		events->ops.on_position = handle_position;
	if (devices[INPUT_MOUSE].count > 0)
		events->ops.on_motion = handle_motion;
	if (devices[INPUT_TABLET].count > 0 || devices[INPUT_MOUSE].count > 0)
		events->ops.on_button = handle_button;
	if (devices[INPUT_TOUCH].count > 0)
		events->ops.on_touch = handle_touch;
}

int input_events_create(struct loop *loop, struct display *display,
			const struct input_sockets sockets[INPUT_KINDS],
			struct input_events **ret_events)
{
	CLEANUP(input_events_destroyp)
	struct input_events *events = xcalloc(1, sizeof(*events));
	int r;

	events->display = display;
	r = loop_timer_create(loop, handle_lights_timer, events, &events->lights_timer);
	for (enum input_kind kind = 0; kind < INPUT_KINDS && r == 0; kind++)
		r = open_devices(events, loop, kind, &sockets[kind]);
	if (r < 0)
		return r;
	choose_ops(events);
	*ret_events = TAKE(events);
	return 0;
}

void input_events_destroy(struct input_events *events)
{
	if (!events)
		return;
	for (enum input_kind kind = 0; kind < INPUT_KINDS; kind++)
		for (unsigned i = 0; i < events->devices[kind].count; i++)
			input_device_destroy(events->devices[kind].list[i]);
	loop_timer_destroy(events->lights_timer);
	free(events);
}
