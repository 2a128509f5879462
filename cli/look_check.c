/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/child_command.h"
#include "cli/client.h"
#include "cli/command_words.h"
#include "cli/gateway_renderer.h"
#include "cli/look.h"
#include "cli/manifest.h"
#include "cli/output_file.h"
#include "cli/scenario.h"
#include "common/xalloc.h"
#include "gateway/frame/head.h"

/* From good to bad: a whole is as bad as its worst part. */
enum verdict {
	VERDICT_SAME,
	VERDICT_WITHIN,
	VERDICT_RENDERER,
	VERDICT_DIFFERENT,
};

static const char *const verdict_names[] = {
	[VERDICT_SAME] = "same",
	[VERDICT_WITHIN] = "same within tolerance",
	[VERDICT_RENDERER] = "renderer differs only",
	[VERDICT_DIFFERENT] = "different",
};

struct checking {
	const struct look_check *check;
	struct target target; /* its renderer is a matter of the manifest */
	const char *renderer; /* that the guest has; "": nobody knows */
	bool crosses;	      /* it is not that of the references */
	struct json_object *manifest;
	struct json_object *status; /* the gateway's, once all is done */
	struct scenario *scenario;
	enum verdict heads[HEADS_MAX]; /* the worst of each */
};

static unsigned head_of(struct json_object *object, const char *name)
{
	unsigned head = (unsigned)manifest_number(object, name);

	return head < HEADS_MAX ? head : HEADS_MAX - 1;
}

/* The caller frees. */
static char *path_in(const char *folder, const char *name)
{
	return xasprintf("%s/%s", folder, name);
}

/* -- The scenario, with references -------------------------------------------------- */

static void write_list(FILE *file, const char *option, struct json_object *list)
{
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		fprintf(file, " %s", option);
		fputc(' ', file);
		scenario_write_word(file,
				    json_object_get_string(json_object_array_get_idx(list, i)));
	}
}

static void write_expect(const struct checking *checking, FILE *file, const char *folder,
			 struct json_object *reference)
{
	CLEANUP(freep) char *path = path_in(folder, manifest_text(reference, "file"));
	bool crosses = checking->crosses;

	fprintf(file, "expect --head %u --timeout %.0fms --tolerance %g --allow %.0f",
		head_of(reference, "head"), manifest_number(reference, "timeout_ms"),
		manifest_number(reference, crosses ? "cross_tolerance" : "tolerance"),
		manifest_number(reference, crosses ? "cross_allow" : "allow"));
	write_list(file, "--area", manifest_list(reference, "areas"));
	write_list(file, "--ignore", manifest_list(reference, "ignore"));
	fputc(' ', file);
	scenario_write_word(file, path);
}

/* Each step in the line that it had. The caller frees. */
static char *scenario_text(const struct checking *checking, const char *folder)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);
	unsigned line = 1;

	for (size_t i = 0; i < checking->scenario->steps_count; i++) {
		const struct scenario_step *step = &checking->scenario->steps[i];
		struct json_object *reference = manifest_reference(checking->manifest, step->line);

		for (; line < step->line; line++)
			fputc('\n', file);
		if (reference)
			write_expect(checking, file, folder, reference);
		else
			fputs(step->text, file);
	}
	fputc('\n', file);
	fclose(file);
	return text;
}

static int run_scenario(const struct checking *checking)
{
	const char *report = checking->check->report;
	CLEANUP(freep) char *folder = realpath(checking->check->folder, NULL);
	CLEANUP(freep) char *path = path_in(report, MANIFEST_SCENARIO);
	CLEANUP(freep) char *text = folder ? scenario_text(checking, folder) : NULL;
	char *words[] = {"run", "--keep-going", "--report", (char *)report, path, NULL};
	int r;

	if (!folder)
		return could_not("cannot find %s: %s", checking->check->folder, strerror(errno));
	if (mkdir(report, 0777) < 0 && errno != EEXIST)
		return could_not("cannot make the folder %s: %s", report, strerror(errno));
	r = output_file_write(path, text, strlen(text));
	if (r < 0)
		return could_not("cannot write %s: %s", path, strerror(-r));
	return command_run(&checking->target, 5, words);
}

/* -- Verdicts ------------------------------------------------------------------------ */

/* Whether the two are the same by that much; NULL: exactly. */
static bool are_same(const struct checking *checking, struct json_object *reference,
		     const char *actual, const char *tolerance, const char *allowed)
{
	CLEANUP(freep)
	char *expected = path_in(checking->check->folder, manifest_text(reference, "file"));
	CLEANUP(freep)
	char *tolerance_text = xasprintf("%g",
					 tolerance ? manifest_number(reference, tolerance) : 0);
	CLEANUP(freep)
	char *allowed_text = xasprintf("%.0f", allowed ? manifest_number(reference, allowed) : 0);
	struct json_object *areas = manifest_list(reference, "areas");
	struct json_object *ignored = manifest_list(reference, "ignore");
	struct command_words command = {0};
	struct child_result result;
	bool is_same;

	command_add(&command, "compare");
	command_add_option(&command, "--tolerance", tolerance_text);
	command_add_option(&command, "--allow", allowed_text);
	for (size_t i = 0; i < json_object_array_length(areas); i++)
		command_add_option(&command, "--area",
				   json_object_get_string(json_object_array_get_idx(areas, i)));
	for (size_t i = 0; i < json_object_array_length(ignored); i++)
		command_add_option(&command, "--ignore",
				   json_object_get_string(json_object_array_get_idx(ignored, i)));
	command_add(&command, expected);
	command_add(&command, actual);
	result = child_command_run(&checking->target, command.words);
	is_same = result.status == STATUS_DONE;
	child_result_finish(&result);
	return is_same;
}

static enum verdict verdict_on(const struct checking *checking, struct json_object *reference)
{
	CLEANUP(freep)
	char *actual = xasprintf("%s/line-%.0f-actual.png", checking->check->report,
				 manifest_number(reference, "line"));

	if (are_same(checking, reference, actual, NULL, NULL))
		return VERDICT_SAME;
	if (are_same(checking, reference, actual, "tolerance", "allow"))
		return VERDICT_WITHIN;
	if (checking->crosses &&
	    are_same(checking, reference, actual, "cross_tolerance", "cross_allow"))
		return VERDICT_RENDERER;
	return VERDICT_DIFFERENT;
}

static struct json_object *judge_steps(struct checking *checking)
{
	struct json_object *judged = json_object_new_array();
	struct json_object *references = manifest_list(checking->manifest, "references");

	for (size_t i = 0; i < json_object_array_length(references); i++) {
		struct json_object *reference = json_object_array_get_idx(references, i);
		enum verdict verdict = verdict_on(checking, reference);
		unsigned head = head_of(reference, "head");
		struct json_object *step = json_object_new_object();
		static const char *const members[] = {"line", "step", "head", "file"};

		for (size_t k = 0; k < sizeof(members) / sizeof(members[0]); k++)
			json_object_object_add(
				step, members[k],
				json_object_get(json_object_object_get(reference, members[k])));
		json_object_object_add(step, "verdict",
				       json_object_new_string(verdict_names[verdict]));
		json_object_array_add(judged, step);
		if (verdict > checking->heads[head])
			checking->heads[head] = verdict;
	}
	return judged;
}

/* A head's size as a text, from the manifest or the status; "none" where there is no such head. The
 * caller frees. */
static char *size_in(struct json_object *from, unsigned index)
{
	struct json_object *heads = json_object_object_get(from, "heads");

	for (size_t i = 0; heads && i < json_object_array_length(heads); i++) {
		struct json_object *head = json_object_array_get_idx(heads, i);

		if (head_of(head, "index") == index)
			return xasprintf("%.0fx%.0f", manifest_number(head, "width"),
					 manifest_number(head, "height"));
	}
	return xstrdup("none");
}

static struct json_object *judge_heads(struct checking *checking)
{
	struct json_object *judged = json_object_new_array();
	struct json_object *heads = manifest_list(checking->manifest, "heads");

	for (size_t i = 0; i < json_object_array_length(heads); i++) {
		unsigned index = head_of(json_object_array_get_idx(heads, i), "index");
		CLEANUP(freep) char *expected = size_in(checking->manifest, index);
		CLEANUP(freep) char *actual = size_in(checking->status, index);
		struct json_object *head = json_object_new_object();

		if (strcmp(expected, actual) != 0)
			checking->heads[index] = VERDICT_DIFFERENT;
		json_object_object_add(head, "head", json_object_new_int((int)index));
		json_object_object_add(head, "size", json_object_new_string(actual));
		json_object_object_add(head, "expected_size", json_object_new_string(expected));
		json_object_object_add(
			head, "verdict",
			json_object_new_string(verdict_names[checking->heads[index]]));
		json_object_array_add(judged, head);
	}
	return judged;
}

static enum verdict worst(const struct checking *checking)
{
	enum verdict verdict = VERDICT_SAME;

	for (unsigned i = 0; i < HEADS_MAX; i++)
		if (checking->heads[i] > verdict)
			verdict = checking->heads[i];
	return verdict;
}

/* -- Telling ------------------------------------------------------------------------- */

static void print_rows(struct json_object *heads, struct json_object *steps)
{
	printf("\n%-22s  head  what\n", "verdict");
	for (size_t i = 0; i < json_object_array_length(steps); i++) {
		struct json_object *step = json_object_array_get_idx(steps, i);

		printf("%-22s  %4.0f  line %.0f: %s\n", manifest_text(step, "verdict"),
		       manifest_number(step, "head"), manifest_number(step, "line"),
		       manifest_text(step, "step") ?: "");
	}
	for (size_t i = 0; i < json_object_array_length(heads); i++) {
		struct json_object *head = json_object_array_get_idx(heads, i);
		bool is_same = strcmp(manifest_text(head, "size"),
				      manifest_text(head, "expected_size")) == 0;

		printf("%-22s  %4.0f  %s%s%s, and all of the above\n",
		       manifest_text(head, "verdict"), manifest_number(head, "head"),
		       manifest_text(head, "size"), is_same ? "" : " where there was ",
		       is_same ? "" : manifest_text(head, "expected_size"));
	}
}

static int write_verdicts(const struct checking *checking, struct json_object *heads,
			  struct json_object *steps)
{
	CLEANUP(json_object_putp) struct json_object *whole = json_object_new_object();
	CLEANUP(freep) char *path = path_in(checking->check->report, "look.json");
	const char *text;
	int r;

	json_object_object_add(whole, "verdict",
			       json_object_new_string(verdict_names[worst(checking)]));
	json_object_object_add(whole, "renderer", json_object_new_string(checking->renderer));
	json_object_object_add(
		whole, "expected_renderer",
		json_object_new_string(manifest_text(checking->manifest, "renderer")));
	json_object_object_add(whole, "heads", json_object_get(heads));
	json_object_object_add(whole, "steps", json_object_get(steps));
	text = json_object_to_json_string_ext(whole, JSON_C_TO_STRING_PRETTY |
							     JSON_C_TO_STRING_NOSLASHESCAPE);
	r = output_file_write(path, text, strlen(text));
	return r < 0 ? could_not("cannot write %s: %s", path, strerror(-r)) : STATUS_DONE;
}

static int judge(struct checking *checking)
{
	CLEANUP(json_object_putp) struct json_object *steps = judge_steps(checking);
	CLEANUP(json_object_putp) struct json_object *heads = judge_heads(checking);
	int status = write_verdicts(checking, heads, steps);

	print_rows(heads, steps);
	if (fflush(stdout) == EOF)
		return could_not("cannot write the verdicts: %s", strerror(errno));
	if (status != STATUS_DONE)
		return status;
	return worst(checking) == VERDICT_DIFFERENT ? STATUS_NO : STATUS_DONE;
}

/* -- All of it ------------------------------------------------------------------------- */

static int fetch_status(struct checking *checking)
{
	CLEANUP(client_closep) struct client *client = NULL;
	int status = client_open(&checking->target, &client);

	return status == STATUS_DONE ? client_get_json(client, "/api/v1/status", &checking->status)
				     : status;
}

/* What an earlier check left would be taken for what is there now. */
static void forget_pictures(const struct checking *checking)
{
	struct json_object *references = manifest_list(checking->manifest, "references");

	for (size_t i = 0; i < json_object_array_length(references); i++) {
		CLEANUP(freep)
		char *path = xasprintf(
			"%s/line-%.0f-actual.png", checking->check->report,
			manifest_number(json_object_array_get_idx(references, i), "line"));

		unlink(path);
	}
}

static int check_all(struct checking *checking)
{
	const char *expected = manifest_text(checking->manifest, "renderer");
	CLEANUP(freep) char *path = path_in(checking->check->folder, MANIFEST_SCENARIO);
	CLEANUP(freep) char *page = path_in(checking->check->report, "report.html");
	char renderer[RENDERER_TAG_MAX + 1];
	int ran;
	int status = scenario_read(path, &checking->scenario);

	forget_pictures(checking);
	unlink(page);
	if (status == STATUS_DONE)
		status = gateway_renderer_find(&checking->target, renderer);
	if (status != STATUS_DONE)
		return status;
	checking->renderer = checking->target.renderer ?: expected;
	checking->crosses = strcmp(checking->renderer, expected) != 0;
	checking->target.renderer = NULL;
	ran = run_scenario(checking);
	if (access(page, F_OK) < 0)
		return ran;
	status = fetch_status(checking);
	if (status == STATUS_DONE)
		status = judge(checking);
	return ran > status ? ran : status;
}

int look_check(const struct target *target, const struct look_check *check)
{
	struct checking checking = {.check = check, .target = *target};
	int status = manifest_read(check->folder, check->verify, &checking.manifest);

	if (status == STATUS_DONE)
		status = check_all(&checking);
	scenario_destroy(checking.scenario);
	json_object_put(checking.manifest);
	json_object_put(checking.status);
	return status;
}
