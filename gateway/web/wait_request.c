/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/web/wait_request.h"

#include <string.h>

#include "common/base64.h"
#include "common/xalloc.h"

#define TIMEOUT_DEFAULT_MS 30000
#define STILL_DEFAULT_MS   500

static const char *const until_names[] = {
	[HEAD_WAIT_SHOWN] = "shown", [HEAD_WAIT_STILL] = "still", [HEAD_WAIT_CHANGE] = "change",
	[HEAD_WAIT_MATCH] = "match", [HEAD_WAIT_SIZE] = "size",
};

void wait_request_destroy(struct wait_request *request)
{
	if (!request)
		return;
	head_wait_condition_destroy(request->condition);
	free(request->reference_png);
	free(request);
}

static unsigned read_until(struct json_object *json, struct head_wait_condition *condition,
			   char *error)
{
	const char *until = request_text(json, "until");

	for (size_t i = 0; until && i < sizeof(until_names) / sizeof(until_names[0]); i++) {
		if (strcmp(until_names[i], until) == 0) {
			condition->until = (enum head_wait_until)i;
			return 0;
		}
	}
	return request_refuse(error, "until must be \"shown\", \"still\", \"change\", \"match\" or "
				     "\"size\"");
}

static unsigned read_time(struct json_object *json, const char *name, int64_t default_ms,
			  uint64_t *ret_us, char *error)
{
	int64_t ms = default_ms;
	unsigned status = request_number(json, name, &ms, error);

	if (status)
		return status;
	if (ms < 0 || ms > WAIT_TIMEOUT_MAX_MS)
		return request_refuse(error, "%s must be from 0 to %d", name, WAIT_TIMEOUT_MAX_MS);
	*ret_us = (uint64_t)ms * 1000;
	return 0;
}

/* -- What counts ----------------------------------------------------------------- */

static unsigned read_side(struct json_object *json, const char *name, uint32_t least,
			  uint32_t *ret_side, char *error)
{
	int64_t side = -1;
	unsigned status = request_number(json, name, &side, error);

	if (status)
		return status;
	if (side < least || side > PICTURE_SIDE_MAX)
		return request_refuse(error, "an area needs %s, from %u to %u", name, least,
				      PICTURE_SIDE_MAX);
	*ret_side = (uint32_t)side;
	return 0;
}

static unsigned read_box(struct json_object *json, struct picture_box *ret_box, char *error)
{
	static const char *const members[] = {"name", "x", "y", "width", "height", NULL};
	unsigned status;

	if (!json_object_is_type(json, json_type_object))
		return request_refuse(error, "an area must be an object with x, y, width, height");
	status = request_check_members(json, members, error);
	if (!status)
		status = read_side(json, "x", 0, &ret_box->x, error);
	if (!status)
		status = read_side(json, "y", 0, &ret_box->y, error);
	if (!status)
		status = read_side(json, "width", 1, &ret_box->width, error);
	if (!status)
		status = read_side(json, "height", 1, &ret_box->height, error);
	return status;
}

/* Returns the list of that name; NULL when it is not there, or having refused. */
static struct json_object *list_of(struct json_object *json, const char *name, size_t max,
				   unsigned *ret_status, char *error)
{
	struct json_object *list;

	*ret_status = 0;
	if (!json_object_object_get_ex(json, name, &list))
		return NULL;
	if (json_object_is_type(list, json_type_array) && json_object_array_length(list) <= max)
		return list;
	*ret_status = request_refuse(error, "%s must be a list of at most %zu areas", name, max);
	return NULL;
}

static unsigned read_areas(struct json_object *json, struct head_wait_condition *condition,
			   char *error)
{
	unsigned status;
	struct json_object *list = list_of(json, "areas", HEAD_WAIT_AREAS_MAX, &status, error);
	size_t count = list ? json_object_array_length(list) : 0;

	for (size_t i = 0; i < count && !status; i++) {
		struct json_object *area = json_object_array_get_idx(list, i);
		const char *name;

		status = read_box(area, &condition->areas[i].box, error);
		if (status)
			break;
		name = request_text(area, "name");
		condition->areas[i].name = name ? xstrdup(name) : NULL;
		condition->comparison.areas_count++;
	}
	return status;
}

static unsigned read_ignored(struct json_object *json, struct head_wait_condition *condition,
			     char *error)
{
	unsigned status;
	struct json_object *list = list_of(json, "ignore", HEAD_WAIT_IGNORED_MAX, &status, error);
	size_t count = list ? json_object_array_length(list) : 0;

	for (size_t i = 0; i < count && !status; i++) {
		status = read_box(json_object_array_get_idx(list, i), &condition->ignored[i],
				  error);
		condition->comparison.ignored_count += !status;
	}
	return status;
}

/* -- Of a match ------------------------------------------------------------------ */

static unsigned read_tolerance(struct json_object *json, struct comparison *comparison, char *error)
{
	struct json_object *member;
	int64_t allowed = 0;
	double tolerance;
	unsigned status = request_number(json, "allow", &allowed, error);

	if (status)
		return status;
	if (allowed < 0)
		return request_refuse(error, "allow must be a number of pixels");
	comparison->allowed = (uint64_t)allowed;
	if (!json_object_object_get_ex(json, "tolerance", &member))
		return 0;
	tolerance = json_object_get_double(member);
	if ((!json_object_is_type(member, json_type_double) &&
	     !json_object_is_type(member, json_type_int)) ||
	    !(tolerance >= 0 && tolerance <= 1))
		return request_refuse(error, "tolerance must be a number from 0 to 1");
	comparison->tolerance = (float)tolerance;
	return 0;
}

static unsigned read_match(struct json_object *json, struct wait_request *request, char *error)
{
	static const char *const its_own[] = {"reference", "tolerance", "allow"};
	const char *reference = request_text(json, "reference");

	if (request->condition->until == HEAD_WAIT_MATCH) {
		if (!reference ||
		    !base64_decode(reference, &request->reference_png, &request->reference_size))
			return request_refuse(error, "a match needs a reference: a PNG in base64");
		return read_tolerance(json, &request->condition->comparison, error);
	}
	for (size_t i = 0; i < sizeof(its_own) / sizeof(its_own[0]); i++)
		if (request_has(json, its_own[i]))
			return request_refuse(error, "%s goes with a match", its_own[i]);
	return 0;
}

static unsigned read_size(struct json_object *json, struct head_wait_condition *condition,
			  char *error)
{
	int64_t width = 0, height = 0;
	unsigned status = request_number(json, "width", &width, error);

	if (!status)
		status = request_number(json, "height", &height, error);
	if (status)
		return status;
	if (condition->until != HEAD_WAIT_SIZE && (width != 0 || height != 0))
		return request_refuse(error, "width and height go with \"size\"");
	if (condition->until == HEAD_WAIT_SIZE &&
	    (width < 1 || width > PICTURE_SIDE_MAX || height < 1 || height > PICTURE_SIDE_MAX))
		return request_refuse(error, "a size needs a width and a height, up to %d",
				      PICTURE_SIDE_MAX);
	condition->size = (struct size){(uint32_t)width, (uint32_t)height};
	return 0;
}

/* -- All of it ------------------------------------------------------------------- */

static unsigned read_flag(struct json_object *json, const char *name, bool *ret_flag, char *error)
{
	struct json_object *member;

	if (!json_object_object_get_ex(json, name, &member))
		return 0;
	if (!json_object_is_type(member, json_type_boolean))
		return request_refuse(error, "%s must be true or false", name);
	*ret_flag = json_object_get_boolean(member);
	return 0;
}

unsigned wait_request_parse(struct json_object *json, struct wait_request **ret_request,
			    char ret_error[REQUEST_ERROR_MAX])
{
	static const char *const members[] = {"until",	"still_ms", "timeout_ms", "areas",
					      "ignore", "picture",  "reference",  "tolerance",
					      "allow",	"width",    "height",	  NULL};
	CLEANUP(wait_request_destroyp) struct wait_request *request = xcalloc(1, sizeof(*request));
	struct head_wait_condition *condition = xcalloc(1, sizeof(*condition));
	unsigned status = request_check_members(json, members, ret_error);

	request->condition = condition;
	if (!status)
		status = read_until(json, condition, ret_error);
	if (!status && condition->until != HEAD_WAIT_STILL && request_has(json, "still_ms"))
		status = request_refuse(ret_error, "still_ms goes with \"still\"");
	if (!status)
		status = read_time(json, "still_ms", STILL_DEFAULT_MS, &condition->still_us,
				   ret_error);
	if (!status)
		status = read_time(json, "timeout_ms", TIMEOUT_DEFAULT_MS, &request->timeout_us,
				   ret_error);
	if (!status)
		status = read_areas(json, condition, ret_error);
	if (!status)
		status = read_ignored(json, condition, ret_error);
	if (!status)
		status = read_flag(json, "picture", &condition->wants_picture, ret_error);
	if (!status)
		status = read_size(json, condition, ret_error);
	if (!status)
		status = read_match(json, request, ret_error);
	if (!status)
		*ret_request = TAKE(request);
	return status;
}
