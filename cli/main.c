/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "common/renderer_tag.h"

static void print_help(void)
{
	puts("Usage: windscreen [OPTION...] COMMAND [ARGUMENT...]\n"
	     "Watches and drives the guest of a Windscreen gateway.\n");
	for (size_t i = 0; commands[i]; i++)
		printf("  %-15s  %s\n", commands[i]->name, commands[i]->summary);
	puts("\n"
	     "  --control PATH          the gateway's control socket (default: the only one there "
	     "is)\n"
	     "  --url URL               its web listener instead\n"
	     "  --token TOKEN           for --url: a session's token\n"
	     "  --password-file FILE    for --url: log in with the password in FILE\n"
	     "  --ca-file FILE          for --url: trust this certificate\n"
	     "  --renderer TAG          what the guest draws with, for a reference of its own\n"
	     "  --help                  this; or, after a command, what it takes\n"
	     "  --version\n"
	     "\n"
	     "Exit status: 0 done, 1 no, 2 wrong usage, 3 could not be done.");
}

static int check_target(const struct target *target)
{
	if (target->control && target->url)
		return usage_error("--control and --url exclude each other");
	if (target->token && target->password_file)
		return usage_error("--token and --password-file exclude each other");
	if (!target->url && (target->token || target->password_file || target->ca_file))
		return usage_error("--token, --password-file and --ca-file go with --url");
	if (target->url && strncmp(target->url, "http://", 7) != 0 &&
	    strncmp(target->url, "https://", 8) != 0)
		return usage_error("%s is no http:// or https:// URL", target->url);
	if (target->renderer && !renderer_tag_is_valid(target->renderer))
		return usage_error("%s is no tag such as 2d or virgl-llvmpipe", target->renderer);
	return STATUS_DONE;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{"control", required_argument, NULL, 'c'},
		{"url", required_argument, NULL, 'u'},
		{"token", required_argument, NULL, 't'},
		{"password-file", required_argument, NULL, 'p'},
		{"ca-file", required_argument, NULL, 'a'},
		{"renderer", required_argument, NULL, 'r'},
		{"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'v'},
		{0},
	};
	struct target target = {0};
	int option;
	int status;

	argv[0] = "windscreen";
	while ((option = getopt_long(argc, argv, "+", options, NULL)) != -1) {
		switch (option) {
		case 'c':
			target.control = optarg;
			break;
		case 'u':
			target.url = optarg;
			break;
		case 't':
			target.token = optarg;
			break;
		case 'p':
			target.password_file = optarg;
			break;
		case 'a':
			target.ca_file = optarg;
			break;
		case 'r':
			target.renderer = optarg;
			break;
		case 'h':
			print_help();
			return STATUS_DONE;
		case 'v':
			puts("windscreen " WINDSCREEN_VERSION);
			return STATUS_DONE;
		default:
			return STATUS_USAGE;
		}
	}
	status = check_target(&target);
	if (status != STATUS_DONE)
		return status;
	return command_run(&target, argc - optind, argv + optind);
}
