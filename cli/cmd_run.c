/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "cli/arguments.h"
#include "cli/child_command.h"
#include "cli/command.h"
#include "cli/command_words.h"
#include "cli/output_file.h"
#include "cli/reference.h"
#include "cli/report.h"
#include "cli/scenario.h"
#include "cli/terms.h"
#include "common/xalloc.h"

#define REPORT_DEFAULT "windscreen-report"

struct run {
	const struct target *target;
	struct scenario *scenario;
	const char *directory; /* of the report */
	bool keeps_going;
	struct report report;
};

/* -- Steps as commands --------------------------------------------------------- */

/* Those that are commands of the same words. */
static const char *const plain_steps[] = {"wait",  "key",     "type", "pointer",
					  "touch", "console", "power"};

static bool is_plain(const char *name)
{
	for (size_t i = 0; i < sizeof(plain_steps) / sizeof(plain_steps[0]); i++)
		if (strcmp(plain_steps[i], name) == 0)
			return true;
	return false;
}

/* Of a step "expect ... REFERENCE.png": the last word. */
static const char *last_word(const struct scenario_step *step)
{
	const char *last = step->words[step->words_count - 1];

	return step->words_count > 1 && last[0] != '-' ? last : NULL;
}

static int wrong_step(const struct run *run, const struct scenario_step *step, unsigned word,
		      const char *what)
{
	return usage_error("%s:%u:%u: %s", run->scenario->path, step->line, step->columns[word],
			   what);
}

/* Where a step's picture is kept. The caller frees. */
static char *picture_path(const struct run *run, const struct scenario_step *step, const char *what)
{
	return xasprintf("%s/line-%u-%s.png", run->directory, step->line, what);
}

/* As the step has it. The caller frees. */
static char *reference_path(const struct run *run, const struct scenario_step *step)
{
	const char *name = last_word(step);

	return name[0] == '/' ? xstrdup(name) : xasprintf("%s/%s", run->scenario->directory, name);
}

static int check_child(const struct run *run, const struct scenario_step *step,
		       const struct command_words *command)
{
	static const char own_name[] = "windscreen: ";
	struct target target = *run->target;
	struct child_result result;
	const char *said;
	int status;

	target.only_checks = true;
	result = child_command_run(&target, command->words);
	status = result.status;
	if (status != STATUS_CHECKED) {
		said = strncmp(result.err, own_name, strlen(own_name)) == 0
			       ? result.err + strlen(own_name)
			       : result.err;
		fprintf(stderr, "windscreen: %s:%u:%u: %s", run->scenario->path, step->line,
			step->columns[0], *said ? said : "this is no step\n");
		status = status == STATUS_DONE ? STATUS_USAGE : status;
	}
	child_result_finish(&result);
	return status == STATUS_CHECKED ? STATUS_DONE : status;
}

/* -- A pause ------------------------------------------------------------------- */

static bool pause_of(const struct scenario_step *step, unsigned *ret_ms)
{
	return step->words_count == 2 && duration_from_text(step->words[1], ret_ms);
}

static void sleep_for(struct report_step *step)
{
	unsigned ms = 0;

	pause_of(step->step, &ms);
	nanosleep(&(struct timespec){ms / 1000, (ms % 1000) * 1000000L}, NULL);
	step->result = (struct child_result){STATUS_DONE, ms, xstrdup(""), xstrdup("")};
}

/* -- A reference --------------------------------------------------------------- */

/* What `expect` has in common with `wait`, up to the reference. */
static void add_options(struct command_words *command, const struct scenario_step *step)
{
	for (unsigned i = 1; i + 1 < step->words_count; i++)
		command_add(command, step->words[i]);
}

static struct command_words expect_as_wait(const struct scenario_step *step, const char *reference,
					   const char *actual)
{
	struct command_words command = {0};

	command_add(&command, "wait");
	command_add(&command, "--match");
	command_add(&command, reference);
	command_add(&command, "--save");
	command_add(&command, actual);
	add_options(&command, step);
	return command;
}

/* Has `compare` draw where the two differ. Which head, and how long to wait, are not its business.
 */
static void draw_difference(const struct run *run, const struct scenario_step *step,
			    const char *reference, const char *actual, const char *difference)
{
	struct command_words command = {0};
	struct child_result result;

	command_add(&command, "compare");
	command_add(&command, "--difference");
	command_add(&command, difference);
	for (unsigned i = 1; i + 1 < step->words_count; i++) {
		const char *word = step->words[i];
		bool is_others = strcmp(word, "--head") == 0 || strcmp(word, "--timeout") == 0;

		if (is_others)
			i++;
		else if (strncmp(word, "--head=", 7) != 0 && strncmp(word, "--timeout=", 10) != 0)
			command_add(&command, word);
	}
	command_add(&command, reference);
	command_add(&command, actual);
	result = child_command_run(run->target, command.words);
	child_result_finish(&result);
}

static void run_expect(const struct run *run, struct report_step *step)
{
	CLEANUP(freep) char *reference = reference_path(run, step->step);
	CLEANUP(freep) char *actual = picture_path(run, step->step, "actual");
	CLEANUP(freep) char *difference = picture_path(run, step->step, "difference");
	struct command_words command = expect_as_wait(step->step, reference, actual);
	bool crosses;

	unlink(actual);
	unlink(difference);
	step->result = child_command_run(run->target, command.words);
	if (step->result.status == STATUS_NO && access(actual, F_OK) == 0)
		draw_difference(run, step->step, reference, actual, difference);
	report_add_picture(step, "expected",
			   reference_find(reference, run->target->renderer, &crosses));
	report_add_picture(step, "there", TAKE(actual));
	report_add_picture(step, "difference", TAKE(difference));
}

/* -- A capture ----------------------------------------------------------------- */

/* The caller frees. */
static char *capture_path(const struct run *run, const struct terms *terms)
{
	return xasprintf("%s/%s.png", run->directory, terms->name);
}

static struct command_words capture_to(const struct terms *terms, const char *path)
{
	struct command_words command = {0};

	command_add(&command, "capture");
	command_add_option(&command, "--head", terms->head);
	if (terms->with_cursor)
		command_add(&command, "--cursor");
	command_add(&command, path);
	return command;
}

static void run_capture(const struct run *run, struct report_step *step)
{
	CLEANUP(freep) char *path = NULL;
	struct command_words command;
	struct terms terms = {0};

	/* It was checked. */
	terms_from_step(run->scenario, step->step, &terms);
	path = capture_path(run, &terms);
	command = capture_to(&terms, path);
	unlink(path);
	step->result = child_command_run(run->target, command.words);
	report_add_picture(step, terms.name, TAKE(path));
}

/* -- Before the first step ------------------------------------------------------- */

static int check_expect(const struct run *run, const struct scenario_step *step)
{
	CLEANUP(freep) char *reference = NULL;
	struct command_words command;

	if (!last_word(step))
		return wrong_step(run, step, 0, "expect needs a reference, last: a PNG file");
	reference = reference_path(run, step);
	command = expect_as_wait(step, reference, "");
	return check_child(run, step, &command);
}

/* What `look` is to compare by, when the picture that was captured is a reference. */
static int check_terms(const struct run *run, const struct scenario_step *step,
		       const struct terms *terms)
{
	struct command_words command = {0};

	command_add(&command, "wait");
	command_add_option(&command, "--match", "/dev/null");
	command_add_option(&command, "--timeout", terms->timeout);
	command_add_option(&command, "--tolerance", terms->tolerance);
	command_add_option(&command, "--allow", terms->allowed);
	command_add_option(&command, "--cross-tolerance", terms->cross_tolerance);
	command_add_option(&command, "--cross-allow", terms->cross_allowed);
	terms_add_boxes(terms, &command);
	return check_child(run, step, &command);
}

static int check_capture(const struct run *run, const struct scenario_step *step)
{
	CLEANUP(freep) char *path = NULL;
	struct command_words command;
	struct terms terms;
	int status = terms_from_step(run->scenario, step, &terms);

	if (status != STATUS_DONE)
		return status;
	if (strchr(terms.name, '/'))
		return wrong_step(run, step, 0, "capture needs a name, last, for the report");
	path = capture_path(run, &terms);
	command = capture_to(&terms, path);
	status = check_child(run, step, &command);
	return status == STATUS_DONE ? check_terms(run, step, &terms) : status;
}

static int check_step(const struct run *run, const struct scenario_step *step)
{
	const char *name = step->words[0];
	struct command_words command = {0};
	unsigned ms;

	if (strcmp(name, "expect") == 0)
		return check_expect(run, step);
	if (strcmp(name, "capture") == 0)
		return check_capture(run, step);
	if (strcmp(name, "pause") == 0)
		return pause_of(step, &ms)
			       ? STATUS_DONE
			       : wrong_step(run, step, 0, "pause needs a time such as 500ms or 2s");
	if (!is_plain(name))
		return wrong_step(
			run, step, 0,
			"there is no such step: wait, expect, capture, key, type, pointer, "
			"touch, console, power and pause are");
	for (unsigned i = 0; i < step->words_count; i++)
		command_add(&command, step->words[i]);
	return check_child(run, step, &command);
}

static int check_all(const struct run *run)
{
	for (size_t i = 0; i < run->scenario->steps_count; i++) {
		int status = check_step(run, &run->scenario->steps[i]);

		if (status != STATUS_DONE)
			return status;
	}
	return STATUS_DONE;
}

/* -- The run --------------------------------------------------------------------- */

static void run_step(const struct run *run, struct report_step *step)
{
	const char *name = step->step->words[0];

	step->was_run = true;
	if (strcmp(name, "expect") == 0)
		run_expect(run, step);
	else if (strcmp(name, "capture") == 0)
		run_capture(run, step);
	else if (strcmp(name, "pause") == 0)
		sleep_for(step);
	else
		step->result = child_command_run(run->target, step->step->words);
}

static void print_step(const struct report_step *step)
{
	printf("%-6s %3u.%03u s  %s\n",
	       step->result.status == STATUS_DONE ? "ok"
	       : step->result.status == STATUS_NO ? "failed"
						  : "error",
	       step->result.duration_ms / 1000, step->result.duration_ms % 1000, step->step->text);
	if (step->result.status != STATUS_DONE)
		fputs(step->result.err, stdout);
	fflush(stdout);
}

/* Returns the worst status of all steps. */
static int run_all(struct run *run)
{
	struct report *report = &run->report;
	int worst = STATUS_DONE;

	for (size_t i = 0; i < report->steps_count; i++) {
		struct report_step *step = &report->steps[i];

		if (worst != STATUS_DONE && !run->keeps_going)
			break;
		run_step(run, step);
		print_step(step);
		report->duration_ms += step->result.duration_ms;
		if (step->result.status > worst)
			worst = step->result.status;
	}
	/* What only the gateway could find wrong: a key, a head. */
	return worst == STATUS_USAGE ? STATUS_COULD_NOT : worst;
}

static int write_file(const struct run *run, const char *name, char *text)
{
	CLEANUP(freep) char *content = text;
	CLEANUP(freep) char *path = xasprintf("%s/%s", run->directory, name);
	int r = output_file_write(path, content, strlen(content));

	return r < 0 ? could_not("cannot write %s: %s", path, strerror(-r)) : STATUS_DONE;
}

static int write_report(const struct run *run)
{
	int status = write_file(run, "report.html", report_html(&run->report));
	int other = write_file(run, "junit.xml", report_junit(&run->report));

	return status != STATUS_DONE ? status : other;
}

static void begin_report(struct run *run)
{
	const struct scenario *scenario = run->scenario;
	struct report *report = &run->report;

	report->scenario = scenario;
	report->started = time(NULL);
	report->steps_count = scenario->steps_count;
	report->steps = xcalloc(scenario->steps_count, sizeof(*report->steps));
	for (size_t i = 0; i < scenario->steps_count; i++)
		report->steps[i].step = &scenario->steps[i];
}

static int run_scenario(struct run *run)
{
	int status = check_all(run);
	int written;

	if (status != STATUS_DONE)
		return status;
	if (mkdir(run->directory, 0777) < 0 && errno != EEXIST)
		return could_not("cannot make the folder %s: %s", run->directory, strerror(errno));
	begin_report(run);
	status = run_all(run);
	written = write_report(run);
	report_finish(&run->report);
	return status != STATUS_DONE ? status : written;
}

static int run_command(const struct target *target, int argc, char **argv)
{
	static const struct option options[] = {
		{"report", required_argument, NULL, 'r'},
		{"keep-going", no_argument, NULL, 'k'},
		{0},
	};
	CLEANUP(scenario_destroyp) struct scenario *scenario = NULL;
	struct run run = {.target = target, .directory = REPORT_DEFAULT};
	int option;
	int status;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'r')
			run.directory = optarg;
		else if (option == 'k')
			run.keeps_going = true;
		else
			return STATUS_USAGE;
	}
	if (optind + 1 != argc)
		return usage_error("run needs one scenario: a file");
	status = scenario_read(argv[optind], &scenario);
	run.scenario = scenario;
	return status == STATUS_DONE ? run_scenario(&run) : status;
}

const struct command command_run_scenario = {
	.name = "run",
	.arguments = "[--report DIR] [--keep-going] FILE",
	.summary = "carry out a scenario, and report",
	.help = "  --report DIR    where report.html, junit.xml and pictures go: "
		"" REPORT_DEFAULT " (default)\n"
		"  --keep-going    do not stop at the first step that fails\n",
	.run = run_command,
};
