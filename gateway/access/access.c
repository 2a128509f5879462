/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/access/access.h"

#include <openssl/crypto.h>
#include <pthread.h>
#include <string.h>
#include <sys/random.h>

#include "common/log.h"
#include "common/loop.h"
#include "common/xalloc.h"
#include "gateway/access/state_file.h"

/* Lower case and digits that no font makes look alike: 31 of them, so that each
 * of 16 characters is worth 4.95 bits. */
static const char alphabet[] = "abcdefghjkmnpqrstuvwxyz23456789";
#define ALPHABET_LENGTH (sizeof(alphabet) - 1)

#define PASSWORD_LENGTH_MAX 128

/* Where a password is kept, the length of one that we make, and the lengths of
 * one that the operator may have written there. */
static const struct kind {
	const char *file;
	size_t length, length_min, length_max;
} dev_password = {"password", 16, 8, PASSWORD_LENGTH_MAX},
  vnc_password = {"vnc-password", ACCESS_VNC_PASSWORD_LENGTH, ACCESS_VNC_PASSWORD_LENGTH,
		  ACCESS_VNC_PASSWORD_LENGTH};

/* The delay doubles from FIRST with each failure, and one failure is forgotten
 * after each FORGET: someone who guesses gets one answer in 5 s, someone who
 * mistyped once waits unnoticeably. */
#define DELAY_FIRST_MS	    250
#define FAILURES_REMEMBERED 6
#define FORGET_US	    (10 * UINT64_C(1000000))

struct access {
	enum access_mode mode;
	char *password;
	char *vnc_password;
	uint64_t (*now_us)(void);

	pthread_mutex_t lock;
	/* protected by lock: */
	unsigned failures; /* at `failures_us`; fewer since */
	uint64_t failures_us;
};

static int make_password(char *password, size_t length)
{
	for (size_t i = 0; i < length;) {
		uint8_t byte;

		if (getrandom(&byte, 1, 0) != 1)
			return -errno;
		/* The last, incomplete run of the alphabet would favour its first letters. */
		if (byte < 256 / ALPHABET_LENGTH * ALPHABET_LENGTH)
			password[i++] = alphabet[byte % ALPHABET_LENGTH];
	}
	password[length] = '\0';
	return 0;
}

static bool is_password(const char *text, const struct kind *kind)
{
	size_t length = strlen(text);

	for (size_t i = 0; i < length; i++)
		if (text[i] <= ' ' || text[i] > '~')
			return false;
	return length >= kind->length_min && length <= kind->length_max;
}

static int make_and_store(const char *state_dir, const struct kind *kind, char **ret_password)
{
	CLEANUP(freep) char *password = xcalloc(1, kind->length + 1);
	CLEANUP(freep) char *line = NULL;
	int r;

	r = make_password(password, kind->length);
	if (r < 0)
		return r;
	line = xasprintf("%s\n", password);
	r = state_file_write(state_dir, kind->file, line);
	if (r < 0) {
		log_error("cannot store a password in %s/%s: %s", state_dir, kind->file,
			  strerror(-r));
		return r;
	}
	*ret_password = TAKE(password);
	return 0;
}

static int load(const char *state_dir, const struct kind *kind, char **ret_password)
{
	CLEANUP(freep) char *path = xasprintf("%s/%s", state_dir, kind->file);
	CLEANUP(freep) char *text = NULL;
	int r;

	r = state_file_read_private(path, &text);
	if (r == -ENOENT)
		return make_and_store(state_dir, kind, ret_password);
	if (r == -EPERM) {
		log_error("%s: others may read or write this password: chmod 600 it, or remove it "
			  "to get a new one",
			  path);
		return r;
	}
	if (r < 0) {
		log_error("%s: cannot read this password: %s", path, strerror(-r));
		return r;
	}
	text[strcspn(text, "\r\n")] = '\0';
	if (!is_password(text, kind)) {
		log_error("%s: the first line must be a password of at least %zu and at most %zu "
			  "ASCII characters without blanks; remove the file to get a new one",
			  path, kind->length_min, kind->length_max);
		return -EINVAL;
	}
	*ret_password = TAKE(text);
	return 0;
}

int access_create(enum access_mode mode, const char *state_dir, struct access **ret_access)
{
	CLEANUP(access_destroyp) struct access *access = xcalloc(1, sizeof(*access));
	int r;

	access->mode = mode;
	access->now_us = loop_now_us;
	pthread_mutex_init(&access->lock, NULL);
	if (mode == ACCESS_OPEN) {
		access->password = xstrdup("");
		access->vnc_password = xstrdup("");
		*ret_access = TAKE(access);
		return 0;
	}

	r = load(state_dir, &dev_password, &access->password);
	if (r == 0)
		r = load(state_dir, &vnc_password, &access->vnc_password);
	if (r < 0)
		return r;
	*ret_access = TAKE(access);
	return 0;
}

static void free_secret(char *secret)
{
	if (secret)
		OPENSSL_cleanse(secret, strlen(secret));
	free(secret);
}

void access_destroy(struct access *access)
{
	if (!access)
		return;
	free_secret(access->password);
	free_secret(access->vnc_password);
	pthread_mutex_destroy(&access->lock);
	free(access);
}

void access_set_clock(struct access *access, uint64_t (*now_us)(void))
{
	access->now_us = now_us;
}

enum access_mode access_mode(const struct access *access)
{
	return access->mode;
}

const char *access_password(const struct access *access)
{
	return access->password;
}

const char *access_vnc_password(const struct access *access)
{
	return access->vnc_password;
}

static void forget_locked(struct access *access)
{
	uint64_t now_us = access->now_us();
	uint64_t forgotten = (now_us - access->failures_us) / FORGET_US;

	if (forgotten >= access->failures) {
		access->failures = 0;
		access->failures_us = now_us;
	} else {
		access->failures -= (unsigned)forgotten;
		access->failures_us += forgotten * FORGET_US;
	}
}

unsigned access_login_delay_ms(struct access *access)
{
	unsigned failures, delay_ms;

	if (access->mode == ACCESS_OPEN)
		return 0;
	pthread_mutex_lock(&access->lock);
	forget_locked(access);
	failures = access->failures;
	pthread_mutex_unlock(&access->lock);

	if (failures == 0)
		return 0;
	delay_ms = DELAY_FIRST_MS << (failures - 1);
	return delay_ms < ACCESS_DELAY_MAX_MS ? delay_ms : ACCESS_DELAY_MAX_MS;
}

/* How long it takes tells the length of what was given, which its giver knows. */
static bool is_same(const char *expected, const char *given)
{
	char padded_expected[PASSWORD_LENGTH_MAX + 1] = "";
	char padded_given[PASSWORD_LENGTH_MAX + 1] = "";
	size_t length = strnlen(given, sizeof(padded_given));

	if (length == sizeof(padded_given))
		return false;
	memcpy(padded_expected, expected, strlen(expected));
	memcpy(padded_given, given, length);
	return CRYPTO_memcmp(padded_expected, padded_given, sizeof(padded_given)) == 0;
}

bool access_check(struct access *access, const char *user, const char *password,
		  const char *protocol, const char *peer)
{
	bool is_user, is_password_right;

	if (access->mode == ACCESS_OPEN)
		return true;
	/* Both, so that the time does not tell which one was wrong. */
	is_user = is_same(ACCESS_USER, user ? user : "");
	is_password_right = is_same(access->password, password ? password : "");
	if (is_user && is_password_right)
		return true;
	access_note_failure(access, protocol, peer);
	return false;
}

void access_note_failure(struct access *access, const char *protocol, const char *peer)
{
	const struct log_subject subject = {.protocol = protocol, .peer = peer};

	pthread_mutex_lock(&access->lock);
	forget_locked(access);
	if (access->failures < FAILURES_REMEMBERED)
		access->failures++;
	pthread_mutex_unlock(&access->lock);

	/* Not the user: people type their password into that field, too. */
	log_write(LOG_LEVEL_WARNING, &subject, "refused a login with a wrong user or password");
}
