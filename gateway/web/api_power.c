/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The guest's power, by QEMU's monitor. */

#include "common/xalloc.h"
#include "gateway/source/power.h"
#include "gateway/web/api.h"
#include "gateway/web/request_members.h"
#include "gateway/web/web_context.h"
#include "gateway/web/web_errand.h"
#include "gateway/web/web_request.h"

struct powering {
	struct web_errand errand;
	struct power *power;
	enum power_action action;
	struct power_request *request;
};

static void finish(struct powering *powering)
{
	web_errand_deliver(&powering->errand);
	free(powering);
}

static void handle_answer(void *data, const char *state, const char *error)
{
	struct powering *powering = data;
	struct web_request *request = powering->errand.request;
	struct json_object *json;

	if (error) {
		web_answer_error(request, 503, "%s", error);
	} else if (powering->action == POWER_STATUS) {
		json = json_object_new_object();
		json_object_object_add(json, "state", json_object_new_string(state));
		web_answer_json(request, 200, json);
	} else {
		web_answer_status(request, 204);
	}
	finish(powering);
}

static void start(struct web_errand *errand)
{
	struct powering *powering = (struct powering *)errand;

	powering->request = power_ask(powering->power, powering->action, handle_answer, powering);
	if (powering->request)
		return;
	web_answer_error(errand->request, 503, "no QEMU is there whose monitor could be told");
	finish(powering);
}

static void give_up(struct web_errand *errand)
{
	struct powering *powering = (struct powering *)errand;

	if (powering->request)
		power_cancel(powering->request);
	free(powering);
}

static void begin(struct web_request *request, enum power_action action)
{
	struct powering *powering = xcalloc(1, sizeof(*powering));

	powering->errand.start = start;
	powering->errand.give_up = give_up;
	powering->power = request->server->services.power;
	powering->action = action;
	if (!web_errand_begin(request, &powering->errand))
		free(powering);
}

void api_power_get(struct web_request *request)
{
	begin(request, POWER_STATUS);
}

static unsigned parse(struct json_object *json, enum power_action *ret_action, char *error)
{
	static const char *const members[] = {"action", NULL};
	unsigned status = request_check_members(json, members, error);
	const char *action = request_text(json, "action");

	if (status)
		return status;
	if (!action || !power_action_from_name(action, ret_action) || *ret_action == POWER_STATUS)
		return request_refuse(error, "action must be \"reset\", \"down\", \"off\", "
					     "\"pause\" or \"resume\"");
	return 0;
}

void api_power_post(struct web_request *request)
{
	struct json_object *json = web_request_json(request);
	enum power_action action;
	char error[REQUEST_ERROR_MAX];
	unsigned status;

	if (!json)
		return;
	status = parse(json, &action, error);
	json_object_put(json);
	if (status)
		web_answer_error(request, status, "%s", error);
	else
		begin(request, action);
}
