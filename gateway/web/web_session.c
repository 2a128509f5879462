/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/web/web_session.h"

#include <errno.h>
#include <inttypes.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "common/log.h"
#include "common/xalloc.h"
#include "gateway/access/state_file.h"

#define FILE_NAME "web-sessions"

/* Of a token, in hexadecimal. Keyed with the password, so that a new password
 * knows no earlier session. */
#define DIGEST_BYTES  32
#define DIGEST_LENGTH (2 * DIGEST_BYTES)

struct session {
	uint64_t id; /* 0: free */
	uint64_t used_us;
	char digest[DIGEST_LENGTH + 1];
};

struct web_sessions {
	uint64_t (*now_us)(void);
	char *password;
	char *state_dir; /* NULL: not kept */
	uint64_t saved_us;
	uint64_t ids;
	struct session sessions[WEB_SESSIONS_MAX];
};

static bool is_live(const struct web_sessions *sessions, const struct session *session)
{
	return session->id && sessions->now_us() < session->used_us + WEB_SESSION_IDLE_US;
}

static void write_hex(const uint8_t *bytes, size_t length, char *ret_hex)
{
	for (size_t i = 0; i < length; i++)
		snprintf(ret_hex + 2 * i, 3, "%02x", bytes[i]);
}

static void digest_token(const struct web_sessions *sessions, const char *token,
			 char ret_digest[DIGEST_LENGTH + 1])
{
	uint8_t bytes[DIGEST_BYTES];

	HMAC(EVP_sha256(), sessions->password, (int)strlen(sessions->password),
	     (const uint8_t *)token, strlen(token), bytes, NULL);
	write_hex(bytes, sizeof(bytes), ret_digest);
}

/* -- In the state directory: a line "DIGEST LAST-USE" for each --------------------- */

static void save(struct web_sessions *sessions)
{
	enum {
		LINE_MAX_LENGTH = DIGEST_LENGTH + 22
	};
	CLEANUP(freep) char *text = NULL;
	char *end;
	int r;

	if (!sessions->state_dir)
		return;
	end = text = xcalloc(1, WEB_SESSIONS_MAX * LINE_MAX_LENGTH + 1);
	for (size_t i = 0; i < WEB_SESSIONS_MAX; i++) {
		const struct session *session = &sessions->sessions[i];

		if (is_live(sessions, session))
			end += sprintf(end, "%s %" PRIu64 "\n", session->digest, session->used_us);
	}
	sessions->saved_us = sessions->now_us();
	r = state_file_write(sessions->state_dir, FILE_NAME, text);
	if (r < 0)
		log_warning("cannot keep who has logged in, in %s/%s: %s", sessions->state_dir,
			    FILE_NAME, strerror(-r));
}

static void load(struct web_sessions *sessions)
{
	CLEANUP(freep) char *path = xasprintf("%s/%s", sessions->state_dir, FILE_NAME);
	CLEANUP(freep) char *text = NULL;
	char *rest;
	int r = state_file_read_private(path, &text);

	if (r < 0) {
		if (r != -ENOENT)
			log_warning("%s: cannot read who has logged in, so all have to again: %s",
				    path, strerror(-r));
		return;
	}
	rest = text;
	for (size_t i = 0; i < WEB_SESSIONS_MAX; i++) {
		struct session *session = &sessions->sessions[i];
		const char *line = strsep(&rest, "\n");

		if (!line ||
		    sscanf(line, "%64[0-9a-f] %" SCNu64, session->digest, &session->used_us) != 2)
			break;
		/* A clock that was put back makes no session longer. */
		if (session->used_us > sessions->now_us())
			session->used_us = sessions->now_us();
		session->id = ++sessions->ids;
	}
}

struct web_sessions *web_sessions_create(uint64_t (*now_us)(void), const char *password,
					 const char *state_dir)
{
	struct web_sessions *sessions = xcalloc(1, sizeof(*sessions));

	sessions->now_us = now_us;
	sessions->password = xstrdup(password);
	sessions->state_dir = xstrdup(state_dir);
	if (state_dir)
		load(sessions);
	return sessions;
}

void web_sessions_destroy(struct web_sessions *sessions)
{
	if (!sessions)
		return;
	save(sessions);
	OPENSSL_cleanse(sessions->password, strlen(sessions->password));
	free(sessions->password);
	free(sessions->state_dir);
	free(sessions);
}

/* -- The table ------------------------------------------------------------------- */

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
	write_hex(random, sizeof(random), ret_token);
	digest_token(sessions, ret_token, session->digest);
	session->id = ++sessions->ids;
	session->used_us = sessions->now_us();
	save(sessions);
	return session->id;
}

uint64_t web_sessions_find(struct web_sessions *sessions, const char *token)
{
	struct session *found = NULL;
	char digest[DIGEST_LENGTH + 1];

	if (strlen(token) != WEB_TOKEN_LENGTH)
		return 0;
	digest_token(sessions, token, digest);
	/* All of them, so that the time does not tell how much of a token was right. */
	for (size_t i = 0; i < WEB_SESSIONS_MAX; i++) {
		struct session *session = &sessions->sessions[i];

		if (is_live(sessions, session) &&
		    CRYPTO_memcmp(session->digest, digest, DIGEST_LENGTH) == 0)
			found = session;
	}
	if (!found)
		return 0;
	found->used_us = sessions->now_us();
	if (found->used_us - sessions->saved_us >= WEB_SESSION_SAVE_US)
		save(sessions);
	return found->id;
}

void web_sessions_close(struct web_sessions *sessions, uint64_t id)
{
	for (size_t i = 0; i < WEB_SESSIONS_MAX; i++)
		if (sessions->sessions[i].id == id)
			sessions->sessions[i].id = 0;
	save(sessions);
}
