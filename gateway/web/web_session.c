/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/web/web_session.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "common/xalloc.h"

struct session {
	uint64_t id; /* 0: free */
	uint64_t used_us;
	char token[WEB_TOKEN_LENGTH + 1];
};

struct web_sessions {
	uint64_t (*now_us)(void);
	uint64_t ids;
	struct session sessions[WEB_SESSIONS_MAX];
};

struct web_sessions *web_sessions_create(uint64_t (*now_us)(void))
{
	struct web_sessions *sessions = xcalloc(1, sizeof(*sessions));

	sessions->now_us = now_us;
	return sessions;
}

void web_sessions_destroy(struct web_sessions *sessions)
{
	if (sessions)
		OPENSSL_cleanse(sessions, sizeof(*sessions));
	free(sessions);
}

static bool is_live(const struct web_sessions *sessions, const struct session *session)
{
	return session->id && sessions->now_us() - session->used_us < WEB_SESSION_IDLE_US;
}

static struct session *find_room(struct web_sessions *sessions)
{
	struct session *oldest = &sessions->sessions[0];

	for (size_t i = 0; i < WEB_SESSIONS_MAX; i++) {
		struct session *session = &sessions->sessions[i];

		if (!is_live(sessions, session))
			return session;
		if (session->used_us < oldest->used_us)
			oldest = session;
	}
	return oldest;
}

uint64_t web_sessions_open(struct web_sessions *sessions, char ret_token[WEB_TOKEN_LENGTH + 1])
{
	struct session *session = find_room(sessions);
	uint8_t random[WEB_TOKEN_LENGTH / 2];

	if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
		return 0;
	for (size_t i = 0; i < sizeof(random); i++)
		snprintf(session->token + 2 * i, 3, "%02x", random[i]);
	session->id = ++sessions->ids;
	session->used_us = sessions->now_us();
	memcpy(ret_token, session->token, sizeof(session->token));
	return session->id;
}

uint64_t web_sessions_find(struct web_sessions *sessions, const char *token)
{
	struct session *found = NULL;

	if (strlen(token) != WEB_TOKEN_LENGTH)
		return 0;
	/* All of them, so that the time does not tell how much of a token was right. */
	for (size_t i = 0; i < WEB_SESSIONS_MAX; i++) {
		struct session *session = &sessions->sessions[i];

		if (is_live(sessions, session) &&
		    CRYPTO_memcmp(session->token, token, WEB_TOKEN_LENGTH) == 0)
			found = session;
	}
	if (!found)
		return 0;
	found->used_us = sessions->now_us();
	return found->id;
}

void web_sessions_close(struct web_sessions *sessions, uint64_t id)
{
	for (size_t i = 0; i < WEB_SESSIONS_MAX; i++)
		if (sessions->sessions[i].id == id)
			sessions->sessions[i].id = 0;
}
