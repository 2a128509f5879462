/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Peer socket
 *
 * Connects to a unix socket without waiting, and says in plain words why not.
 */

#include <stdbool.h>

/**
 * Connects to the socket at `path`.
 *
 * Returns a non-blocking descriptor, or negative errno with `*ret_reason` set to
 * a constant sentence part, such as "no such file".
 */
int peer_socket_connect(const char *path, const char **ret_reason);

/** Whether an error of the above only means that the peer is not running. */
bool peer_socket_is_absence(int error);
