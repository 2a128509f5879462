/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * The browser client's files, and who gets which of its two pages.
 *
 * Threads: the server's.
 */

struct web_request;

/** Answers with a file below the web root, or 404. `path` is relative to it. */
void web_static_answer(struct web_request *request, const char *path);

/** GET /: the page, or on to the login. */
void web_page_get(struct web_request *request);

/** GET /login: the login page, or on to the page where nobody has to log in. */
void web_login_get(struct web_request *request);
