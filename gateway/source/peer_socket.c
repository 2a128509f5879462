/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/source/peer_socket.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "common/cleanup.h"

static const char *reason_of(int error, const char *path)
{
	struct stat status;

	switch (error) {
	case ENOENT:
		return "no such file";
	case ECONNREFUSED:
		/* What connect(2) says of other files too. */
		if (stat(path, &status) == 0 && !S_ISSOCK(status.st_mode))
			return "it is not a socket";
		return "nobody listens on the socket";
	case EACCES:
	case EPERM:
		return "no permission to connect";
	case EAGAIN:
		return "too many others are waiting to connect";
	case ENOTDIR:
		return "a part of the path is not a folder";
	case EPROTOTYPE:
		return "it is a socket of another kind";
	default:
		return strerror(error);
	}
}

int peer_socket_connect(const char *path, const char **ret_reason)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	CLEANUP(close_fdp) int fd = -1;

	if (strlen(path) >= sizeof(address.sun_path)) {
		*ret_reason = "the path is too long for a socket";
		return -ENAMETOOLONG;
	}
	strcpy(address.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		int error = errno;

		*ret_reason = reason_of(error, path);
		return -error;
	}
	return take_fd(&fd);
}

bool peer_socket_is_absence(int error)
{
	return error == -ENOENT || error == -ECONNREFUSED;
}
