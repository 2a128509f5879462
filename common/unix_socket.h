/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Unix socket
 *
 * Listening stream sockets that are files, with their owner's eyes only.
 */

/**
 * Opens a listening socket at `path`, non-blocking and close-on-exec, with mode
 * 0600. A file that a dead process left behind is replaced; one that somebody
 * answers on is -EADDRINUSE, one that is no socket -EEXIST.
 *
 * Returns the descriptor or negative errno; -ENAMETOOLONG beyond 107 bytes.
 */
int unix_socket_listen(const char *path);
