/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/arguments.h"

#include <errno.h>
#include <stdlib.h>

static bool long_from_text(const char *text, long min, long max, long *ret_number)
{
	char *end;
	long number;

	/* strtol() skips space, and takes a plus sign. */
	if (*text != '-' && (*text < '0' || *text > '9'))
		return false;
	errno = 0;
	number = strtol(text, &end, 10);
	if (errno || end == text || *end || number < min || number > max)
		return false;
	*ret_number = number;
	return true;
}

bool unsigned_from_text(const char *text, unsigned max, unsigned *ret_number)
{
	long number;

	if (*text == '-' || !long_from_text(text, 0, max, &number))
		return false;
	*ret_number = (unsigned)number;
	return true;
}

bool int_from_text(const char *text, int max, int *ret_number)
{
	long number;

	if (!long_from_text(text, -(long)max, max, &number))
		return false;
	*ret_number = (int)number;
	return true;
}
