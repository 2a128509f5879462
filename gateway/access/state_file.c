/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/access/state_file.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "common/cleanup.h"
#include "common/xalloc.h"

static int read_all(int fd, char **ret_text)
{
	CLEANUP(freep) char *text = xcalloc(1, STATE_FILE_MAX + 2);
	size_t size = 0;
	ssize_t n;

	while (size <= STATE_FILE_MAX && (n = read(fd, text + size, STATE_FILE_MAX + 1 - size))) {
		if (n < 0 && errno != EINTR)
			return -errno;
		size += n < 0 ? 0 : (size_t)n;
	}
	if (size > STATE_FILE_MAX)
		return -EFBIG;
	if (strlen(text) != size)
		return -EINVAL;

	*ret_text = TAKE(text);
	return 0;
}

static int read_file(const char *path, bool must_be_private, char **ret_text)
{
	CLEANUP(close_fdp) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	struct stat status;

	if (fd < 0 || fstat(fd, &status) < 0)
		return -errno;
	if (must_be_private && (status.st_mode & (S_IRWXG | S_IRWXO)))
		return -EPERM;
	return read_all(fd, ret_text);
}

int state_file_read(const char *path, char **ret_text)
{
	return read_file(path, false, ret_text);
}

int state_file_read_private(const char *path, char **ret_text)
{
	return read_file(path, true, ret_text);
}

int state_directory_make(const char *directory)
{
	CLEANUP(freep) char *path = xstrdup(directory);

	for (char *end = strchr(path + 1, '/'); end; end = strchr(end + 1, '/')) {
		*end = '\0';
		if (mkdir(path, 0700) < 0 && errno != EEXIST)
			return -errno;
		*end = '/';
	}
	return mkdir(path, 0700) < 0 && errno != EEXIST ? -errno : 0;
}

static int write_all(int fd, const char *text)
{
	size_t size = strlen(text);

	while (size > 0) {
		ssize_t n = write(fd, text, size);

		if (n < 0 && errno != EINTR)
			return -errno;
		text += n < 0 ? 0 : n;
		size -= n < 0 ? 0 : (size_t)n;
	}
	return fsync(fd) < 0 ? -errno : 0;
}

int state_file_write(const char *directory, const char *name, const char *text)
{
	CLEANUP(freep) char *path = xasprintf("%s/%s", directory, name);
	CLEANUP(freep) char *unfinished = xasprintf("%s.new", path);
	CLEANUP(close_fdp) int fd = -1;
	int r;

	r = state_directory_make(directory);
	if (r < 0)
		return r;
	/* What a process that died here left behind may have another mode. */
	if (unlink(unfinished) < 0 && errno != ENOENT)
		return -errno;
	fd = open(unfinished, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	r = write_all(fd, text);
	if (r == 0 && rename(unfinished, path) < 0)
		r = -errno;
	if (r < 0)
		unlink(unfinished);
	return r;
}
