/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/renderer_tag.h"

#include <string.h>

static bool is_letter_or_digit(char character)
{
	return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
	       (character >= '0' && character <= '9');
}

bool renderer_tag_is_valid(const char *text)
{
	size_t length = strlen(text);

	if (length == 0 || length > RENDERER_TAG_MAX || !is_letter_or_digit(text[0]))
		return false;
	for (; *text; text++)
		if (!is_letter_or_digit(*text) && !strchr("._-", *text))
			return false;
	return true;
}
