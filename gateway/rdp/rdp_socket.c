/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/rdp/rdp_socket.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

/* What may wait in the kernel for the network to take it: what is there cannot be replaced by
 * a newer frame. */
#define UNSENT_BYTES (64 * 1024)

/* A client whose machine or network is gone, or that takes nothing of what it was sent, is found
 * out by TCP: its thread may be waiting to send. FreeRDP gives it 9 s, which is less than a
 * notebook's way through a tunnel. */
#define SILENCE_S     60
#define UNANSWERED_MS (30 * 1000)

static void set_option(int fd, int level, int name, int value)
{
	/* A unix socket has none of them, and needs none. */
	setsockopt(fd, level, name, &value, sizeof(value));
}

void rdp_socket_tune(int fd)
{
	set_option(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, UNSENT_BYTES);
	set_option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, UNANSWERED_MS);
	set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, SILENCE_S);
	set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
}

void rdp_socket_hold_back(int fd, bool is_held)
{
	set_option(fd, IPPROTO_TCP, TCP_CORK, is_held);
}
