/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * RDP socket
 *
 * How the kernel is to treat a client's connection.
 */

/**
 * Bounds what the kernel keeps for the client, and has it find out when the
 * client is gone. To be called after FreeRDP, which has a mind of its own on it.
 */
void rdp_socket_tune(int fd);
