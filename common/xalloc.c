/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/xalloc.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *check(void *allocated)
{
	if (!allocated) {
		fputs("out of memory\n", stderr);
		abort();
	}
	return allocated;
}

void *xcalloc(size_t count, size_t size)
{
	return check(calloc(count, size));
}

void *xrealloc(void *elements, size_t count, size_t size)
{
	return check(reallocarray(elements, count, size));
}

char *xstrdup(const char *text)
{
	return text ? check(strdup(text)) : NULL;
}

char *xasprintf(const char *format, ...)
{
	char *text = NULL;
	va_list arguments;

	va_start(arguments, format);
	if (vasprintf(&text, format, arguments) < 0)
		text = NULL;
	va_end(arguments);
	return check(text);
}
