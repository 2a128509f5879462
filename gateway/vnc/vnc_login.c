/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/vnc/vnc_login.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <rfb/rfb.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>

#include "common/loop.h"
#include "common/wakeup.h"
#include "gateway/access/access.h"

#define VERSION	     "RFB 003.008\n"
#define VERSION_SIZE 12

enum security {
	SECURITY_INVALID = 0,
	SECURITY_NONE = 1,
	SECURITY_VNC = 2,
};

struct exchange {
	const struct vnc_login *login;
	uint64_t deadline_us;
	unsigned minor; /* 3, 7 or 8 */
	char *reason;
};

static int fail(struct exchange *exchange, int error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static int fail(struct exchange *exchange, int error, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(exchange->reason, VNC_LOGIN_REASON_MAX, format, arguments);
	va_end(arguments);
	return error;
}

/* Waits until the socket has `events`; until the time is over when `events` is 0. */
static int wait_for(struct exchange *exchange, short events, uint64_t until_us)
{
	for (;;) {
		uint64_t now = loop_now_us();
		struct pollfd fds[] = {
			{.fd = exchange->login->fd, .events = events},
			{.fd = wakeup_fd((struct wakeup *)exchange->login->stop), .events = POLLIN},
		};
		int n;

		if (now >= until_us && events == 0)
			return 0;
		if (now >= until_us)
			return fail(exchange, -ETIMEDOUT, "did not log in within %d seconds",
				    VNC_LOGIN_TIMEOUT_MS / 1000);
		if (events == 0)
			fds[0].fd = -1;
		n = poll(fds, 2, (int)((until_us - now + 999) / 1000));
		if (n < 0 && errno != EINTR)
			return fail(exchange, -errno, "poll: %s", strerror(errno));
		if (n > 0 && fds[1].revents)
			return fail(exchange, -ECANCELED, "the server stops");
		if (n > 0 && fds[0].revents)
			return 0;
	}
}

static int receive(struct exchange *exchange, void *buffer, size_t size)
{
	uint8_t *bytes = buffer;

	while (size > 0) {
		ssize_t n = recv(exchange->login->fd, bytes, size, 0);

		if (n > 0) {
			bytes += n;
			size -= (size_t)n;
			continue;
		}
		if (n == 0)
			return fail(exchange, -ECONNRESET, "closed the connection before login");
		if (errno == EAGAIN) {
			int r = wait_for(exchange, POLLIN, exchange->deadline_us);

			if (r < 0)
				return r;
		} else if (errno != EINTR) {
			return fail(exchange, -errno, "lost before login: %s", strerror(errno));
		}
	}
	return 0;
}

static int transmit(struct exchange *exchange, const void *buffer, size_t size)
{
	const uint8_t *bytes = buffer;

	while (size > 0) {
		ssize_t n = send(exchange->login->fd, bytes, size, MSG_NOSIGNAL);

		if (n >= 0) {
			bytes += n;
			size -= (size_t)n;
			continue;
		}
		if (errno == EAGAIN) {
			int r = wait_for(exchange, POLLOUT, exchange->deadline_us);

			if (r < 0)
				return r;
		} else if (errno != EINTR) {
			return fail(exchange, -errno, "lost before login: %s", strerror(errno));
		}
	}
	return 0;
}

static int transmit_u32(struct exchange *exchange, uint32_t value)
{
	uint32_t wire = htonl(value);

	return transmit(exchange, &wire, sizeof(wire));
}

/* A length and the text itself, as RFB tells why. */
static int transmit_reason(struct exchange *exchange, const char *text)
{
	int r = transmit_u32(exchange, (uint32_t)strlen(text));

	return r < 0 ? r : transmit(exchange, text, strlen(text));
}

/* RFB 7.1.1. What is not 3.7 or 3.8 is to be treated as 3.3, and later ones as 3.8. */
static int agree_on_version(struct exchange *exchange)
{
	char text[VERSION_SIZE + 1] = "";
	unsigned major;
	unsigned minor;
	int r;

	r = transmit(exchange, VERSION, VERSION_SIZE);
	if (r < 0)
		return r;
	/* Four bytes first: what is no RFB client may never send twelve. */
	r = receive(exchange, text, 4);
	if (r < 0)
		return r;
	if (memcmp(text, "GET ", 4) == 0)
		return fail(exchange, -EPROTO,
			    "sent an HTTP request to the VNC port: WebSockets are served by --web");
	if (text[0] == 0x16)
		return fail(exchange, -EPROTO, "sent a TLS handshake to the VNC port");
	if (memcmp(text, "RFB ", 4) != 0)
		return fail(exchange, -EPROTO, "malformed RFB: the first bytes are no version");
	r = receive(exchange, text + 4, VERSION_SIZE - 4);
	if (r < 0)
		return r;
	if (sscanf(text, "RFB %3u.%3u\n", &major, &minor) != 2 || major != 3)
		return fail(exchange, -EPROTO, "malformed RFB: no version that is known");
	exchange->minor = minor >= 8 ? 8 : minor == 7 ? 7 : 3;
	return 0;
}

/* RFB 7.1.2. The server offers one type. */
static int agree_on_security(struct exchange *exchange, enum security security)
{
	uint8_t offer[] = {1, (uint8_t)security};
	uint8_t choice;
	int r;

	if (exchange->minor == 3)
		return transmit_u32(exchange, security);
	r = transmit(exchange, offer, sizeof(offer));
	if (r < 0)
		return r;
	r = receive(exchange, &choice, sizeof(choice));
	if (r < 0)
		return r;
	if (choice != security)
		return fail(exchange, -EPROTO,
			    "malformed RFB: chose security type %u, which was not offered", choice);
	return 0;
}

bool vnc_login_response_is_right(const uint8_t challenge[VNC_CHALLENGE_SIZE],
				 const uint8_t response[VNC_CHALLENGE_SIZE], const char *password)
{
	uint8_t expected[VNC_CHALLENGE_SIZE];
	char key[ACCESS_VNC_PASSWORD_LENGTH + 1] = "";
	volatile uint8_t difference = 0;

	strncpy(key, password, sizeof(key) - 1);
	memcpy(expected, challenge, sizeof(expected));
	rfbEncryptBytes(expected, key);
	for (size_t i = 0; i < sizeof(expected); i++)
		difference |= expected[i] ^ response[i];
	return difference == 0;
}

bool vnc_login_is_possible(void)
{
	static const uint8_t challenge[VNC_CHALLENGE_SIZE];
	/* From OpenSSL's DES-ECB, with VNC's mirrored key bits. */
	static const uint8_t response[VNC_CHALLENGE_SIZE] = {
		0xff, 0x97, 0x50, 0x2e, 0x94, 0x22, 0xf0, 0x89,
		0xff, 0x97, 0x50, 0x2e, 0x94, 0x22, 0xf0, 0x89,
	};

	return vnc_login_response_is_right(challenge, response, "password");
}

/* RFB 7.2.2 */
static int check_password(struct exchange *exchange)
{
	struct access *access = exchange->login->access;
	uint8_t challenge[VNC_CHALLENGE_SIZE];
	uint8_t response[VNC_CHALLENGE_SIZE];
	unsigned delay_ms;
	int r;

	if (getrandom(challenge, sizeof(challenge), 0) != sizeof(challenge))
		return fail(exchange, -EIO, "no random numbers for the challenge");
	r = transmit(exchange, challenge, sizeof(challenge));
	if (r < 0)
		return r;
	r = receive(exchange, response, sizeof(response));
	if (r < 0)
		return r;
	delay_ms = access_login_delay_ms(access);
	if (delay_ms > 0) {
		r = wait_for(exchange, 0, loop_now_us() + delay_ms * UINT64_C(1000));
		if (r < 0)
			return r;
		exchange->deadline_us += delay_ms * UINT64_C(1000);
	}
	if (!vnc_login_response_is_right(challenge, response, access_vnc_password(access))) {
		access_note_failure(access, exchange->login->protocol, exchange->login->peer);
		return fail(exchange, -EACCES, "wrong password");
	}
	return 0;
}

/* RFB 7.1.3. 3.3 and 3.7 know no result for type None, and no reason. */
static int tell_result(struct exchange *exchange, enum security security, int result)
{
	int r;

	if (exchange->minor < 8 && security == SECURITY_NONE)
		return 0;
	r = transmit_u32(exchange, result == 0 ? 0 : 1);
	if (r < 0 || result == 0 || exchange->minor < 8)
		return r;
	return transmit_reason(exchange, exchange->reason);
}

int vnc_login_run(const struct vnc_login *login, char ret_reason[VNC_LOGIN_REASON_MAX])
{
	enum security security = login->access ? SECURITY_VNC : SECURITY_NONE;
	struct exchange exchange = {
		.login = login,
		.deadline_us = loop_now_us() + VNC_LOGIN_TIMEOUT_MS * UINT64_C(1000),
		.reason = ret_reason,
	};
	int r;

	r = agree_on_version(&exchange);
	if (r < 0)
		return r;
	r = agree_on_security(&exchange, security);
	if (r < 0)
		return r;
	if (security == SECURITY_VNC) {
		r = check_password(&exchange);
		if (r < 0 && r != -EACCES)
			return r;
	}
	if (r == 0 && !login->admit(login->data, ret_reason))
		r = -EUSERS;
	if (r < 0) {
		/* The result is a courtesy: `r` and its reason stay what they are. */
		char unsaid[VNC_LOGIN_REASON_MAX];
		struct exchange last = exchange;

		snprintf(unsaid, sizeof(unsaid), "%s", ret_reason);
		last.reason = unsaid;
		tell_result(&last, security, r);
		return r;
	}
	return tell_result(&exchange, security, 0);
}
