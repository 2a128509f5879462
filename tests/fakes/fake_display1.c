/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/fakes/fake_display1.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "common/xalloc.h"
#include "tests/fakes/fake_head.h"
#include "tests/fakes/fake_monitor.h"

#define VM_PATH "/org/qemu/Display1/VM"

struct fake_display1 {
	struct fake_options options;
	char *path;
	sd_event *event;
	sd_event_source *accept_source;
	int listening;
	struct fake_monitor_client *monitor;
	sd_bus *bus; /* the one main connection, as with QEMU */
	int silent;  /* a connection that gets no answer */
	bool is_absolute;
	unsigned modifiers;
	struct fake_head heads[FAKE_HEADS_MAX];
};

struct fake_head *fake_head_of(struct fake_display1 *fake, unsigned head)
{
	assert(head < fake->options.heads);
	return &fake->heads[head];
}

void fake_say(struct fake_display1 *fake, const char *format, ...)
{
	char line[256];
	va_list arguments;

	if (!fake->options.on_line)
		return;
	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	fake->options.on_line(fake->options.data, line);
}

int fake_bus_open(sd_event *event, int fd, sd_bus **ret_bus)
{
	CLEANUP(sd_bus_unrefp) sd_bus *bus = NULL;
	sd_id128_t id;
	int r;

	r = sd_bus_new(&bus);
	if (r < 0)
		return r;
	sd_id128_randomize(&id);
	r = sd_bus_set_fd(bus, fd, fd);
	if (r < 0)
		return r;
	sd_bus_set_server(bus, 1, id);
	sd_bus_negotiate_fds(bus, 1);
	r = sd_bus_start(bus);
	if (r < 0)
		return r;
	r = sd_bus_attach_event(bus, event, SD_EVENT_PRIORITY_NORMAL);
	if (r < 0)
		return r;
	*ret_bus = TAKE(bus);
	return 0;
}

/* -- The interfaces of a console: user data is the head --------------------- */

static int handle_register_listener(sd_bus_message *message, void *data, sd_bus_error *error)
{
	struct fake_head *head = data;
	int fd, r;

	if (head->fake->options.ignores_listeners)
		return 1;
	r = sd_bus_message_read(message, "h", &fd);
	if (r < 0)
		return r;
	fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	if (fd < 0)
		return -errno;
	/* QEMU answers, and authenticates afterwards. */
	r = sd_bus_reply_method_return(message, NULL);
	if (r < 0)
		return r;
	return fake_head_add_listener(head, head->fake->event, fd);
}

static bool is_same_uiinfo(const struct fake_uiinfo *a, const struct fake_uiinfo *b)
{
	return a->width_mm == b->width_mm && a->height_mm == b->height_mm && a->x == b->x &&
	       a->y == b->y && a->width == b->width && a->height == b->height;
}

static int handle_set_uiinfo(sd_bus_message *message, void *data, sd_bus_error *error)
{
	struct fake_head *head = data;
	struct fake_uiinfo info;
	int r = sd_bus_message_read(message, "qqiiuu", &info.width_mm, &info.height_mm, &info.x,
				    &info.y, &info.width, &info.height);

	if (r < 0)
		return r;
	if (head->fake->options.refuses_uiinfo)
		return sd_bus_error_set(error, "org.qemu.Display1.Error.Invalid", "no such size");
	if (head->fake->options.follows_uiinfo && info.width && info.height) {
		fake_head_resize(head, info.width, info.height);
		fake_head_show(head, 0, 0, (int32_t)info.width, (int32_t)info.height);
	}
	fake_say(head->fake, "uiinfo %u %u %u", head->index, info.width, info.height);
	/* QEMU raises no event for what it was told last. */
	if (!is_same_uiinfo(&head->uiinfo, &info))
		fake_say(head->fake, "look %u", head->index);
	head->uiinfo = info;
	return sd_bus_reply_method_return(message, NULL);
}

static int handle_key(sd_bus_message *message, void *data, sd_bus_error *error)
{
	struct fake_head *head = data;
	uint32_t key;
	int r = sd_bus_message_read(message, "u", &key);

	if (r < 0)
		return r;
	fake_say(head->fake, "key %u %d", key,
		 strcmp(sd_bus_message_get_member(message), "Press") == 0);
	return head->fake->options.ignores_input ? 1 : sd_bus_reply_method_return(message, NULL);
}

static int handle_button(sd_bus_message *message, void *data, sd_bus_error *error)
{
	struct fake_head *head = data;
	uint32_t button;
	int r = sd_bus_message_read(message, "u", &button);

	if (r < 0)
		return r;
	fake_say(head->fake, "button %u %u %d", head->index, button,
		 strcmp(sd_bus_message_get_member(message), "Press") == 0);
	return sd_bus_reply_method_return(message, NULL);
}

static int handle_set_abs_position(sd_bus_message *message, void *data, sd_bus_error *error)
{
	struct fake_head *head = data;
	uint32_t x, y;
	int r = sd_bus_message_read(message, "uu", &x, &y);

	if (r < 0)
		return r;
	if (!head->fake->is_absolute)
		return sd_bus_error_set(error, "org.qemu.Display1.Error.Invalid", "not absolute");
	if (x >= head->surface.width || y >= head->surface.height)
		return sd_bus_error_set(error, "org.qemu.Display1.Error.Invalid", "outside");
	fake_say(head->fake, "motion %u %u %u", head->index, x, y);
	return sd_bus_reply_method_return(message, NULL);
}

static int handle_rel_motion(sd_bus_message *message, void *data, sd_bus_error *error)
{
	struct fake_head *head = data;
	int32_t dx, dy;
	int r = sd_bus_message_read(message, "ii", &dx, &dy);

	if (r < 0)
		return r;
	if (head->fake->is_absolute)
		return sd_bus_error_set(error, "org.qemu.Display1.Error.Invalid", "not relative");
	fake_say(head->fake, "relative %u %d %d", head->index, dx, dy);
	return sd_bus_reply_method_return(message, NULL);
}

static int handle_touch(sd_bus_message *message, void *data, sd_bus_error *error)
{
	struct fake_head *head = data;
	uint32_t kind;
	uint64_t slot;
	double x, y;
	int r = sd_bus_message_read(message, "utdd", &kind, &slot, &x, &y);

	if (r < 0)
		return r;
	if (kind > 3 || slot > 9)
		return sd_bus_error_set(error, "org.qemu.Display1.Error.Invalid", "kind or slot");
	fake_say(head->fake, "touch %u %u %u %.0f %.0f", head->index, kind, (unsigned)slot, x, y);
	return sd_bus_reply_method_return(message, NULL);
}

static int property_console(sd_bus *bus, const char *path, const char *interface, const char *name,
			    sd_bus_message *reply, void *data, sd_bus_error *error)
{
	struct fake_head *head = data;
	char label[64];

	if (strcmp(name, "Type") == 0)
		return sd_bus_message_append(reply, "s", "Graphic");
	if (strcmp(name, "Label") == 0) {
		snprintf(label, sizeof(label), head->fake->options.heads > 1 ? "%s.%u" : "%s",
			 head->fake->options.label ? head->fake->options.label : "gpu0",
			 head->index);
		return sd_bus_message_append(reply, "s", label);
	}
	if (strcmp(name, "Width") == 0)
		return sd_bus_message_append(reply, "u", head->surface.width);
	return sd_bus_message_append(reply, "u", head->surface.height);
}

static int property_is_absolute(sd_bus *bus, const char *path, const char *interface,
				const char *name, sd_bus_message *reply, void *data,
				sd_bus_error *error)
{
	struct fake_head *head = data;

	return sd_bus_message_append(reply, "b", head->fake->is_absolute);
}

static int property_modifiers(sd_bus *bus, const char *path, const char *interface,
			      const char *name, sd_bus_message *reply, void *data,
			      sd_bus_error *error)
{
	struct fake_head *head = data;

	return sd_bus_message_append(reply, "u", head->fake->modifiers);
}

#define METHOD(name, signature, handler) \
	SD_BUS_METHOD(name, signature, "", handler, SD_BUS_VTABLE_UNPRIVILEGED)
#define PROPERTY(name, signature, handler) \
	SD_BUS_PROPERTY(name, signature, handler, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE)

static const sd_bus_vtable console_vtable[] = {
	SD_BUS_VTABLE_START(0),
	METHOD("RegisterListener", "h", handle_register_listener),
	METHOD("SetUIInfo", "qqiiuu", handle_set_uiinfo),
	PROPERTY("Label", "s", property_console),
	PROPERTY("Type", "s", property_console),
	PROPERTY("Width", "u", property_console),
	PROPERTY("Height", "u", property_console),
	SD_BUS_VTABLE_END,
};

static const sd_bus_vtable keyboard_vtable[] = {
	SD_BUS_VTABLE_START(0),
	METHOD("Press", "u", handle_key),
	METHOD("Release", "u", handle_key),
	PROPERTY("Modifiers", "u", property_modifiers),
	SD_BUS_VTABLE_END,
};

static const sd_bus_vtable mouse_vtable[] = {
	SD_BUS_VTABLE_START(0),
	METHOD("Press", "u", handle_button),
	METHOD("Release", "u", handle_button),
	METHOD("SetAbsPosition", "uu", handle_set_abs_position),
	METHOD("RelMotion", "ii", handle_rel_motion),
	PROPERTY("IsAbsolute", "b", property_is_absolute),
	SD_BUS_VTABLE_END,
};

static const sd_bus_vtable touch_vtable[] = {
	SD_BUS_VTABLE_START(0),
	METHOD("SendEvent", "utdd", handle_touch),
	SD_BUS_VTABLE_END,
};

/* -- The VM: user data is the fake ------------------------------------------ */

static int property_vm(sd_bus *bus, const char *path, const char *interface, const char *name,
		       sd_bus_message *reply, void *data, sd_bus_error *error)
{
	if (strcmp(name, "Name") == 0)
		return sd_bus_message_append(reply, "s", "fake");
	return sd_bus_message_append(reply, "s", "8f5bd4a0-5d41-4a9c-9f0e-3d3a4a6c1e55");
}

static int property_console_ids(sd_bus *bus, const char *path, const char *interface,
				const char *name, sd_bus_message *reply, void *data,
				sd_bus_error *error)
{
	struct fake_display1 *fake = data;
	uint32_t ids[FAKE_HEADS_MAX];

	for (unsigned i = 0; i < fake->options.heads; i++)
		ids[i] = i;
	return sd_bus_message_append_array(reply, 'u', ids, fake->options.heads * sizeof(ids[0]));
}

static const sd_bus_vtable vm_vtable[] = {
	SD_BUS_VTABLE_START(0),
	PROPERTY("Name", "s", property_vm),
	PROPERTY("UUID", "s", property_vm),
	PROPERTY("ConsoleIDs", "au", property_console_ids),
	SD_BUS_VTABLE_END,
};

static void console_path(char path[64], unsigned head)
{
	snprintf(path, 64, "/org/qemu/Display1/Console_%u", head);
}

static void export_all(struct fake_display1 *fake)
{
	char path[64];

	sd_bus_add_object_vtable(fake->bus, NULL, VM_PATH, "org.qemu.Display1.VM", vm_vtable, fake);
	for (unsigned i = 0; i < fake->options.heads; i++) {
		struct fake_head *head = &fake->heads[i];

		console_path(path, i);
		sd_bus_add_object_vtable(fake->bus, NULL, path, "org.qemu.Display1.Console",
					 console_vtable, head);
		sd_bus_add_object_vtable(fake->bus, NULL, path, "org.qemu.Display1.Keyboard",
					 keyboard_vtable, head);
		sd_bus_add_object_vtable(fake->bus, NULL, path, "org.qemu.Display1.Mouse",
					 mouse_vtable, head);
		sd_bus_add_object_vtable(fake->bus, NULL, path, "org.qemu.Display1.MultiTouch",
					 touch_vtable, head);
	}
}

void fake_set_absolute(struct fake_display1 *fake, bool is_absolute)
{
	char path[64];

	fake->is_absolute = is_absolute;
	for (unsigned i = 0; fake->bus && i < fake->options.heads; i++) {
		console_path(path, i);
		sd_bus_emit_properties_changed(fake->bus, path, "org.qemu.Display1.Mouse",
					       "IsAbsolute", NULL);
	}
}

void fake_set_modifiers(struct fake_display1 *fake, unsigned modifiers)
{
	char path[64];

	fake->modifiers = modifiers;
	console_path(path, 0);
	if (fake->bus)
		sd_bus_emit_properties_changed(fake->bus, path, "org.qemu.Display1.Keyboard",
					       "Modifiers", NULL);
}

/* -- The monitor ------------------------------------------------------------- */

void fake_monitor_say(struct fake_display1 *fake, const char *text)
{
	if (fake->monitor)
		fake_monitor_client_say(fake->monitor, text);
}

void fake_set_paused(struct fake_display1 *fake, bool is_paused)
{
	fake->options.is_paused = is_paused;
	fake_monitor_say(fake,
			 is_paused ? "{\"event\": \"STOP\"}\r\n" : "{\"event\": \"RESUME\"}\r\n");
}

void fake_answer_input(struct fake_display1 *fake)
{
	fake->options.ignores_input = false;
	if (fake->monitor)
		fake_monitor_client_answer(fake->monitor);
}

/* -- Connections ------------------------------------------------------------- */

static void close_main(struct fake_display1 *fake)
{
	if (fake->bus) {
		sd_bus_detach_event(fake->bus);
		fake->bus = sd_bus_close_unref(fake->bus);
	}
	fake->silent = close_fd(fake->silent);
}

/* Takes `fd`. A second connection replaces the first, as in QEMU. */
static int serve_display(void *data, int fd)
{
	struct fake_display1 *fake = data;
	int r;

	close_main(fake);
	if (fake->options.is_silent) {
		fake->silent = fd;
		return 0;
	}
	r = fake_bus_open(fake->event, fd, &fake->bus);
	if (r < 0)
		return r;
	export_all(fake);
	return 0;
}

static void handle_monitor_line(void *data, const char *line)
{
	fake_say(data, "%s", line);
}

static const struct fake_monitor_callbacks monitor_callbacks = {
	.on_display = serve_display,
	.on_line = handle_monitor_line,
};

static int handle_accept(sd_event_source *source, int fd, uint32_t events, void *data)
{
	struct fake_display1 *fake = data;
	int client = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (client < 0)
		return 0;
	if (fake->options.monitor == FAKE_MONITOR_NONE) {
		serve_display(fake, client);
	} else {
		fake_monitor_client_destroy(fake->monitor);
		fake->monitor = fake_monitor_client_create(fake->event, &fake->options, client,
							   &monitor_callbacks, fake);
	}
	return 0;
}

static int listen_at(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	CLEANUP(close_fdp) int fd = -1;

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	strcpy(address.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	unlink(path);
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 || listen(fd, 8) < 0)
		return -errno;
	return take_fd(&fd);
}

int fake_display1_create(sd_event *event, const struct fake_options *options,
			 struct fake_display1 **ret_fake)
{
	CLEANUP(fake_display1_destroyp) struct fake_display1 *fake = xcalloc(1, sizeof(*fake));
	int r;

	assert(options->heads <= FAKE_HEADS_MAX);
	fake->options = *options;
	fake->path = xstrdup(options->path);
	fake->event = sd_event_ref(event);
	fake->is_absolute = !options->is_relative;
	fake->silent = -1;
	for (unsigned i = 0; i < options->heads; i++) {
		fake_head_init(&fake->heads[i], fake, i, options->width, options->height);
		if (options->heads_are_off && i > 0)
			fake_head_draw_placeholder(&fake->heads[i]);
	}

	fake->listening = listen_at(options->path);
	if (fake->listening < 0)
		return fake->listening;
	r = sd_event_add_io(event, &fake->accept_source, fake->listening, EPOLLIN, handle_accept,
			    fake);
	if (r < 0)
		return r;
	*ret_fake = TAKE(fake);
	return 0;
}

void fake_display1_hang_up(struct fake_display1 *fake)
{
	close_main(fake);
	fake_monitor_client_destroy(fake->monitor);
	fake->monitor = NULL;
	for (unsigned i = 0; i < fake->options.heads; i++)
		fake_head_close_listeners(&fake->heads[i]);
}

void fake_display1_destroy(struct fake_display1 *fake)
{
	if (!fake)
		return;
	fake_display1_hang_up(fake);
	for (unsigned i = 0; i < fake->options.heads; i++)
		fake_head_finish(&fake->heads[i]);
	sd_event_source_disable_unref(fake->accept_source);
	if (fake->listening >= 0)
		unlink(fake->path);
	close_fd(fake->listening);
	sd_event_unref(fake->event);
	free(fake->path);
	free(fake);
}
