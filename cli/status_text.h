/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Status text
 *
 * A gateway's status for people: what it shows, who watches, and how to
 * connect by each protocol, from here and through SSH.
 */

struct json_object;

/**
 * `status` is the API's (docs/api.md); what it lacks is left out. `ssh_host` is what
 * ssh calls the gateway's machine, or NULL where that is not known. Control
 * characters are not passed on to the terminal. The caller frees.
 */
char *status_text(struct json_object *status, const char *ssh_host);
