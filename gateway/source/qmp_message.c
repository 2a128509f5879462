/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/source/qmp_message.h"

#include <json-c/json.h>
#include <limits.h>

/* Far more than any message of QEMU's. */
#define DEPTH_MAX 32

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

static const char *text_of(struct json_object *value, const char *otherwise)
{
	return json_object_is_type(value, json_type_string) ? json_object_get_string(value)
							    : otherwise;
}

static void tell_apart(struct json_object *whole, struct qmp_message *message)
{
	struct json_object *member, *description = NULL;

	if (json_object_object_get_ex(whole, "QMP", &member)) {
		message->kind = QMP_GREETING;
	} else if (json_object_object_get_ex(whole, "event", &member)) {
		message->kind = QMP_EVENT;
		message->text = text_of(member, "");
	} else if (json_object_object_get_ex(whole, "return", &member)) {
		message->kind = QMP_RETURN;
		message->value = member;
	} else if (json_object_object_get_ex(whole, "error", &member)) {
		message->kind = QMP_ERROR;
		if (json_object_is_type(member, json_type_object))
			json_object_object_get_ex(member, "desc", &description);
		message->text = text_of(description, "no reason given");
	}
}

struct qmp_message qmp_message_parse(const char *line, size_t length)
{
	struct qmp_message message = {.whole = parse(line, length)};

	if (json_object_is_type(message.whole, json_type_object))
		tell_apart(message.whole, &message);
	return message;
}

void qmp_message_finish(struct qmp_message *message)
{
	json_object_put(message->whole);
	*message = (struct qmp_message){0};
}
