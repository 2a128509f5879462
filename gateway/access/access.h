/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Access
 *
 * Who may watch and drive: the passwords that are made at first start and
 * kept in the state directory (readable by its owner only), and how failed
 * logins are slowed down, over all listeners together.
 *
 * Threads: any.
 */

#include <stdbool.h>
#include <stdint.h>

#include "common/cleanup.h"

enum access_mode {
	ACCESS_PASSWORD,
	ACCESS_OPEN,
};

/* The one user that there is until users come. */
#define ACCESS_USER "dev"

/* VNC's protocol cuts a password here. */
#define ACCESS_VNC_PASSWORD_LENGTH 8

struct access;

/**
 * Reads the passwords from `state_dir`, or makes and stores them there
 * (files `password` and `vnc-password`, 0600; the directory, 0700, as well).
 * Open mode touches no file. Returns 0 or negative errno, logged.
 */
int access_create(enum access_mode mode, const char *state_dir, struct access **ret_access);

/** Has failures counted by another clock than loop_now_us(): for tests. */
void access_set_clock(struct access *access, uint64_t (*now_us)(void));

/** Accepts NULL. */
void access_destroy(struct access *access);

enum access_mode access_mode(const struct access *access);

/** For showing to the operator. "" in open mode. */
const char *access_password(const struct access *access);
const char *access_vnc_password(const struct access *access);

/**
 * How long to wait before an answer to a login is given, in milliseconds: 0
 * at first, growing with the failed logins of late, at most ACCESS_DELAY_MAX_MS.
 */
#define ACCESS_DELAY_MAX_MS 5000
unsigned access_login_delay_ms(struct access *access);

/**
 * Whether user and password are right (always, in open mode), in constant
 * time. A failure is counted, and logged with `protocol` and `peer`.
 */
bool access_check(struct access *access, const char *user, const char *password,
		  const char *protocol, const char *peer);

/** Counts and logs a login that failed by a protocol's own check (VNC's challenge). */
void access_note_failure(struct access *access, const char *protocol, const char *peer);

DEFINE_CLEANUP(struct access *, access_destroy)
