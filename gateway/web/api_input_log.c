/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What is sent to the guest, for those who write it down. Who reads asks for what comes after what
 * it has, and waits for it, as with the serial line.
 */

#include "common/loop.h"
#include "common/xalloc.h"
#include "gateway/input/input_log.h"
#include "gateway/input/keys.h"
#include "gateway/web/api.h"
#include "gateway/web/web_context.h"
#include "gateway/web/web_errand.h"
#include "gateway/web/web_request.h"

/* Of one answer. */
#define RECORDS_MAX 512

struct api_input_log {
	struct loop *loop;
	struct input_log *log;
	struct watching *first; /* those that wait */
};

struct watching {
	struct web_errand errand;
	struct watching *next;
	struct api_input_log *input;
	struct loop_timer *patience;
	uint64_t since;
	uint64_t wait_us;
};

/* -- An event --------------------------------------------------------------------- */

static void add_text(struct json_object *json, const char *name, const char *text)
{
	json_object_object_add(json, name, json_object_new_string(text));
}

static void add_number(struct json_object *json, const char *name, int64_t number)
{
	json_object_object_add(json, name, json_object_new_int64(number));
}

static void describe_key(struct json_object *json, const struct input_event *event)
{
	add_text(json, "type", "key");
	add_text(json, "key", key_name(event->key.qnum) ?: "");
	add_text(json, "action", event->key.is_down ? "down" : "up");
}

static void describe_motion(struct json_object *json, const struct input_event *event)
{
	add_text(json, "type", "motion");
	add_number(json, "x", event->motion.x);
	add_number(json, "y", event->motion.y);
}

static void describe_relative(struct json_object *json, const struct input_event *event)
{
	add_text(json, "type", "relative");
	add_number(json, "dx", event->relative.dx);
	add_number(json, "dy", event->relative.dy);
}

static void describe_button(struct json_object *json, const struct input_event *event)
{
	static const char *const names[INPUT_BUTTONS] = {
		[INPUT_BUTTON_LEFT] = "left",	[INPUT_BUTTON_MIDDLE] = "middle",
		[INPUT_BUTTON_RIGHT] = "right", [INPUT_BUTTON_WHEEL_UP] = "",
		[INPUT_BUTTON_WHEEL_DOWN] = "", [INPUT_BUTTON_SIDE] = "side",
		[INPUT_BUTTON_EXTRA] = "extra",
	};

	add_text(json, "type", "button");
	add_text(json, "button", names[event->button.button]);
	add_text(json, "action", event->button.is_down ? "down" : "up");
}

static void describe_wheel(struct json_object *json, const struct input_event *event)
{
	add_text(json, "type", "wheel");
	add_number(json, "wheel", event->wheel.dy);
}

static void describe_touch(struct json_object *json, const struct input_event *event)
{
	static const char *const actions[] = {
		[INPUT_TOUCH_DOWN] = "down",
		[INPUT_TOUCH_MOVE] = "move",
		[INPUT_TOUCH_UP] = "up",
		[INPUT_TOUCH_CANCEL] = "cancel",
	};

	add_text(json, "type", "touch");
	add_number(json, "contact", event->touch.contact);
	add_text(json, "action", actions[event->touch.kind]);
	add_number(json, "x", event->touch.x);
	add_number(json, "y", event->touch.y);
}

static struct json_object *describe(const struct input_record *record)
{
	static void (*const describers[])(struct json_object *, const struct input_event *) = {
		[INPUT_KEY] = describe_key,	      [INPUT_MOTION] = describe_motion,
		[INPUT_RELATIVE] = describe_relative, [INPUT_BUTTON] = describe_button,
		[INPUT_WHEEL] = describe_wheel,	      [INPUT_TOUCH] = describe_touch,
	};
	struct json_object *json = json_object_new_object();

	json_object_object_add(json, "time_us", json_object_new_uint64(record->time_us));
	json_object_object_add(json, "frame", json_object_new_uint64(record->frame));
	if (record->event.type != INPUT_KEY)
		add_number(json, "head", record->event.head);
	describers[record->event.type](json, &record->event);
	return json;
}

/* -- Reading ----------------------------------------------------------------------- */

static void free_watching(struct watching *watching)
{
	struct watching **link = &watching->input->first;

	while (*link && *link != watching)
		link = &(*link)->next;
	if (*link)
		*link = watching->next;
	loop_timer_destroy(watching->patience);
	free(watching);
}

static void answer(struct watching *watching)
{
	CLEANUP(freep) struct input_record *records = xcalloc(RECORDS_MAX, sizeof(*records));
	struct json_object *json = json_object_new_object();
	struct json_object *events = json_object_new_array();
	uint64_t start;
	size_t count = input_log_read(watching->input->log, watching->since, records, RECORDS_MAX,
				      &start);

	for (size_t i = 0; i < count; i++)
		json_object_array_add(events, describe(&records[i]));
	json_object_object_add(json, "start", json_object_new_uint64(start));
	json_object_object_add(json, "next", json_object_new_uint64(start + count));
	json_object_object_add(json, "events", events);
	web_answer_json(watching->errand.request, 200, json);
	web_errand_deliver(&watching->errand);
	free_watching(watching);
}

static void handle_patience_end(void *data)
{
	answer(data);
}

static void handle_input(void *data)
{
	struct api_input_log *input = data;

	while (input->first)
		answer(input->first);
}

static void start_watching(struct web_errand *errand)
{
	struct watching *watching = (struct watching *)errand;
	struct api_input_log *input = watching->input;
	uint64_t end = input_log_end(input->log);
	uint64_t start;

	/* From here on it is kept. */
	input_log_read(input->log, end, NULL, 0, &start);
	if (watching->since > end)
		watching->since = end;
	if (watching->since < end || watching->wait_us == 0 ||
	    loop_timer_create(input->loop, handle_patience_end, watching, &watching->patience) <
		    0) {
		answer(watching);
		return;
	}
	watching->next = input->first;
	input->first = watching;
	loop_timer_arm(watching->patience, watching->wait_us);
}

static void give_up_watching(struct web_errand *errand)
{
	free_watching((struct watching *)errand);
}

void api_input_log_get(struct web_request *request)
{
	struct watching *watching = xcalloc(1, sizeof(*watching));

	watching->errand.start = start_watching;
	watching->errand.give_up = give_up_watching;
	watching->input = request->server->input_log;
	watching->since = request->since;
	watching->wait_us = request->wait_ms * UINT64_C(1000);
	if (!web_errand_begin(request, &watching->errand))
		free(watching);
}

/* -- Life ---------------------------------------------------------------------------- */

struct api_input_log *api_input_log_create(struct loop *loop, struct seat *seat,
					   struct heads *heads)
{
	struct api_input_log *input = xcalloc(1, sizeof(*input));

	input->loop = loop;
	input->log = input_log_create(loop_now_us, seat, heads, handle_input, input);
	return input;
}

void api_input_log_destroy(struct api_input_log *input)
{
	if (!input)
		return;
	input_log_destroy(input->log);
	free(input);
}
