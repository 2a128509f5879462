/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Requests that wait for what a head shows. */

#include <errno.h>
#include <string.h>

#include "common/base64.h"
#include "common/worker.h"
#include "common/xalloc.h"
#include "gateway/frame/heads.h"
#include "gateway/web/api.h"
#include "gateway/web/wait_request.h"
#include "gateway/web/web_context.h"
#include "gateway/web/web_errand.h"
#include "gateway/web/web_request.h"
#include "picture/verdict_json.h"

struct waiting {
	struct web_errand errand;
	struct job job; /* of the reference, and later of the answer */
	const struct services *services;
	unsigned head;

	struct wait_request *asked;
	struct head_wait *wait; /* while it waits */
	bool is_working;	/* a worker has the job */
	int result;		/* of the job */

	struct json_object *answer;
	struct picture *picture; /* for the answer */
};

static struct waiting *waiting_of(struct job *job)
{
	return (struct waiting *)((char *)job - offsetof(struct waiting, job));
}

static void free_waiting(struct waiting *waiting)
{
	wait_request_destroy(waiting->asked);
	picture_destroy(waiting->picture);
	json_object_put(waiting->answer);
	free(waiting);
}

/* -- The answer ------------------------------------------------------------------- */

static void run_compress(struct job *job)
{
	struct waiting *waiting = waiting_of(job);
	CLEANUP(freep) uint8_t *png = NULL;
	CLEANUP(freep) char *text = NULL;
	size_t size;

	waiting->result = picture_to_png(waiting->picture, &png, &size);
	if (waiting->result < 0)
		return;
	text = base64_encode(png, size);
	json_object_object_add(waiting->answer, "picture", json_object_new_string(text));
}

static void handle_compressed(struct job *job)
{
	struct waiting *waiting = waiting_of(job);

	waiting->is_working = false;
	if (waiting->errand.request) {
		if (waiting->result < 0)
			web_answer_error(waiting->errand.request, 500,
					 "the picture could not be compressed: %s",
					 strerror(-waiting->result));
		else
			web_answer_json(waiting->errand.request, 200, TAKE(waiting->answer));
		web_errand_deliver(&waiting->errand);
	}
	free_waiting(waiting);
}

static struct json_object *describe(const struct head_wait_outcome *outcome)
{
	struct json_object *json = json_object_new_object();
	struct json_object *verdicts = json_object_new_array();

	json_object_object_add(json, "met", json_object_new_boolean(outcome->is_met));
	json_object_object_add(json, "frame", json_object_new_uint64(outcome->frame));
	json_object_object_add(json, "time_us", json_object_new_uint64(outcome->time_us));
	json_object_object_add(json, "width", json_object_new_uint64(outcome->width));
	json_object_object_add(json, "height", json_object_new_uint64(outcome->height));
	json_object_object_add(json, "notice", json_object_new_string(outcome->notice));
	for (size_t i = 0; i < outcome->verdicts_count; i++)
		json_object_array_add(
			verdicts, verdict_to_json(outcome->areas ? outcome->areas[i].name : NULL,
						  &outcome->verdicts[i]));
	json_object_object_add(json, "verdicts", verdicts);
	return json;
}

static struct picture *copy_of(const struct picture *picture)
{
	struct picture *copy = picture_create(picture->width, picture->height);

	if (copy)
		memcpy(copy->pixels, picture->pixels,
		       (size_t)picture->width * picture->height * sizeof(uint32_t));
	return copy;
}

static void handle_done(void *data, const struct head_wait_outcome *outcome)
{
	struct waiting *waiting = data;

	waiting->wait = NULL;
	waiting->answer = describe(outcome);
	waiting->picture = outcome->picture ? copy_of(outcome->picture) : NULL;
	waiting->job.run = run_compress;
	waiting->job.done = handle_compressed;
	if (waiting->picture && workers_submit(waiting->services->workers, &waiting->job) == 0) {
		waiting->is_working = true;
		return;
	}
	/* Without the picture rather than not at all. */
	web_answer_json(waiting->errand.request, 200, TAKE(waiting->answer));
	web_errand_deliver(&waiting->errand);
	free_waiting(waiting);
}

/* -- The wait --------------------------------------------------------------------- */

static void refuse(struct waiting *waiting, unsigned status, const char *sentence)
{
	web_answer_error(waiting->errand.request, status, "%s", sentence);
	web_errand_deliver(&waiting->errand);
	free_waiting(waiting);
}

static void start_waiting(struct waiting *waiting)
{
	const struct services *services = waiting->services;
	int r = head_wait_start(services->loop, services->workers,
				heads_get(services->heads, waiting->head),
				waiting->asked->condition, waiting->asked->timeout_us, handle_done,
				waiting, &waiting->wait);

	if (r < 0)
		refuse(waiting, 500, strerror(-r));
	else
		waiting->asked->condition = NULL;
}

static void run_decode(struct job *job)
{
	struct waiting *waiting = waiting_of(job);
	struct wait_request *asked = waiting->asked;

	waiting->result = picture_from_png(asked->reference_png, asked->reference_size,
					   &asked->condition->reference);
}

static bool areas_are_inside(const struct head_wait_condition *condition)
{
	const struct picture *reference = condition->reference;

	for (size_t i = 0; i < condition->comparison.areas_count; i++) {
		const struct picture_box *box = &condition->areas[i].box;

		if ((uint64_t)box->x + box->width > reference->width ||
		    (uint64_t)box->y + box->height > reference->height)
			return false;
	}
	return true;
}

static void handle_decoded(struct job *job)
{
	struct waiting *waiting = waiting_of(job);

	waiting->is_working = false;
	if (!waiting->errand.request)
		free_waiting(waiting);
	else if (waiting->result == -ENOMEM)
		refuse(waiting, 503, "there is not enough memory for the reference");
	else if (waiting->result < 0)
		refuse(waiting, 400, "the reference is no PNG picture, or a damaged one");
	else if (!areas_are_inside(waiting->asked->condition))
		refuse(waiting, 400, "an area is outside of the reference");
	else
		start_waiting(waiting);
}

static void handle_start(struct web_errand *errand)
{
	struct waiting *waiting = (struct waiting *)errand;

	if (!waiting->asked->reference_png) {
		start_waiting(waiting);
		return;
	}
	waiting->job.run = run_decode;
	waiting->job.done = handle_decoded;
	if (workers_submit(waiting->services->workers, &waiting->job) < 0)
		refuse(waiting, 429, "too many pictures are being looked at");
	else
		waiting->is_working = true;
}

static void handle_give_up(struct web_errand *errand)
{
	struct waiting *waiting = (struct waiting *)errand;

	if (waiting->wait)
		head_wait_cancel(TAKE(waiting->wait));
	/* Else when the worker has done. */
	if (!waiting->is_working)
		free_waiting(waiting);
}

void api_wait_post(struct web_request *request)
{
	struct json_object *json = web_request_json(request);
	struct wait_request *asked = NULL;
	char error[REQUEST_ERROR_MAX];
	struct waiting *waiting;
	unsigned status;

	if (!json)
		return;
	status = wait_request_parse(json, &asked, error);
	json_object_put(json);
	if (status) {
		web_answer_error(request, status, "%s", error);
		return;
	}
	waiting = xcalloc(1, sizeof(*waiting));
	waiting->errand.start = handle_start;
	waiting->errand.give_up = handle_give_up;
	waiting->services = &request->server->services;
	waiting->head = request->head;
	waiting->asked = asked;
	if (!web_errand_begin(request, &waiting->errand))
		free_waiting(waiting);
}
