/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * The client's inside, as its files share it.
 */

#include <curl/curl.h>
#include <stdbool.h>

struct client {
	CURL *curl;
	struct curl_slist *headers;
	char *name; /* for messages: the socket's path, or the URL */
	char *base; /* what paths are appended to */
	bool is_unix;
	char error[CURL_ERROR_SIZE];
};

/** Says why there was no answer. `client->error` may say more. Returns the exit status. */
int client_explain_failure(const struct client *client, CURL *curl, CURLcode code);

/** Says the sentence in {"error": "..."}; 400 is what the caller asked for wrongly. `body` may be
 * NULL. Returns the exit status. */
int client_explain_refusal(const char *body, long http_status);
