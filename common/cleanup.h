/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Cleanup
 *
 * Locals that clean themselves up when their scope ends, and the two ways of
 * handing them on: TAKE() for pointers, take_fd() for file descriptors.
 */

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

/* Unused: clang does not count the cleaning up as a use. */
#define CLEANUP(fn) __attribute__((cleanup(fn), unused))

/** Defines `<destructor>p()`, for CLEANUP(), from a destructor that accepts NULL. */
#define DEFINE_CLEANUP(type, destructor) \
	static inline void destructor##p(type *variable) \
	{ \
		destructor(*variable); \
	}

/** Hands ownership out of a CLEANUP() variable and leaves it empty. */
#define TAKE(pointer) \
	({ \
		__typeof__(pointer) taken_ = (pointer); \
		(pointer) = NULL; \
		taken_; \
	})

/** Hands a file descriptor out of a CLEANUP(close_fdp) variable. */
static inline int take_fd(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

/** Closes an fd unless it is negative; keeps errno. Returns -1, for `fd = close_fd(fd)`. */
static inline int close_fd(int fd)
{
	if (fd >= 0) {
		int saved = errno;

		close(fd);
		errno = saved;
	}
	return -1;
}

static inline void close_fdp(int *fd)
{
	close_fd(*fd);
}

/* free() through any pointer variable. */
static inline void freep(void *variable)
{
	free(*(void **)variable);
}
