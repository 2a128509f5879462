/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/encode/annexb.h"

#include <string.h>

static const uint8_t START_CODE[] = {0, 0, 1};

/* Where the next start code begins, its leading zero included, or `end`. */
static const uint8_t *find_start_code(const uint8_t *at, const uint8_t *end)
{
	const uint8_t *found = NULL;

	if (at < end)
		found = memmem(at, (size_t)(end - at), START_CODE, sizeof(START_CODE));
	if (!found)
		return end;
	return found > at && found[-1] == 0 ? found - 1 : found;
}

bool annexb_next(const uint8_t **at, const uint8_t *end, struct annexb_nal *ret_nal)
{
	const uint8_t *begin = find_start_code(*at, end);

	if (begin == end)
		return false;

	size_t start_code_bytes = sizeof(START_CODE) + (begin[2] == 0);
	const uint8_t *header = begin + start_code_bytes;
	const uint8_t *next = find_start_code(header, end);

	*at = next;
	*ret_nal = (struct annexb_nal){
		.type = header < end ? *header & 0x1f : 0,
		.data = begin,
		.size = (size_t)(next - begin),
		.start_code_bytes = start_code_bytes,
	};
	return true;
}
