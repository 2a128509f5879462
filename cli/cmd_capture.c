/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <getopt.h>
#include <string.h>

#include "cli/arguments.h"
#include "cli/client.h"
#include "cli/command.h"
#include "cli/output_file.h"
#include "common/xalloc.h"
#include "gateway/frame/head.h"

struct capture {
	unsigned head;
	bool with_cursor;
	const char *file;
};

static int parse(int argc, char **argv, struct capture *capture)
{
	static const struct option options[] = {
		{"head", required_argument, NULL, 'n'},
		{"cursor", no_argument, NULL, 'c'},
		{0},
	};
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 'n':
			if (!unsigned_from_text(optarg, HEADS_MAX - 1, &capture->head))
				return usage_error("there can be no head %s", optarg);
			break;
		case 'c':
			capture->with_cursor = true;
			break;
		default:
			return STATUS_USAGE;
		}
	}
	if (optind + 1 != argc)
		return usage_error("capture needs one file to write, or - for standard output");
	capture->file = argv[optind];
	return STATUS_DONE;
}

static int run(const struct target *target, int argc, char **argv)
{
	struct capture capture = {0};
	CLEANUP(client_closep) struct client *client = NULL;
	CLEANUP(freep) char *path = NULL;
	struct reply reply = {0};
	int status;
	int r;

	status = parse(argc, argv, &capture);
	if (status != STATUS_DONE)
		return status;
	if (strcmp(capture.file, "-") == 0 && isatty(STDOUT_FILENO))
		return usage_error("a picture makes no sense on a terminal: name a file");

	status = client_open(target, &client);
	if (status != STATUS_DONE)
		return status;
	path = xasprintf("/api/v1/heads/%u/screenshot.png%s", capture.head,
			 capture.with_cursor ? "?cursor=1" : "");
	status = client_get(client, path, &reply);
	if (status != STATUS_DONE)
		return status;

	r = output_file_write(capture.file, reply.data, reply.size);
	free(reply.data);
	return r < 0 ? could_not("cannot write %s: %s", capture.file, strerror(-r)) : STATUS_DONE;
}

const struct command command_capture = {
	.name = "capture",
	.arguments = "[--head N] [--cursor] FILE.png|-",
	.summary = "save the exact picture of a head",
	.help = "  --head N    which head: 0 (default), 1, ...\n"
		"  --cursor    draw the pointer in\n",
	.run = run,
};
