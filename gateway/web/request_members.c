/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/web/request_members.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

unsigned request_refuse(char ret_error[REQUEST_ERROR_MAX], const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(ret_error, REQUEST_ERROR_MAX, format, arguments);
	va_end(arguments);
	return 400;
}

unsigned request_check_members(struct json_object *json, const char *const *known,
			       char ret_error[REQUEST_ERROR_MAX])
{
	struct json_object_iterator end = json_object_iter_end(json);

	for (struct json_object_iterator i = json_object_iter_begin(json);
	     !json_object_iter_equal(&i, &end); json_object_iter_next(&i)) {
		const char *name = json_object_iter_peek_name(&i);
		size_t at = 0;

		while (known[at] && strcmp(known[at], name) != 0)
			at++;
		if (!known[at])
			return request_refuse(ret_error, "\"%.40s\" is not known here", name);
	}
	return 0;
}

bool request_has(struct json_object *json, const char *name)
{
	return json_object_object_get_ex(json, name, NULL);
}

const char *request_text(struct json_object *json, const char *name)
{
	struct json_object *member;

	if (!json_object_object_get_ex(json, name, &member) ||
	    !json_object_is_type(member, json_type_string))
		return NULL;
	return json_object_get_string(member);
}

unsigned request_number(struct json_object *json, const char *name, int64_t *ret_value,
			char ret_error[REQUEST_ERROR_MAX])
{
	struct json_object *member;

	if (!json_object_object_get_ex(json, name, &member))
		return 0;
	if (!json_object_is_type(member, json_type_int))
		return request_refuse(ret_error, "%s must be a whole number", name);
	*ret_value = json_object_get_int64(member);
	return 0;
}
