/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Sessions
 *
 * Who has logged in: a random token for each, which the browser keeps as a
 * cookie and a program as its bearer token. A session ends some hours after
 * its last use, or with a new password. When the table is full, the one that
 * was not used for longest makes room.
 *
 * They outlive the gateway, so that a page comes back by itself when that was
 * started again: the state directory has each token's digest, of which nobody
 * makes a token.
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

/* A use is worth writing down after this long. */
#define WEB_SESSION_SAVE_US (300 * UINT64_C(1000000))

/**
 * `now_us` is the clock, which goes on while no gateway runs. `password` is what
 * the sessions were opened with: they are over when it is another. Both
 * strings are copied. `state_dir`, NULL for none, is where they are kept.
 */
struct web_sessions *web_sessions_create(uint64_t (*now_us)(void), const char *password,
					 const char *state_dir);

/** Accepts NULL. */
void web_sessions_destroy(struct web_sessions *sessions);

/** Opens a session and writes its token. Returns its id, or 0 without random numbers. */
uint64_t web_sessions_open(struct web_sessions *sessions, char ret_token[WEB_TOKEN_LENGTH + 1]);

/** The id of the session with this token, which this counts as a use of; 0 if there is none. */
uint64_t web_sessions_find(struct web_sessions *sessions, const char *token);

void web_sessions_close(struct web_sessions *sessions, uint64_t id);

DEFINE_CLEANUP(struct web_sessions *, web_sessions_destroy)
