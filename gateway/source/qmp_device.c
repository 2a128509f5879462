/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/source/qmp_device.h"

#include <ctype.h>
#include <json-c/json.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Beginnings of the types' names, by rising preference: -pci and other buses follow. */
static const char *const types[] = {
	"virtio-vga",
	"virtio-gpu",
	"vhost-user-vga",
	"vhost-user-gpu",
};

/* How QEMU's object model calls a device in its place. */
#define CHILD "child<"

#define TYPES (sizeof(types) / sizeof(types[0]))

static const char *text(struct json_object *entry, const char *name)
{
	struct json_object *member;

	if (!json_object_is_type(entry, json_type_object) ||
	    !json_object_object_get_ex(entry, name, &member) ||
	    !json_object_is_type(member, json_type_string))
		return "";
	return json_object_get_string(member);
}

/* 0: not a display. */
static size_t preference(const char *type)
{
	for (size_t i = TYPES; i > 0; i--)
		if (strncmp(type, types[i - 1], strlen(types[i - 1])) == 0)
			return i;
	return 0;
}

/* As QEMU has them; it becomes part of commands. */
static bool is_id(const char *id)
{
	if (!isalpha((unsigned char)id[0]) || strlen(id) >= QMP_DEVICE_MAX)
		return false;
	for (const char *c = id; *c; c++)
		if (!isalnum((unsigned char)*c) && !strchr("-._", *c))
			return false;
	return true;
}

unsigned qmp_device_choose(struct json_object *list, char ret_id[QMP_DEVICE_MAX])
{
	size_t best = 0;
	unsigned count = 0;

	ret_id[0] = '\0';
	if (!json_object_is_type(list, json_type_array))
		return 0;
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *entry = json_object_array_get_idx(list, i);
		const char *type = text(entry, "type");
		size_t rank = 0;

		if (strncmp(type, CHILD, strlen(CHILD)) == 0)
			rank = preference(type + strlen(CHILD));
		if (rank == 0 || rank < best || !is_id(text(entry, "name")))
			continue;
		count = rank > best ? 1 : count + 1;
		if (rank > best)
			snprintf(ret_id, QMP_DEVICE_MAX, "%s", text(entry, "name"));
		best = rank;
	}
	return count;
}

bool qmp_device_is_display(const char *type)
{
	return preference(type) > 0;
}
