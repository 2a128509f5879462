/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The WebSockets: RFB for a head, touch, and events.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "common/log.h"
#include "common/xalloc.h"
#include "tests/integration/web_stage.h"

/* -- RFB ---------------------------------------------------------------------------- */

static bool is_rfb_open(void *data)
{
	struct stage *stage = data;

	return __atomic_load_n(&stage->rfb, __ATOMIC_SEQ_CST) >= 0;
}

static struct web_client *open_rfb(struct stage *stage)
{
	struct web_client *client = stage_browser(stage);

	EXPECT_INT(web_client_upgrade(client, "/api/v1/heads/0/rfb",
				      SAME_ORIGIN "Sec-WebSocket-Protocol: binary\r\n"),
		   101);
	EXPECT(test_wait(stage->loop, is_rfb_open, stage));
	return client;
}

static bool has_input(void *data)
{
	struct pollfd poll_fd = {.fd = *(int *)data, .events = POLLIN};

	return poll(&poll_fd, 1, 0) > 0;
}

static bool has_ended(void *data)
{
	char byte;

	return recv(*(int *)data, &byte, 1, MSG_DONTWAIT) == 0;
}

static void rfb_passes_both_ways(void)
{
	STAGE(ACCESS_OPEN);
	CLIENT client = open_rfb(&stage);
	struct web_frame frame;
	char bytes[16];

	EXPECT_INT(write(stage.rfb, "RFB 003.008\n", 12), 12);
	frame = web_client_frame(client);
	EXPECT_INT(frame.opcode, WEB_OPCODE_BINARY);
	EXPECT_STRING(frame.payload, "RFB 003.008\n");
	free(frame.payload);

	web_client_send_frame(client, WEB_OPCODE_BINARY, "hello", 5);
	EXPECT(test_wait(stage.loop, has_input, &stage.rfb));
	EXPECT_INT(read(stage.rfb, bytes, sizeof(bytes)), 5);
	EXPECT(memcmp(bytes, "hello", 5) == 0);
}

static void an_end_on_either_side_reaches_the_other(void)
{
	STAGE(ACCESS_OPEN);
	struct web_client *client = open_rfb(&stage);
	struct web_frame frame;

	EXPECT_INT(write(stage.rfb, "last words", 10), 10);
	stage.rfb = close_fd(stage.rfb);
	frame = web_client_frame(client);
	EXPECT_STRING(frame.payload, "last words");
	free(frame.payload);
	frame = web_client_frame(client);
	EXPECT_INT(frame.opcode, WEB_OPCODE_CLOSE);
	free(frame.payload);
	web_client_destroy(client);

	client = open_rfb(&stage);
	web_client_destroy(client);
	EXPECT(test_wait(stage.loop, has_ended, &stage.rfb));
}

static void a_browser_is_told_that_there_is_no_room(void)
{
	STAGE(ACCESS_OPEN);
	CLIENT client = stage_browser(&stage);
	struct web_frame frame;

	stage.rfb_result = -EBUSY;
	EXPECT_INT(web_client_upgrade(client, "/api/v1/heads/0/rfb", SAME_ORIGIN), 101);
	frame = web_client_frame(client);
	EXPECT_INT(frame.opcode, WEB_OPCODE_CLOSE);
	EXPECT(frame.size > 2);
	EXPECT_INT((uint8_t)frame.payload[0] << 8 | (uint8_t)frame.payload[1], 1013);
	free(frame.payload);
}

/* -- Those who do not read ---------------------------------------------------------- */

#define STREAM_SIZE ((size_t)24 << 20)

/* What the line holds while nobody reads: the kernel's buffers, and ours. */
#define HELD_MAX ((size_t)12 << 20)

/* Bytes that do not repeat. The caller frees. */
static uint8_t *stream_create(void)
{
	uint8_t *bytes = xcalloc(1, STREAM_SIZE);

	for (size_t i = 0; i < STREAM_SIZE; i++)
		bytes[i] = (uint8_t)(i * 31 ^ i >> 8 ^ i >> 16);
	return bytes;
}

static size_t send_more(int fd, const uint8_t *bytes, size_t size)
{
	ssize_t n = send(fd, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL);

	return n > 0 ? (size_t)n : 0;
}

/* Sends until nothing was taken for a while: the one wait for time here, since
 * what is waited for is that nothing happens. Returns how much was taken. */
static size_t send_until_full(struct stage *stage, int fd, const uint8_t *bytes, size_t size)
{
	size_t sent = 0, before;

	do {
		before = sent;
		for (uint64_t end = loop_now_us() + 100000; loop_now_us() < end;) {
			sent += send_more(fd, bytes + sent, size - sent);
			sd_event_run(loop_event(stage->loop), 2000);
		}
	} while (sent > before && sent < size);
	return sent;
}

static void a_browser_that_does_not_read_holds_back_the_server(void)
{
	STAGE(ACCESS_OPEN);
	CLIENT client = open_rfb(&stage);
	CLEANUP(freep) uint8_t *stream = stream_create();
	size_t sent = send_until_full(&stage, stage.rfb, stream, STREAM_SIZE);
	size_t received = 0;

	EXPECT(sent < HELD_MAX);
	stage_expect_served(&stage);
	while (received < sent) {
		struct web_frame frame = web_client_frame(client);

		EXPECT_INT(frame.opcode, WEB_OPCODE_BINARY);
		EXPECT(frame.size <= sent - received);
		EXPECT(memcmp(frame.payload, stream + received, frame.size) == 0);
		received += frame.size;
		free(frame.payload);
	}
}

static void a_server_that_does_not_read_holds_back_the_browser(void)
{
	STAGE(ACCESS_OPEN);
	CLIENT client = open_rfb(&stage);
	CLEANUP(freep) uint8_t *stream = stream_create();
	size_t size;
	CLEANUP(freep)
	uint8_t *frame = web_frame_encode(WEB_OPCODE_BINARY, stream, STREAM_SIZE, &size);
	size_t sent = send_until_full(&stage, web_client_fd(client), frame, size);
	size_t received = 0;
	uint8_t chunk[65536];

	EXPECT(sent < HELD_MAX);
	stage_expect_served(&stage);
	while (received < STREAM_SIZE) {
		ssize_t n = recv(stage.rfb, chunk, sizeof(chunk), MSG_DONTWAIT);

		sent += send_more(web_client_fd(client), frame + sent, size - sent);
		EXPECT(n > 0 || (n < 0 && errno == EAGAIN));
		if (n < 0) {
			sd_event_run(loop_event(stage.loop), 1000);
			continue;
		}
		EXPECT(memcmp(chunk, stream + received, (size_t)n) == 0);
		received += (size_t)n;
	}
}

/* -- Touch -------------------------------------------------------------------------- */

static void a_touch_channel_carries_contacts_and_lets_go_at_its_end(void)
{
	STAGE(ACCESS_OPEN);
	CLIENT client = stage_browser(&stage);
	const char *down = "{\"head\":0,\"action\":\"down\",\"contact\":0,\"x\":3,\"y\":4}";
	const char *move = "{\"head\":0,\"action\":\"move\",\"contact\":0,\"x\":9999,\"y\":-4}";

	EXPECT_INT(web_client_upgrade(client, "/api/v1/touch", SAME_ORIGIN), 101);
	web_client_send_frame(client, WEB_OPCODE_TEXT, down, strlen(down));
	stage_expect_input(&stage, "touch 0 slot 0 down 3,4");
	web_client_send_frame(client, WEB_OPCODE_TEXT, move, strlen(move));
	stage_expect_input(&stage, "touch 0 slot 0 move 63,0");
	web_client_destroy(TAKE(client));
	stage_expect_input(&stage, "touch 0 slot 0 cancel 63,0");
}

static void a_wrong_touch_is_named_and_does_nothing(void)
{
	STAGE(ACCESS_OPEN);
	CLIENT client = stage_browser(&stage);
	const char *wrong = "{\"head\":5,\"action\":\"down\",\"contact\":0,\"x\":3,\"y\":4}";
	const char *right = "{\"action\":\"down\",\"contact\":0,\"x\":3,\"y\":4}";
	struct web_frame frame;

	EXPECT_INT(web_client_upgrade(client, "/api/v1/touch", SAME_ORIGIN), 101);
	web_client_send_frame(client, WEB_OPCODE_TEXT, wrong, strlen(wrong));
	frame = web_client_frame(client);
	EXPECT(strstr(frame.payload, "no head 5"));
	free(frame.payload);
	web_client_send_frame(client, WEB_OPCODE_TEXT, "{", 1);
	frame = web_client_frame(client);
	EXPECT(strstr(frame.payload, "error"));
	free(frame.payload);
	web_client_send_frame(client, WEB_OPCODE_TEXT, right, strlen(right));
	stage_expect_input(&stage, "touch 0 slot 0 down 3,4");
}

static void a_touch_message_that_is_too_long_ends_the_channel(void)
{
	STAGE(ACCESS_OPEN);
	CLIENT client = stage_browser(&stage);
	char message[5000];
	struct web_frame frame;

	memset(message, ' ', sizeof(message));
	EXPECT_INT(web_client_upgrade(client, "/api/v1/touch", SAME_ORIGIN), 101);
	web_client_send_frame(client, WEB_OPCODE_TEXT, message, sizeof(message));
	frame = web_client_frame(client);
	EXPECT_INT(frame.opcode, WEB_OPCODE_CLOSE);
	free(frame.payload);
	stage_expect_served(&stage);
}

/* -- Events ------------------------------------------------------------------------- */

static void events_tell_what_changes_about_the_heads(void)
{
	STAGE(ACCESS_OPEN);
	CLIENT client = stage_browser(&stage);
	struct heads *heads = stage.services.heads;
	struct web_frame frame;

	EXPECT_INT(web_client_upgrade(client, "/api/v1/events", SAME_ORIGIN), 101);
	frame = web_client_frame(client);
	EXPECT_STRING(frame.payload, "{\"heads\":[{\"index\":0,\"width\":64,\"height\":48,"
				     "\"notice\":\"\"}]}");
	free(frame.payload);

	/* A frame like those before changes nothing; a notice does. */
	stage_show(&stage);
	head_show_notice(heads_get(heads, 0), "gone");
	frame = web_client_frame(client);
	EXPECT(strstr(frame.payload, "\"notice\":\"gone\""));
	free(frame.payload);

	heads_grow(heads, 2, "not yet");
	frame = web_client_frame(client);
	EXPECT(strstr(frame.payload, "\"index\":1"));
	EXPECT(strstr(frame.payload, "\"notice\":\"not yet\""));
	free(frame.payload);
}

int main(void)
{
	log_open(getenv("VERBOSE") ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO);
	RUN_TEST(rfb_passes_both_ways);
	RUN_TEST(an_end_on_either_side_reaches_the_other);
	RUN_TEST(a_browser_is_told_that_there_is_no_room);
	RUN_TEST(a_browser_that_does_not_read_holds_back_the_server);
	RUN_TEST(a_server_that_does_not_read_holds_back_the_browser);
	RUN_TEST(a_touch_channel_carries_contacts_and_lets_go_at_its_end);
	RUN_TEST(a_wrong_touch_is_named_and_does_nothing);
	RUN_TEST(a_touch_message_that_is_too_long_ends_the_channel);
	RUN_TEST(events_tell_what_changes_about_the_heads);
	return 0;
}
