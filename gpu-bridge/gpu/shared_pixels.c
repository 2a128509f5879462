/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gpu-bridge/gpu/shared_pixels.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>

#include "common/cleanup.h"

static int map_pixels(struct shared_pixels *pixels)
{
	void *bytes;

	pixels->fd = memfd_create("windscreen-gpu", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (pixels->fd < 0 || ftruncate(pixels->fd, (off_t)pixels->size) < 0)
		return -errno;
	bytes = mmap(NULL, pixels->size, PROT_READ | PROT_WRITE, MAP_SHARED, pixels->fd, 0);
	if (bytes == MAP_FAILED)
		return -errno;
	pixels->bytes = bytes;
	if (fcntl(pixels->fd, F_ADD_SEALS,
		  F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_FUTURE_WRITE | F_SEAL_SEAL) < 0)
		return -errno;
	return 0;
}

int shared_pixels_init(struct shared_pixels *pixels, size_t size)
{
	int r;

	*pixels = (struct shared_pixels){.fd = -1, .size = size};
	r = map_pixels(pixels);
	if (r < 0)
		shared_pixels_finish(pixels);
	return r;
}

void shared_pixels_finish(struct shared_pixels *pixels)
{
	if (pixels->size == 0)
		return;
	if (pixels->bytes)
		munmap(pixels->bytes, pixels->size);
	close_fd(pixels->fd);
	*pixels = (struct shared_pixels){.fd = -1};
}
