/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/fuzz/fuzz_target.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

/* What was freed is kept for a while to see who still uses it: less than the sanitizer would, of
 * inputs that are done. */
const char *__asan_default_options(void);

const char *__asan_default_options(void)
{
	return "quarantine_size_mb=8";
}

void fuzz_fail(const char *file, int line, const char *condition)
{
	fprintf(stderr, "%s:%d: expected: %s\n", file, line, condition);
	abort();
}

/* What the linker puts before getrandom(2): the same numbers at each run. */
ssize_t __wrap_getrandom(void *bytes, size_t size, unsigned flags);

ssize_t __wrap_getrandom(void *bytes, size_t size, unsigned flags)
{
	memset(bytes, 0x5a, size);
	return (ssize_t)size;
}
