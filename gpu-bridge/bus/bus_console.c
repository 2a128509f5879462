/* SPDX-License-Identifier: GPL-3.0-or-later */

/* org.qemu.Display1.Console */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "common/log.h"
#include "gpu-bridge/bus/display_bus_private.h"

static bool is_connected_unix_stream(int fd)
{
	struct sockaddr_storage peer = {.ss_family = AF_UNSPEC};
	socklen_t peer_size = sizeof(peer), type_size = sizeof(int);
	int type = 0;

	return getpeername(fd, (struct sockaddr *)&peer, &peer_size) == 0 &&
	       peer.ss_family == AF_UNIX &&
	       getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &type_size) == 0 && type == SOCK_STREAM;
}

static int handle_register_listener(sd_bus_message *message, void *data, sd_bus_error *error)
{
	struct bus_console *console = data;
	struct bus_listener *place;
	CLEANUP(close_fdp) int own = -1;
	int fd, r;

	r = sd_bus_message_read(message, "h", &fd);
	if (r < 0)
		return r;
	if (!is_connected_unix_stream(fd))
		return sd_bus_error_set(error, DISPLAY1_ERROR_FAILED,
					"The listener is no connected unix socket");
	place = bus_listener_place(console->client->owner, console->output);
	if (!place)
		return sd_bus_error_setf(error, DISPLAY1_ERROR_FAILED,
					 "There are %u listeners already", LISTENERS_MAX);
	own = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	if (own < 0)
		return -errno;
	/* First the answer, then the handshake: clients are used to QEMU's order. */
	r = sd_bus_reply_method_return(message, NULL);
	if (r < 0)
		return r;
	r = bus_listener_open(place, console->client, take_fd(&own));
	if (r < 0)
		log_debug("output %u: cannot call the viewer of pid %d: %s", console->output,
			  console->client->pid, strerror(-r));
	return 1;
}

static int handle_set_uiinfo(sd_bus_message *message, void *data, sd_bus_error *error)
{
	struct bus_console *console = data;
	struct display_mode mode;
	int32_t x, y;
	int r = sd_bus_message_read(message, "qqiiuu", &mode.width_mm, &mode.height_mm, &x, &y,
				    &mode.width, &mode.height);

	if (r < 0)
		return r;
	if (x < 0 || y < 0)
		return sd_bus_error_setf(error, DISPLAY1_ERROR_INVALID, "No output lies at %d,%d",
					 x, y);
	mode.x = (uint32_t)x;
	mode.y = (uint32_t)y;
	r = display_request_mode(console->client->owner->display, console->output, &mode);
	if (r == -EOPNOTSUPP)
		return sd_bus_error_set(error, DISPLAY1_ERROR_UNSUPPORTED,
					"The guest cannot be told of another size");
	if (r == -EINVAL)
		return sd_bus_error_setf(error, DISPLAY1_ERROR_INVALID,
					 "%ux%u pixels cannot be shown", mode.width, mode.height);
	return r < 0 ? r : sd_bus_reply_method_return(message, NULL);
}

static int property_label(sd_bus *sd_bus, const char *path, const char *interface, const char *name,
			  sd_bus_message *reply, void *data, sd_bus_error *error)
{
	struct bus_console *console = data;
	char label[32];

	/* As QEMU labels a device with several heads. */
	snprintf(label, sizeof(label), "virtio-gpu.%u", console->output);
	return sd_bus_message_append(reply, "s", label);
}

static int property_head(sd_bus *sd_bus, const char *path, const char *interface, const char *name,
			 sd_bus_message *reply, void *data, sd_bus_error *error)
{
	struct bus_console *console = data;

	return sd_bus_message_append(reply, "u", console->output);
}

static int property_type(sd_bus *sd_bus, const char *path, const char *interface, const char *name,
			 sd_bus_message *reply, void *data, sd_bus_error *error)
{
	return sd_bus_message_append(reply, "s", "Graphic");
}

static int property_size(sd_bus *sd_bus, const char *path, const char *interface, const char *name,
			 sd_bus_message *reply, void *data, sd_bus_error *error)
{
	struct bus_console *console = data;
	const struct bus_output *output = &console->client->owner->outputs[console->output];

	return sd_bus_message_append(reply, "u", name[0] == 'W' ? output->width : output->height);
}

/* Where QEMU's device is in the guest is not known here. */
static int property_device_address(sd_bus *sd_bus, const char *path, const char *interface,
				   const char *name, sd_bus_message *reply, void *data,
				   sd_bus_error *error)
{
	return sd_bus_message_append(reply, "s", "");
}

static int property_interfaces(sd_bus *sd_bus, const char *path, const char *interface,
			       const char *name, sd_bus_message *reply, void *data,
			       sd_bus_error *error)
{
	struct bus_console *console = data;
	const struct display_bus *bus = console->client->owner;
	char *names[4] = {NULL};
	unsigned count = 0;

	if (bus_has_keyboard(bus))
		names[count++] = DISPLAY1_KEYBOARD;
	if (bus_has_mouse(bus))
		names[count++] = DISPLAY1_MOUSE;
	if (bus_has_touch(bus))
		names[count++] = DISPLAY1_MULTITOUCH;
	return sd_bus_message_append_strv(reply, names);
}

static const sd_bus_vtable vtable[] = {
	SD_BUS_VTABLE_START(0),
	BUS_METHOD("RegisterListener", "h", handle_register_listener),
	BUS_METHOD("SetUIInfo", "qqiiuu", handle_set_uiinfo),
	BUS_PROPERTY("Label", "s", property_label),
	BUS_PROPERTY("Head", "u", property_head),
	BUS_PROPERTY("Type", "s", property_type),
	BUS_PROPERTY("Width", "u", property_size),
	BUS_PROPERTY("Height", "u", property_size),
	BUS_PROPERTY("DeviceAddress", "s", property_device_address),
	BUS_PROPERTY("Interfaces", "as", property_interfaces),
	SD_BUS_VTABLE_END,
};

int bus_console_export(struct bus_console *console, const char *path)
{
	return sd_bus_add_object_vtable(console->client->bus, NULL, path, DISPLAY1_CONSOLE, vtable,
					console);
}
