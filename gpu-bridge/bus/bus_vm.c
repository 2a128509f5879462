/* SPDX-License-Identifier: GPL-3.0-or-later */

/* org.qemu.Display1.VM */

#include "gpu-bridge/bus/display_bus_private.h"

/* What QEMU says for a VM that was given none: the bridge is not told the VM's. */
#define NO_UUID "00000000-0000-0000-0000-000000000000"

static int property_name(sd_bus *sd_bus, const char *path, const char *interface, const char *name,
			 sd_bus_message *reply, void *data, sd_bus_error *error)
{
	struct bus_client *client = data;

	return sd_bus_message_append(reply, "s", client->owner->name);
}

static int property_uuid(sd_bus *sd_bus, const char *path, const char *interface, const char *name,
			 sd_bus_message *reply, void *data, sd_bus_error *error)
{
	return sd_bus_message_append(reply, "s", NO_UUID);
}

static int property_console_ids(sd_bus *sd_bus, const char *path, const char *interface,
				const char *name, sd_bus_message *reply, void *data,
				sd_bus_error *error)
{
	struct bus_client *client = data;
	unsigned count = display_outputs(client->owner->display);
	uint32_t ids[DISPLAY_OUTPUTS_MAX];

	for (unsigned i = 0; i < count; i++)
		ids[i] = i;
	return sd_bus_message_append_array(reply, 'u', ids, count * sizeof(ids[0]));
}

/* Further interfaces of this object: none. */
static int property_interfaces(sd_bus *sd_bus, const char *path, const char *interface,
			       const char *name, sd_bus_message *reply, void *data,
			       sd_bus_error *error)
{
	return sd_bus_message_append(reply, "as", 0);
}

static const sd_bus_vtable vtable[] = {
	SD_BUS_VTABLE_START(0),
	BUS_PROPERTY("Name", "s", property_name),
	BUS_PROPERTY("UUID", "s", property_uuid),
	BUS_PROPERTY("ConsoleIDs", "au", property_console_ids),
	BUS_PROPERTY("Interfaces", "as", property_interfaces),
	SD_BUS_VTABLE_END,
};

int bus_vm_export(struct bus_client *client)
{
	return sd_bus_add_object_vtable(client->bus, NULL, DISPLAY1_VM_PATH, DISPLAY1_VM, vtable,
					client);
}
