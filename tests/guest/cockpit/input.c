/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "input.h"

#include <fcntl.h>
#include <linux/input.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define MAX_SLOTS  10
#define MAX_EVENTS 64 /* read at a time */

enum kind {
	KIND_KEYS,
	KIND_MOUSE,
	KIND_TABLET,
	KIND_TOUCH,
	KINDS
};

struct contact {
	bool down, changed;
	int x, y;
};

struct device {
	int fd;
	enum kind kind;
	int order; /* of the virtio device behind it */
	int head;
	int x, y, maximum_x, maximum_y;
	bool moved;
	int dx, dy;
	int slot;
	struct contact contacts[MAX_SLOTS];
};

struct input {
	const struct input_listener *listener;
	void *data;
	struct device devices[INPUT_MAX_DEVICES];
	int n_devices;
};

static bool has_code(int fd, int type, int code)
{
	unsigned char bits[KEY_MAX / 8 + 1] = {0};

	if (ioctl(fd, EVIOCGBIT(type, sizeof(bits)), bits) < 0)
		return false;
	return bits[code / 8] >> code % 8 & 1;
}

static int axis_maximum(int fd, int axis)
{
	struct input_absinfo info = {0};

	ioctl(fd, EVIOCGABS(axis), &info);
	return info.maximum > 0 ? info.maximum : 0x7fff;
}

static bool device_open(struct device *device, int number)
{
	char path[32], place[64] = "";
	int fd;

	snprintf(path, sizeof(path), "/dev/input/event%d", number);
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return false;
	*device = (struct device){.fd = fd, .kind = KIND_KEYS, .order = 1000 + number};
	/* Event numbers depend on who was probed first; virtio's follow the PCI slots. */
	if (ioctl(fd, EVIOCGPHYS(sizeof(place) - 1), place) > 0)
		sscanf(place, "virtio%d/", &device->order);
	if (has_code(fd, EV_ABS, ABS_MT_SLOT)) {
		device->kind = KIND_TOUCH;
		device->maximum_x = axis_maximum(fd, ABS_MT_POSITION_X);
		device->maximum_y = axis_maximum(fd, ABS_MT_POSITION_Y);
	} else if (has_code(fd, EV_ABS, ABS_X)) {
		device->kind = KIND_TABLET;
		device->maximum_x = axis_maximum(fd, ABS_X);
		device->maximum_y = axis_maximum(fd, ABS_Y);
	} else if (has_code(fd, EV_REL, REL_X)) {
		device->kind = KIND_MOUSE;
	}
	return true;
}

static int compare_order(const void *a, const void *b)
{
	return ((const struct device *)a)->order - ((const struct device *)b)->order;
}

struct input *input_open(const struct input_listener *listener, void *data)
{
	struct input *input = calloc(1, sizeof(*input));
	int n_of_kind[KINDS] = {0};

	if (!input)
		abort();
	input->listener = listener;
	input->data = data;
	for (int i = 0; i < 2 * INPUT_MAX_DEVICES && input->n_devices < INPUT_MAX_DEVICES; i++)
		if (device_open(&input->devices[input->n_devices], i))
			input->n_devices++;
	qsort(input->devices, input->n_devices, sizeof(input->devices[0]), compare_order);
	for (int i = 0; i < input->n_devices; i++) {
		struct device *device = &input->devices[i];

		device->head = n_of_kind[device->kind]++;
	}
	return input;
}

int input_poll_fds(const struct input *input, struct pollfd *fds)
{
	for (int i = 0; i < input->n_devices; i++)
		fds[i] = (struct pollfd){.fd = input->devices[i].fd, .events = POLLIN};
	return input->n_devices;
}

/* A position is only whole at the end of a report, and comes before the buttons of that report. */
static void report_motion(struct input *input, struct device *device)
{
	if (device->kind == KIND_TABLET && device->moved)
		input->listener->on_pointer(input->data, device->head,
					    (struct input_axis){device->x, device->maximum_x},
					    (struct input_axis){device->y, device->maximum_y});
	else if (device->dx || device->dy)
		input->listener->on_motion(input->data, device->head, device->dx, device->dy);
	device->moved = false;
	device->dx = device->dy = 0;
}

static void report_contacts(struct input *input, struct device *device)
{
	for (int slot = 0; slot < MAX_SLOTS; slot++) {
		struct contact *contact = &device->contacts[slot];

		if (!contact->changed)
			continue;
		contact->changed = false;
		input->listener->on_touch(input->data, device->head, slot, contact->down,
					  (struct input_axis){contact->x, device->maximum_x},
					  (struct input_axis){contact->y, device->maximum_y});
	}
}

static void handle_absolute(struct device *device, int code, int value)
{
	struct contact *contact = &device->contacts[device->slot];

	switch (code) {
	case ABS_X:
		device->x = value;
		device->moved = true;
		break;
	case ABS_Y:
		device->y = value;
		device->moved = true;
		break;
	case ABS_MT_SLOT:
		if (value >= 0 && value < MAX_SLOTS)
			device->slot = value;
		break;
	case ABS_MT_TRACKING_ID:
		contact->down = value >= 0;
		contact->changed = true;
		break;
	case ABS_MT_POSITION_X:
		contact->x = value;
		contact->changed = true;
		break;
	case ABS_MT_POSITION_Y:
		contact->y = value;
		contact->changed = true;
		break;
	}
}

static void handle_relative(struct input *input, struct device *device, int code, int value)
{
	if (code == REL_X)
		device->dx += value;
	else if (code == REL_Y)
		device->dy += value;
	else if (code == REL_WHEEL)
		input->listener->on_wheel(input->data, device->head, value);
}

static void handle_key(struct input *input, struct device *device, int code, int value)
{
	/* BTN_TOUCH and its kind only repeat what the contacts say. */
	if (device->kind == KIND_TOUCH)
		return;
	if (code >= BTN_MOUSE && code < BTN_JOYSTICK) {
		report_motion(input, device);
		input->listener->on_button(input->data, device->head, code, value != 0);
	} else if (code < BTN_MISC || code >= KEY_OK) {
		input->listener->on_key(input->data, code, value);
	}
}

void input_handle(struct input *input, int n)
{
	struct device *device = &input->devices[n];
	struct input_event events[MAX_EVENTS];
	ssize_t length = read(device->fd, events, sizeof(events));

	for (ssize_t i = 0; i < length / (ssize_t)sizeof(events[0]); i++) {
		int code = events[i].code, value = events[i].value;

		switch (events[i].type) {
		case EV_ABS:
			handle_absolute(device, code, value);
			break;
		case EV_REL:
			handle_relative(input, device, code, value);
			break;
		case EV_KEY:
			handle_key(input, device, code, value);
			break;
		case EV_SYN:
			report_motion(input, device);
			report_contacts(input, device);
			break;
		}
	}
}

int input_pixel(struct input_axis axis, int size)
{
	long long scaled = (long long)axis.value * size + axis.maximum - 1;
	int pixel = scaled / axis.maximum;

	return pixel < 0 ? 0 : pixel >= size ? size - 1 : pixel;
}
