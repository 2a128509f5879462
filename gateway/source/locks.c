/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/source/locks.h"

#include <string.h>

#include "common/display1.h"
#include "common/xalloc.h"
#include "gateway/input/seat.h"

struct locks {
	struct seat *seat;
	sd_bus_slot *changes;
};

static int read_value(void *data, const char *name, const char *contents, sd_bus_message *message)
{
	struct locks *locks = data;
	uint32_t modifiers;
	int r;

	if (strcmp(name, "Modifiers") != 0 || strcmp(contents, "u") != 0)
		return 0;
	r = sd_bus_message_read(message, "u", &modifiers);
	/* The bits are those of enum input_lock. */
	if (r > 0)
		seat_set_locks(locks->seat,
			       modifiers & (INPUT_LOCK_SCROLL | INPUT_LOCK_NUM | INPUT_LOCK_CAPS));
	return r;
}

static int handle_properties(sd_bus_message *reply, void *data, sd_bus_error *error)
{
	if (!sd_bus_message_is_method_error(reply, NULL))
		display1_each_property(reply, read_value, data);
	return 0;
}

static int handle_changes(sd_bus_message *message, void *data, sd_bus_error *error)
{
	const char *interface;

	if (sd_bus_message_read(message, "s", &interface) > 0)
		display1_each_property(message, read_value, data);
	return 0;
}

struct locks *locks_create(sd_bus *bus, const char *path, struct seat *seat)
{
	struct locks *locks = xcalloc(1, sizeof(*locks));

	locks->seat = seat;
	/* First the changes, then what is there: nothing falls in between. */
	sd_bus_match_signal(bus, &locks->changes, NULL, path, "org.freedesktop.DBus.Properties",
			    "PropertiesChanged", handle_changes, locks);
	display1_fetch_properties(bus, path, DISPLAY1_KEYBOARD, handle_properties, locks);
	return locks;
}

void locks_destroy(struct locks *locks)
{
	if (!locks)
		return;
	sd_bus_slot_unref(locks->changes);
	free(locks);
}
