/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "cli/client.h"
#include "cli/command.h"

static int print_state(struct client *client)
{
	CLEANUP(json_object_putp) struct json_object *answer = NULL;
	struct json_object *state;
	int status = client_get_json(client, "/api/v1/power", &answer);

	if (status != STATUS_DONE)
		return status;
	if (!json_object_object_get_ex(answer, "state", &state))
		return could_not("the gateway says nothing of the guest's power");
	puts(json_object_get_string(state));
	return fflush(stdout) == EOF ? could_not("cannot write it: %s", strerror(errno))
				     : STATUS_DONE;
}

static int tell(struct client *client, const char *action)
{
	CLEANUP(json_object_putp) struct json_object *request = json_object_new_object();

	json_object_object_add(request, "action", json_object_new_string(action));
	return client_post(client, "/api/v1/power", request);
}

static int run(const struct target *target, int argc, char **argv)
{
	static const char *const actions[] = {"reset", "down", "off", "pause", "resume", "status"};
	static const struct option options[] = {{0}};
	CLEANUP(client_closep) struct client *client = NULL;
	const char *action = NULL;
	int status;

	if (getopt_long(argc, argv, "", options, NULL) != -1)
		return STATUS_USAGE;
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]) && optind + 1 == argc; i++)
		if (strcmp(actions[i], argv[optind]) == 0)
			action = actions[i];
	if (!action)
		return usage_error("power takes one of reset, down, off, pause, resume and status");
	status = client_open(target, &client);
	if (status != STATUS_DONE)
		return status;
	return strcmp(action, "status") == 0 ? print_state(client) : tell(client, action);
}

const struct command command_power = {
	.name = "power",
	.arguments = "reset|down|off|pause|resume|status",
	.summary = "reset, pause or switch off the guest",
	.help = "  reset     as the reset button does\n"
		"  down      ask the guest to shut down, as the power button does\n"
		"  off       end QEMU, as pulling the plug does\n"
		"  pause     let its processors stand still\n"
		"  resume    let them go on\n"
		"  status    say what it does: running, paused, ...\n",
	.run = run,
};
