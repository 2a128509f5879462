/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/arguments.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define DURATION_MAX_MS 3600000

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

/* A number with its unit: one of `units`, which ends with NULL. */
static bool scaled_from_text(const char *text, const char *const *units, const uint64_t *scales,
			     uint64_t max, uint64_t *ret_number)
{
	const char *unit = text + strspn(text, "0123456789");
	unsigned i = 0;
	uint64_t number;

	while (units[i] && strcmp(unit, units[i]) != 0)
		i++;
	/* Nine digits are no overflow. */
	if (unit == text || unit - text > 9 || !units[i])
		return false;
	number = strtoul(text, NULL, 10) * scales[i];
	if (number > max)
		return false;
	*ret_number = number;
	return true;
}

bool time_from_text(const char *text, unsigned max_ms, unsigned *ret_ms)
{
	static const char *const units[] = {"ms", "s", "m", "h", NULL};
	static const uint64_t scales[] = {1, 1000, 60000, 3600000};
	uint64_t number;

	if (!scaled_from_text(text, units, scales, max_ms, &number))
		return false;
	*ret_ms = (unsigned)number;
	return true;
}

bool duration_from_text(const char *text, unsigned *ret_ms)
{
	return time_from_text(text, DURATION_MAX_MS, ret_ms);
}

bool size_from_text(const char *text, uint64_t *ret_bytes)
{
	static const char *const units[] = {"", "K", "M", "G", NULL};
	static const uint64_t scales[] = {1, 1u << 10, 1u << 20, 1u << 30};
	uint64_t number;

	if (!scaled_from_text(text, units, scales, UINT64_C(1023) << 30, &number) || number == 0)
		return false;
	*ret_bytes = number;
	return true;
}

bool fraction_from_text(const char *text, double *ret_number)
{
	char *end;
	double number;

	/* strtod() takes more than decimals. */
	if (strspn(text, "0123456789.") != strlen(text) || *text == '\0')
		return false;
	number = strtod(text, &end);
	if (*end || number > 1)
		return false;
	*ret_number = number;
	return true;
}

/* Digits up to `end`, which `*text` is left behind. */
static bool take_number(const char **text, char end, uint32_t *ret_number)
{
	uint32_t number = 0;
	const char *at = *text;

	for (; *at >= '0' && *at <= '9'; at++) {
		number = number * 10 + (uint32_t)(*at - '0');
		if (number > PICTURE_SIDE_MAX)
			return false;
	}
	if (at == *text || *at != end)
		return false;
	*text = end ? at + 1 : at;
	*ret_number = number;
	return true;
}

bool box_from_text(const char *text, struct picture_box *ret_box)
{
	struct picture_box box;

	if (!take_number(&text, ',', &box.x) || !take_number(&text, ',', &box.y) ||
	    !take_number(&text, 'x', &box.width) || !take_number(&text, '\0', &box.height) ||
	    box.width == 0 || box.height == 0)
		return false;
	*ret_box = box;
	return true;
}
