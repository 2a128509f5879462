/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * VNC login
 *
 * RFB's handshake up to ClientInit: version, security type, VNC's
 * challenge. It is ours and not libvncserver's, whose list of security types is
 * shared by all the clients of a process (one that needs no password would open the
 * door for one that does) and whose challenge can be guessed. The library meets a
 * peer only after this, and never one that speaks WebSocket.
 *
 * Threads: the viewer's own, which it blocks.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct access;
struct wakeup;

/* How long a peer may take for the whole of it, without the delay after failed logins. */
#define VNC_LOGIN_TIMEOUT_MS 10000

/* Why a login ended, for the log. */
#define VNC_LOGIN_REASON_MAX 128

#define VNC_CHALLENGE_SIZE 16

struct vnc_login {
	int fd;			   /* non-blocking stream socket */
	const struct wakeup *stop; /* a signal ends the login */
	struct access *access;	   /* NULL: no password is asked for */
	const char *protocol;	   /* for failed logins' log */
	const char *peer;

	/* Called when the peer has shown that it may watch, before it is told.
	 * false turns it away, with `reason` filled in. */
	bool (*admit)(void *data, char reason[VNC_LOGIN_REASON_MAX]);
	void *data;
};

/**
 * Runs the handshake. Returns 0; or negative errno, with the reason in words in
 * `ret_reason`: -EACCES for a wrong password, -EPROTO for what is not RFB,
 * -ETIMEDOUT, -ECANCELED when told to stop, -ECONNRESET.
 */
int vnc_login_run(const struct vnc_login *login, char ret_reason[VNC_LOGIN_REASON_MAX]);

/** Whether `response` answers `challenge` with this password. In constant time. */
bool vnc_login_response_is_right(const uint8_t challenge[VNC_CHALLENGE_SIZE],
				 const uint8_t response[VNC_CHALLENGE_SIZE], const char *password);

/**
 * Whether the library can compute VNC's DES at all: crypto policies switch it
 * off, and the library then leaves the challenge as it is, which a peer could
 * simply send back.
 */
bool vnc_login_is_possible(void);
