/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The guest's serial line. Who reads asks for what comes after what it has, and waits for it: each
 * answer says where to go on.
 */

#include <errno.h>
#include <string.h>

#include "common/base64.h"
#include "common/loop.h"
#include "common/xalloc.h"
#include "gateway/source/serial.h"
#include "gateway/web/api.h"
#include "gateway/web/request_members.h"
#include "gateway/web/web_context.h"
#include "gateway/web/web_errand.h"
#include "gateway/web/web_request.h"

/* Of one answer. */
#define READ_MAX 262144

struct api_serial {
	struct loop *loop;
	struct serial *line;   /* NULL: there is none */
	struct reading *first; /* those that wait */
};

struct reading {
	struct web_errand errand;
	struct reading *next;
	struct api_serial *serial;
	struct loop_timer *patience;
	uint64_t since;
	uint64_t wait_us;
};

/* -- Reading ----------------------------------------------------------------------- */

static void unlink_reading(struct reading *reading)
{
	struct reading **link = &reading->serial->first;

	while (*link && *link != reading)
		link = &(*link)->next;
	if (*link)
		*link = reading->next;
}

static void free_reading(struct reading *reading)
{
	unlink_reading(reading);
	loop_timer_destroy(reading->patience);
	free(reading);
}

static void answer(struct reading *reading)
{
	const struct serial *line = reading->serial->line;
	CLEANUP(freep) uint8_t *bytes = NULL;
	CLEANUP(freep) char *text = NULL;
	uint64_t start;
	size_t size = serial_read(line, reading->since, READ_MAX, &start, &bytes);
	struct json_object *json = json_object_new_object();

	text = base64_encode(bytes, size);
	json_object_object_add(json, "start", json_object_new_uint64(start));
	json_object_object_add(json, "next", json_object_new_uint64(start + size));
	json_object_object_add(json, "data", json_object_new_string(text));
	json_object_object_add(json, "connected", json_object_new_boolean(!serial_reason(line)));
	web_answer_json(reading->errand.request, 200, json);
	web_errand_deliver(&reading->errand);
	free_reading(reading);
}

static void handle_patience_end(void *data)
{
	answer(data);
}

static void handle_output(void *data)
{
	struct api_serial *serial = data;

	while (serial->first)
		answer(serial->first);
}

static void start_reading(struct web_errand *errand)
{
	struct reading *reading = (struct reading *)errand;
	struct api_serial *serial = reading->serial;
	uint64_t end = serial_end(serial->line);

	if (reading->since > end)
		reading->since = end;
	if (reading->since < end || reading->wait_us == 0 ||
	    loop_timer_create(serial->loop, handle_patience_end, reading, &reading->patience) < 0) {
		answer(reading);
		return;
	}
	reading->next = serial->first;
	serial->first = reading;
	loop_timer_arm(reading->patience, reading->wait_us);
}

static void give_up_reading(struct web_errand *errand)
{
	free_reading((struct reading *)errand);
}

void api_serial_get(struct web_request *request)
{
	struct api_serial *serial = request->server->serial;
	struct reading *reading;

	if (!serial->line) {
		web_answer_error(request, 503, "this gateway has no serial line (--serial)");
		return;
	}
	reading = xcalloc(1, sizeof(*reading));
	reading->errand.start = start_reading;
	reading->errand.give_up = give_up_reading;
	reading->serial = serial;
	reading->since = request->since;
	reading->wait_us = request->wait_ms * UINT64_C(1000);
	if (!web_errand_begin(request, &reading->errand))
		free(reading);
}

/* -- Writing ----------------------------------------------------------------------- */

struct writing {
	struct web_errand errand;
	struct api_serial *serial;
	uint8_t *bytes;
	size_t size;
};

static void free_writing(struct writing *writing)
{
	free(writing->bytes);
	free(writing);
}

static void start_writing(struct web_errand *errand)
{
	struct writing *writing = (struct writing *)errand;
	struct serial *line = writing->serial->line;
	int r = serial_write(line, writing->bytes, writing->size);

	if (r == -ENOTCONN)
		web_answer_error(errand->request, 503, "%s", serial_reason(line));
	else if (r < 0)
		web_answer_error(errand->request, 429, "the guest does not read its serial line");
	else
		web_answer_status(errand->request, 204);
	web_errand_deliver(errand);
	free_writing(writing);
}

static void give_up_writing(struct web_errand *errand)
{
	free_writing((struct writing *)errand);
}

static unsigned parse_writing(struct json_object *json, struct writing *writing, char *error)
{
	static const char *const members[] = {"text", "data", NULL};
	const char *text = request_text(json, "text"), *data = request_text(json, "data");
	unsigned status = request_check_members(json, members, error);

	if (status)
		return status;
	if (!text == !data)
		return request_refuse(error, "say either a text, or data in base64");
	if (text) {
		writing->bytes = (uint8_t *)xstrdup(text);
		writing->size = strlen(text);
	} else if (!base64_decode(data, &writing->bytes, &writing->size)) {
		return request_refuse(error, "data is no base64");
	}
	return 0;
}

void api_serial_post(struct web_request *request)
{
	struct api_serial *serial = request->server->serial;
	struct writing *writing;
	struct json_object *json;
	char error[REQUEST_ERROR_MAX];
	unsigned status;

	if (!serial->line) {
		web_answer_error(request, 503, "this gateway has no serial line (--serial)");
		return;
	}
	json = web_request_json(request);
	if (!json)
		return;
	writing = xcalloc(1, sizeof(*writing));
	writing->errand.start = start_writing;
	writing->errand.give_up = give_up_writing;
	writing->serial = serial;
	status = parse_writing(json, writing, error);
	json_object_put(json);
	if (status)
		web_answer_error(request, status, "%s", error);
	if (status || !web_errand_begin(request, &writing->errand))
		free_writing(writing);
}

/* -- Life ---------------------------------------------------------------------------- */

struct api_serial *api_serial_create(struct loop *loop, struct serial *line)
{
	struct api_serial *serial = xcalloc(1, sizeof(*serial));

	serial->loop = loop;
	serial->line = line;
	if (line)
		serial_observe(line, handle_output, serial);
	return serial;
}

void api_serial_destroy(struct api_serial *serial)
{
	if (!serial)
		return;
	if (serial->line)
		serial_observe(serial->line, NULL, NULL);
	free(serial);
}
