/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The one line that says what was wrong.
 */

#include <stdarg.h>
#include <stdio.h>

#include "cli/command.h"

static void __attribute__((format(printf, 1, 0))) complain(const char *format, va_list arguments)
{
	fputs("windscreen: ", stderr);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
}

int usage_error(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	complain(format, arguments);
	va_end(arguments);
	return STATUS_USAGE;
}

int could_not(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	complain(format, arguments);
	va_end(arguments);
	return STATUS_COULD_NOT;
}
