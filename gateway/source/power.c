/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/source/power.h"

#include <json-c/json.h>
#include <string.h>

#include "common/log.h"
#include "common/xalloc.h"
#include "gateway/source/qmp.h"

struct power_request {
	struct power *power;
	struct power_request *next;
	enum power_action action;
	power_answer_fn on_answer; /* NULL: nobody waits for it any more */
	void *data;
};

struct power {
	struct qmp *qmp; /* NULL: there is none */
	struct power_request *first;
	void (*on_event)(void *data, const char *what); /* NULL: nobody wants to know */
	void *data;
};

static const struct {
	const char *name;
	const char *command;
} actions[] = {
	[POWER_RESET] = {"reset", "{\"execute\": \"system_reset\"}"},
	[POWER_DOWN] = {"down", "{\"execute\": \"system_powerdown\"}"},
	[POWER_OFF] = {"off", "{\"execute\": \"quit\"}"},
	[POWER_PAUSE] = {"pause", "{\"execute\": \"stop\"}"},
	[POWER_RESUME] = {"resume", "{\"execute\": \"cont\"}"},
	[POWER_STATUS] = {"status", "{\"execute\": \"query-status\"}"},
};

bool power_action_from_name(const char *name, enum power_action *ret_action)
{
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
		if (strcmp(actions[i].name, name) == 0) {
			*ret_action = (enum power_action)i;
			return true;
		}
	}
	return false;
}

struct power *power_create(void)
{
	return xcalloc(1, sizeof(struct power));
}

void power_destroy(struct power *power)
{
	if (!power)
		return;
	power_detach(power);
	free(power);
}

static void answer(struct power_request *request, const char *state, const char *error)
{
	struct power_request **link = &request->power->first;

	while (*link != request)
		link = &(*link)->next;
	*link = request->next;
	if (request->on_answer)
		request->on_answer(request->data, state, error);
	free(request);
}

void power_attach(struct power *power, struct qmp *qmp)
{
	power->qmp = qmp;
}

void power_detach(struct power *power)
{
	if (!power)
		return;
	power->qmp = NULL;
	while (power->first) {
		/* QEMU may end before it says so. */
		bool is_wanted = power->first->action == POWER_OFF;

		answer(power->first, "", is_wanted ? NULL : "QEMU went away before it answered");
	}
}

static void handle_answer(void *data, struct json_object *value, const char *error)
{
	struct json_object *status;
	const char *state = "";

	if (!error && json_object_object_get_ex(value, "status", &status))
		state = json_object_get_string(status) ?: "";
	answer(data, state, error);
}

struct power_request *power_ask(struct power *power, enum power_action action,
				power_answer_fn on_answer, void *data)
{
	struct power_request *request;

	if (!power->qmp)
		return NULL;
	request = xcalloc(1, sizeof(*request));
	request->power = power;
	request->action = action;
	request->on_answer = on_answer;
	request->data = data;
	if (qmp_send(power->qmp, actions[action].command, -1, handle_answer, request) < 0) {
		free(request);
		return NULL;
	}
	if (action != POWER_STATUS)
		log_info("power: %s", actions[action].name);
	request->next = power->first;
	power->first = request;
	return request;
}

void power_observe(struct power *power, void (*on_event)(void *data, const char *what), void *data)
{
	power->on_event = on_event;
	power->data = data;
}

void power_note_event(struct power *power, const char *name)
{
	static const struct {
		const char *name;
		const char *what;
	} events[] = {
		{"RESET", "reset"},	  {"STOP", "paused"},	      {"RESUME", "resumed"},
		{"SHUTDOWN", "shutdown"}, {"POWERDOWN", "powerdown"},
	};

	if (!power || !power->on_event)
		return;
	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		if (strcmp(name, events[i].name) == 0)
			power->on_event(power->data, events[i].what);
}

void power_cancel(struct power_request *request)
{
	request->on_answer = NULL;
}
