/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * RFB over WebSocket
 *
 * Splices a WebSocket with one end of a socket pair, on the other end of which
 * the VNC server serves a head. What one side does not take, the other is not
 * read for: the buffers between are small, and never grow.
 *
 * Here are libwebsockets' events about the socket pair. Each returns what it
 * wants of its callback: 0, or -1 to close.
 *
 * Threads: the server's.
 */

#include <stddef.h>

struct lws;

int web_rfb_socket_read(struct lws *wsi, const void *bytes, size_t size);

int web_rfb_socket_writable(struct lws *wsi);

void web_rfb_socket_closed(struct lws *wsi);
