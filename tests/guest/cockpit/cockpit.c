/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cockpit.h"

#include <errno.h>
#include <linux/netlink.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "cursor.h"
#include "key_names.h"

#define MAX_LINE	 96
#define MAX_TICKS_MERGED 15 /* a longer pause, like a stopped guest, is no driving */

/* -- Time and pictures */

void cockpit_tick(struct cockpit *cockpit, int frames)
{
	world_tick(&cockpit->world, (float)frames / cockpit->options.fps);
	for (int i = 0; i < KMS_MAX_HEADS; i++)
		if (face_is_on(cockpit->faces[i]))
			cockpit->faces[i]->ops->animate(cockpit->faces[i]);
}

void cockpit_present(struct cockpit *cockpit)
{
	for (int i = 0; i < KMS_MAX_HEADS; i++) {
		struct face *face = cockpit->faces[i];

		if (!face_is_on(face) || !face_is_dirty(face) || !kms_can_present(cockpit->kms, i))
			continue;

		struct damage damage = face_next_frame(face);
		enum present present = cockpit->options.present;
		const struct canvas *buffer = kms_next_buffer(cockpit->kms, i, present, &damage);

		face_draw(face, buffer, &damage);

		int result = kms_present(cockpit->kms, i, present, &damage);

		if (result < 0)
			serial_printf(cockpit->serial, "error head %d cannot present: %s", i,
				      strerror(-result));
		cockpit->rates.frames[i]++;
	}
}

void cockpit_settle(struct cockpit *cockpit)
{
	kms_flush(cockpit->kms);
	cockpit_present(cockpit);
	kms_flush(cockpit->kms);
}

void cockpit_set_fps(struct cockpit *cockpit, int fps)
{
	long interval = 1000000000L / fps;
	struct itimerspec pace = {
		.it_interval = {interval / 1000000000L, interval % 1000000000L},
		.it_value = {interval / 1000000000L, interval % 1000000000L},
	};

	cockpit->options.fps = fps;
	timerfd_settime(cockpit->timer_fd, 0, &pace, NULL);
}

static void handle_timer(struct cockpit *cockpit)
{
	uint64_t ticks;

	if (read(cockpit->timer_fd, &ticks, sizeof(ticks)) != sizeof(ticks))
		return;
	cockpit->rates.late += ticks - 1;
	if (!cockpit->frozen)
		cockpit_tick(cockpit, ticks > MAX_TICKS_MERGED ? MAX_TICKS_MERGED : ticks);
}

static void handle_mode(void *data, int head, int width, int height)
{
	struct cockpit *cockpit = data;

	face_set_size(cockpit->faces[head], width, height);
	if (width)
		serial_printf(cockpit->serial, "head %d mode %dx%d", head, width, height);
	else
		serial_printf(cockpit->serial, "head %d off", head);
}

/* -- Input. What is said on serial is shown on the screens as well, but for motion. */

static void note(struct cockpit *cockpit, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void note(struct cockpit *cockpit, const char *format, ...)
{
	char line[MAX_LINE];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	serial_printf(cockpit->serial, "%s", line);
	world_note(&cockpit->world, line);
	for (int i = 0; i < KMS_MAX_HEADS; i++)
		if (face_is_on(cockpit->faces[i]))
			cockpit->faces[i]->ops->note(cockpit->faces[i]);
}

static const char *code_name(int code)
{
	static char number[16];
	const char *name = key_name(code);

	if (name)
		return name;
	snprintf(number, sizeof(number), "%d", code);
	return number;
}

static void handle_key(void *data, int code, int value)
{
	struct cockpit *cockpit = data;

	world_key(&cockpit->world, code, value != 0);
	note(cockpit, "key %s %d", code_name(code), value);
}

static void move_pointer(struct cockpit *cockpit, int head, int x, int y)
{
	struct face *face = cockpit->faces[head];
	int hot_x, hot_y;

	face_pointer_moved(face, x, y);

	const uint32_t *pixels = cursor_pixels(face->hover >= 0 ? CURSOR_HAND : CURSOR_ARROW,
					       &hot_x, &hot_y);

	kms_set_cursor(cockpit->kms, head, pixels, hot_x, hot_y);
	kms_move_cursor(cockpit->kms, head, x, y);
	serial_printf(cockpit->serial, "pointer %d %d %d", head, x, y);
}

static void handle_pointer(void *data, int head, struct input_axis x, struct input_axis y)
{
	struct cockpit *cockpit = data;

	if (head < KMS_MAX_HEADS && face_is_on(cockpit->faces[head]))
		move_pointer(cockpit, head, input_pixel(x, cockpit->faces[head]->background.width),
			     input_pixel(y, cockpit->faces[head]->background.height));
}

static void handle_motion(void *data, int head, int dx, int dy)
{
	struct cockpit *cockpit = data;

	if (head >= KMS_MAX_HEADS || !face_is_on(cockpit->faces[head]))
		return;

	const struct face *face = cockpit->faces[head];
	int width = face->background.width, height = face->background.height;
	int x = face->pointer_x + dx, y = face->pointer_y + dy;

	x = x < 0 ? 0 : x >= width ? width - 1 : x;
	y = y < 0 ? 0 : y >= height ? height - 1 : y;
	serial_printf(cockpit->serial, "motion %d %d %d", head, dx, dy);
	move_pointer(cockpit, head, x, y);
}

static void handle_button(void *data, int head, int code, bool down)
{
	struct cockpit *cockpit = data;

	if (head < KMS_MAX_HEADS)
		face_pointer_button(cockpit->faces[head], code, down);
	note(cockpit, "button %s %d", code_name(code), down);
}

static void handle_wheel(void *data, int head, int clicks)
{
	struct cockpit *cockpit = data;

	if (head < KMS_MAX_HEADS && face_is_on(cockpit->faces[head]))
		cockpit->faces[head]->ops->wheel(cockpit->faces[head], clicks);
	note(cockpit, "wheel %d", clicks);
}

static void handle_touch(void *data, int head, int slot, bool down, struct input_axis axis_x,
			 struct input_axis axis_y)
{
	struct cockpit *cockpit = data;

	if (head >= KMS_MAX_HEADS || !face_is_on(cockpit->faces[head]))
		return;

	struct face *face = cockpit->faces[head];
	bool was_down = face->touches[slot].down;
	int x = input_pixel(axis_x, face->background.width);
	int y = input_pixel(axis_y, face->background.height);

	face_touched(face, slot, down, x, y);
	if (down && was_down)
		serial_printf(cockpit->serial, "touch %d slot %d move %d %d", head, slot, x, y);
	else if (down)
		note(cockpit, "touch %d slot %d down %d %d", head, slot, x, y);
	else if (was_down)
		note(cockpit, "touch %d slot %d up", head, slot);
}

static const struct input_listener input_listener = {
	.on_key = handle_key,
	.on_pointer = handle_pointer,
	.on_motion = handle_motion,
	.on_button = handle_button,
	.on_wheel = handle_wheel,
	.on_touch = handle_touch,
};

static const struct kms_listener kms_listener = {
	.on_mode = handle_mode,
};

/* -- Running */

/* The kernel says by uevent that an output came, went, or wants another mode. */
static int open_uevents(void)
{
	struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = 1};
	int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
			NETLINK_KOBJECT_UEVENT);

	if (fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		close(fd);
		fd = -1;
	}
	return fd;
}

static void handle_uevent(struct cockpit *cockpit)
{
	static const char hotplug[] = "HOTPLUG=1";
	char event[8192];
	ssize_t length = recv(cockpit->uevent_fd, event, sizeof(event), 0);

	if (length > 0 && memmem(event, length, hotplug, sizeof(hotplug)))
		kms_probe(cockpit->kms);
}

static int cockpit_open(struct cockpit *cockpit, const char *command_line)
{
	const char *wrong = options_parse(&cockpit->options, command_line);
	int result;

	cockpit->serial = serial_open("/dev/console");
	if (wrong) {
		serial_printf(cockpit->serial, "error option %s", wrong);
		serial_flush(cockpit->serial);
		return -EINVAL;
	}
	world_init(&cockpit->world, cockpit->options.motion);
	for (int i = 0; i < KMS_MAX_HEADS; i++)
		cockpit->faces[i] = face_create(i % 2 ? &cluster_face : &ivi_face, &cockpit->world);
	cockpit->uevent_fd = open_uevents();
	cockpit->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	result = kms_open(&kms_listener, cockpit, &cockpit->kms);
	if (result < 0) {
		serial_printf(cockpit->serial, "error no display: %s", strerror(-result));
		serial_flush(cockpit->serial);
		return result;
	}
	kms_probe(cockpit->kms);
	cockpit->input = input_open(&input_listener, cockpit);
	return 0;
}

static void say_ready(struct cockpit *cockpit)
{
	int heads = 0;

	for (int i = 0; i < KMS_MAX_HEADS; i++)
		heads += face_is_on(cockpit->faces[i]);
	serial_printf(cockpit->serial, "cockpit ready heads=%d", heads);
}

enum {
	FD_KMS,
	FD_UEVENT,
	FD_SERIAL,
	FD_TIMER,
	FD_INPUT
};

int cockpit_run(const char *command_line)
{
	static struct cockpit cockpit;
	int result = cockpit_open(&cockpit, command_line);

	if (result < 0)
		return result;
	cockpit_settle(&cockpit);
	say_ready(&cockpit);
	cockpit_set_fps(&cockpit, cockpit.options.fps);
	control_restart_rates(&cockpit);
	for (;;) {
		struct pollfd fds[FD_INPUT + INPUT_MAX_DEVICES] = {
			[FD_KMS] = {kms_fd(cockpit.kms), POLLIN, 0},
			[FD_UEVENT] = {cockpit.uevent_fd, POLLIN, 0},
			[FD_SERIAL] = {serial_fd(cockpit.serial), POLLIN, 0},
			[FD_TIMER] = {cockpit.timer_fd, POLLIN, 0},
		};
		int n_inputs = input_poll_fds(cockpit.input, fds + FD_INPUT);

		if (serial_has_unsent(cockpit.serial))
			fds[FD_SERIAL].events |= POLLOUT;
		if (poll(fds, FD_INPUT + n_inputs, -1) < 0 && errno != EINTR)
			return -errno;
		if (fds[FD_KMS].revents)
			kms_handle_events(cockpit.kms);
		for (int i = 0; i < n_inputs; i++)
			if (fds[FD_INPUT + i].revents)
				input_handle(cockpit.input, i);
		if (fds[FD_TIMER].revents)
			handle_timer(&cockpit);
		if (fds[FD_UEVENT].revents)
			handle_uevent(&cockpit);
		if (fds[FD_SERIAL].revents & POLLIN)
			serial_read(cockpit.serial, control_handle_line, &cockpit);
		/* Pictures first: what is seen must not wait for what is said. */
		cockpit_present(&cockpit);
		serial_flush(cockpit.serial);
	}
}
