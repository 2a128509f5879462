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

	return (struct descriptors){
		.first_free = first_free(),
		.count = inputs++ % INPUTS_BETWEEN_COUNTS == 0 ? count_all() : 0,
	};
}

void descriptors_check(const struct descriptors *before)
{
	CHECK(first_free() == before->first_free);
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
