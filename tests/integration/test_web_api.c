/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What the server has to offer: the page's files, the status, screenshots and input.
 */
#include <spng.h>
#include <string.h>

#include "common/log.h"
#include "common/xalloc.h"
#include "gateway/frame/cursor.h"
#include "gateway/input/seat.h"
#include "tests/integration/web_stage.h"

/* -- The page ----------------------------------------------------------------------- */

static void a_file_has_its_type_and_is_sent_once(void)
{
	STAGE(ACCESS_OPEN);
	CLIENT client = stage_browser(&stage);
	RESPONSE response = get(client, "/app.js", "");
	CLEANUP(freep) char *again = NULL;
	char value[128];

	EXPECT_STRING(response.body, "export {};");
	EXPECT(web_response_header(&response, "Content-Type", value, sizeof(value)));
	EXPECT_STRING(value, "text/javascript; charset=utf-8");
	EXPECT(web_response_header(&response, "ETag", value, sizeof(value)));
	again = xasprintf("If-None-Match: %s\r\n", value);
	EXPECT_INT(status_of(get(client, "/app.js", again)), 304);
	EXPECT_INT(status_of(get(client, "/app.js", "If-None-Match: \"1\"\r\n")), 200);
}

static void head_tells_the_size_and_sends_nothing(void)
{
	STAGE(ACCESS_OPEN);
	CLIENT client = stage_browser(&stage);
	char size[16];
	RESPONSE response = {0};

	web_client_say(client, "HEAD /app.js HTTP/1.1\r\nHost: localhost\r\n\r\n");
	response = web_client_headers(client);
	EXPECT_INT(response.status, 200);
	EXPECT(web_response_header(&response, "Content-Length", size, sizeof(size)));
	EXPECT_STRING(size, "10");
	EXPECT_INT(status_of(get(client, "/app.js", "")), 200);
}

static void nothing_but_the_pages_files_is_served(void)
{
	static const char *const paths[] = {
		"/nothing.js",
		"/secret.key",
		"/.hidden.js",
		"/../outside.js",
		"/%2e%2e/outside.js",
		"/..%2foutside.js",
		"/%2e%2e%2foutside.js",
		"/x/../../outside.js",
		"/x/%2e%2e/%2e%2e/outside.js",
		"//app.js/../../outside.js",
		"/app.js/",
		"/app.js%00.html",
		"/www",
	};
	STAGE(ACCESS_OPEN);

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		CLIENT client = stage_browser(&stage);
		RESPONSE response = get(client, paths[i], "");

		/* Some paths libwebsockets itself refuses. */
		if (response.status != 404 && response.status != 403 && response.status != 0)
			test_fail(__FILE__, __LINE__, "%s is %u", paths[i], response.status);
	}
	stage_expect_served(&stage);
}

/* -- The API ------------------------------------------------------------------------ */

static void the_status_says_what_the_session_says(void)
{
	STAGE(ACCESS_OPEN);
	CLIENT client = stage_browser(&stage);
	RESPONSE response = get(client, "/api/v1/status", "");

	EXPECT_INT(response.status, 200);
	EXPECT_STRING(response.body, "{\"secrets\":false}\n");
}

static void metrics_are_text_as_prometheus_reads_it(void)
{
	STAGE(ACCESS_OPEN);
	CLIENT client = stage_browser(&stage);
	RESPONSE response = get(client, "/metrics", "");
	char type[128];

	EXPECT_INT(response.status, 200);
	EXPECT_STRING(response.body, "windscreen_viewers 0\n");
	EXPECT(web_response_header(&response, "Content-Type", type, sizeof(type)));
	EXPECT_STRING(type, "text/plain; version=0.0.4; charset=utf-8");
	expect_refusal(post(client, "/metrics", ""), 405, "/metrics");
}

static void what_is_not_there_is_named(void)
{
	STAGE(ACCESS_OPEN);
	CLIENT client = stage_browser(&stage);

	expect_refusal(get(client, "/api/v1/wheels", ""), 404, "/api/v1/wheels");
	expect_refusal(get(client, "/api/v1/input/key", ""), 405, "/api/v1/input/key");
	expect_refusal(post(client, "/api/v1/status", ""), 405, "/api/v1/status");
	expect_refusal(get(client, "/api/v1/touch", ""), 426, "WebSocket");
	expect_refusal(get(client, "/api/v1/heads/7/screenshot.png", ""), 404, "no head 7");
	expect_refusal(get(client, "/api/v1/heads/x/screenshot.png", ""), 404, "/api/v1/heads/x");
	EXPECT_INT(stage_upgrade(&stage, "/api/v1/heads/7/rfb", "Host: localhost\r\n"), 404);
	EXPECT_INT(stage_upgrade(&stage, "/api/v1/nothing", "Host: localhost\r\n"), 404);
	EXPECT_INT(stage_upgrade(&stage, "/api/v1/events",
				 "Host: localhost\r\nSec-WebSocket-Protocol: splice\r\n"),
		   400);
}

/* -- Screenshots -------------------------------------------------------------------- */

/* Decodes a PNG; the caller frees. 3 bytes a pixel. */
static uint8_t *decode(const struct web_response *response, uint32_t *ret_width,
		       uint32_t *ret_height)
{
	spng_ctx *context = spng_ctx_new(0);
	struct spng_ihdr header;
	size_t size;
	uint8_t *pixels;

	EXPECT_INT(spng_set_png_buffer(context, response->body, response->size), 0);
	EXPECT_INT(spng_get_ihdr(context, &header), 0);
	EXPECT_INT(spng_decoded_image_size(context, SPNG_FMT_RGB8, &size), 0);
	pixels = xcalloc(1, size);
	EXPECT_INT(spng_decode_image(context, pixels, size, SPNG_FMT_RGB8, 0), 0);
	spng_ctx_free(context);
	*ret_width = header.width;
	*ret_height = header.height;
	return pixels;
}

static void a_screenshot_is_the_frame_exactly(void)
{
	STAGE(ACCESS_OPEN);
	CLIENT client = stage_browser(&stage);
	RESPONSE response = get(client, "/api/v1/heads/0/screenshot.png", "");
	CLEANUP(freep) uint8_t *pixels = NULL;
	uint32_t width, height;
	char value[64];

	EXPECT_INT(response.status, 200);
	EXPECT(web_response_header(&response, "Content-Type", value, sizeof(value)));
	EXPECT_STRING(value, "image/png");
	EXPECT(web_response_header(&response, "X-Windscreen-Time-Us", value, sizeof(value)));
	EXPECT_INT(atoi(value), PICTURE_TIME_US);
	EXPECT(web_response_header(&response, "X-Windscreen-Frame", value, sizeof(value)));
	EXPECT(atoi(value) > 0);

	pixels = decode(&response, &width, &height);
	EXPECT_INT(width, WIDTH);
	EXPECT_INT(height, HEIGHT);
	for (uint32_t i = 0; i < WIDTH * HEIGHT; i++) {
		EXPECT_INT(pixels[3 * i], stage.picture[i] >> 16 & 0xff);
		EXPECT_INT(pixels[3 * i + 1], stage.picture[i] >> 8 & 0xff);
		EXPECT_INT(pixels[3 * i + 2], stage.picture[i] & 0xff);
	}
}

static void a_screenshot_has_the_pointer_when_asked_for(void)
{
	STAGE(ACCESS_OPEN);
	CLIENT client = stage_browser(&stage);
	struct head *head = heads_get(stage.services.heads, 0);
	const uint32_t red = 0xffff0000;
	CLEANUP(cursor_image_unrefp)
	struct cursor_image *image = cursor_image_create(1, 1, 0, 0, &red);
	RESPONSE response = {0};
	uint32_t width, height;
	uint8_t *pixels;

	head_set_cursor(head, image);
	head_move_cursor(head, 5, 0, true);
	response = get(client, "/api/v1/heads/0/screenshot.png?cursor=1", "");
	pixels = decode(&response, &width, &height);
	EXPECT(pixels[15] == 0xff && pixels[16] == 0 && pixels[17] == 0);
	free(pixels);
	web_response_finish(&response);

	response = get(client, "/api/v1/heads/0/screenshot.png", "");
	pixels = decode(&response, &width, &height);
	EXPECT_INT(pixels[15], stage.picture[5] >> 16 & 0xff);
	free(pixels);
}

static void a_notice_is_never_a_screenshot(void)
{
	STAGE(ACCESS_OPEN);
	CLIENT client = stage_browser(&stage);

	head_show_notice(heads_get(stage.services.heads, 0), "The guest went for a walk.");
	expect_refusal(get(client, "/api/v1/heads/0/screenshot.png", ""), 503,
		       "The guest went for a walk.");
	stage_show(&stage);
	EXPECT_INT(status_of(get(client, "/api/v1/heads/0/screenshot.png", "")), 200);
}

/* -- Input -------------------------------------------------------------------------- */

/* Asks for input, and expects exactly this to reach the guest. */
static void expect_reaches(struct stage *stage, struct web_client *client, const char *path,
			   const char *body, const char *record)
{
	EXPECT_INT(status_of(post(client, path, body)), 204);
	stage_expect_input(stage, record);
}

static void keys_reach_the_guest(void)
{
	static const char path[] = "/api/v1/input/key";
	STAGE(ACCESS_OPEN);
	CLIENT client = stage_browser(&stage);

	expect_reaches(&stage, client, path, "{\"keys\": \"ctrl+alt+delete\"}",
		       "key 1d down, key 38 down, key d3 down, "
		       "key d3 up, key 38 up, key 1d up");
	expect_reaches(&stage, client, path, "{\"keys\": \"shift\", \"action\": \"down\"}",
		       "key 2a down");
	expect_refusal(post(client, path, "{\"keys\": \"ctrl+banana\"}"), 400, "banana");
}

static void a_text_is_typed(void)
{
	static const char path[] = "/api/v1/input/type";
	STAGE(ACCESS_OPEN);
	CLIENT client = stage_browser(&stage);

	expect_reaches(&stage, client, path, "{\"text\": \"aB\\n\"}",
		       "key 1e down, key 1e up, "
		       "key 2a down, key 30 down, key 30 up, key 2a up, "
		       "key 1c down, key 1c up");
	expect_reaches(&stage, client, path, "{\"text\": \"\"}", "");
	expect_refusal(post(client, path, "{\"text\": \"a\\u00e9b\"}"), 400, "\xc3\xa9");
	fake_port_expect_now(&stage.port, "");
}

static void two_texts_do_not_mix(void)
{
	STAGE(ACCESS_OPEN);
	CLIENT slow = stage_browser(&stage);
	CLIENT client = stage_browser(&stage);
	char text[2000];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	web_client_say(slow,
		       "POST /api/v1/input/type HTTP/1.1\r\nHost: localhost\r\n"
		       "Content-Length: %zu\r\n\r\n{\"text\": \"%s\"}",
		       strlen(text) + 12, text);
	EXPECT_INT(status_of(get(client, "/api/v1/status", "")), 200);
	while (stage.port.count == 0)
		EXPECT_INT(status_of(get(client, "/api/v1/status", "")), 200);
	expect_refusal(post(client, "/api/v1/input/type", "{\"text\": \"y\"}"), 429,
		       "another text");

	/* One who goes away ends it. */
	web_client_destroy(TAKE(slow));
	while (status_of(post(client, "/api/v1/input/type", "{\"text\": \"y\"}")) != 204)
		;
	/* Not all of the first one came: each letter is two events. */
	EXPECT(stage.port.count < sizeof(text) / 4);
}

static void the_pointer_reaches_the_guest(void)
{
	static const char path[] = "/api/v1/input/pointer";
	STAGE(ACCESS_OPEN);
	CLIENT client = stage_browser(&stage);

	expect_reaches(&stage, client, path, "{\"x\": 3, \"y\": 4, \"click\": \"right\"}",
		       "motion 0 3,4, button 0 right down, button 0 right up");
	expect_reaches(&stage, client, path, "{\"head\": 0, \"x\": 0, \"y\": 0, \"wheel\": -2}",
		       "motion 0 0,0, button 0 wheel-down down, button 0 wheel-down up, "
		       "button 0 wheel-down down, button 0 wheel-down up");
	expect_refusal(post(client, path, "{\"x\": 64, \"y\": 4}"), 400,
		       "position 64,4 is outside head 0 (64x48)");
}

static void touch_reaches_the_guest(void)
{
	static const char path[] = "/api/v1/input/touch";
	STAGE(ACCESS_OPEN);
	CLIENT client = stage_browser(&stage);

	expect_reaches(&stage, client, path, "{\"action\": \"tap\", \"x\": 3, \"y\": 4}",
		       "touch 0 slot 0 down 3,4, touch 0 slot 0 up 3,4");
	expect_reaches(&stage, client, path,
		       "{\"action\": \"down\", \"contact\": 2, \"x\": 5, \"y\": 6}",
		       "touch 0 slot 0 down 5,6");
	expect_reaches(&stage, client, path, "{\"action\": \"up\", \"contact\": 2}",
		       "touch 0 slot 0 up 5,6");
}

static void input_without_a_guest_is_refused(void)
{
	STAGE(ACCESS_OPEN);
	CLIENT client = stage_browser(&stage);

	seat_detach(stage.services.seat);
	expect_refusal(post(client, "/api/v1/input/key", "{\"keys\": \"a\"}"), 503, "no guest");
}

static void power_without_a_monitor_is_refused(void)
{
	STAGE(ACCESS_OPEN);
	CLIENT client = stage_browser(&stage);

	expect_refusal(get(client, "/api/v1/power", ""), 503, "no QEMU is there");
	expect_refusal(post(client, "/api/v1/power", "{\"action\": \"off\"}"), 503, "no QEMU");
	expect_refusal(post(client, "/api/v1/power", "{\"action\": \"status\"}"), 400, "action");
	expect_refusal(post(client, "/api/v1/power", "{}"), 400, "action must be");
	expect_refusal(post(client, "/api/v1/power", "{\"acton\": \"off\"}"), 400, "acton");
}

int main(void)
{
	log_open(getenv("VERBOSE") ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO);
	RUN_TEST(a_file_has_its_type_and_is_sent_once);
	RUN_TEST(head_tells_the_size_and_sends_nothing);
	RUN_TEST(nothing_but_the_pages_files_is_served);
	RUN_TEST(the_status_says_what_the_session_says);
	RUN_TEST(metrics_are_text_as_prometheus_reads_it);
	RUN_TEST(what_is_not_there_is_named);
	RUN_TEST(a_screenshot_is_the_frame_exactly);
	RUN_TEST(a_screenshot_has_the_pointer_when_asked_for);
	RUN_TEST(a_notice_is_never_a_screenshot);
	RUN_TEST(keys_reach_the_guest);
	RUN_TEST(a_text_is_typed);
	RUN_TEST(two_texts_do_not_mix);
	RUN_TEST(the_pointer_reaches_the_guest);
	RUN_TEST(touch_reaches_the_guest);
	RUN_TEST(input_without_a_guest_is_refused);
	RUN_TEST(power_without_a_monitor_is_refused);
	return 0;
}
