/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/input_file.h"
#include "common/base64.h"
#include "common/xalloc.h"

#define PICTURE_BYTES_MAX ((size_t)64 << 20)

void report_add_picture(struct report_step *step, const char *title, char *path)
{
	if (step->pictures_count == REPORT_PICTURES_MAX) {
		free(path);
		return;
	}
	step->pictures[step->pictures_count++] = (struct report_picture){title, path};
}

void report_finish(struct report *report)
{
	for (size_t i = 0; i < report->steps_count; i++) {
		struct report_step *step = &report->steps[i];

		child_result_finish(&step->result);
		for (unsigned k = 0; k < step->pictures_count; k++)
			free(step->pictures[k].path);
	}
	free(report->steps);
}

char *report_escape(const char *text)
{
	char *escaped = xcalloc(1, strlen(text) * 6 + 1);
	char *to = escaped;

	for (; *text; text++) {
		switch (*text) {
		case '&':
			to = stpcpy(to, "&amp;");
			break;
		case '<':
			to = stpcpy(to, "&lt;");
			break;
		case '>':
			to = stpcpy(to, "&gt;");
			break;
		case '"':
			to = stpcpy(to, "&quot;");
			break;
		default:
			/* XML has no control characters but these. */
			*to++ = (unsigned char)*text >= ' ' || strchr("\t\n", *text) ? *text : '?';
		}
	}
	return escaped;
}

/* -- JUnit ----------------------------------------------------------------------- */

static const char *outcome_of(const struct report_step *step)
{
	if (!step->was_run)
		return "skipped";
	if (step->result.status == STATUS_DONE)
		return "ok";
	return step->result.status == STATUS_NO ? "failed" : "error";
}

static unsigned count(const struct report *report, const char *outcome)
{
	unsigned sum = 0;

	for (size_t i = 0; i < report->steps_count; i++)
		sum += strcmp(outcome_of(&report->steps[i]), outcome) == 0;
	return sum;
}

static void write_test_case(FILE *file, const struct report *report, const struct report_step *step)
{
	CLEANUP(freep) char *name = report_escape(step->step->text);
	CLEANUP(freep) char *class = report_escape(report->scenario->path);
	CLEANUP(freep) char *err = report_escape(step->was_run ? step->result.err : "");
	CLEANUP(freep) char *out = report_escape(step->was_run ? step->result.out : "");
	const char *outcome = outcome_of(step);

	fprintf(file, "    <testcase classname=\"%s\" name=\"line %u: %s\" time=\"%u.%03u\">\n",
		class, step->step->line, name, step->result.duration_ms / 1000,
		step->result.duration_ms % 1000);
	if (strcmp(outcome, "skipped") == 0)
		fputs("      <skipped/>\n", file);
	else if (strcmp(outcome, "ok") != 0)
		fprintf(file, "      <%s message=\"%.*s\">%s</%s>\n",
			step->result.status == STATUS_NO ? "failure" : "error",
			(int)strcspn(err, "\n"), err, err,
			step->result.status == STATUS_NO ? "failure" : "error");
	if (*out)
		fprintf(file, "      <system-out>%s</system-out>\n", out);
	fputs("    </testcase>\n", file);
}

char *report_junit(const struct report *report)
{
	CLEANUP(freep) char *name = report_escape(report->scenario->path);
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	fprintf(file,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<testsuites>\n"
		"  <testsuite name=\"%s\" tests=\"%zu\" failures=\"%u\" errors=\"%u\" "
		"skipped=\"%u\" time=\"%u.%03u\">\n",
		name, report->steps_count, count(report, "failed"), count(report, "error"),
		count(report, "skipped"), report->duration_ms / 1000, report->duration_ms % 1000);
	for (size_t i = 0; i < report->steps_count; i++)
		write_test_case(file, report, &report->steps[i]);
	fputs("  </testsuite>\n</testsuites>\n", file);
	fclose(file);
	return text;
}

/* -- HTML ------------------------------------------------------------------------ */

static const char style[] =
	"body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:100rem;padding:0 1rem;"
	"color:#1c2430;background:#f6f7f9}"
	"h1{font-size:1.4rem;margin-bottom:.2rem}"
	"p{margin:.2rem 0;color:#5a6675}"
	"li{background:#fff;border-left:.4rem solid #2f9e44;margin:.4rem 0;padding:.4rem .8rem;"
	"list-style:none}"
	"ol{padding:0}"
	"li.failed,li.error{border-color:#e03131}li.skipped{border-color:#adb5bd;opacity:.6}"
	"code{font-size:.95rem}time{float:right;color:#5a6675}"
	"pre{white-space:pre-wrap;margin:.3rem 0;color:#c92a2a}pre.out{color:#5a6675}"
	"figure{display:inline-block;margin:.4rem .6rem .4rem 0;max-width:32%;vertical-align:top}"
	"img{max-width:100%;border:1px solid #ced4da}"
	"@media(max-width:50rem){figure{max-width:100%}}";

/* A picture that was not made is left out. */
static void write_picture(FILE *file, const struct report_picture *picture)
{
	CLEANUP(freep) uint8_t *bytes = NULL;
	CLEANUP(freep) char *text = NULL;
	size_t size;

	if (input_file_read(picture->path, PICTURE_BYTES_MAX, &bytes, &size) < 0)
		return;
	text = base64_encode(bytes, size);
	fprintf(file,
		"<figure><img alt=\"%s\" src=\"data:image/png;base64,%s\">"
		"<figcaption>%s</figcaption></figure>\n",
		picture->title, text, picture->title);
}

static void write_text(FILE *file, const char *class, const char *text)
{
	CLEANUP(freep) char *escaped = report_escape(text);

	if (*text)
		fprintf(file, "<pre class=\"%s\">%s</pre>\n", class, escaped);
}

static void write_step(FILE *file, const struct report_step *step)
{
	CLEANUP(freep) char *text = report_escape(step->step->text);

	fprintf(file, "<li class=\"%s\"><time>%u.%03u s</time>%u: <code>%s</code>\n",
		outcome_of(step), step->result.duration_ms / 1000, step->result.duration_ms % 1000,
		step->step->line, text);
	if (step->was_run) {
		write_text(file, "err", step->result.err);
		write_text(file, "out", step->result.out);
	}
	for (unsigned i = 0; i < step->pictures_count; i++)
		write_picture(file, &step->pictures[i]);
	fputs("</li>\n", file);
}

char *report_html(const struct report *report)
{
	CLEANUP(freep) char *name = report_escape(report->scenario->path);
	unsigned wrong = count(report, "failed") + count(report, "error");
	char started[64] = "";
	char *text = NULL;
	struct tm time;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	if (localtime_r(&report->started, &time))
		strftime(started, sizeof(started), "%Y-%m-%d %H:%M:%S %z", &time);
	fprintf(file,
		"<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
		"<meta name=\"viewport\" content=\"width=device-width\"><title>%s</title>"
		"<style>%s</style></head><body>\n<h1>%s: %s</h1>\n"
		"<p>%u of %zu steps were as expected, %u were not run; %u.%03u s from "
		"%s</p>\n<ol>\n",
		name, style, name, wrong ? "failed" : "as expected", count(report, "ok"),
		report->steps_count, count(report, "skipped"), report->duration_ms / 1000,
		report->duration_ms % 1000, started);
	for (size_t i = 0; i < report->steps_count; i++)
		write_step(file, &report->steps[i]);
	fputs("</ol>\n</body></html>\n", file);
	fclose(file);
	return text;
}
