/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <getopt.h>
#include <string.h>

#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/look.h"

#define REPORT_DEFAULT "windscreen-report"

/* -- Saving ---------------------------------------------------------------------- */

static int add_image(struct look_save *save, const char *path)
{
	if (save->images_count == LOOK_IMAGES_MAX)
		return usage_error("there can be no more than %d images", LOOK_IMAGES_MAX);
	save->images[save->images_count++] = path;
	return STATUS_DONE;
}

static int parse_save_option(struct look_save *save, int option)
{
	double tolerance;
	unsigned allowed;

	switch (option) {
	case 'm':
		return add_image(save, optarg);
	case 's':
		save->sign = optarg;
		return STATUS_DONE;
	case 'T':
		save->cross_tolerance = optarg;
		return fraction_from_text(optarg, &tolerance)
			       ? STATUS_DONE
			       : usage_error("%s is no tolerance from 0 to 1", optarg);
	case 'P':
		save->cross_allowed = optarg;
		return unsigned_from_text(optarg, PICTURE_SIDE_MAX * PICTURE_SIDE_MAX, &allowed)
			       ? STATUS_DONE
			       : usage_error("%s is no number of pixels", optarg);
	default:
		return STATUS_USAGE;
	}
}

static int run_save(const struct target *target, int argc, char **argv)
{
	static const struct option options[] = {
		{"image", required_argument, NULL, 'm'},
		{"sign", required_argument, NULL, 's'},
		{"cross-tolerance", required_argument, NULL, 'T'},
		{"cross-allow", required_argument, NULL, 'P'},
		{0},
	};
	struct look_save save = {0};
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		int status = parse_save_option(&save, option);

		if (status != STATUS_DONE)
			return status;
	}
	if (optind + 2 != argc)
		return usage_error("look save needs a folder and a scenario");
	save.folder = argv[optind];
	save.scenario = argv[optind + 1];
	return look_save(target, &save);
}

/* -- Checking -------------------------------------------------------------------- */

static int run_check(const struct target *target, int argc, char **argv)
{
	static const struct option options[] = {
		{"report", required_argument, NULL, 'r'},
		{"verify", required_argument, NULL, 'v'},
		{0},
	};
	struct look_check check = {.report = REPORT_DEFAULT};
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'r')
			check.report = optarg;
		else if (option == 'v')
			check.verify = optarg;
		else
			return STATUS_USAGE;
	}
	if (optind + 1 != argc)
		return usage_error("look check needs a folder");
	check.folder = argv[optind];
	return look_check(target, &check);
}

static int run(const struct target *target, int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	/* getopt_long() complains with what is there first. */
	if (argc > 1)
		argv[1] = argv[0];
	if (strcmp(what, "save") == 0)
		return run_save(target, argc - 1, argv + 1);
	if (strcmp(what, "check") == 0)
		return run_check(target, argc - 1, argv + 1);
	return usage_error("say look save or look check");
}

const struct command command_look = {
	.name = "look",
	.arguments = "save [OPTION...] DIR SCENARIO | check [OPTION...] DIR",
	.summary = "save how a guest looks, and check that another looks the same",
	.help = "save: carry out a scenario, and keep its pictures as references\n"
		"  --image FILE          what the guest was started from; may be repeated\n"
		"  --sign KEY.pem        sign with that Ed25519 key\n"
		"  --cross-tolerance T   how much another renderer's pixels may be off\n"
		"  --cross-allow N       and how many by more\n"
		"check: carry it out again, and compare\n"
		"  --verify KEY.pem      only if it was signed by the owner of that public key\n"
		"  --report DIR          where the report goes: " REPORT_DEFAULT " (default)\n",
	.run = run,
};
