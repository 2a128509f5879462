/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/recording_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>

#include "common/xalloc.h"

/* What is kept for the end: the pictures that the muxer still has, and the index. */
#define RESERVE (4u << 20)

struct recording_file {
	int fd;
	uint64_t position;
	uint64_t size;
	uint64_t mark;
	uint64_t room; /* up to here the disk has promised it */
	int error;
	bool is_damaged;
	bool promises_nothing; /* a file system that cannot */
};

int recording_file_create(const char *path, struct recording_file **ret_file)
{
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	struct recording_file *file;

	if (fd < 0)
		return -errno;
	file = xcalloc(1, sizeof(*file));
	file->fd = fd;
	*ret_file = file;
	return 0;
}

void recording_file_close(struct recording_file *file)
{
	if (!file)
		return;
	/* Gives back what was promised beyond the end. */
	if (ftruncate(file->fd, (off_t)file->size) < 0 && !file->error)
		file->error = -errno;
	close(file->fd);
	free(file);
}

static bool is_within_limit(uint64_t end)
{
	struct rlimit limit;

	return getrlimit(RLIMIT_FSIZE, &limit) < 0 || limit.rlim_cur == RLIM_INFINITY ||
	       end <= limit.rlim_cur;
}

/* Has the disk promise room up to `end` and for what comes last. */
static int reserve(struct recording_file *file, uint64_t end)
{
	if (!is_within_limit(end + RESERVE))
		return -EFBIG;
	if (end + RESERVE <= file->room || file->promises_nothing)
		return 0;
	/* Twice as much as is needed, that it need not be asked for each time. */
	if (fallocate(file->fd, FALLOC_FL_KEEP_SIZE, (off_t)end, 2 * RESERVE) == 0) {
		file->room = end + 2 * RESERVE;
		return 0;
	}
	if (fallocate(file->fd, FALLOC_FL_KEEP_SIZE, (off_t)end, RESERVE) == 0)
		return 0;
	if (errno == EOPNOTSUPP || errno == ENOSYS)
		file->promises_nothing = true;
	return file->promises_nothing ? 0 : -errno;
}

static int write_all(struct recording_file *file, const uint8_t *bytes, size_t size)
{
	while (size > 0) {
		ssize_t written = pwrite(file->fd, bytes, size, (off_t)file->position);

		if (written < 0 && errno != EINTR)
			return -errno;
		if (written > 0) {
			bytes += written;
			size -= (size_t)written;
			file->position += (uint64_t)written;
			if (file->position > file->size)
				file->size = file->position;
		}
	}
	return 0;
}

int recording_file_write(struct recording_file *file, const void *bytes, size_t size)
{
	int r;

	if (file->is_damaged)
		return file->error;
	if (!file->error)
		file->error = reserve(file, file->position + size);
	r = write_all(file, bytes, size);
	if (r < 0) {
		file->is_damaged = true;
		file->error = r;
	}
	return r;
}

void recording_file_seek(struct recording_file *file, uint64_t position)
{
	file->position = position;
}

uint64_t recording_file_position(const struct recording_file *file)
{
	return file->position;
}

uint64_t recording_file_size(const struct recording_file *file)
{
	return file->size;
}

int recording_file_error(const struct recording_file *file)
{
	return file->error;
}

bool recording_file_is_damaged(const struct recording_file *file)
{
	return file->is_damaged;
}

void recording_file_mark(struct recording_file *file)
{
	if (!file->is_damaged)
		file->mark = file->size;
}

void recording_file_cut(struct recording_file *file)
{
	file->size = file->mark;
}
