/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * RDP login
 *
 * TLS with our key, and the user and password that came inside it. There is no
 * NLA, which would need the password's NT hash at rest, and no RDP security,
 * which is broken.
 *
 * Threads: the viewer's.
 */

#include <freerdp/freerdp.h>
#include <stdbool.h>

#include "gateway/access/access.h"
#include "gateway/access/tls_key.h"

/** Puts the key and the kinds of security into the settings. Returns 0 or negative errno. */
int rdp_auth_prepare(rdpSettings *settings, const struct tls_key *key);

/**
 * Checks the user and password in the settings; when they are wrong, has the
 * client told so. `peer` is its address.
 */
bool rdp_auth_check(rdpContext *context, struct access *access, const char *peer);
