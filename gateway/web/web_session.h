/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Sessions
 *
 * Who has logged in: a random token for each, which the browser keeps as a
 * cookie and a program as its bearer token. A session ends some hours after
 * its last use. When the table is full, the one that was not used for longest
 * makes room.
 *
 * Threads: none of its own; one at a time.
 */

#include <stdbool.h>
#include <stdint.h>

#include "common/cleanup.h"

struct web_sessions;

#define WEB_SESSIONS_MAX 256

/* 256 random bits in hexadecimal. */
#define WEB_TOKEN_LENGTH 64

#define WEB_SESSION_IDLE_US (12 * 3600 * UINT64_C(1000000))

/** `now_us` is the clock: loop_now_us(), or a test's. */
struct web_sessions *web_sessions_create(uint64_t (*now_us)(void));

/** Accepts NULL. */
void web_sessions_destroy(struct web_sessions *sessions);

/** Opens a session and writes its token. Returns its id, or 0 without random numbers. */
uint64_t web_sessions_open(struct web_sessions *sessions, char ret_token[WEB_TOKEN_LENGTH + 1]);

/** The id of the session with this token, which this counts as a use of; 0 if there is none. */
uint64_t web_sessions_find(struct web_sessions *sessions, const char *token);

void web_sessions_close(struct web_sessions *sessions, uint64_t id);

DEFINE_CLEANUP(struct web_sessions *, web_sessions_destroy)
