/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * POST /login and POST /logout.
 *
 * Threads: the server's.
 */

struct web_request;

void web_login_post(struct web_request *request);

void web_logout_post(struct web_request *request);
