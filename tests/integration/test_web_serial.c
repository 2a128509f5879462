/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The guest's serial line, over HTTP.
 */
#include <json-c/json.h>
#include <string.h>
#include <sys/socket.h>

#include "common/base64.h"
#include "common/log.h"
#include "common/unix_socket.h"
#include "common/xalloc.h"
#include "gateway/source/serial.h"
#include "tests/integration/web_stage.h"

static const char path[] = "/api/v1/serial";

/* QEMU's end of the line. */
struct line {
	struct stage *stage;
	char *path;
	int listener;
	int guest;
	struct serial *serial;
};

static bool is_connected(void *data)
{
	struct line *line = data;

	if (line->guest < 0)
		line->guest = accept4(line->listener, NULL, NULL, SOCK_NONBLOCK);
	return line->guest >= 0 && !serial_reason(line->serial);
}

/* A stage whose guest has a serial line. */
static void open_line(struct stage *stage, struct line *line)
{
	*line = (struct line){.stage = stage, .guest = -1};
	stage_open(stage, ACCESS_OPEN);
	line->path = xasprintf("%s/serial", stage->directory);
	line->listener = unix_socket_listen(line->path);
	EXPECT(line->listener >= 0);
	EXPECT_INT(serial_create(stage->loop, line->path, &line->serial), 0);
	EXPECT(test_wait(stage->loop, is_connected, line));
	stage->services.serial = line->serial;
	stage_restart(stage);
}

static void close_line(struct line *line)
{
	web_server_destroy(TAKE(line->stage->server));
	serial_destroy(line->serial);
	close_fd(line->guest);
	close_fd(line->listener);
	free(line->path);
	stage_close(line->stage);
}

#define LINE \
	struct stage stage; \
	CLEANUP(close_line) struct line line; \
	open_line(&stage, &line)

static void guest_says(struct line *line, const char *text)
{
	EXPECT_INT(send(line->guest, text, strlen(text), 0), strlen(text));
}

static void begin_get(struct web_client *client, const char *query)
{
	web_client_say(client, "GET %s%s HTTP/1.1\r\nHost: localhost\r\n\r\n", path, query);
}

/* What came, as a text. Sets where to go on. The caller frees. */
static char *text_of(struct web_response response, uint64_t *ret_next)
{
	struct json_object *json, *data, *next;
	uint8_t *bytes = NULL;
	size_t size = 0;
	char *text;

	EXPECT_INT(response.status, 200);
	json = json_tokener_parse(response.body);
	EXPECT(json_object_object_get_ex(json, "data", &data));
	EXPECT(json_object_object_get_ex(json, "next", &next));
	base64_decode(json_object_get_string(data), &bytes, &size);
	text = xasprintf("%.*s", (int)size, bytes ? (char *)bytes : "");
	if (ret_next)
		*ret_next = json_object_get_uint64(next);
	free(bytes);
	json_object_put(json);
	web_response_finish(&response);
	return text;
}

static void who_asks_gets_what_was_said_and_waits_for_more(void)
{
	LINE;
	CLIENT client = stage_browser(&stage);
	CLIENT other = stage_browser(&stage);
	CLEANUP(freep) char *first = NULL;
	CLEANUP(freep) char *second = NULL;
	CLEANUP(freep) char *query = NULL;
	uint64_t next;

	begin_get(client, "?wait_ms=60000");
	EXPECT_INT(status_of(get(other, "/api/v1/status", "")), 200);
	guest_says(&line, "cockpit ready\n");
	first = text_of(web_client_response(client), &next);
	EXPECT_STRING(first, "cockpit ready\n");
	EXPECT_INT(next, 14);

	query = xasprintf("?since=%llu&wait_ms=60000", (unsigned long long)next);
	begin_get(client, query);
	guest_says(&line, "key KEY_A 1\n");
	second = text_of(web_client_response(client), NULL);
	EXPECT_STRING(second, "key KEY_A 1\n");
}

static void what_is_to_come_can_be_asked_for_alone(void)
{
	LINE;
	CLIENT client = stage_browser(&stage);
	CLEANUP(freep) char *before = NULL;
	CLEANUP(freep) char *nothing = NULL;
	uint64_t next;

	guest_says(&line, "before");
	begin_get(client, "?wait_ms=60000");
	before = text_of(web_client_response(client), NULL);
	begin_get(client, "?since=end");
	nothing = text_of(web_client_response(client), &next);
	EXPECT_STRING(nothing, "");
	EXPECT_INT(next, 6);
}

static void nothing_said_is_an_answer_too(void)
{
	LINE;
	CLIENT client = stage_browser(&stage);
	CLEANUP(freep) char *text = NULL;

	begin_get(client, "?wait_ms=1");
	text = text_of(web_client_response(client), NULL);
	EXPECT_STRING(text, "");
}

static void who_goes_away_waits_no_longer(void)
{
	LINE;
	CLIENT program = stage_program(&stage);

	for (unsigned i = 0; i < 40; i++) {
		struct web_client *client = stage_program(&stage);
		unsigned status;

		begin_get(client, "?wait_ms=60000");
		EXPECT_INT(status_of(get(program, "/api/v1/status", "")), 200);
		web_client_destroy(client);
		do {
			status = status_of(get(program, path, ""));
		} while (status == 429);
		EXPECT_INT(status, 200);
	}
}

static void what_is_said_to_the_guest_reaches_it(void)
{
	LINE;
	CLIENT client = stage_browser(&stage);
	char bytes[32] = "";

	EXPECT_INT(status_of(post(client, path, "{\"text\": \"freeze\\n\"}")), 204);
	EXPECT_INT(status_of(post(client, path, "{\"data\": \"AAE=\"}")), 204);
	while (recv(line.guest, bytes, sizeof(bytes), MSG_PEEK) < 9)
		sd_event_run(loop_event(stage.loop), 1000);
	EXPECT(memcmp(bytes, "freeze\n\0\1", 9) == 0);

	expect_refusal(post(client, path, "{}"), 400, "either a text, or data");
	expect_refusal(post(client, path, "{\"text\": \"a\", \"data\": \"AAE=\"}"), 400, "either");
	expect_refusal(post(client, path, "{\"data\": \"A\"}"), 400, "no base64");
	expect_refusal(post(client, path, "{\"txt\": \"a\"}"), 400, "txt");
}

static bool is_gone(void *data)
{
	return serial_reason(((struct line *)data)->serial);
}

static void a_line_that_is_closed_says_why(void)
{
	LINE;
	CLIENT client = stage_browser(&stage);

	line.listener = close_fd(line.listener);
	line.guest = close_fd(line.guest);
	EXPECT(test_wait(stage.loop, is_gone, &line));
	expect_refusal(post(client, path, "{\"text\": \"a\"}"), 503, "serial line");
}

static void a_gateway_without_a_line_says_so(void)
{
	STAGE(ACCESS_OPEN);
	CLIENT client = stage_browser(&stage);

	expect_refusal(get(client, path, ""), 503, "no serial line (--serial)");
	expect_refusal(post(client, path, "{\"text\": \"a\"}"), 503, "no serial line (--serial)");
}

int main(void)
{
	log_open(getenv("VERBOSE") ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO);
	RUN_TEST(who_asks_gets_what_was_said_and_waits_for_more);
	RUN_TEST(what_is_to_come_can_be_asked_for_alone);
	RUN_TEST(nothing_said_is_an_answer_too);
	RUN_TEST(who_goes_away_waits_no_longer);
	RUN_TEST(what_is_said_to_the_guest_reaches_it);
	RUN_TEST(a_line_that_is_closed_says_why);
	RUN_TEST(a_gateway_without_a_line_says_so);
	return 0;
}
