/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "cli/arguments.h"
#include "cli/client.h"
#include "cli/command.h"
#include "cli/input_file.h"
#include "cli/output_file.h"
#include "cli/reference.h"
#include "common/base64.h"
#include "common/xalloc.h"
#include "gateway/frame/head.h"

#define TIMEOUT_DEFAULT_MS 30000

/* How much later than it promised the gateway may answer. */
#define SLACK_S 30

/* The longest reference that is sent. */
#define REFERENCE_MAX ((size_t)32 << 20)

struct wait {
	unsigned head;
	unsigned timeout_ms;
	const char *until; /* NULL: not said */
	const char *save;  /* a file for the picture; NULL: none */
	const char *match; /* a file to compare with, as it was named */

	/* What may be off; NULL: nothing, or as much as where nothing is crossed. */
	struct json_object *tolerance, *allowed;
	struct json_object *cross_tolerance, *cross_allowed;
	struct json_object *request;
};

/* -- Arguments ----------------------------------------------------------------- */

static int set_until(struct wait *wait, const char *until)
{
	if (wait->until && strcmp(wait->until, until) != 0)
		return usage_error("one thing can be waited for at a time: --%s or --%s",
				   wait->until, until);
	wait->until = until;
	json_object_object_add(wait->request, "until", json_object_new_string(until));
	return STATUS_DONE;
}

static int set_still(struct wait *wait, const char *text)
{
	unsigned still_ms;

	if (!duration_from_text(text, &still_ms))
		return usage_error("%s is no time such as 500ms or 2s", text);
	json_object_object_add(wait->request, "still_ms", json_object_new_int((int)still_ms));
	return set_until(wait, "still");
}

static int set_match(struct wait *wait, const char *path)
{
	wait->match = path;
	return set_until(wait, "match");
}

static int set_size(struct wait *wait, const char *text)
{
	CLEANUP(freep) char *box_text = xasprintf("0,0,%s", text);
	struct picture_box box;

	if (!box_from_text(box_text, &box))
		return usage_error("%s is no size such as 1920x1080", text);
	json_object_object_add(wait->request, "width", json_object_new_int((int)box.width));
	json_object_object_add(wait->request, "height", json_object_new_int((int)box.height));
	return set_until(wait, "size");
}

static int add_box(struct wait *wait, const char *list_name, const char *name, const char *text)
{
	struct json_object *area, *list;
	struct picture_box box;

	if (!box_from_text(text, &box))
		return usage_error("%s is no area such as 10,20,300x40", text);
	area = json_object_new_object();
	if (name)
		json_object_object_add(area, "name", json_object_new_string(name));
	json_object_object_add(area, "x", json_object_new_int((int)box.x));
	json_object_object_add(area, "y", json_object_new_int((int)box.y));
	json_object_object_add(area, "width", json_object_new_int((int)box.width));
	json_object_object_add(area, "height", json_object_new_int((int)box.height));
	if (!json_object_object_get_ex(wait->request, list_name, &list)) {
		list = json_object_new_array();
		json_object_object_add(wait->request, list_name, list);
	}
	json_object_array_add(list, area);
	return STATUS_DONE;
}

static int add_area(struct wait *wait, char *text)
{
	char *box = strchr(text, '=');

	if (!box)
		return add_box(wait, "areas", text, text);
	*box = '\0';
	return add_box(wait, "areas", text, box + 1);
}

static int set_tolerance(struct json_object **tolerance, const char *text)
{
	double number;

	if (!fraction_from_text(text, &number))
		return usage_error("%s is no tolerance from 0 to 1", text);
	json_object_put(*tolerance);
	*tolerance = json_object_new_double(number);
	return STATUS_DONE;
}

static int set_allowed(struct json_object **allowed, const char *text)
{
	unsigned number;

	if (!unsigned_from_text(text, PICTURE_SIDE_MAX * PICTURE_SIDE_MAX, &number))
		return usage_error("%s is no number of pixels", text);
	json_object_put(*allowed);
	*allowed = json_object_new_int((int)number);
	return STATUS_DONE;
}

static int parse_option(struct wait *wait, int option)
{
	switch (option) {
	case 'n':
		if (!unsigned_from_text(optarg, HEADS_MAX - 1, &wait->head))
			return usage_error("there can be no head %s", optarg);
		return STATUS_DONE;
	case 'o':
		if (!duration_from_text(optarg, &wait->timeout_ms))
			return usage_error("%s is no time such as 500ms or 30s", optarg);
		return STATUS_DONE;
	case 'w':
		return set_until(wait, "shown");
	case 'c':
		return set_until(wait, "change");
	case 's':
		return set_still(wait, optarg);
	case 'z':
		return set_size(wait, optarg);
	case 'm':
		return set_match(wait, optarg);
	case 'a':
		return add_area(wait, optarg);
	case 'i':
		return add_box(wait, "ignore", NULL, optarg);
	case 't':
		return set_tolerance(&wait->tolerance, optarg);
	case 'p':
		return set_allowed(&wait->allowed, optarg);
	case 'T':
		return set_tolerance(&wait->cross_tolerance, optarg);
	case 'P':
		return set_allowed(&wait->cross_allowed, optarg);
	case 'f':
		wait->save = optarg;
		json_object_object_add(wait->request, "picture", json_object_new_boolean(true));
		return STATUS_DONE;
	default:
		return STATUS_USAGE;
	}
}

static int parse(int argc, char **argv, struct wait *wait)
{
	static const struct option options[] = {
		{"head", required_argument, NULL, 'n'},
		{"timeout", required_argument, NULL, 'o'},
		{"shown", no_argument, NULL, 'w'},
		{"change", no_argument, NULL, 'c'},
		{"still", required_argument, NULL, 's'},
		{"match", required_argument, NULL, 'm'},
		{"size", required_argument, NULL, 'z'},
		{"area", required_argument, NULL, 'a'},
		{"ignore", required_argument, NULL, 'i'},
		{"tolerance", required_argument, NULL, 't'},
		{"allow", required_argument, NULL, 'p'},
		{"cross-tolerance", required_argument, NULL, 'T'},
		{"cross-allow", required_argument, NULL, 'P'},
		{"save", required_argument, NULL, 'f'},
		{0},
	};
	int option;

	wait->timeout_ms = TIMEOUT_DEFAULT_MS;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		int status = parse_option(wait, option);

		if (status != STATUS_DONE)
			return status;
	}
	if (optind != argc)
		return usage_error("wait takes options only");
	if (!wait->match && (wait->cross_tolerance || wait->cross_allowed))
		return usage_error("--cross-tolerance and --cross-allow go with --match");
	if (!wait->until)
		return usage_error("say what to wait for: --shown, --still, --match, --change or "
				   "--size");
	json_object_object_add(wait->request, "timeout_ms",
			       json_object_new_int((int)wait->timeout_ms));
	return STATUS_DONE;
}

/* -- A reference --------------------------------------------------------------- */

static void add_number(struct wait *wait, const char *name, struct json_object *number)
{
	if (number)
		json_object_object_add(wait->request, name, json_object_get(number));
}

/* Reads the reference that fits the renderer, and says how much may be off of that. */
static int add_reference(struct wait *wait, const char *renderer)
{
	bool crosses = false;
	CLEANUP(freep)
	char *path = wait->match ? reference_find(wait->match, renderer, &crosses) : NULL;
	CLEANUP(freep) uint8_t *bytes = NULL;
	CLEANUP(freep) char *text = NULL;
	size_t size;
	int r = path ? input_file_read(path, REFERENCE_MAX, &bytes, &size) : 0;

	if (r < 0)
		return could_not("cannot read %s: %s", path, strerror(-r));
	if (path) {
		text = base64_encode(bytes, size);
		json_object_object_add(wait->request, "reference", json_object_new_string(text));
	}
	add_number(wait, "tolerance",
		   crosses && wait->cross_tolerance ? wait->cross_tolerance : wait->tolerance);
	add_number(wait, "allow",
		   crosses && wait->cross_allowed ? wait->cross_allowed : wait->allowed);
	return STATUS_DONE;
}

/* -- The answer ---------------------------------------------------------------- */

static uint64_t number_in(struct json_object *object, const char *name)
{
	struct json_object *member;

	return json_object_object_get_ex(object, name, &member) ? json_object_get_uint64(member)
								: 0;
}

static const char *text_in(struct json_object *object, const char *name)
{
	struct json_object *member;

	return json_object_object_get_ex(object, name, &member) ? json_object_get_string(member)
								: "";
}

/* How far off the nearest frame was: the first area that was. The caller frees. */
static char *explain_mismatch(struct json_object *answer)
{
	struct json_object *verdicts, *same;
	size_t count = 0;

	if (json_object_object_get_ex(answer, "verdicts", &verdicts))
		count = json_object_array_length(verdicts);
	for (size_t i = 0; i < count; i++) {
		struct json_object *verdict = json_object_array_get_idx(verdicts, i);
		const char *area = text_in(verdict, "area");

		if (json_object_object_get_ex(verdict, "same", &same) &&
		    json_object_get_boolean(same))
			continue;
		return xasprintf("; in the nearest frame %s%s%llu of %llu pixels are off, in "
				 "%llu,%llu,%llux%llu",
				 area, *area ? ": " : "",
				 (unsigned long long)number_in(verdict, "different"),
				 (unsigned long long)number_in(verdict, "pixels"),
				 (unsigned long long)number_in(verdict, "x"),
				 (unsigned long long)number_in(verdict, "y"),
				 (unsigned long long)number_in(verdict, "width"),
				 (unsigned long long)number_in(verdict, "height"));
	}
	return xasprintf("; the head has %llux%llu pixels",
			 (unsigned long long)number_in(answer, "width"),
			 (unsigned long long)number_in(answer, "height"));
}

/* What did not come. */
static const char *name_of(const char *until)
{
	static const char *const names[][2] = {
		{"match", "match"},
		{"change", "change"},
		{"still", "rest"},
		{"size", "picture of that size"},
		{"shown", "picture that is not black"},
	};
	size_t i = 0;

	while (strcmp(names[i][0], until) != 0)
		i++;
	return names[i][1];
}

static int explain_timeout(const struct wait *wait, struct json_object *answer)
{
	const char *notice = text_in(answer, "notice");
	bool is_compared = strcmp(wait->until, "match") == 0 || strcmp(wait->until, "size") == 0;
	CLEANUP(freep) char *more = NULL;

	if (*notice)
		more = xasprintf("; it shows no picture of the guest: %s", notice);
	else if (is_compared && number_in(answer, "frame") > 0)
		more = explain_mismatch(answer);
	fprintf(stderr, "windscreen: head %u: no %s within %u ms%s\n", wait->head,
		name_of(wait->until), wait->timeout_ms, more ?: "");
	return STATUS_NO;
}

static int save_picture(const struct wait *wait, struct json_object *answer)
{
	CLEANUP(freep) uint8_t *png = NULL;
	size_t size;
	int r;

	/* There may have been none. */
	if (!base64_decode(text_in(answer, "picture"), &png, &size))
		return STATUS_DONE;
	r = output_file_write(wait->save, png, size);
	return r < 0 ? could_not("cannot write %s: %s", wait->save, strerror(-r)) : STATUS_DONE;
}

static int ask(const struct target *target, const struct wait *wait)
{
	CLEANUP(client_closep) struct client *client = NULL;
	CLEANUP(json_object_putp) struct json_object *answer = NULL;
	CLEANUP(freep) char *path = xasprintf("/api/v1/heads/%u/wait", wait->head);
	struct json_object *met;
	int status = client_open(target, &client);

	if (status == STATUS_DONE)
		status = client_post_json(client, path, wait->request,
					  wait->timeout_ms / 1000 + SLACK_S, &answer);
	if (status == STATUS_DONE && wait->save)
		status = save_picture(wait, answer);
	if (status != STATUS_DONE)
		return status;
	if (json_object_object_get_ex(answer, "met", &met) && json_object_get_boolean(met))
		return STATUS_DONE;
	return explain_timeout(wait, answer);
}

static int run(const struct target *target, int argc, char **argv)
{
	CLEANUP(json_object_putp) struct json_object *request = json_object_new_object();
	struct wait wait = {.request = request};
	int status = parse(argc, argv, &wait);

	if (status == STATUS_DONE)
		status = add_reference(&wait, target->renderer);
	if (status == STATUS_DONE)
		status = ask(target, &wait);
	json_object_put(wait.tolerance);
	json_object_put(wait.allowed);
	json_object_put(wait.cross_tolerance);
	json_object_put(wait.cross_allowed);
	return status;
}

const struct command command_wait = {
	.name = "wait",
	.arguments = "[--head N] --shown|--still TIME|--match FILE.png|--change|--size WxH "
		     "[OPTION...]",
	.summary = "wait until a head shows what it should",
	.help = "  --head N              which head: 0 (default), 1, ...\n"
		"  --shown               until it shows anything but black\n"
		"  --still TIME          until nothing changes for so long: 500ms, 2s\n"
		"  --match FILE          until it is as this picture\n"
		"  --change              until anything changes\n"
		"  --size WxH            until it has a picture of that size\n"
		"  --timeout TIME        give up after that: 30s (default)\n"
		"  --tolerance T         how much a pixel may be off, from 0 (default: exact) to "
		"1\n"
		"  --allow N             how many pixels may be off by more: 0 (default)\n"
		"  --cross-tolerance T   the same where the picture is another renderer's\n"
		"  --cross-allow N\n"
		"  --area NAME=X,Y,WxH   look at this part alone; may be repeated\n"
		"  --ignore X,Y,WxH      leave this part out; may be repeated\n"
		"  --save FILE           save the picture that it waited for, or the nearest to "
		"it\n",
	.run = run,
};
