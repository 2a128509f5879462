/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <getopt.h>
#include <libgen.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/arguments.h"
#include "cli/client.h"
#include "cli/command.h"
#include "cli/input_steps.h"
#include "cli/output_file.h"
#include "cli/scenario.h"
#include "common/base64.h"
#include "common/xalloc.h"
#include "gateway/frame/head.h"

/* With that long no input, what was done is done, and its picture is taken. */
#define QUIET_DEFAULT_MS 1000
#define QUIET_MAX_MS	 60000

/* A head that moves longer has no picture there. */
#define STILL_MS	  500
#define STILL_TIMEOUT_MS  5000
#define STILL_TIMEOUT_MAX 30 /* for the answer, in seconds */

#define IGNORED_MAX 64

struct recorder {
	const char *path;
	unsigned quiet_ms;
	unsigned ignored_count;
	const char *ignored[IGNORED_MAX];

	struct client *client;
	char *stem; /* of the references' paths */
	unsigned heads_count;
	uint64_t next; /* event to read */
	struct input_steps *steps;
	unsigned pictures_count; /* that were taken so far */
	bool is_changed;	 /* since the file was written */

	FILE *file;
	char *text; /* that goes into the file */
	size_t size;
};

static volatile sig_atomic_t is_ended;

static void handle_end(int signal)
{
	is_ended = 1;
}

/* -- Arguments ----------------------------------------------------------------- */

static int add_ignored(struct recorder *recorder, const char *text)
{
	struct picture_box box;

	if (recorder->ignored_count == IGNORED_MAX)
		return usage_error("no more than %d areas can be ignored", IGNORED_MAX);
	if (!box_from_text(text, &box))
		return usage_error("%s is no area such as 10,20,300x40", text);
	recorder->ignored[recorder->ignored_count++] = text;
	return STATUS_DONE;
}

static int parse(int argc, char **argv, struct recorder *recorder)
{
	static const struct option options[] = {
		{"ignore", required_argument, NULL, 'i'},
		{"quiet", required_argument, NULL, 'q'},
		{0},
	};
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 'i':
			if (add_ignored(recorder, optarg) != STATUS_DONE)
				return STATUS_USAGE;
			break;
		case 'q':
			if (!duration_from_text(optarg, &recorder->quiet_ms) ||
			    recorder->quiet_ms == 0 || recorder->quiet_ms > QUIET_MAX_MS)
				return usage_error("%s is no time from 1ms to 60s", optarg);
			break;
		default:
			return STATUS_USAGE;
		}
	}
	if (optind + 1 != argc)
		return usage_error("record-scenario needs one file to write");
	recorder->path = argv[optind];
	if (access(recorder->path, F_OK) == 0)
		return could_not("%s is there already: take another name, or remove it",
				 recorder->path);
	return STATUS_DONE;
}

/* -- Pictures ------------------------------------------------------------------ */

/* The request for a head's picture once it is still. */
static struct json_object *still_request(const struct recorder *recorder)
{
	struct json_object *request = json_object_new_object();
	struct json_object *ignored = json_object_new_array();

	json_object_object_add(request, "until", json_object_new_string("still"));
	json_object_object_add(request, "still_ms", json_object_new_int(STILL_MS));
	json_object_object_add(request, "timeout_ms", json_object_new_int(STILL_TIMEOUT_MS));
	json_object_object_add(request, "picture", json_object_new_boolean(true));
	for (unsigned i = 0; i < recorder->ignored_count; i++) {
		struct json_object *area = json_object_new_object();
		struct picture_box box = {0};

		box_from_text(recorder->ignored[i], &box);
		json_object_object_add(area, "x", json_object_new_int((int)box.x));
		json_object_object_add(area, "y", json_object_new_int((int)box.y));
		json_object_object_add(area, "width", json_object_new_int((int)box.width));
		json_object_object_add(area, "height", json_object_new_int((int)box.height));
		json_object_array_add(ignored, area);
	}
	json_object_object_add(request, "ignore", ignored);
	return request;
}

static int save_picture(struct recorder *recorder, FILE *expects, unsigned head,
			struct json_object *answer)
{
	CLEANUP(freep)
	char *path = xasprintf("%s-%u-head%u.png", recorder->stem, recorder->pictures_count, head);
	CLEANUP(freep) char *copy = xstrdup(path);
	CLEANUP(freep) uint8_t *png = NULL;
	struct json_object *picture;
	size_t size;
	int r;

	if (!json_object_object_get_ex(answer, "picture", &picture) ||
	    !base64_decode(json_object_get_string(picture), &png, &size))
		return STATUS_DONE;
	r = output_file_write(path, png, size);
	if (r < 0)
		return could_not("cannot write %s: %s", path, strerror(-r));
	fprintf(expects, "expect --head %u", head);
	for (unsigned i = 0; i < recorder->ignored_count; i++)
		fprintf(expects, " --ignore %s", recorder->ignored[i]);
	fputc(' ', expects);
	scenario_write_word(expects, basename(copy));
	fputc('\n', expects);
	return STATUS_DONE;
}

static int take_picture(struct recorder *recorder, FILE *expects, unsigned head)
{
	CLEANUP(json_object_putp) struct json_object *request = still_request(recorder);
	CLEANUP(json_object_putp) struct json_object *answer = NULL;
	CLEANUP(freep) char *path = xasprintf("/api/v1/heads/%u/wait", head);
	struct json_object *met;
	int status = client_post_json(recorder->client, path, request, STILL_TIMEOUT_MAX, &answer);

	if (status != STATUS_DONE)
		return status;
	if (json_object_object_get_ex(answer, "met", &met) && json_object_get_boolean(met))
		return save_picture(recorder, expects, head, answer);
	fprintf(expects, "# Head %u did not come to rest here.\n", head);
	return STATUS_DONE;
}

/* -- The file ------------------------------------------------------------------ */

/* Writes what there is so far, so that nothing of it can be lost. */
static int write_scenario(struct recorder *recorder)
{
	int r;

	if (fflush(recorder->file) == EOF)
		return could_not("there is not enough memory");
	r = output_file_write(recorder->path, recorder->text, recorder->size);
	return r < 0 ? could_not("cannot write %s: %s", recorder->path, strerror(-r)) : STATUS_DONE;
}

/* -- Events -------------------------------------------------------------------- */

static uint64_t number_in(struct json_object *object, const char *name)
{
	return json_object_get_uint64(json_object_object_get(object, name));
}

static void add_events(struct recorder *recorder, struct json_object *answer)
{
	struct json_object *events = json_object_object_get(answer, "events");
	size_t count = events ? json_object_array_length(events) : 0;

	if (number_in(answer, "start") > recorder->next)
		fputs("# Here input came faster than it could be written down.\n", recorder->file);
	for (size_t i = 0; i < count; i++)
		input_steps_add(recorder->steps, json_object_array_get_idx(events, i));
	recorder->is_changed = recorder->is_changed || count > 0;
	recorder->next = number_in(answer, "next");
}

/* Reads what came. `*ret_count` is how many events. */
static int read_events(struct recorder *recorder, unsigned wait_ms, size_t *ret_count)
{
	CLEANUP(json_object_putp) struct json_object *answer = NULL;
	CLEANUP(freep)
	char *path = xasprintf("/api/v1/input?since=%llu&wait_ms=%u",
			       (unsigned long long)recorder->next, wait_ms);
	uint64_t before = recorder->next;
	int status = client_get_json(recorder->client, path, &answer);

	if (status != STATUS_DONE)
		return status;
	add_events(recorder, answer);
	*ret_count = (size_t)(recorder->next - before);
	return STATUS_DONE;
}

static int find_end(struct recorder *recorder)
{
	CLEANUP(json_object_putp) struct json_object *answer = NULL;
	int status = client_get_json(recorder->client, "/api/v1/input?since=end", &answer);

	if (status == STATUS_DONE)
		recorder->next = number_in(answer, "next");
	return status;
}

/* -- Bursts -------------------------------------------------------------------- */

/* Steps that expect what the heads show now. The caller frees `*ret_text`. */
static int expect_all(struct recorder *recorder, char **ret_text)
{
	size_t size;
	FILE *expects = open_memstream(ret_text, &size);
	int status = expects ? STATUS_DONE : could_not("there is not enough memory");

	for (unsigned head = 0; head < recorder->heads_count && status == STATUS_DONE; head++)
		status = take_picture(recorder, expects, head);
	if (expects)
		fclose(expects);
	return status;
}

/* Whoever goes on meanwhile, has no pictures there: they may show what comes later. */
static int take_pictures(struct recorder *recorder)
{
	CLEANUP(freep) char *expects = NULL;
	size_t count = 0;
	int status = expect_all(recorder, &expects);

	if (status == STATUS_DONE)
		status = read_events(recorder, 0, &count);
	if (status == STATUS_DONE && count == 0) {
		fputs(expects, recorder->file);
		recorder->pictures_count++;
	}
	return status == STATUS_DONE ? write_scenario(recorder) : status;
}

/* What was done, and what came of it. */
static int end_burst(struct recorder *recorder)
{
	CLEANUP(freep) char *steps = input_steps_take(recorder->steps);

	recorder->is_changed = false;
	if (!*steps)
		return STATUS_DONE;
	fputs(steps, recorder->file);
	printf("%s", steps);
	fflush(stdout);
	return take_pictures(recorder);
}

static int describe_heads(struct recorder *recorder)
{
	CLEANUP(json_object_putp) struct json_object *answer = NULL;
	struct json_object *heads;
	int status = client_get_json(recorder->client, "/api/v1/status", &answer);

	if (status != STATUS_DONE)
		return status;
	fputs("# Written down by windscreen record-scenario.\n", recorder->file);
	if (!json_object_object_get_ex(answer, "heads", &heads))
		return could_not("the gateway does not say which heads there are");
	for (size_t i = 0; i < json_object_array_length(heads) && i < HEADS_MAX; i++) {
		struct json_object *head = json_object_array_get_idx(heads, i);
		const char *notice = json_object_get_string(json_object_object_get(head, "notice"));

		if (!notice || !*notice)
			fprintf(recorder->file, "wait --head %zu --size %dx%d\n", i,
				json_object_get_int(json_object_object_get(head, "width")),
				json_object_get_int(json_object_object_get(head, "height")));
		recorder->heads_count++;
	}
	return STATUS_DONE;
}

static int record(struct recorder *recorder)
{
	int status = describe_heads(recorder);
	size_t count;

	if (status == STATUS_DONE)
		status = find_end(recorder);
	if (status == STATUS_DONE)
		status = take_pictures(recorder);
	if (status != STATUS_DONE)
		return status;
	fprintf(stderr, "windscreen: writing down what is done to the guest, passwords too; Ctrl-C "
			"ends it\n");
	while (status == STATUS_DONE && !is_ended) {
		status = read_events(recorder, recorder->quiet_ms, &count);
		if (status == STATUS_DONE && count == 0 && recorder->is_changed &&
		    !input_steps_are_held(recorder->steps))
			status = end_burst(recorder);
	}
	if (status == STATUS_DONE)
		status = read_events(recorder, 0, &count);
	if (status == STATUS_DONE)
		status = end_burst(recorder);
	return status;
}

/* -- The command --------------------------------------------------------------- */

/* The path without its suffix. The caller frees. */
static char *stem_of(const char *path)
{
	const char *name = strrchr(path, '/');
	const char *dot = strrchr(name ? name : path, '.');
	size_t length = dot && dot > path && dot[-1] != '/' ? (size_t)(dot - path) : strlen(path);

	return xasprintf("%.*s", (int)length, path);
}

static int run(const struct target *target, int argc, char **argv)
{
	CLEANUP(client_closep) struct client *client = NULL;
	CLEANUP(input_steps_destroyp) struct input_steps *steps = input_steps_create();
	struct recorder recorder = {.quiet_ms = QUIET_DEFAULT_MS, .steps = steps};
	const struct sigaction ending = {.sa_handler = handle_end};
	int status = parse(argc, argv, &recorder);

	if (status == STATUS_DONE)
		status = client_open(target, &client);
	if (status != STATUS_DONE)
		return status;
	sigaction(SIGINT, &ending, NULL);
	sigaction(SIGTERM, &ending, NULL);
	recorder.client = client;
	recorder.stem = stem_of(recorder.path);
	recorder.file = open_memstream(&recorder.text, &recorder.size);
	status = recorder.file ? record(&recorder) : could_not("there is not enough memory");
	if (recorder.file)
		fclose(recorder.file);
	free(recorder.text);
	free(recorder.stem);
	return status;
}

const struct command command_record_scenario = {
	.name = "record-scenario",
	.arguments = "[--ignore X,Y,WxH]... [--quiet TIME] FILE",
	.summary = "write down what a person does to a guest as a scenario",
	.help = "  --ignore X,Y,WxH    leave that part out of the pictures; may be repeated\n"
		"  --quiet TIME        take pictures when nothing was done for so long: 1s "
		"(default)\n",
	.run = run,
};
