/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * QMP message
 *
 * One line from a QEMU monitor (docs/interop/qmp-spec in QEMU), told apart.
 */

#include <stddef.h>

/* How much of an error's description is kept, with its end. */
#define QMP_DESCRIPTION_MAX 120

enum qmp_message {
	QMP_INVALID, /* not JSON, or not of QMP */
	QMP_GREETING,
	QMP_RETURN,
	QMP_ERROR,
	QMP_EVENT,
};

/** `ret_description` is set for QMP_ERROR. */
enum qmp_message qmp_message_parse(const char *line, size_t length,
				   char ret_description[QMP_DESCRIPTION_MAX]);
