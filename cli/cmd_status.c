/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "cli/client.h"
#include "cli/command.h"
#include "cli/status_text.h"
#include "common/xalloc.h"

static int print(const char *text)
{
	if (fputs(text, stdout) == EOF || fflush(stdout) == EOF)
		return could_not("cannot write the status: %s", strerror(errno));
	return STATUS_DONE;
}

/* This machine and user, as ssh on another one names them. The caller frees. */
static char *own_ssh_host(void)
{
	const char *user = getenv("USER");
	char host[HOST_NAME_MAX + 1] = "";

	gethostname(host, sizeof(host) - 1);
	return user && *user ? xasprintf("%s@%s", user, host) : xstrdup(host);
}

static int run(const struct target *target, int argc, char **argv)
{
	static const struct option options[] = {{"json", no_argument, NULL, 'j'}, {0}};
	CLEANUP(client_closep) struct client *client = NULL;
	CLEANUP(json_object_putp) struct json_object *object = NULL;
	bool as_json = false;
	int option;
	int status;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option != 'j')
			return STATUS_USAGE;
		as_json = true;
	}
	if (optind != argc)
		return usage_error("status takes no arguments");

	status = client_open(target, &client);
	if (status == STATUS_DONE)
		status = client_get_json(client, "/api/v1/status", &object);
	if (status != STATUS_DONE)
		return status;

	/* By its URL, a gateway may be on any machine. */
	CLEANUP(freep) char *ssh_host = target->url ? NULL : own_ssh_host();
	CLEANUP(freep) char *text = NULL;

	if (as_json)
		text = xasprintf("%s\n", json_object_to_json_string_ext(
						 object, JSON_C_TO_STRING_PRETTY |
								 JSON_C_TO_STRING_NOSLASHESCAPE));
	else
		text = status_text(object, ssh_host);
	return print(text);
}

const struct command command_status = {
	.name = "status",
	.arguments = "[--json]",
	.summary = "show the guest, its heads, the viewers, and how to connect",
	.help = "  --json    for programs, as docs/api.md describes it\n",
	.run = run,
};
