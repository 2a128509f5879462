/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * RFB over a WebSocket, for a client that knows sockets alone
 */

#include <stdint.h>

/**
 * Opens a head's RFB channel of the gateway that serves browsers on 127.0.0.1:`port`, with a
 * thread that puts bytes into frames and takes them out, for as long as the program runs. Ends
 * the program when that is not possible.
 *
 * Returns a socket.
 */
int bench_websocket_connect(uint16_t port, unsigned head);
