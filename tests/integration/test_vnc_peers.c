/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What VNC viewers do: log in, press keys, and behave badly.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "common/fd_pass.h"
#include "common/xalloc.h"
#include "gateway/viewers.h"
#include "tests/integration/vnc_stage.h"

#define WEBSOCKET_HANDSHAKE \
	"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nOrigin: http://evil\r\n" \
	"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"

/* -- Input --------------------------------------------------------------------- */

/* Expects exactly this input, and nothing after it. */
static void expect_input(struct stage *stage, struct rfb_client *client, const char *record)
{
	UNTIL(stage, client, stage->port.length >= strlen(record));
	stage_settle(stage, client);
	loop_run_posts(stage->loop);
	fake_port_expect_now(&stage->port, record);
}

static void keys_and_pointer_reach_the_guest(void)
{
	STAGE(ACCESS_OPEN);
	CLEANUP(rfb_client_destroyp) struct rfb_client *client = CONNECT(&stage, all_extensions);

	EXPECT_INT(rfb_send_request(client, true), 0);
	UNTIL(&stage, client, client->has_qemu_keys && client->has_extended_buttons);

	rfb_send_key(client, 'a', true);
	rfb_send_key(client, 'a', false);
	expect_input(&stage, client, "key 1e down, key 1e up");

	rfb_send_qemu_key(client, 0xffe4, 0x9d, true);
	rfb_send_qemu_key(client, 0xffe4, 0x9d, false);
	expect_input(&stage, client, "key 9d down, key 9d up");

	rfb_send_pointer(client, 10, 20, 0);
	rfb_send_pointer(client, 10, 20, 1);
	rfb_send_pointer(client, 11, 20, 0);
	expect_input(&stage, client,
		     "motion 0 10,20, button 0 left down, motion 0 11,20, button 0 left up");

	rfb_send_pointer(client, 11, 20, 1 << 3);
	rfb_send_pointer(client, 11, 20, 0);
	expect_input(&stage, client, "button 0 wheel-up down, button 0 wheel-up up");

	rfb_send_pointer(client, 11, 20, 1 << 8);
	rfb_send_pointer(client, 11, 20, 0);
	expect_input(&stage, client, "button 0 extra down, button 0 extra up");

	rfb_send_pointer(client, 60000, 60000, 0);
	expect_input(&stage, client, "motion 0 319,199");
}

static void a_viewer_that_leaves_lets_go_of_its_keys(void)
{
	STAGE(ACCESS_OPEN);
	struct rfb_client *client = CONNECT(&stage, all_extensions);
	CLEANUP(rfb_client_destroyp) struct rfb_client *other = NULL;

	rfb_send_key(client, 'q', true);
	expect_input(&stage, client, "key 10 down");
	rfb_client_destroy(client);
	other = CONNECT(&stage, all_extensions);
	expect_input(&stage, other, "key 10 up");
}

/* -- Logins and heads ----------------------------------------------------------- */

static void the_right_password_opens_and_a_wrong_one_does_not(void)
{
	STAGE(ACCESS_PASSWORD);
	const char *password = access_vnc_password(stage.services.access);
	CLEANUP(rfb_client_destroyp) struct rfb_client *good = stage_connect(&stage, password);
	CLEANUP(rfb_client_destroyp) struct rfb_client *bad = stage_connect(&stage, "wrong");
	CLEANUP(rfb_client_destroyp) struct rfb_client *none = stage_connect(&stage, NULL);

	UNTIL(&stage, good, good->state == RFB_STATE_READY);
	EXPECT_INT(rfb_send_request(good, false), 0);
	UNTIL(&stage, good, stage_is_shown(&stage, good));
	UNTIL(&stage, bad, bad->state == RFB_STATE_CLOSED);
	EXPECT_STRING(bad->failure, "wrong password");
	UNTIL(&stage, none, none->state == RFB_STATE_CLOSED);
	EXPECT_STRING(none->failure, "security type 1 is not offered");
	EXPECT_INT(stage_viewers(&stage), 1);
}

static void a_peer_that_takes_a_type_that_was_not_offered_is_turned_away(void)
{
	STAGE(ACCESS_PASSWORD);
	/* While a browser's connection, which needs no password, is there. */
	CLEANUP(rfb_client_destroyp) struct rfb_client *browser = NULL;
	CLEANUP(rfb_client_destroyp) struct rfb_client *client = NULL;
	int pair[2];

	EXPECT_INT(fd_pass_pair(pair), 0);
	EXPECT_INT(vnc_server_adopt(stage.server, pair[0], 0, "10.0.0.1"), 0);
	browser = rfb_client_create(pair[1], NULL, true);
	UNTIL(&stage, browser, browser->state == RFB_STATE_READY);
	client = stage_connect(&stage, NULL);
	/* READY: it does not look at what is offered. */
	client->state = RFB_STATE_READY;
	EXPECT_INT(rfb_send(client, "RFB 003.008\n\1", 13), 0);
	UNTIL(&stage, client, client->state == RFB_STATE_CLOSED);
	EXPECT_INT(stage_viewers(&stage), 1);
}

static void an_adopted_connection_is_served_without_a_password(void)
{
	STAGE(ACCESS_PASSWORD);
	CLEANUP(rfb_client_destroyp) struct rfb_client *client = NULL;
	struct viewer_info info;
	int pair[2];

	EXPECT_INT(fd_pass_pair(pair), 0);
	EXPECT_INT(vnc_server_adopt(stage.server, pair[0], 0, "10.0.0.1"), 0);
	client = rfb_client_create(pair[1], NULL, true);
	UNTIL(&stage, client, client->state == RFB_STATE_READY);
	EXPECT_INT(rfb_send_request(client, false), 0);
	UNTIL(&stage, client, stage_is_shown(&stage, client));
	EXPECT_INT(viewers_list(stage.services.viewers, &info, 1), 1);
	EXPECT_STRING(info.protocol, "web");
	EXPECT_STRING(info.peer, "10.0.0.1");
	EXPECT_INT(info.heads, 1);
	EXPECT(info.frames > 0 && info.bytes >= WIDTH * HEIGHT * 4);

	EXPECT_INT(fd_pass_pair(pair), 0);
	EXPECT_INT(vnc_server_adopt(stage.server, pair[0], 7, ""), -ENODEV);
	EXPECT_INT(fcntl(pair[0], F_GETFD), -1);
	close(pair[1]);
}

static void a_head_that_appears_later_gets_a_port_of_its_own(void)
{
	STAGE(ACCESS_OPEN);
	uint16_t first = vnc_server_address(stage.server, 0)->port;
	CLEANUP(rfb_client_destroyp) struct rfb_client *client = NULL;

	EXPECT(!vnc_server_address(stage.server, 1));
	heads_grow(stage.services.heads, 2, "not there yet");
	/* Somebody else of this machine may have the port. */
	if (!vnc_server_address(stage.server, 1))
		return;
	EXPECT_INT(vnc_server_address(stage.server, 1)->port, first + 1);
	client = rfb_client_create(rfb_connect_tcp((uint16_t)(first + 1)), NULL, true);
	UNTIL(&stage, client, client->state == RFB_STATE_READY);
	EXPECT_STRING(client->name, "Windscreen head 1");
	EXPECT_INT(client->width, 1920);
}

static void heads_are_served_on_unix_sockets(void)
{
	CLEANUP(stage_close) struct stage stage;
	CLEANUP(freep) char *second = NULL;
	CLEANUP(rfb_client_destroyp) struct rfb_client *client = NULL;
	struct stat status;

	stage_open(&stage, ACCESS_OPEN, true);
	second = xasprintf("%s.1", stage.address.path);
	EXPECT_INT(stat(second, &status), -1);
	heads_grow(stage.services.heads, 2, "not there yet");
	EXPECT_INT(stat(second, &status), 0);
	client = rfb_client_create(rfb_connect_unix(stage.address.path), NULL, true);
	UNTIL(&stage, client, client->state == RFB_STATE_READY);
	EXPECT_INT(rfb_send_request(client, false), 0);
	UNTIL(&stage, client, stage_is_shown(&stage, client));
}

/* -- Peers that behave badly ------------------------------------------------------ */

static void what_is_no_rfb_is_turned_away_at_the_door(void)
{
	static const char *const openings[] = {
		WEBSOCKET_HANDSHAKE, "\x16\x03\x01\x02", "RFB 004.001\n",
		"RFB three.8\n",     "SSH-2.0-x\r\n",
	};
	STAGE(ACCESS_OPEN);

	for (size_t i = 0; i < sizeof(openings) / sizeof(openings[0]); i++) {
		CLEANUP(rfb_client_destroyp)
		struct rfb_client *client = stage_connect(&stage, NULL);

		/* READY: nothing of the handshake is answered any more. */
		client->state = RFB_STATE_READY;
		EXPECT_INT(rfb_send(client, openings[i], strlen(openings[i])), 0);
		UNTIL(&stage, client, client->state == RFB_STATE_CLOSED);
		EXPECT_INT(stage_viewers(&stage), 0);
	}
}

static void expect_closed_alone(const void *bytes, size_t size)
{
	STAGE(ACCESS_OPEN);
	CLEANUP(rfb_client_destroyp) struct rfb_client *other = CONNECT(&stage, all_extensions);
	CLEANUP(rfb_client_destroyp) struct rfb_client *client = CONNECT(&stage, all_extensions);

	stage_settle(&stage, client);
	EXPECT_INT(rfb_send(client, bytes, size), 0);
	UNTIL(&stage, client, client->state == RFB_STATE_CLOSED);
	EXPECT_INT(rfb_send_request(other, false), 0);
	UNTIL(&stage, other, stage_is_shown(&stage, other));
	EXPECT_INT(stage_viewers(&stage), 1);
}

static void a_viewer_that_asks_for_scaling_is_closed_alone(void)
{
	expect_closed_alone("\x08\x02\0\0", 4);
	expect_closed_alone("\x0f\x02\0\0", 4);
}

static void a_viewer_that_asks_for_file_transfer_is_closed_alone(void)
{
	expect_closed_alone("\x07\x03\0\0\0\0\0\0\0\0\0\0", 12);
}

static void a_viewer_that_sends_what_is_malformed_is_closed_alone(void)
{
	static const char cut_text[] = "\x06\0\0\0\x7f\xff\xff\xff";
	static const char fence[] = "\xf8\0\0\0\x80\0\0\0\xff";
	static const char qemu[] = "\xff\x07\0\0\0\0\0\0\0\0\0\0";
	static const char format[] = "\0\0\0\0\x07\x07\0\x01\0\xff\0\xff\0\xff\0\0\0\0\0\0";

	expect_closed_alone("\x63", 1);
	expect_closed_alone(cut_text, sizeof(cut_text) - 1);
	expect_closed_alone(fence, sizeof(fence) - 1);
	expect_closed_alone(qemu, sizeof(qemu) - 1);
	expect_closed_alone(format, sizeof(format) - 1);
}

static void pasted_text_is_read_past(void)
{
	STAGE(ACCESS_OPEN);
	CLEANUP(rfb_client_destroyp) struct rfb_client *client = CONNECT(&stage, all_extensions);

	EXPECT_INT(rfb_send(client, "\x06\0\0\0\0\0\0\x05hello", 13), 0);
	EXPECT_INT(rfb_send(client,
			    "\x06\0\0\0\xff\xff\xff\xfb"
			    "abcde",
			    13),
		   0);
	stage_settle(&stage, client);
}

static void a_viewer_that_reads_nothing_holds_up_nobody(void)
{
	STAGE(ACCESS_OPEN);
	CLEANUP(rfb_client_destroyp) struct rfb_client *other = NULL;
	CLEANUP(rfb_client_destroyp) struct rfb_client *stuck = NULL;
	uint64_t begin;

	stage_paint(&stage, BIG_WIDTH, BIG_HEIGHT, 60);
	stuck = CONNECT(&stage, all_extensions);
	EXPECT_INT(rfb_send_request(stuck, false), 0);
	other = CONNECT(&stage, all_extensions);
	for (uint32_t seed = 61; seed < 66; seed++) {
		EXPECT_INT(rfb_send_request(other, seed > 61), 0);
		UNTIL(&stage, other, stage_is_shown(&stage, other));
		stage_paint(&stage, BIG_WIDTH, BIG_HEIGHT, seed);
	}
	/* Nor does it hold up the end. */
	begin = loop_now_us();
	vnc_server_destroy(TAKE(stage.server));
	EXPECT(loop_now_us() - begin < 2000000);
	EXPECT_INT(stage_viewers(&stage), 0);
}

static void keys_are_heard_though_the_viewer_reads_nothing(void)
{
	static const int32_t tight[] = {RFB_TIGHT, RFB_CURSOR};
	STAGE(ACCESS_OPEN);
	CLEANUP(rfb_client_destroyp) struct rfb_client *stuck = NULL;
	int room = 4096;

	/* More of it than sockets hold. */
	stage_paint(&stage, BIG_WIDTH * 2, BIG_HEIGHT * 2, 60);
	stuck = CONNECT(&stage, tight);
	EXPECT_INT(setsockopt(stuck->fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room)), 0);
	EXPECT_INT(rfb_send_request(stuck, false), 0);
	for (int i = 0; i < 10; i++) {
		rfb_send_key(stuck, 'a', i % 2 == 0);
		fake_port_expect(&stage.port, stage.loop, i % 2 ? "key 1e up" : "key 1e down");
	}
}

static void connections_that_do_not_log_in_are_few(void)
{
	STAGE(ACCESS_OPEN);
	struct rfb_client *idle[16];
	CLEANUP(rfb_client_destroyp) struct rfb_client *late = NULL;

	for (int i = 0; i < 16; i++) {
		idle[i] = stage_connect(&stage, NULL);
		/* READY: it keeps silent. */
		idle[i]->state = RFB_STATE_READY;
		UNTIL(&stage, idle[i], idle[i]->bytes == 12 || idle[i]->input_size == 12);
	}
	late = stage_connect(&stage, NULL);
	UNTIL(&stage, late, late->state == RFB_STATE_CLOSED);
	for (int i = 0; i < 16; i++)
		rfb_client_destroy(idle[i]);
}

int main(void)
{
	RUN_TEST(keys_and_pointer_reach_the_guest);
	RUN_TEST(a_viewer_that_leaves_lets_go_of_its_keys);
	RUN_TEST(the_right_password_opens_and_a_wrong_one_does_not);
	RUN_TEST(a_peer_that_takes_a_type_that_was_not_offered_is_turned_away);
	RUN_TEST(an_adopted_connection_is_served_without_a_password);
	RUN_TEST(a_head_that_appears_later_gets_a_port_of_its_own);
	RUN_TEST(heads_are_served_on_unix_sockets);
	RUN_TEST(what_is_no_rfb_is_turned_away_at_the_door);
	RUN_TEST(a_viewer_that_asks_for_scaling_is_closed_alone);
	RUN_TEST(a_viewer_that_asks_for_file_transfer_is_closed_alone);
	RUN_TEST(a_viewer_that_sends_what_is_malformed_is_closed_alone);
	RUN_TEST(pasted_text_is_read_past);
	RUN_TEST(a_viewer_that_reads_nothing_holds_up_nobody);
	RUN_TEST(keys_are_heard_though_the_viewer_reads_nothing);
	RUN_TEST(connections_that_do_not_log_in_are_few);
	return 0;
}
