/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/display1.h"

#include <stdbool.h>
#include <stdio.h>
#include <sys/socket.h>

/* What sd-bus itself tells, without any peer. */
#define LOCAL_PATH	"/org/freedesktop/DBus/Local"
#define LOCAL_INTERFACE "org.freedesktop.DBus.Local"

void display1_console_path(uint32_t id, char ret_path[DISPLAY1_PATH_MAX])
{
	snprintf(ret_path, DISPLAY1_PATH_MAX, "/org/qemu/Display1/Console_%u", id);
}

/* More messages than this cannot lie in what was read with the handshake. */
#define LEFTOVER_MESSAGES_MAX 32

/*
 * sd-bus handles one message at a turn of the loop, and turns are given to
 * connections, timers and posts in rotation: a peer that floods holds up nobody.
 *
 * But for what sd-bus has queued itself, such as the word that a handshake is
 * done: that waits until a turn is idle. QEMU's main loop stands still during the
 * handshake, so until then a connection goes before the others.
 */
#define PRIORITY	   SD_EVENT_PRIORITY_NORMAL
#define HANDSHAKE_PRIORITY (SD_EVENT_PRIORITY_NORMAL - 1)

static int handle_leftover(sd_event_source *source, void *data)
{
	sd_bus *bus = data;
	int r = 1;

	for (int i = 0; i < LEFTOVER_MESSAGES_MAX && r > 0 && sd_bus_is_open(bus) > 0; i++)
		r = sd_bus_process(bus, NULL);
	/* It was no message. The loop would end the connection, but has nothing to read. */
	if (r < 0 && sd_bus_is_open(bus) > 0)
		shutdown(sd_bus_get_fd(bus), SHUT_RDWR);
	if (sd_bus_get_event(bus)) {
		sd_bus_detach_event(bus);
		sd_bus_attach_event(bus, sd_event_source_get_event(source), PRIORITY);
	}
	/* The loop's reference is the last one. */
	sd_event_source_set_floating(source, false);
	return 0;
}

static void unref_bus(void *data)
{
	sd_bus_unref(data);
}

/*
 * A message that arrives together with the end of the handshake is read with
 * it, and then forgotten: sd-bus (252) waits for more to arrive. The peer may
 * wait too: QEMU does, with its main loop, since such a message is the question
 * what the listener can do. So sd-bus is told to look once more.
 */
static int handle_connected(sd_bus_message *message, void *data, sd_bus_error *error)
{
	sd_bus *bus = sd_bus_message_get_bus(message);
	sd_event_source *source;
	int r;

	r = sd_event_add_defer(sd_bus_get_event(bus), &source, handle_leftover, sd_bus_ref(bus));
	if (r < 0) {
		sd_bus_unref(bus);
		return r;
	}
	sd_event_source_set_priority(source, HANDSHAKE_PRIORITY);
	sd_event_source_set_destroy_callback(source, unref_bus);
	sd_event_source_set_floating(source, true);
	sd_event_source_unref(source);
	return 0;
}

int display1_bus_open(struct loop *loop, int fd, sd_bus **ret_bus)
{
	CLEANUP(close_fdp) int owned = fd;
	CLEANUP(sd_bus_unrefp) sd_bus *bus = NULL;
	int r;

	r = sd_bus_new(&bus);
	if (r < 0)
		return r;
	r = sd_bus_set_fd(bus, owned, owned);
	if (r < 0)
		return r;
	owned = -1;
	r = sd_bus_negotiate_fds(bus, 1);
	if (r < 0)
		return r;
	r = sd_bus_set_bus_client(bus, 0);
	if (r < 0)
		return r;
	r = sd_bus_set_connected_signal(bus, 1);
	if (r < 0)
		return r;
	r = sd_bus_match_signal(bus, NULL, NULL, LOCAL_PATH, LOCAL_INTERFACE, "Connected",
				handle_connected, NULL);
	if (r < 0)
		return r;
	r = sd_bus_start(bus);
	if (r < 0)
		return r;
	r = sd_bus_attach_event(bus, loop_event(loop), HANDSHAKE_PRIORITY);
	if (r < 0)
		return r;
	*ret_bus = TAKE(bus);
	return 0;
}

void display1_bus_close(sd_bus *bus)
{
	if (!bus)
		return;
	sd_bus_detach_event(bus);
	sd_bus_close_unref(bus);
}

int display1_watch_end(sd_bus *bus, sd_bus_message_handler_t handler, void *data)
{
	int r = sd_bus_match_signal(bus, NULL, NULL, LOCAL_PATH, LOCAL_INTERFACE, "Disconnected",
				    handler, data);

	return r < 0 ? r : 0;
}

int display1_fetch_properties(sd_bus *bus, const char *path, const char *interface,
			      sd_bus_message_handler_t handler, void *data)
{
	int r = sd_bus_call_method_async(bus, NULL, NULL, path, "org.freedesktop.DBus.Properties",
					 "GetAll", handler, data, "s", interface);

	return r < 0 ? r : 0;
}

int display1_each_property(sd_bus_message *message,
			   int (*read_value)(void *data, const char *name, const char *contents,
					     sd_bus_message *message),
			   void *data)
{
	const char *name, *contents;
	int r;

	r = sd_bus_message_enter_container(message, 'a', "{sv}");
	if (r < 0)
		return r;
	while ((r = sd_bus_message_enter_container(message, 'e', "sv")) > 0) {
		r = sd_bus_message_read(message, "s", &name);
		if (r < 0)
			return r;
		r = sd_bus_message_peek_type(message, NULL, &contents);
		if (r < 0)
			return r;
		r = sd_bus_message_enter_container(message, 'v', contents);
		if (r < 0)
			return r;
		r = read_value(data, name, contents, message);
		if (r < 0)
			return r;
		if (r == 0 && (r = sd_bus_message_skip(message, contents)) < 0)
			return r;
		r = sd_bus_message_exit_container(message);
		if (r < 0)
			return r;
		r = sd_bus_message_exit_container(message);
		if (r < 0)
			return r;
	}
	return r < 0 ? r : sd_bus_message_exit_container(message);
}
