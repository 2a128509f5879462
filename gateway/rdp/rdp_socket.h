/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * RDP socket
 *
 * How the kernel is to treat a client's connection.
 */

#include <stdbool.h>

/**
 * Bounds what the kernel keeps for the client, and has it find out when the
 * client is gone. To be called after FreeRDP, which has a mind of its own on it.
 */
void rdp_socket_tune(int fd);

/** Holds back less than a packet, or sends it. */
void rdp_socket_hold_back(int fd, bool is_held);
