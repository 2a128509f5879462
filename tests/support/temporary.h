/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * A directory for one test, removed with what is in it.
 */

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/xalloc.h"
#include "tests/support/test.h"

/** The caller frees. */
static inline char *temporary_create(void)
{
	char *path = xasprintf("%s/windscreen-test-XXXXXX", getenv("TMPDIR") ?: "/tmp");

	EXPECT(mkdtemp(path));
	return path;
}

/** Removes the files in `path`, itself, and the string. */
static inline void temporary_destroy(char *path)
{
	DIR *directory = opendir(path);

	for (struct dirent *entry; directory && (entry = readdir(directory));)
		unlinkat(dirfd(directory), entry->d_name, 0);
	if (directory)
		closedir(directory);
	rmdir(path);
	free(path);
}

static inline void write_file(const char *directory, const char *name, const char *text,
			      mode_t mode)
{
	char *path = xasprintf("%s/%s", directory, name);
	FILE *file = fopen(path, "w");

	EXPECT(file && fputs(text, file) >= 0 && fclose(file) == 0 && chmod(path, mode) == 0);
	free(path);
}

static inline mode_t file_mode(const char *directory, const char *name)
{
	char *path = xasprintf("%s/%s", directory, name);
	struct stat status;

	EXPECT(stat(path, &status) == 0);
	free(path);
	return status.st_mode & 07777;
}

DEFINE_CLEANUP(char *, temporary_destroy)
