/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/fuzz/descriptors.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include "tests/fuzz/fuzz_target.h"

#define INPUTS_BETWEEN_COUNTS 64

static int first_free(void)
{
	int fd = fcntl(2, F_DUPFD_CLOEXEC, 0);

	CHECK(fd >= 0);
	close(fd);
	return fd;
}

/* As many as an input is likely to leave. */
#define WINDOW 12

static unsigned taken_after(int fd)
{
	unsigned taken = 0;

	for (unsigned i = 0; i < WINDOW; i++)
		if (fcntl(fd + 1 + (int)i, F_GETFD) >= 0)
			taken |= 1u << i;
	return taken;
}

static unsigned count_all(void)
{
	DIR *directory = opendir("/proc/self/fd");
	unsigned count = 0;

	CHECK(directory);
	while (readdir(directory))
		count++;
	closedir(directory);
	return count;
}

struct descriptors descriptors_now(void)
{
	static unsigned inputs;
	int free = first_free();

	return (struct descriptors){
		.first_free = free,
		.taken = taken_after(free),
		.count = inputs++ % INPUTS_BETWEEN_COUNTS == 0 ? count_all() : 0,
	};
}

void descriptors_check(const struct descriptors *before)
{
	CHECK(first_free() == before->first_free);
	CHECK(taken_after(before->first_free) == before->taken);
	descriptors_check_count(before);
}

void descriptors_check_count(const struct descriptors *before)
{
	CHECK(before->count == 0 || count_all() == before->count);
}

void descriptors_check_bound(void)
{
	CHECK(first_free() < DESCRIPTORS_MAX);
}
