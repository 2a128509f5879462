/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "picture/verdict_json.h"

static void add_number(struct json_object *object, const char *name, uint64_t number)
{
	json_object_object_add(object, name, json_object_new_uint64(number));
}

struct json_object *verdict_to_json(const char *area, const struct comparison_verdict *verdict)
{
	struct json_object *object = json_object_new_object();
	const struct picture_box *bounds = &verdict->bounds;

	if (area)
		json_object_object_add(object, "area", json_object_new_string(area));
	json_object_object_add(object, "same", json_object_new_boolean(verdict->is_same));
	add_number(object, "pixels", verdict->pixels);
	add_number(object, "different", verdict->different);
	json_object_object_add(object, "worst", json_object_new_double((double)verdict->worst));
	json_object_object_add(object, "mean", json_object_new_double(verdict->mean));
	if (verdict->worst > 0) {
		add_number(object, "worst_x", verdict->worst_x);
		add_number(object, "worst_y", verdict->worst_y);
	}
	if (verdict->different > 0) {
		add_number(object, "x", bounds->x);
		add_number(object, "y", bounds->y);
		add_number(object, "width", bounds->width);
		add_number(object, "height", bounds->height);
	}
	return object;
}
