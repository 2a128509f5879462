/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/vnc/vnc_login.h"

#include <errno.h>
#include <rfb/rfb.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/fd_pass.h"
#include "common/wakeup.h"
#include "gateway/access/access.h"
#include "tests/support/temporary.h"
#include "tests/support/test.h"

/* One peer, whose part of the conversation is written before it begins. */
struct peer {
	int fds[2];
	struct wakeup *stop;
	struct access *access;
	char *directory;
	bool is_admitted;
	bool is_full; /* no viewer is let in */
	char reason[VNC_LOGIN_REASON_MAX];
	char heard[256];
	ssize_t heard_size;
};

static bool admit(void *data, char reason[VNC_LOGIN_REASON_MAX])
{
	struct peer *peer = data;

	if (peer->is_full)
		snprintf(reason, VNC_LOGIN_REASON_MAX, "full");
	peer->is_admitted = !peer->is_full;
	return peer->is_admitted;
}

static void peer_open(struct peer *peer, const char *says, size_t size)
{
	*peer = (struct peer){.directory = temporary_create()};
	EXPECT_INT(fd_pass_pair(peer->fds), 0);
	EXPECT_INT(wakeup_create(&peer->stop), 0);
	EXPECT_INT(access_create(ACCESS_PASSWORD, peer->directory, &peer->access), 0);
	EXPECT_INT(send(peer->fds[1], says, size, 0), size);
}

static void peer_close(struct peer *peer)
{
	close(peer->fds[0]);
	close(peer->fds[1]);
	wakeup_destroy(peer->stop);
	access_destroy(peer->access);
	temporary_destroy(peer->directory);
}

static int log_in(struct peer *peer, bool asks_password)
{
	const struct vnc_login login = {
		.fd = peer->fds[0],
		.stop = peer->stop,
		.access = asks_password ? peer->access : NULL,
		.protocol = "vnc",
		.peer = "test",
		.admit = admit,
		.data = peer,
	};
	int r = vnc_login_run(&login, peer->reason);

	peer->heard_size = recv(peer->fds[1], peer->heard, sizeof(peer->heard), MSG_DONTWAIT);
	return r;
}

#define PEER(says) \
	CLEANUP(peer_close) struct peer peer; \
	peer_open(&peer, says, sizeof(says) - 1)

#define EXPECT_HEARD(text) \
	do { \
		EXPECT_INT(peer.heard_size, sizeof(text) - 1); \
		EXPECT(memcmp(peer.heard, text, sizeof(text) - 1) == 0); \
	} while (0)

static void rfb_3_8_is_told_that_no_password_was_fine(void)
{
	PEER("RFB 003.008\n\1");

	EXPECT_INT(log_in(&peer, false), 0);
	EXPECT(peer.is_admitted);
	EXPECT_HEARD("RFB 003.008\n\1\1\0\0\0\0");
}

static void rfb_3_7_gets_no_result_without_a_password(void)
{
	PEER("RFB 003.007\n\1");

	EXPECT_INT(log_in(&peer, false), 0);
	EXPECT_HEARD("RFB 003.008\n\1\1");
}

static void rfb_3_3_is_told_the_type(void)
{
	PEER("RFB 003.003\n");

	EXPECT_INT(log_in(&peer, false), 0);
	EXPECT_HEARD("RFB 003.008\n\0\0\0\1");
}

static void a_later_rfb_3_is_treated_as_3_8(void)
{
	PEER("RFB 003.889\n\1");

	EXPECT_INT(log_in(&peer, false), 0);
	EXPECT_HEARD("RFB 003.008\n\1\1\0\0\0\0");
}

static void a_wrong_response_is_refused_in_words(void)
{
	PEER("RFB 003.008\n\2................");

	EXPECT_INT(log_in(&peer, true), -EACCES);
	EXPECT(!peer.is_admitted);
	EXPECT_INT(peer.heard_size, 12 + 2 + 16 + 4 + 4 + 14);
	EXPECT(memcmp(peer.heard + 30, "\0\0\0\1\0\0\0\16wrong password", 22) == 0);
}

static void the_answer_waits_after_failed_logins(void)
{
	PEER("RFB 003.008\n\2................");

	for (int i = 0; i < 100 && access_login_delay_ms(peer.access) == 0; i++)
		access_note_failure(peer.access, "vnc", "test");
	EXPECT(access_login_delay_ms(peer.access) > 0);
	/* Stopped where it waits, before the result. */
	wakeup_signal(peer.stop);
	EXPECT_INT(log_in(&peer, true), -ECANCELED);
	EXPECT_INT(peer.heard_size, 12 + 2 + 16);
}

static void each_challenge_is_another(void)
{
	char first[VNC_CHALLENGE_SIZE];

	{
		PEER("RFB 003.008\n\2................");
		log_in(&peer, true);
		memcpy(first, peer.heard + 14, sizeof(first));
	}
	PEER("RFB 003.008\n\2................");
	log_in(&peer, true);
	EXPECT(memcmp(first, peer.heard + 14, sizeof(first)) != 0);
}

static void type_none_is_no_way_around_the_password(void)
{
	PEER("RFB 003.008\n\1\1");

	EXPECT_INT(log_in(&peer, true), -EPROTO);
	EXPECT(!peer.is_admitted);
	EXPECT_HEARD("RFB 003.008\n\1\2");
}

static void a_full_house_says_so(void)
{
	PEER("RFB 003.008\n\1");

	peer.is_full = true;
	EXPECT_INT(log_in(&peer, false), -EUSERS);
	EXPECT_HEARD("RFB 003.008\n\1\1\0\0\0\1\0\0\0\4full");
}

static void a_websocket_is_named(void)
{
	PEER("GET / HTTP/1.1\r\n");

	EXPECT_INT(log_in(&peer, false), -EPROTO);
	EXPECT(strstr(peer.reason, "WebSocket"));
	EXPECT_HEARD("RFB 003.008\n");
}

static void a_peer_that_leaves_is_noticed(void)
{
	PEER("RFB 003");

	shutdown(peer.fds[1], SHUT_WR);
	EXPECT_INT(log_in(&peer, false), -ECONNRESET);
}

static void a_login_can_be_stopped(void)
{
	PEER("RFB 003.008\n");

	wakeup_signal(peer.stop);
	EXPECT_INT(log_in(&peer, false), -ECANCELED);
}

static void a_response_is_right_for_its_password_alone(void)
{
	uint8_t challenge[VNC_CHALLENGE_SIZE];
	uint8_t response[VNC_CHALLENGE_SIZE];
	char password[] = "abcd1234";

	memset(challenge, 0x5a, sizeof(challenge));
	memcpy(response, challenge, sizeof(response));
	rfbEncryptBytes(response, password);
	EXPECT(vnc_login_response_is_right(challenge, response, "abcd1234"));
	EXPECT(!vnc_login_response_is_right(challenge, response, "abcd1236"));
	EXPECT(!vnc_login_response_is_right(challenge, challenge, "abcd1234"));
	response[15] ^= 1;
	EXPECT(!vnc_login_response_is_right(challenge, response, "abcd1234"));
}

static void this_system_has_des(void)
{
	EXPECT(vnc_login_is_possible());
}

int main(void)
{
	RUN_TEST(rfb_3_8_is_told_that_no_password_was_fine);
	RUN_TEST(rfb_3_7_gets_no_result_without_a_password);
	RUN_TEST(rfb_3_3_is_told_the_type);
	RUN_TEST(a_later_rfb_3_is_treated_as_3_8);
	RUN_TEST(a_wrong_response_is_refused_in_words);
	RUN_TEST(the_answer_waits_after_failed_logins);
	RUN_TEST(each_challenge_is_another);
	RUN_TEST(type_none_is_no_way_around_the_password);
	RUN_TEST(a_full_house_says_so);
	RUN_TEST(a_websocket_is_named);
	RUN_TEST(a_peer_that_leaves_is_noticed);
	RUN_TEST(a_login_can_be_stopped);
	RUN_TEST(a_response_is_right_for_its_password_alone);
	RUN_TEST(this_system_has_des);
	return 0;
}
