/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Peers that behave badly, and how much of that the server takes; what it does
 * when it cannot begin, or has to end.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "common/log.h"
#include "common/xalloc.h"
#include "gateway/web/web_listener.h"
#include "tests/integration/web_stage.h"
#include "tests/support/temporary.h"

/* More than the kernel takes for a client that does not read. */
#define BIG_FILE_SIZE (8 << 20)

/* -- Wrong requests ----------------------------------------------------------------- */

static void a_body_that_is_too_long_is_refused(void)
{
	STAGE(ACCESS_OPEN);
	CLIENT client = stage_browser(&stage);

	web_client_say(client, "POST /api/v1/input/type HTTP/1.1\r\nHost: localhost\r\n"
			       "Content-Length: 65537\r\n\r\n");
	expect_refusal(web_client_response(client), 413, "65536");
	web_client_expect_closed(client);
}

static void a_body_needs_its_length(void)
{
	STAGE(ACCESS_OPEN);
	CLIENT client = stage_browser(&stage);

	web_client_say(client, "POST /api/v1/input/key HTTP/1.1\r\nHost: localhost\r\n"
			       "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
	expect_refusal(web_client_response(client), 411, "Content-Length");
}

static void a_body_that_is_no_json_object_is_refused(void)
{
	static const struct {
		const char *body, *says;
	} wrong[] = {
		{"keys=a", "not JSON"},
		{"{\"keys\": \"a\"", "unexpected end"},
		{"", "not JSON"},
		{"[1]", "object"},
		{"[[[[[[[[[[1]]]]]]]]]]", "not JSON"},
		{"{\"keys\": \"\xff\"}", "not JSON"},
		{"{\"keys\": \"a\"} b", "not JSON"},
	};
	STAGE(ACCESS_OPEN);
	CLIENT client = stage_browser(&stage);

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		expect_refusal(post(client, "/api/v1/input/key", wrong[i].body), 400,
			       wrong[i].says);
}

static void a_body_of_a_wrong_length_is_refused(void)
{
	static const char *const lengths[] = {"-5", "3x", "x", "3, 5", "99999999999999999999",
					      "+1"};
	STAGE(ACCESS_OPEN);

	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		CLIENT client = stage_browser(&stage);

		web_client_say(client,
			       "POST /api/v1/input/key HTTP/1.1\r\nHost: localhost\r\n"
			       "Content-Length: %s\r\n\r\n{\"keys\": \"a\"}",
			       lengths[i]);
		web_client_expect_closed(client);
		stage_expect_served(&stage);
	}
	fake_port_expect_now(&stage.port, "");
}

static void malformed_http_ends_that_connection_only(void)
{
	static const char *const requests[] = {
		"\r\n\r\n\r\n\r\n",
		"\x16\x03\x01\x02\x01\xff\xfc\x03\x03",
		"BREW /coffee HTTP/1.1\r\nHost: localhost\r\n\r\n",
		"CONNECT localhost:22 HTTP/1.1\r\nHost: localhost\r\n\r\n",
		"GET\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n",
		"GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n\r\n",
	};
	STAGE(ACCESS_OPEN);

	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		CLIENT client = stage_browser(&stage);

		web_client_say(client, "%s", requests[i]);
		shutdown(web_client_fd(client), SHUT_WR);
		web_client_expect_closed(client);
		stage_expect_served(&stage);
	}
}

static void headers_without_end_are_refused(void)
{
	STAGE(ACCESS_OPEN);
	CLIENT client = stage_browser(&stage);
	char padding[1000];

	memset(padding, 'x', sizeof(padding) - 1);
	padding[sizeof(padding) - 1] = '\0';
	web_client_say(client, "GET / HTTP/1.1\r\nHost: localhost\r\n");
	for (int i = 0; i < 40; i++) {
		CLEANUP(freep) char *line = xasprintf("Cookie: %s\r\n", padding);

		/* Until it is closed: then nothing is taken any more. */
		web_client_send(client, line, strlen(line));
	}
	web_client_expect_closed(client);
	stage_expect_served(&stage);
}

static void malformed_websocket_frames_end_that_connection_only(void)
{
	static const struct {
		size_t size;
		const char *bytes;
	} frames[] = {
		{5, "\x82\x03"
		    "abc"}, /* not masked */
		{6, "\xf2\x80"
		    "abcd"}, /* reserved bits */
		{6, "\x83\x80"
		    "abcd"}, /* reserved opcode */
		{14, "\x82\xff\xff\xff\xff\xff\xff\xff\xff\xff"
		     "abcd"}, /* endless */
		{8, "\x89\xfe\x40\x00"
		    "abcd"}, /* a long ping */
	};
	STAGE(ACCESS_OPEN);

	for (size_t i = 0; i < sizeof(frames) / sizeof(frames[0]); i++) {
		CLIENT client = stage_browser(&stage);

		EXPECT_INT(web_client_upgrade(client, "/api/v1/touch", SAME_ORIGIN), 101);
		web_client_send(client, frames[i].bytes, frames[i].size);
		shutdown(web_client_fd(client), SHUT_WR);
		web_client_expect_closed(client);
		stage_expect_served(&stage);
	}
}

/* -- Greed -------------------------------------------------------------------------- */

static void a_request_before_the_answer_to_the_last_harms_nobody(void)
{
	static const char *const firsts[] = {
		"GET /app.js HTTP/1.1\r\nHost: localhost\r\n\r\n",
		"GET /api/v1/status HTTP/1.1\r\nHost: localhost\r\n\r\n",
		"GET /app.js HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}",
		"POST /api/v1/input/key HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}",
		"POST /api/v1/nothing HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n",
		"POST /api/v1/input/type HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}",
	};
	STAGE(ACCESS_OPEN);

	/* Whether it is answered or the connection closed is libwebsockets' choice. */
	for (size_t i = 0; i < sizeof(firsts) / sizeof(firsts[0]); i++) {
		CLIENT client = stage_browser(&stage);

		web_client_say(client, "%s%s%s", firsts[i], firsts[0], firsts[3]);
		shutdown(web_client_fd(client), SHUT_WR);
		web_client_expect_closed(client);
		stage_expect_served(&stage);
	}
}

static void who_sends_more_and_reads_nothing_is_closed(void)
{
	STAGE(ACCESS_OPEN);
	CLIENT client = stage_browser(&stage);
	CLEANUP(freep) char *big = xcalloc(1, BIG_FILE_SIZE + 1);

	memset(big, ' ', BIG_FILE_SIZE);
	write_file(stage.web_root, "big.js", big, 0644);
	web_client_say(client, "GET /big.js HTTP/1.1\r\nHost: localhost\r\n\r\n");
	stage_expect_served(&stage);
	web_client_say(client, "GET /app.js HTTP/1.1\r\nHost: localhost\r\n\r\n");
	web_client_expect_closed(client);
}

/* A browser that is served; or NULL, while there is no room for it. */
static struct web_client *try_browser(struct stage *stage)
{
	CLIENT client = stage_browser(stage);

	web_client_say(client, "GET /app.js HTTP/1.1\r\nHost: localhost\r\n\r\n");
	return status_of(web_client_response(client)) == 200 ? TAKE(client) : NULL;
}

static void slow_clients_leave_room_on_the_control_socket_and_no_more_than_there_is(void)
{
	STAGE(ACCESS_OPEN);
	struct web_client *clients[WEB_CONNECTIONS_MAX];
	struct web_client *late;

	for (int i = 0; i < WEB_CONNECTIONS_MAX; i++) {
		/* Served once, so that it is not in the backlog any more. */
		clients[i] = try_browser(&stage);
		EXPECT(clients[i]);
		web_client_say(clients[i], "GET / HTTP/1.1\r\nHost: ");
	}
	late = stage_browser(&stage);
	web_client_expect_closed(late);
	web_client_destroy(late);
	stage_expect_served(&stage);

	/* A place is free again when a client goes. */
	web_client_destroy(clients[0]);
	while (!(clients[0] = try_browser(&stage)))
		;
	for (int i = 0; i < WEB_CONNECTIONS_MAX; i++)
		web_client_destroy(clients[i]);
}

/* -- Beginning and end -------------------------------------------------------------- */

static void a_port_in_use_is_an_error(void)
{
	STAGE(ACCESS_OPEN);
	struct web_options same_port = {.address = &stage.address, .web_root = stage.directory};
	struct web_options same_socket = {.control_path = stage.control.path,
					  .web_root = stage.directory};
	CLEANUP(web_server_destroyp) struct web_server *server = NULL;

	EXPECT_INT(stage_create_server(&stage, &same_port, &server), -EADDRINUSE);
	EXPECT_INT(stage_create_server(&stage, &same_socket, &server), -EADDRINUSE);
	stage_expect_served(&stage);
}

static void it_ends_at_once_whatever_clients_do(void)
{
	STAGE(ACCESS_PASSWORD);
	CLIENT half = stage_browser(&stage);
	CLIENT waiting = stage_browser(&stage);
	CLIENT unread = stage_program(&stage);
	CLIENT socket = stage_program(&stage);
	uint64_t started_us;

	for (int i = 0; i < 10; i++)
		access_note_failure(stage.services.access, "test", "");
	web_client_say(half, "GET / HTT");
	web_client_say(waiting,
		       "POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 29\r\n\r\n"
		       "{\"user\":\"a\",\"password\":\"bcdef\"}");
	web_client_say(unread, "GET /api/v1/heads/0/screenshot.png HTTP/1.1\r\n\r\n");
	EXPECT_INT(web_client_upgrade(socket, "/api/v1/heads/0/rfb", "Host: any\r\n"), 101);

	started_us = loop_now_us();
	web_server_destroy(TAKE(stage.server));
	EXPECT(loop_now_us() - started_us < 1000000);
}

int main(void)
{
	log_open(getenv("VERBOSE") ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO);
	RUN_TEST(a_body_that_is_too_long_is_refused);
	RUN_TEST(a_body_needs_its_length);
	RUN_TEST(a_body_that_is_no_json_object_is_refused);
	RUN_TEST(a_body_of_a_wrong_length_is_refused);
	RUN_TEST(malformed_http_ends_that_connection_only);
	RUN_TEST(headers_without_end_are_refused);
	RUN_TEST(malformed_websocket_frames_end_that_connection_only);
	RUN_TEST(a_request_before_the_answer_to_the_last_harms_nobody);
	RUN_TEST(who_sends_more_and_reads_nothing_is_closed);
	RUN_TEST(slow_clients_leave_room_on_the_control_socket_and_no_more_than_there_is);
	RUN_TEST(a_port_in_use_is_an_error);
	RUN_TEST(it_ends_at_once_whatever_clients_do);
	return 0;
}
