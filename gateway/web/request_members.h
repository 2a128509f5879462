/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Request members
 *
 * The members of the JSON object that is a request's body, checked.
 *
 * Where a function returns unsigned, it is 0, or the HTTP status of the refusal with one
 * sentence in `ret_error` that names what was wrong.
 *
 * Threads: any.
 */

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#define REQUEST_ERROR_MAX 256

/** Writes the sentence. Returns 400. */
unsigned request_refuse(char ret_error[REQUEST_ERROR_MAX], const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/** Refuses members that are not among `known`, which ends with NULL: a misspelt one would silently
 * do nothing. */
unsigned request_check_members(struct json_object *json, const char *const *known,
			       char ret_error[REQUEST_ERROR_MAX]);

bool request_has(struct json_object *json, const char *name);

/** Returns NULL when it is not there, or is no text. Valid as long as `json`. */
const char *request_text(struct json_object *json, const char *name);

/** Leaves `*ret_value` when the member is not there. */
unsigned request_number(struct json_object *json, const char *name, int64_t *ret_value,
			char ret_error[REQUEST_ERROR_MAX]);
