/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Runs a target on the files that are named, and on those in directories that are named:
 * what libFuzzer does with files, for compilers that have none.
 */

#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "common/cleanup.h"
#include "common/xalloc.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/support/test.h"

static unsigned inputs;

static void run_file(const char *path, size_t size)
{
	CLEANUP(freep) uint8_t *bytes = xcalloc(1, size + 1);
	FILE *file = fopen(path, "rb");

	EXPECT(file && fread(bytes, 1, size, file) == size);
	fclose(file);
	LLVMFuzzerTestOneInput(bytes, size);
	inputs++;
}

static void run_path(const char *path);

static void run_directory(const char *path)
{
	DIR *directory = opendir(path);

	EXPECT(directory);
	for (struct dirent *entry; (entry = readdir(directory));) {
		CLEANUP(freep) char *inside = xasprintf("%s/%s", path, entry->d_name);

		if (entry->d_name[0] != '.')
			run_path(inside);
	}
	closedir(directory);
}

static void run_path(const char *path)
{
	struct stat status;

	if (stat(path, &status) < 0)
		test_fail(__FILE__, __LINE__, "%s is not there", path);
	if (S_ISDIR(status.st_mode))
		run_directory(path);
	else
		run_file(path, (size_t)status.st_size);
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		run_path(argv[i]);
	printf("%u inputs\n", inputs);
	return inputs > 0 ? 0 : 1;
}
