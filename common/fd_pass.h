/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * File descriptors over unix sockets (SCM_RIGHTS, unix(7)).
 */

#include <stddef.h>
#include <sys/types.h>

/**
 * Makes a connected pair of stream sockets, close-on-exec, non-blocking.
 * Returns 0 or negative errno.
 */
int fd_pass_pair(int ret_fds[2]);

/**
 * Sends `size` bytes and, unless `fd` is negative, that descriptor with them.
 * The caller keeps `fd`.
 *
 * Returns the bytes sent, which may be fewer than `size`; the descriptor went
 * with the first of them. -EAGAIN when the socket is full.
 */
ssize_t fd_pass_send(int socket, const void *bytes, size_t size, int fd);

/**
 * Receives up to `size` bytes and at most one descriptor, which the caller then
 * owns; `*ret_fd` is -1 when none came. Further descriptors are closed.
 *
 * Returns the bytes received, 0 at end of file, or negative errno.
 */
ssize_t fd_pass_receive(int socket, void *bytes, size_t size, int *ret_fd);

/* As many descriptors as come with one message here. */
#define FD_PASS_MAX 8

/**
 * The same with up to FD_PASS_MAX descriptors, which are put into `ret_fds`
 * and counted in `*ret_count`; the caller owns them. Further ones are closed.
 */
ssize_t fd_pass_receive_many(int socket, void *bytes, size_t size, int ret_fds[FD_PASS_MAX],
			     unsigned *ret_count);
