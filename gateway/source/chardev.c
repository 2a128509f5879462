/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/source/chardev.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "common/display1.h"
#include "common/log.h"
#include "common/xalloc.h"

#define CHARDEV DISPLAY1 ".Chardev"

struct chardev {
	char id[CHARDEV_ID_MAX];
	void (*on_line)(void *data, int fd);
	void *data;
	int fd; /* our end */
	sd_bus_slot *call;
};

/* QEMU's ids have more characters; in a D-Bus path there are these. */
bool chardev_is_id(const char *text)
{
	size_t length = strlen(text);

	for (size_t i = 0; i < length; i++)
		if (!isalnum((unsigned char)text[i]) && text[i] != '_')
			return false;
	return length > 0 && length < CHARDEV_ID_MAX;
}

static int handle_registered(sd_bus_message *reply, void *data, sd_bus_error *error)
{
	struct chardev *chardev = data;

	if (sd_bus_message_is_method_error(reply, NULL))
		log_warning("QEMU does not hand its chardev %s over: %s", chardev->id,
			    sd_bus_message_get_error(reply)->message);
	else
		chardev->on_line(chardev->data, take_fd(&chardev->fd));
	return 0;
}

static int call_register(sd_bus *bus, struct chardev *chardev, int theirs)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *message = NULL;
	char path[sizeof(DISPLAY1_ROOT_PATH "/Chardev_") + CHARDEV_ID_MAX];
	int r;

	snprintf(path, sizeof(path), DISPLAY1_ROOT_PATH "/Chardev_%s", chardev->id);
	r = sd_bus_message_new_method_call(bus, &message, NULL, path, CHARDEV, "Register");
	if (r >= 0)
		r = sd_bus_message_append(message, "h", theirs);
	if (r >= 0)
		r = sd_bus_call_async(bus, &chardev->call, message, handle_registered, chardev, 0);
	return r;
}

int chardev_ask(sd_bus *bus, const char *id, void (*on_line)(void *data, int fd), void *data,
		struct chardev **ret_chardev)
{
	CLEANUP(chardev_destroyp) struct chardev *chardev = xcalloc(1, sizeof(*chardev));
	CLEANUP(close_fdp) int theirs = -1;
	int fds[2];
	int r;

	snprintf(chardev->id, sizeof(chardev->id), "%s", id);
	chardev->on_line = on_line;
	chardev->data = data;
	chardev->fd = -1;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds) < 0)
		return -errno;
	chardev->fd = fds[0];
	theirs = fds[1];
	r = call_register(bus, chardev, theirs);
	if (r < 0)
		return r;
	*ret_chardev = TAKE(chardev);
	return 0;
}

void chardev_destroy(struct chardev *chardev)
{
	if (!chardev)
		return;
	sd_bus_slot_unref(chardev->call);
	close_fd(chardev->fd);
	free(chardev);
}
