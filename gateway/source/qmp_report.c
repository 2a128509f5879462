/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/source/qmp_report.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/xalloc.h"

static void append(struct qmp_report *report, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void append(struct qmp_report *report, const char *format, ...)
{
	size_t room = sizeof(report->events) - report->length;
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(report->events + report->length, room, format, arguments);
	va_end(arguments);
	assert(length >= 0 && (size_t)length < room);
	report->length += (size_t)length;
}

static const char *separator(const struct qmp_report *report)
{
	return report->length > 0 ? "," : "";
}

static const char *truth(bool is_true)
{
	return is_true ? "true" : "false";
}

void qmp_report_key(struct qmp_report *report, uint8_t qnum, bool is_down)
{
	append(report,
	       "%s{\"type\":\"key\",\"data\":{\"down\":%s,"
	       "\"key\":{\"type\":\"number\",\"data\":%u}}}",
	       separator(report), truth(is_down), qnum);
}

void qmp_report_named_key(struct qmp_report *report, const char *name, bool is_down)
{
	append(report,
	       "%s{\"type\":\"key\",\"data\":{\"down\":%s,"
	       "\"key\":{\"type\":\"qcode\",\"data\":\"%s\"}}}",
	       separator(report), truth(is_down), name);
}

void qmp_report_axis(struct qmp_report *report, const char *type, const char *axis, int32_t value)
{
	append(report, "%s{\"type\":\"%s\",\"data\":{\"axis\":\"%s\",\"value\":%d}}",
	       separator(report), type, axis, value);
}

void qmp_report_button(struct qmp_report *report, const char *name, bool is_down)
{
	append(report, "%s{\"type\":\"btn\",\"data\":{\"button\":\"%s\",\"down\":%s}}",
	       separator(report), name, truth(is_down));
}

static void append_contact(struct qmp_report *report, const char *type, unsigned slot,
			   int tracking_id, const char *axis, int32_t value)
{
	append(report,
	       "%s{\"type\":\"mtt\",\"data\":{\"type\":\"%s\",\"slot\":%u,\"tracking-id\":%d,"
	       "\"axis\":\"%s\",\"value\":%d}}",
	       separator(report), type, slot, tracking_id, axis, value);
}

void qmp_report_contact(struct qmp_report *report, const char *type, unsigned slot)
{
	append_contact(report, type, slot, strcmp(type, "end") == 0 ? -1 : (int)slot, "x", 0);
}

void qmp_report_place(struct qmp_report *report, unsigned slot, const char *axis, int32_t value)
{
	append_contact(report, "data", slot, (int)slot, axis, value);
}

int qmp_report_send(const struct qmp_report *report, struct qmp *qmp, const char *device,
		    unsigned head, qmp_answer_fn on_answer, void *data)
{
	CLEANUP(freep) char *target = NULL;
	CLEANUP(freep) char *command = NULL;

	target = device[0] ? xasprintf("\"device\":\"%s\",\"head\":%u,", device, head)
			   : xstrdup("");
	command = xasprintf("{\"execute\":\"input-send-event\",\"arguments\":{%s\"events\":[%s]}}",
			    target, report->events);
	return qmp_send(qmp, command, -1, on_answer, data);
}
