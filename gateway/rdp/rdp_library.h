/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * FreeRDP as a library: what has to be set up once for the process, and what
 * it tells of its mind.
 *
 * Threads: any.
 */

#include <stdbool.h>

/** Prepares FreeRDP, once for the process. Returns 0 or -EIO. */
int rdp_library_init(void);

/**
 * Tells that the calling thread serves this virtual channel manager.
 *
 * rdpei_server_init() opens its channel in "the current session", which FreeRDP
 * before 3.15 does not know: a thread serves one, so it is looked up here.
 */
void rdp_library_enter_session(void *channel_manager);

/** What FreeRDP last complained of on this thread; "" when it did not. */
const char *rdp_library_complaint(void);

void rdp_library_forget_complaint(void);
