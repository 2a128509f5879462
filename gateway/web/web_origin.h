/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Host and Origin
 *
 * Any page in the browser of someone who opened a tunnel can reach
 * `localhost`. Two headers that a page cannot forge tell it from ours: Host
 * has the name that the browser looked up, which is another's if that name was
 * made to point here (DNS rebinding), and Origin has the page's own address.
 *
 * Threads: any.
 */

#include <stdbool.h>

/**
 * Whether a Host header is a name or address of the loopback, or one of two
 * others, either of which may be NULL. The port does not matter, since a tunnel
 * changes it.
 */
bool host_is_ours(const char *host, const char *name, const char *address);

/** Whether an Origin header has the host and port of a Host header. */
bool origin_is_host(const char *origin, const char *host);
