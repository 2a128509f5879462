/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/fd_pass.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "common/cleanup.h"

int fd_pass_pair(int ret_fds[2])
{
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ret_fds) < 0)
		return -errno;
	return 0;
}

ssize_t fd_pass_send(int socket, const void *bytes, size_t size, int fd)
{
	union {
		char space[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = {0};
	struct iovec part = {.iov_base = (void *)bytes, .iov_len = size};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
	ssize_t sent;

	if (fd >= 0) {
		struct cmsghdr *header;

		message.msg_control = control.space;
		message.msg_controllen = sizeof(control.space);
		header = CMSG_FIRSTHDR(&message);
		header->cmsg_level = SOL_SOCKET;
		header->cmsg_type = SCM_RIGHTS;
		header->cmsg_len = CMSG_LEN(sizeof(fd));
		memcpy(CMSG_DATA(header), &fd, sizeof(fd));
	}

	do
		sent = sendmsg(socket, &message, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	return sent < 0 ? -errno : sent;
}

/* The kernel closes what the control space has no room for. */
static unsigned take_fds(struct msghdr *message, int ret_fds[FD_PASS_MAX])
{
	unsigned taken = 0;

	for (struct cmsghdr *header = CMSG_FIRSTHDR(message); header;
	     header = CMSG_NXTHDR(message, header)) {
		size_t count;

		if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS)
			continue;
		count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (size_t i = 0; i < count; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(header) + i * sizeof(int), sizeof(fd));
			if (taken < FD_PASS_MAX)
				ret_fds[taken++] = fd;
			else
				close_fd(fd);
		}
	}
	return taken;
}

ssize_t fd_pass_receive_many(int socket, void *bytes, size_t size, int ret_fds[FD_PASS_MAX],
			     unsigned *ret_count)
{
	union {
		char space[CMSG_SPACE(FD_PASS_MAX * sizeof(int))];
		struct cmsghdr align;
	} control = {0};
	struct iovec part = {.iov_base = bytes, .iov_len = size};
	struct msghdr message = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control.space,
		.msg_controllen = sizeof(control.space),
	};
	ssize_t received;

	do
		received = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
	while (received < 0 && errno == EINTR);
	if (received < 0)
		return -errno;

	*ret_count = take_fds(&message, ret_fds);
	return received;
}

ssize_t fd_pass_receive(int socket, void *bytes, size_t size, int *ret_fd)
{
	int fds[FD_PASS_MAX];
	unsigned count;
	ssize_t received = fd_pass_receive_many(socket, bytes, size, fds, &count);

	if (received < 0)
		return received;
	*ret_fd = count > 0 ? fds[0] : -1;
	for (unsigned i = 1; i < count; i++)
		close_fd(fds[i]);
	return received;
}
