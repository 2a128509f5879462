/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * When a display's calls arrive: a listener of org.qemu.Display1 that maps nothing, and
 * answers at once.
 *
 *   bench-listener FD OUTPUT
 *
 * FD is a connection to the display. Says READY once it was told of a picture, then obeys lines
 * on standard input until its end:
 *
 *   watch X Y W H   answers "watching", and with a second line once an update touches that box:
 *                   when it arrived, in microseconds of the monotonic clock
 *   count           how many surfaces and updates it was told of
 */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/display1.h"
#include "common/fd_pass.h"
#include "tests/bench/bench_target.h"

struct bench_listener {
	struct loop *loop;
	sd_bus *main;
	sd_bus *listener;
	char console[DISPLAY1_PATH_MAX];

	bool is_ready;
	bool is_watching;
	struct bench_box box;
	uint64_t surfaces;
	uint64_t updates;
};

static uint64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static void say(const char *line)
{
	puts(line);
	fflush(stdout);
}

/* -- Calls ------------------------------------------------------------------- */

static int handle_surface(sd_bus_message *message, void *data, sd_bus_error *error)
{
	struct bench_listener *listener = data;

	(void)error;
	listener->surfaces++;
	if (!listener->is_ready)
		say("READY");
	listener->is_ready = true;
	return sd_bus_reply_method_return(message, NULL);
}

static int handle_update(sd_bus_message *message, void *data, sd_bus_error *error)
{
	uint64_t arrived_us = now_us();
	struct bench_listener *listener = data;
	struct bench_box box;

	(void)error;
	listener->updates++;
	if (sd_bus_message_read(message, "iiii", &box.x, &box.y, &box.width, &box.height) < 0)
		bench_fail("an update is no rectangle");
	if (listener->is_watching && bench_boxes_meet(&box, &listener->box)) {
		listener->is_watching = false;
		printf("%" PRIu64 "\n", arrived_us);
		fflush(stdout);
	}
	return sd_bus_reply_method_return(message, NULL);
}

static int handle_other(sd_bus_message *message, void *data, sd_bus_error *error)
{
	(void)data, (void)error;
	return sd_bus_reply_method_return(message, NULL);
}

static int property_interfaces(sd_bus *bus, const char *path, const char *interface,
			       const char *name, sd_bus_message *reply, void *data,
			       sd_bus_error *error)
{
	(void)bus, (void)path, (void)interface, (void)name, (void)data, (void)error;
	return sd_bus_message_append(reply, "as", 1, DISPLAY1_LISTENER_MAP);
}

#define METHOD(name, signature, handler) \
	SD_BUS_METHOD(name, signature, "", handler, SD_BUS_VTABLE_UNPRIVILEGED)

static const sd_bus_vtable listener_vtable[] = {
	SD_BUS_VTABLE_START(0),
	METHOD("Scanout", "uuuuay", handle_other),
	METHOD("Update", "iiiiuuay", handle_other),
	METHOD("Disable", "", handle_other),
	METHOD("MouseSet", "iii", handle_other),
	METHOD("CursorDefine", "iiiiay", handle_other),
	SD_BUS_PROPERTY("Interfaces", "as", property_interfaces, 0, SD_BUS_VTABLE_PROPERTY_CONST),
	SD_BUS_VTABLE_END,
};

static const sd_bus_vtable map_vtable[] = {
	SD_BUS_VTABLE_START(0),
	METHOD("ScanoutMap", "huuuuu", handle_surface),
	METHOD("UpdateMap", "iiii", handle_update),
	SD_BUS_VTABLE_END,
};

/* -- Registering --------------------------------------------------------------- */

static int handle_registered(sd_bus_message *reply, void *data, sd_bus_error *error)
{
	(void)data, (void)error;
	if (sd_bus_message_is_method_error(reply, NULL))
		bench_fail("the display takes no listener");
	return 0;
}

/* Descriptors can be sent once the handshake has said that they can. */
static int handle_greeted(sd_bus_message *reply, void *data, sd_bus_error *error)
{
	struct bench_listener *listener = data;
	int fds[2];

	(void)reply, (void)error;
	if (fd_pass_pair(fds) < 0 ||
	    display1_bus_open(listener->loop, fds[0], &listener->listener) < 0 ||
	    sd_bus_add_object_vtable(listener->listener, NULL, DISPLAY1_LISTENER_PATH,
				     DISPLAY1_LISTENER, listener_vtable, listener) < 0 ||
	    sd_bus_add_object_vtable(listener->listener, NULL, DISPLAY1_LISTENER_PATH,
				     DISPLAY1_LISTENER_MAP, map_vtable, listener) < 0 ||
	    sd_bus_call_method_async(listener->main, NULL, NULL, listener->console,
				     DISPLAY1_CONSOLE, "RegisterListener", handle_registered, NULL,
				     "h", fds[1]) < 0)
		bench_fail("cannot listen");
	close_fd(fds[1]);
	return 0;
}

static int handle_end(sd_bus_message *message, void *data, sd_bus_error *error)
{
	(void)message, (void)data, (void)error;
	bench_fail("the display closed the connection");
}

static void connect_to(struct bench_listener *listener, int fd)
{
	if (display1_bus_open(listener->loop, fd, &listener->main) < 0 ||
	    display1_watch_end(listener->main, handle_end, NULL) < 0 ||
	    sd_bus_call_method_async(listener->main, NULL, NULL, listener->console,
				     "org.freedesktop.DBus.Peer", "Ping", handle_greeted, listener,
				     NULL) < 0)
		bench_fail("cannot speak D-Bus with the display");
}

/* -- Lines ----------------------------------------------------------------------- */

static void obey(struct bench_listener *listener, const char *line)
{
	struct bench_box *box = &listener->box;

	if (strcmp(line, "count\n") == 0) {
		printf("%" PRIu64 " %" PRIu64 "\n", listener->surfaces, listener->updates);
		fflush(stdout);
	} else if (sscanf(line, "watch %d %d %d %d", &box->x, &box->y, &box->width, &box->height) ==
		   4) {
		listener->is_watching = true;
		say("watching");
	} else {
		bench_fail("told what it does not know");
	}
}

/* One line at a time: each is answered before the next is sent. */
static int handle_line(sd_event_source *source, int fd, uint32_t revents, void *data)
{
	struct bench_listener *listener = data;
	char line[128];

	(void)source, (void)fd, (void)revents;
	if (fgets(line, sizeof(line), stdin))
		obey(listener, line);
	else
		loop_stop(listener->loop);
	return 0;
}

int main(int argc, char **argv)
{
	struct bench_listener listener = {0};

	if (argc != 3) {
		fprintf(stderr, "usage: bench-listener FD OUTPUT\n");
		return 2;
	}
	display1_console_path((uint32_t)atoi(argv[2]), listener.console);
	if (loop_create(&listener.loop) < 0 ||
	    sd_event_add_io(loop_event(listener.loop), NULL, STDIN_FILENO, EPOLLIN, handle_line,
			    &listener) < 0)
		bench_fail("cannot start");
	connect_to(&listener, atoi(argv[1]));
	loop_run(listener.loop);
	display1_bus_close(listener.listener);
	display1_bus_close(listener.main);
	loop_destroy(listener.loop);
	return 0;
}
