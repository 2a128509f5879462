/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * QMP message
 *
 * One line from a QEMU monitor (docs/interop/qmp-spec in QEMU), told apart.
 */

#include <stddef.h>

#include "common/cleanup.h"

struct json_object;

enum qmp_message_kind {
	QMP_INVALID, /* not JSON, or not of QMP */
	QMP_GREETING,
	QMP_RETURN,
	QMP_ERROR,
	QMP_EVENT,
};

/* What is not of the message's kind is NULL. */
struct qmp_message {
	enum qmp_message_kind kind;
	struct json_object *whole; /* owns the rest */
	struct json_object *value; /* of a return; NULL is JSON's null */
	const char *text;	   /* an error's description, or an event's name */
};

/** Never fails; to be finished. */
struct qmp_message qmp_message_parse(const char *line, size_t length);

void qmp_message_finish(struct qmp_message *message);
