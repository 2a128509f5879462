/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <getopt.h>
#include <json-c/json.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/output_file.h"
#include "cli/reference.h"
#include "common/xalloc.h"
#include "picture/comparison.h"
#include "picture/verdict_json.h"

/* More than anybody names by hand. */
#define AREAS_MAX   64
#define IGNORED_MAX 64

struct compare {
	struct comparison how;
	struct comparison_area areas[AREAS_MAX];
	struct picture_box ignored[IGNORED_MAX];

	/* In place of its tolerance and allowance, where renderers are crossed; negative: the same.
	 */
	double cross_tolerance;
	int64_t cross_allowed;

	const char *difference; /* a file to write; NULL: none */
	bool as_json;
	char *reference_path;
	const char *actual_path;
	struct picture *reference;
	struct picture *actual;
	struct comparison_verdict verdicts[AREAS_MAX]; /* one without areas */
};

DEFINE_CLEANUP(struct json_object *, json_object_put)

/* -- Arguments ----------------------------------------------------------------- */

/* [NAME=]X,Y,WxH: without a name, the place is one. */
static int add_area(struct compare *compare, char *text)
{
	char *box = strchr(text, '=');
	struct comparison_area *area = &compare->areas[compare->how.areas_count];

	if (compare->how.areas_count == AREAS_MAX)
		return usage_error("there can be no more than %d areas", AREAS_MAX);
	if (box == text || !box_from_text(box ? box + 1 : text, &area->box))
		return usage_error("%s is no area such as clock=10,20,300x40", text);
	if (box)
		*box = '\0';
	area->name = text;
	compare->how.areas_count++;
	return STATUS_DONE;
}

static int add_ignored(struct compare *compare, const char *text)
{
	if (compare->how.ignored_count == IGNORED_MAX)
		return usage_error("no more than %d areas can be ignored", IGNORED_MAX);
	if (!box_from_text(text, &compare->ignored[compare->how.ignored_count]))
		return usage_error("%s is no area such as 10,20,300x40", text);
	compare->how.ignored_count++;
	return STATUS_DONE;
}

static int read_tolerance(const char *text, double *ret_tolerance)
{
	if (!fraction_from_text(text, ret_tolerance))
		return usage_error("%s is no tolerance from 0 to 1", text);
	return STATUS_DONE;
}

static int set_tolerance(struct compare *compare, const char *text)
{
	double tolerance = 0;
	int status = read_tolerance(text, &tolerance);

	compare->how.tolerance = (float)tolerance;
	return status;
}

static int read_allowed(const char *text, unsigned *ret_allowed)
{
	if (!unsigned_from_text(text, PICTURE_SIDE_MAX * PICTURE_SIDE_MAX, ret_allowed))
		return usage_error("%s is no number of pixels", text);
	return STATUS_DONE;
}

static int set_allowed(struct compare *compare, const char *text)
{
	unsigned allowed = 0;
	int status = read_allowed(text, &allowed);

	compare->how.allowed = allowed;
	return status;
}

static int set_cross_allowed(struct compare *compare, const char *text)
{
	unsigned allowed = 0;
	int status = read_allowed(text, &allowed);

	compare->cross_allowed = allowed;
	return status;
}

static int parse_option(struct compare *compare, int option)
{
	switch (option) {
	case 't':
		return set_tolerance(compare, optarg);
	case 'p':
		return set_allowed(compare, optarg);
	case 'T':
		return read_tolerance(optarg, &compare->cross_tolerance);
	case 'P':
		return set_cross_allowed(compare, optarg);
	case 'a':
		return add_area(compare, optarg);
	case 'i':
		return add_ignored(compare, optarg);
	case 'd':
		compare->difference = optarg;
		return STATUS_DONE;
	case 'j':
		compare->as_json = true;
		return STATUS_DONE;
	default:
		return STATUS_USAGE;
	}
}

/* Takes the reference that fits the renderer, and what may be off of that. */
static void choose_reference(struct compare *compare, const char *path, const char *renderer)
{
	bool crosses;

	compare->reference_path = reference_find(path, renderer, &crosses);
	if (crosses && compare->cross_tolerance >= 0)
		compare->how.tolerance = (float)compare->cross_tolerance;
	if (crosses && compare->cross_allowed >= 0)
		compare->how.allowed = (uint64_t)compare->cross_allowed;
}

static int parse(int argc, char **argv, const char *renderer, struct compare *compare)
{
	static const struct option options[] = {
		{"tolerance", required_argument, NULL, 't'},
		{"allow", required_argument, NULL, 'p'},
		{"cross-tolerance", required_argument, NULL, 'T'},
		{"cross-allow", required_argument, NULL, 'P'},
		{"area", required_argument, NULL, 'a'},
		{"ignore", required_argument, NULL, 'i'},
		{"difference", required_argument, NULL, 'd'},
		{"json", no_argument, NULL, 'j'},
		{0},
	};
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		int status = parse_option(compare, option);

		if (status != STATUS_DONE)
			return status;
	}
	if (optind + 2 != argc)
		return usage_error("compare needs two files: the reference and what is there");
	choose_reference(compare, argv[optind], renderer);
	compare->actual_path = argv[optind + 1];
	compare->how.areas = compare->areas;
	compare->how.ignored = compare->ignored;
	return STATUS_DONE;
}

/* -- Pictures ------------------------------------------------------------------ */

static int read_picture(const char *path, struct picture **ret_picture)
{
	int r = picture_read(path, ret_picture);

	if (r == -EBADMSG)
		return could_not("%s is no PNG picture, or a damaged one", path);
	if (r == -EFBIG)
		return could_not("%s is larger than a screen can be", path);
	return r < 0 ? could_not("cannot read %s: %s", path, strerror(-r)) : STATUS_DONE;
}

static int check_areas(const struct compare *compare)
{
	const struct picture *picture = compare->reference;

	for (size_t i = 0; i < compare->how.areas_count; i++) {
		const struct picture_box *box = &compare->areas[i].box;

		if ((uint64_t)box->x + box->width > picture->width ||
		    (uint64_t)box->y + box->height > picture->height)
			return usage_error("the area %s is outside of the %ux%u pixels",
					   compare->areas[i].name, picture->width, picture->height);
	}
	return STATUS_DONE;
}

static int write_difference(const char *path, const struct picture *difference)
{
	CLEANUP(freep) uint8_t *png = NULL;
	size_t size;
	int r = picture_to_png(difference, &png, &size);

	if (r == 0)
		r = output_file_write(path, png, size);
	return r < 0 ? could_not("cannot write %s: %s", path, strerror(-r)) : STATUS_DONE;
}

/* -- Verdicts ------------------------------------------------------------------ */

static void print_verdict(const struct compare *compare, const char *name,
			  const struct comparison_verdict *verdict)
{
	if (name)
		printf("%s: ", name);
	if (verdict->worst_x == 0 && verdict->worst_y == 0 && verdict->worst == 0 &&
	    verdict->different == 0) {
		puts("same");
		return;
	}
	printf("%s: ", verdict->is_same ? "same within the tolerance" : "different");
	if (verdict->different > 0)
		printf("%llu of %llu pixels in %u,%u,%ux%u; ",
		       (unsigned long long)verdict->different, (unsigned long long)verdict->pixels,
		       verdict->bounds.x, verdict->bounds.y, verdict->bounds.width,
		       verdict->bounds.height);
	printf("worst %.3f at %u,%u (#%06x, expected #%06x), mean %.5f\n", (double)verdict->worst,
	       verdict->worst_x, verdict->worst_y,
	       picture_row(compare->actual, verdict->worst_y)[verdict->worst_x],
	       picture_row(compare->reference, verdict->worst_y)[verdict->worst_x], verdict->mean);
}

static void print_json(const struct compare *compare, size_t count)
{
	CLEANUP(json_object_putp) struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < count; i++)
		json_object_array_add(
			list, verdict_to_json(compare->areas[i].name, &compare->verdicts[i]));
	puts(json_object_to_json_string_ext(list, JSON_C_TO_STRING_PRETTY));
}

/* Returns whether all are the same. */
static bool print_verdicts(const struct compare *compare)
{
	size_t count = compare->how.areas_count ?: 1;
	bool is_same = true;

	for (size_t i = 0; i < count; i++) {
		is_same = is_same && compare->verdicts[i].is_same;
		if (!compare->as_json)
			print_verdict(compare, compare->areas[i].name, &compare->verdicts[i]);
	}
	if (compare->as_json)
		print_json(compare, count);
	return is_same;
}

static int compare_pictures(struct compare *compare)
{
	CLEANUP(picture_destroyp) struct picture *difference = NULL;
	const struct picture *reference = compare->reference, *actual = compare->actual;
	bool is_same;
	int status;

	if (reference->width != actual->width || reference->height != actual->height) {
		fprintf(stderr, "windscreen: %s has %ux%u pixels, and %s %ux%u\n",
			compare->reference_path, reference->width, reference->height,
			compare->actual_path, actual->width, actual->height);
		return STATUS_NO;
	}
	status = check_areas(compare);
	if (status != STATUS_DONE)
		return status;
	if (comparison_run(&compare->how, reference, actual, compare->verdicts,
			   compare->difference ? &difference : NULL) < 0)
		return could_not("there is not enough memory to compare %s", compare->actual_path);
	is_same = print_verdicts(compare);
	if (fflush(stdout) == EOF)
		return could_not("cannot write the verdict: %s", strerror(errno));
	if (difference && !is_same) {
		status = write_difference(compare->difference, difference);
		if (status != STATUS_DONE)
			return status;
	}
	return is_same ? STATUS_DONE : STATUS_NO;
}

static int run(const struct target *target, int argc, char **argv)
{
	struct compare compare = {.cross_tolerance = -1, .cross_allowed = -1};
	int status = parse(argc, argv, target->renderer, &compare);

	if (status == STATUS_DONE)
		status = read_picture(compare.reference_path, &compare.reference);
	if (status == STATUS_DONE)
		status = read_picture(compare.actual_path, &compare.actual);
	if (status == STATUS_DONE)
		status = compare_pictures(&compare);
	picture_destroy(compare.reference);
	picture_destroy(compare.actual);
	free(compare.reference_path);
	return status;
}

const struct command command_compare = {
	.name = "compare",
	.arguments = "[OPTION...] REFERENCE.png ACTUAL.png",
	.summary = "say whether a picture is as expected, and where not",
	.help = "  --tolerance T         how much a pixel may be off, from 0 (default: exact) to "
		"1\n"
		"  --allow N             how many pixels may be off by more: 0 (default)\n"
		"  --cross-tolerance T   the same where REFERENCE is another renderer's\n"
		"  --cross-allow N\n"
		"  --area NAME=X,Y,WxH   compare this part alone; may be repeated\n"
		"  --ignore X,Y,WxH      leave this part out; may be repeated\n"
		"  --difference FILE     where they differ, save a picture of where\n"
		"  --json                the verdicts, for programs\n",
	.run = run,
};
