/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gpu-bridge/bus/display_bus.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/log.h"
#include "common/unix_socket.h"
#include "common/xalloc.h"
#include "gpu-bridge/bus/display_bus_private.h"

/* Messages that may wait for a client to read them: answers and signals. */
#define QUEUED_MAX 512

/* Peers that come and go in numbers get one line in this time. */
#define LOG_PAUSE_US (10 * UINT64_C(1000000))

/* Out of descriptors, accepting is tried again after this. */
#define ACCEPT_PAUSE_US (1 * UINT64_C(1000000))

/* -- Clients ------------------------------------------------------------------- */

static void client_destroy(struct bus_client *client)
{
	struct display_bus *bus = client->owner;

	for (unsigned i = 0; i < DISPLAY_OUTPUTS_MAX; i++)
		bus_let_go(&client->consoles[i]);
	for (unsigned i = 0; i < CLIENTS_MAX; i++)
		if (bus->clients[i] == client)
			bus->clients[i] = NULL;
	bus_handshake_destroy(client->handshake);
	display1_bus_close(client->bus);
	free(client);
}

/* Whether a client reads what it is sent; one that does not is dropped. */
static bool reads(struct bus_client *client)
{
	uint64_t queued;

	if (sd_bus_get_n_queued_write(client->bus, &queued) < 0 || queued <= QUEUED_MAX)
		return true;
	log_warning("dropping the client of pid %d: it does not read", client->pid);
	client_destroy(client);
	return false;
}

void bus_emit_changed(struct display_bus *bus, unsigned output, const char *interface,
		      const char *const *names)
{
	char path[DISPLAY1_PATH_MAX];

	display1_console_path(output, path);
	for (unsigned i = 0; i < CLIENTS_MAX; i++) {
		struct bus_client *client = bus->clients[i];

		if (client && client->is_ready && reads(client))
			sd_bus_emit_properties_changed_strv(client->bus, path, interface,
							    (char **)names);
	}
}

/* Called with every message. */
static int handle_any(sd_bus_message *message, void *data, sd_bus_error *error)
{
	struct bus_client *client = data;

	client->is_ready = true;
	return reads(client) ? 0 : 1;
}

static int handle_disconnected(sd_bus_message *message, void *data, sd_bus_error *error)
{
	struct bus_client *client = data;

	log_debug("the client of pid %d has left", client->pid);
	client_destroy(client);
	return 1;
}

static int export_console(struct bus_console *console)
{
	const struct display_bus *bus = console->client->owner;
	char path[DISPLAY1_PATH_MAX];
	int r;

	display1_console_path(console->output, path);
	r = bus_console_export(console, path);
	if (r >= 0 && bus_has_keyboard(bus))
		r = bus_keyboard_export(console, path);
	if (r >= 0 && bus_has_mouse(bus))
		r = bus_mouse_export(console, path);
	if (r >= 0 && bus_has_touch(bus))
		r = bus_touch_export(console, path);
	return r;
}

/* What is not opened in full is closed by its owner. */
static int client_open(struct bus_client *client, int fd)
{
	struct display_bus *bus = client->owner;
	int r;

	r = bus_handshake_begin(bus->loop, fd, &client->handshake, &client->bus);
	if (r < 0)
		return r;
	r = sd_bus_add_filter(client->bus, NULL, handle_any, client);
	if (r < 0)
		return r;
	r = display1_watch_end(client->bus, handle_disconnected, client);
	if (r < 0)
		return r;
	r = sd_bus_add_object_manager(client->bus, NULL, DISPLAY1_ROOT_PATH);
	if (r < 0)
		return r;
	r = bus_vm_export(client);
	for (unsigned i = 0; r >= 0 && i < display_outputs(bus->display); i++) {
		client->consoles[i] = (struct bus_console){.client = client, .output = i};
		r = export_console(&client->consoles[i]);
	}
	return r;
}

/* -- Connections ------------------------------------------------------------------ */

/* Whether it is time for another line about who cannot be served. */
static bool may_log(struct display_bus *bus)
{
	uint64_t now = loop_now_us();

	if (bus->logged_us && now - bus->logged_us < LOG_PAUSE_US)
		return false;
	bus->logged_us = now;
	return true;
}

/* A place for another client. Where there is none, the one goes that has been
 * connected for longest without having shown who it is. */
static struct bus_client **find_place(struct display_bus *bus)
{
	struct bus_client **found = NULL;

	for (unsigned i = 0; i < CLIENTS_MAX; i++) {
		struct bus_client **place = &bus->clients[i];

		if (!*place)
			return place;
		if (!(*place)->is_ready && (!found || (*place)->id < (*found)->id))
			found = place;
	}
	if (!found)
		return NULL;
	if (may_log(bus))
		log_warning("dropping the client of pid %d: it says nothing, and others wait",
			    (*found)->pid);
	client_destroy(*found);
	return found;
}

static int pid_of(int fd)
{
	struct ucred who = {0};
	socklen_t size = sizeof(who);

	getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size);
	return who.pid;
}

/* Takes `fd`. */
static void add_client(struct display_bus *bus, int fd)
{
	CLEANUP(close_fdp) int owned = fd;
	struct bus_client **place = find_place(bus);
	struct bus_client *client;
	int r;

	if (!place) {
		if (may_log(bus))
			log_warning("turning away pid %d: there are %u clients already", pid_of(fd),
				    CLIENTS_MAX);
		return;
	}
	client = xcalloc(1, sizeof(*client));
	client->owner = bus;
	client->id = ++bus->clients_so_far;
	client->pid = pid_of(fd);
	*place = client;
	r = client_open(client, take_fd(&owned));
	if (r < 0) {
		log_debug("cannot serve the client of pid %d: %s", client->pid, strerror(-r));
		client_destroy(client);
	}
}

static int handle_accept(sd_event_source *source, int fd, uint32_t events, void *data)
{
	struct display_bus *bus = data;
	int client = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (client >= 0) {
		add_client(bus, client);
	} else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
		log_warning("cannot take another client: %s", strerror(errno));
		sd_event_source_set_enabled(source, SD_EVENT_OFF);
		loop_timer_arm(bus->accept_timer, ACCEPT_PAUSE_US);
	}
	return 0;
}

static void handle_accept_timer(void *data)
{
	struct display_bus *bus = data;

	sd_event_source_set_enabled(bus->accept_source, SD_EVENT_ON);
}

/* -- What the guest's devices decide -------------------------------------------------- */

void display_bus_set_absolute(struct display_bus *bus, unsigned output, bool is_absolute)
{
	static const char *const names[] = {"IsAbsolute", NULL};

	if (!bus_has_mouse(bus) || bus->outputs[output].is_absolute == is_absolute)
		return;
	bus->outputs[output].is_absolute = is_absolute;
	bus_emit_changed(bus, output, DISPLAY1_MOUSE, names);
}

void display_bus_set_locks(struct display_bus *bus, unsigned locks)
{
	static const char *const names[] = {"Modifiers", NULL};

	if (!bus_has_keyboard(bus) || bus->locks == locks)
		return;
	bus->locks = locks;
	for (unsigned i = 0; i < display_outputs(bus->display); i++)
		bus_emit_changed(bus, i, DISPLAY1_KEYBOARD, names);
}

/* -- Life ------------------------------------------------------------------------------ */

static void init_outputs(struct display_bus *bus)
{
	for (unsigned i = 0; i < DISPLAY_OUTPUTS_MAX; i++) {
		bus->outputs[i].is_absolute = bus_has_mouse(bus) && bus->input->on_position;
		for (unsigned j = 0; j < LISTENERS_MAX; j++)
			bus->outputs[i].listeners[j] = (struct bus_listener){.owner = bus,
									     .output = i};
	}
}

int display_bus_create(struct loop *loop, struct display *display,
		       const struct display_bus_options *options, struct display_bus **ret_bus)
{
	CLEANUP(display_bus_destroyp) struct display_bus *bus = xcalloc(1, sizeof(*bus));
	int r;

	bus->loop = loop;
	bus->display = display;
	bus->path = xstrdup(options->path);
	bus->name = xstrdup(options->name);
	bus->patience_us = options->patience_us;
	bus->input = options->input;
	bus->input_data = options->input_data;
	init_outputs(bus);
	bus_listeners_open(bus);

	bus->listening = unix_socket_listen(bus->path);
	if (bus->listening < 0)
		return bus->listening;
	r = loop_timer_create(loop, handle_accept_timer, bus, &bus->accept_timer);
	if (r < 0)
		return r;
	r = sd_event_add_io(loop_event(loop), &bus->accept_source, bus->listening, EPOLLIN,
			    handle_accept, bus);
	if (r < 0)
		return r;
	*ret_bus = TAKE(bus);
	return 0;
}

void display_bus_destroy(struct display_bus *bus)
{
	if (!bus)
		return;
	/* First the clients: one whose listener alone is closed registers another. */
	for (unsigned i = 0; i < CLIENTS_MAX; i++)
		if (bus->clients[i])
			client_destroy(bus->clients[i]);
	bus_listeners_close(bus);
	sd_event_source_disable_unref(bus->accept_source);
	loop_timer_destroy(bus->accept_timer);
	if (bus->listening >= 0)
		unlink(bus->path);
	close_fd(bus->listening);
	free(bus->path);
	free(bus->name);
	free(bus);
}
