/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/output_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "common/cleanup.h"
#include "common/xalloc.h"

static int write_all(int fd, const void *data, size_t size)
{
	const char *bytes = data;

	while (size > 0) {
		ssize_t written = write(fd, bytes, size);

		if (written < 0 && errno != EINTR)
			return -errno;
		if (written > 0) {
			bytes += written;
			size -= (size_t)written;
		}
	}
	return 0;
}

static int write_directly(const char *path, const void *data, size_t size)
{
	CLEANUP(close_fdp) int fd = open(path, O_WRONLY | O_CLOEXEC);

	return fd < 0 ? -errno : write_all(fd, data, size);
}

/* mkostemp() made it private: give it the mode that open() would have. */
static int fill(int fd, const void *data, size_t size)
{
	mode_t mask = umask(0);
	int r;

	umask(mask);
	if (fchmod(fd, 0666 & ~mask) < 0)
		return -errno;
	r = write_all(fd, data, size);
	if (r < 0)
		return r;
	/* Some file systems find out only now that they are full. */
	return fsync(fd) < 0 ? -errno : 0;
}

static int replace(const char *path, const void *data, size_t size)
{
	CLEANUP(freep) char *temporary = xasprintf("%s.XXXXXX", path);
	CLEANUP(close_fdp) int fd = mkostemp(temporary, O_CLOEXEC);
	int r;

	if (fd < 0)
		return -errno;
	r = fill(fd, data, size);
	if (r == 0 && rename(temporary, path) < 0)
		r = -errno;
	if (r < 0)
		unlink(temporary);
	return r;
}

int output_file_write(const char *path, const void *data, size_t size)
{
	CLEANUP(freep) char *target = NULL;
	struct stat status;

	if (strcmp(path, "-") == 0)
		return write_all(STDOUT_FILENO, data, size);
	if (stat(path, &status) < 0)
		return errno == ENOENT ? replace(path, data, size) : -errno;
	if (S_ISDIR(status.st_mode))
		return -EISDIR;
	if (!S_ISREG(status.st_mode))
		return write_directly(path, data, size);

	target = realpath(path, NULL);
	return target ? replace(target, data, size) : -errno;
}
