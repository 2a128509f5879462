/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gl_cockpit.h"

#include <GLES2/gl2.h>
#include <errno.h>
#include <linux/input-event-codes.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "key_names.h"

#define STEP_FPS      30  /* a frame further, where there is no pace */
#define LONGEST_PAUSE 0.5 /* seconds; a longer one, like a stopped guest, is no driving */

/* -- Time and pictures */

static void draw(struct gl_cockpit *cockpit)
{
	cockpit->frame++;
	cockpit->dirty = false;
	cockpit->rates.frames++;
	clock_gettime(CLOCK_MONOTONIC, &cockpit->drawn);
	cockpit->options.scene->draw(cockpit->scene, cockpit->frame);
	window_show(cockpit->window);
}

static void move_on(struct gl_cockpit *cockpit, double seconds)
{
	if (cockpit->world.motion == MOTION_NONE)
		return;
	world_tick(&cockpit->world, seconds);
	cockpit->dirty = true;
}

void gl_cockpit_step(struct gl_cockpit *cockpit)
{
	int fps = cockpit->options.fps ? cockpit->options.fps : STEP_FPS;

	world_tick(&cockpit->world, 1.0f / fps);
	cockpit->dirty = true;
}

/* Without a pace the world goes on by what has passed. */
static void move_on_unpaced(struct gl_cockpit *cockpit)
{
	struct timespec now;
	double passed;

	clock_gettime(CLOCK_MONOTONIC, &now);
	passed = now.tv_sec - cockpit->drawn.tv_sec + (now.tv_nsec - cockpit->drawn.tv_nsec) / 1e9;
	move_on(cockpit, passed < LONGEST_PAUSE ? passed : 0);
}

static void present(struct gl_cockpit *cockpit)
{
	if (!window_can_show(cockpit->window))
		return;
	if (!cockpit->options.fps && !cockpit->frozen)
		move_on_unpaced(cockpit);
	if (cockpit->dirty)
		draw(cockpit);
}

/* Without its compositor the guest has no use: init says so. */
static void leave_without_compositor(int result)
{
	fprintf(stderr, "gl-cockpit: the compositor is gone: %s\n", strerror(-result));
	exit(1);
}

static void wait_until_shown(struct gl_cockpit *cockpit)
{
	while (!window_can_show(cockpit->window)) {
		int result = window_wait(cockpit->window);

		if (result < 0)
			leave_without_compositor(result);
	}
}

void gl_cockpit_settle(struct gl_cockpit *cockpit)
{
	uint8_t pixel[4];

	wait_until_shown(cockpit);
	if (cockpit->dirty)
		draw(cockpit);
	wait_until_shown(cockpit);
	/* What is read back comes after all that the host was asked for before. */
	glReadPixels(0, 0, 1, 1, GL_RGBA, GL_UNSIGNED_BYTE, pixel);
}

void gl_cockpit_set_fps(struct gl_cockpit *cockpit, int fps)
{
	struct itimerspec pace = {0};

	if (fps) {
		pace.it_interval.tv_sec = fps == 1;
		pace.it_interval.tv_nsec = fps == 1 ? 0 : 1000000000L / fps;
		pace.it_value = pace.it_interval;
	}
	cockpit->options.fps = fps;
	timerfd_settime(cockpit->timer_fd, 0, &pace, NULL);
}

static void handle_timer(struct gl_cockpit *cockpit)
{
	uint64_t ticks;
	double seconds;

	if (read(cockpit->timer_fd, &ticks, sizeof(ticks)) != sizeof(ticks))
		return;
	cockpit->rates.late += ticks - 1;
	seconds = (double)ticks / cockpit->options.fps;
	if (!cockpit->frozen)
		move_on(cockpit, seconds < LONGEST_PAUSE ? seconds : LONGEST_PAUSE);
}

static void handle_size(void *data, int width, int height)
{
	struct gl_cockpit *cockpit = data;

	if (!cockpit->scene) {
		serial_printf(cockpit->serial, "gl renderer %s", glGetString(GL_RENDERER));
		serial_printf(cockpit->serial, "gl version %s", glGetString(GL_VERSION));
		cockpit->scene = cockpit->options.scene->create(&cockpit->world);
	}
	cockpit->width = width;
	cockpit->height = height;
	cockpit->options.scene->resize(cockpit->scene, width, height);
	cockpit->dirty = true;
	serial_printf(cockpit->serial, "head 0 mode %dx%d", width, height);
}

/* -- Input: said as the first cockpit does */

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
	struct gl_cockpit *cockpit = data;

	world_key(&cockpit->world, code, value != 0);
	serial_printf(cockpit->serial, "key %s %d", code_name(code), value);
}

static void handle_pointer(void *data, int x, int y)
{
	struct gl_cockpit *cockpit = data;

	cockpit->pointer_x = x;
	cockpit->pointer_y = y;
	serial_printf(cockpit->serial, "pointer 0 %d %d", x, y);
}

static void press(struct gl_cockpit *cockpit, int x, int y)
{
	cockpit->options.scene->click(cockpit->scene, x, y);
	cockpit->dirty = true;
}

static void handle_button(void *data, int code, bool down)
{
	struct gl_cockpit *cockpit = data;

	if (code == BTN_LEFT && down)
		press(cockpit, cockpit->pointer_x, cockpit->pointer_y);
	serial_printf(cockpit->serial, "button %s %d", code_name(code), down);
}

static void handle_wheel(void *data, int clicks)
{
	struct gl_cockpit *cockpit = data;

	serial_printf(cockpit->serial, "wheel %d", clicks);
}

static void handle_touch(void *data, int slot, bool down, int x, int y)
{
	static bool is_down[10];
	struct gl_cockpit *cockpit = data;

	if (!down) {
		serial_printf(cockpit->serial, "touch 0 slot %d up", slot);
	} else if (is_down[slot]) {
		serial_printf(cockpit->serial, "touch 0 slot %d move %d %d", slot, x, y);
	} else {
		press(cockpit, x, y);
		serial_printf(cockpit->serial, "touch 0 slot %d down %d %d", slot, x, y);
	}
	is_down[slot] = down;
}

static const struct window_listener window_listener = {
	.on_size = handle_size,
	.on_key = handle_key,
	.on_pointer = handle_pointer,
	.on_button = handle_button,
	.on_wheel = handle_wheel,
	.on_touch = handle_touch,
};

/* -- Running */

static int cockpit_open(struct gl_cockpit *cockpit, const char *command_line)
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
	cockpit->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	result = window_open(&window_listener, cockpit, &cockpit->window);
	if (result < 0) {
		serial_printf(cockpit->serial, "error no display: %s", strerror(-result));
		serial_flush(cockpit->serial);
	}
	return result;
}

enum {
	FD_WINDOW,
	FD_SERIAL,
	FD_TIMER,
	FDS
};

static int wait_for_events(struct gl_cockpit *cockpit)
{
	struct pollfd fds[FDS] = {
		[FD_WINDOW] = {window_fd(cockpit->window), POLLIN, 0},
		[FD_SERIAL] = {serial_fd(cockpit->serial), POLLIN, 0},
		[FD_TIMER] = {cockpit->timer_fd, POLLIN, 0},
	};
	int result = window_prepare(cockpit->window);

	if (result < 0)
		return result;
	if (serial_has_unsent(cockpit->serial))
		fds[FD_SERIAL].events |= POLLOUT;
	/* What came while preparing is not waited for again. */
	if (poll(fds, FDS, cockpit->dirty && window_can_show(cockpit->window) ? 0 : -1) < 0 &&
	    errno != EINTR)
		return -errno;
	result = window_handle(cockpit->window, fds[FD_WINDOW].revents);
	if (result < 0)
		return result;
	if (fds[FD_TIMER].revents)
		handle_timer(cockpit);
	if (fds[FD_SERIAL].revents & POLLIN)
		serial_read(cockpit->serial, control_handle_line, cockpit);
	return 0;
}

int gl_cockpit_run(const char *command_line)
{
	static struct gl_cockpit cockpit;
	int result = cockpit_open(&cockpit, command_line);

	if (result < 0)
		return result;
	/* The second picture is asked for when the compositor is done with the first. */
	for (int i = 0; i < 2; i++) {
		cockpit.dirty = true;
		gl_cockpit_settle(&cockpit);
	}
	serial_printf(cockpit.serial, "cockpit ready heads=1");
	gl_cockpit_set_fps(&cockpit, cockpit.options.fps);
	control_restart_rates(&cockpit);
	for (;;) {
		present(&cockpit);
		serial_flush(cockpit.serial);
		result = wait_for_events(&cockpit);
		if (result < 0)
			leave_without_compositor(result);
	}
}
