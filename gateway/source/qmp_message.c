/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/source/qmp_message.h"

#include <json-c/json.h>
#include <limits.h>
#include <stdio.h>

#include "common/cleanup.h"

/* Far more than any message of QEMU's. */
#define DEPTH_MAX 32

static void json_putp(struct json_object **object)
{
	json_object_put(*object);
}

static struct json_object *parse(const char *line, size_t length)
{
	struct json_tokener *tokener = json_tokener_new_ex(DEPTH_MAX);
	struct json_object *object = NULL;

	if (tokener && length <= INT_MAX)
		object = json_tokener_parse_ex(tokener, line, (int)length);
	if (tokener)
		json_tokener_free(tokener);
	return object;
}

enum qmp_message qmp_message_parse(const char *line, size_t length,
				   char ret_description[QMP_DESCRIPTION_MAX])
{
	CLEANUP(json_putp) struct json_object *object = parse(line, length);
	struct json_object *member, *description;

	if (!json_object_is_type(object, json_type_object))
		return QMP_INVALID;
	if (json_object_object_get_ex(object, "QMP", &member))
		return QMP_GREETING;
	if (json_object_object_get_ex(object, "event", &member))
		return QMP_EVENT;
	if (json_object_object_get_ex(object, "return", &member))
		return QMP_RETURN;
	if (!json_object_object_get_ex(object, "error", &member))
		return QMP_INVALID;

	snprintf(ret_description, QMP_DESCRIPTION_MAX, "%s",
		 json_object_is_type(member, json_type_object) &&
				 json_object_object_get_ex(member, "desc", &description)
			 ? json_object_get_string(description)
			 : "no reason given");
	return QMP_ERROR;
}
