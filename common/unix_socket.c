/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/unix_socket.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/cleanup.h"

#define BACKLOG 16

/* A socket's file stays behind when its process dies; nobody answers on it then. */
static int remove_dead_socket(const struct sockaddr_un *at)
{
	CLEANUP(close_fdp) int probe = -1;
	struct stat status;

	if (lstat(at->sun_path, &status) < 0)
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(status.st_mode))
		return -EEXIST;

	probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (probe < 0)
		return -errno;
	if (connect(probe, (const struct sockaddr *)at, sizeof(*at)) == 0 || errno != ECONNREFUSED)
		return -EADDRINUSE;
	return unlink(at->sun_path) < 0 ? -errno : 0;
}

int unix_socket_listen(const char *path)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	CLEANUP(close_fdp) int fd = -1;
	int r;

	if (strlen(path) >= sizeof(at.sun_path))
		return -ENAMETOOLONG;
	strcpy(at.sun_path, path);
	r = remove_dead_socket(&at);
	if (r < 0)
		return r;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	/* Linux applies the socket's own mode to the file that bind() makes, so
	 * that there is no moment in which others could connect: unix(7). */
	if (fchmod(fd, 0600) < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0 ||
	    listen(fd, BACKLOG) < 0)
		return -errno;
	return take_fd(&fd);
}
