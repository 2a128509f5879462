/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/gateway_renderer.h"

#include <string.h>

#include "cli/client.h"
#include "cli/command.h"

int gateway_renderer_find(struct target *target, char tag[RENDERER_TAG_MAX + 1])
{
	CLEANUP(client_closep) struct client *client = NULL;
	CLEANUP(json_object_putp) struct json_object *answer = NULL;
	struct json_object *member;
	const char *renderer = NULL;
	int status;

	if (target->renderer)
		return STATUS_DONE;
	status = client_open(target, &client);
	if (status == STATUS_DONE)
		status = client_get_json(client, "/api/v1/status", &answer);
	if (status == STATUS_DONE && json_object_object_get_ex(answer, "renderer", &member))
		renderer = json_object_get_string(member);
	/* It becomes part of files' names. */
	if (renderer && renderer_tag_is_valid(renderer)) {
		strcpy(tag, renderer);
		target->renderer = tag;
	}
	return status;
}
