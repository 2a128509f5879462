/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Waiting for what a head shows, over HTTP.
 */
#include <json-c/json.h>
#include <string.h>

#include "common/base64.h"
#include "common/log.h"
#include "common/xalloc.h"
#include "picture/picture.h"
#include "tests/integration/web_stage.h"

static const char path[] = "/api/v1/heads/0/wait";

/* Asks, and does not wait for the answer. */
static void begin_wait(struct web_client *client, const char *body)
{
	web_client_say(client,
		       "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: %zu\r\n\r\n%s", path,
		       strlen(body), body);
}

static struct json_object *answer_of(struct web_response response)
{
	struct json_object *json;

	EXPECT_INT(response.status, 200);
	json = json_tokener_parse(response.body);
	EXPECT(json);
	web_response_finish(&response);
	return json;
}

static struct json_object *member(struct json_object *json, const char *name)
{
	struct json_object *found = NULL;

	if (!json_object_object_get_ex(json, name, &found))
		test_fail(__FILE__, __LINE__, "there is no %s", name);
	return found;
}

static bool is_met(struct web_response response)
{
	struct json_object *json = answer_of(response);
	bool met = json_object_get_boolean(member(json, "met"));

	json_object_put(json);
	return met;
}

/* The request for a match with the stage's picture, whose first pixel is `corner`. The caller
 * frees. */
static char *match_request(struct stage *stage, uint32_t corner, const char *more)
{
	CLEANUP(picture_destroyp) struct picture *picture = picture_create(WIDTH, HEIGHT);
	CLEANUP(freep) uint8_t *png = NULL;
	CLEANUP(freep) char *text = NULL;
	size_t size;

	memcpy(picture->pixels, stage->picture, sizeof(stage->picture));
	picture->pixels[0] = corner;
	EXPECT_INT(picture_to_png(picture, &png, &size), 0);
	text = base64_encode(png, size);
	return xasprintf("{\"until\": \"match\", \"reference\": \"%s\"%s}", text, more);
}

static void what_is_shown_already_is_answered_at_once(void)
{
	STAGE(ACCESS_OPEN);
	CLIENT client = stage_browser(&stage);
	struct json_object *json = answer_of(post(client, path, "{\"until\": \"shown\"}"));

	EXPECT(json_object_get_boolean(member(json, "met")));
	EXPECT_INT(json_object_get_int(member(json, "width")), WIDTH);
	EXPECT_INT(json_object_get_int(member(json, "height")), HEIGHT);
	EXPECT_INT(json_object_get_int(member(json, "time_us")), PICTURE_TIME_US);
	EXPECT_STRING(json_object_get_string(member(json, "notice")), "");
	json_object_put(json);
}

static void an_answer_comes_with_the_frame_that_brings_it(void)
{
	STAGE(ACCESS_OPEN);
	CLIENT client = stage_browser(&stage);
	CLIENT other = stage_browser(&stage);
	CLEANUP(freep) char *request = match_request(&stage, 0x00ff00, "");

	begin_wait(client, request);
	/* Whoever asks meanwhile is served. */
	EXPECT_INT(status_of(get(other, "/api/v1/status", "")), 200);
	stage.picture[0] = 0x00ff00;
	stage_show(&stage);
	EXPECT(is_met(web_client_response(client)));
}

static void a_match_that_never_comes_says_how_far_off_it_was(void)
{
	STAGE(ACCESS_OPEN);
	CLIENT client = stage_browser(&stage);
	CLEANUP(freep)
	char *request = match_request(&stage, 0x00ff00, ", \"timeout_ms\": 100, \"picture\": true");
	CLEANUP(picture_destroyp) struct picture *picture = NULL;
	CLEANUP(freep) uint8_t *png = NULL;
	struct json_object *json, *verdict;
	size_t size;

	json = answer_of(post(client, path, request));
	EXPECT(!json_object_get_boolean(member(json, "met")));
	verdict = json_object_array_get_idx(member(json, "verdicts"), 0);
	EXPECT(verdict);
	EXPECT_INT(json_object_get_int(member(verdict, "different")), 1);
	EXPECT(base64_decode(json_object_get_string(member(json, "picture")), &png, &size));
	EXPECT_INT(picture_from_png(png, size, &picture), 0);
	EXPECT_INT(picture->pixels[1], stage.picture[1] & 0xffffff);
	json_object_put(json);
}

static void what_is_wrong_is_refused(void)
{
	STAGE(ACCESS_OPEN);
	CLIENT client = stage_browser(&stage);
	CLEANUP(freep)
	char *outside = match_request(
		&stage, 0, ", \"areas\": [{\"x\": 60, \"y\": 0, \"width\": 5, \"height\": 1}]");

	expect_refusal(post(client, path, "{\"until\": \"later\"}"), 400, "until must be");
	expect_refusal(post(client, path, "{\"until\": \"match\", \"reference\": \"YWJj\"}"), 400,
		       "the reference is no PNG");
	expect_refusal(post(client, path, outside), 400, "an area is outside of the reference");
	expect_refusal(post(client, "/api/v1/heads/7/wait", "{}"), 404, "no head 7");
	expect_refusal(get(client, path, ""), 405, path);
}

static void a_reference_may_be_long_and_a_stranger_may_not_send_one(void)
{
	STAGE(ACCESS_PASSWORD);
	CLIENT stranger = stage_browser(&stage);
	CLIENT program = stage_program(&stage);

	web_client_say(stranger,
		       "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n",
		       path);
	expect_refusal(web_client_response(stranger), 413, "longer than 65536");
	web_client_say(program,
		       "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: 70000000\r\n\r\n",
		       path);
	expect_refusal(web_client_response(program), 413, "longer than 67108864");
}

static void only_so_many_wait_and_one_that_goes_away_makes_room(void)
{
	STAGE(ACCESS_OPEN);
	struct web_client *clients[16];
	CLIENT late = stage_browser(&stage);
	unsigned status;

	for (unsigned i = 0; i < 16; i++) {
		clients[i] = stage_browser(&stage);
		begin_wait(clients[i], "{\"until\": \"change\", \"timeout_ms\": 3600000}");
		/* Its turn has come. */
		EXPECT_INT(status_of(get(late, "/api/v1/status", "")), 200);
	}
	expect_refusal(post(late, path, "{\"until\": \"change\"}"), 429, "16 clients are waiting");
	web_client_destroy(clients[0]);
	do {
		status = status_of(post(late, path, "{\"until\": \"shown\"}"));
	} while (status == 429);
	EXPECT_INT(status, 200);

	/* The others are told all the same. */
	stage.picture[5] ^= 1;
	stage_show(&stage);
	for (unsigned i = 1; i < 16; i++) {
		EXPECT(is_met(web_client_response(clients[i])));
		web_client_destroy(clients[i]);
	}
}

static void a_server_that_ends_leaves_nobody_behind(void)
{
	STAGE(ACCESS_OPEN);
	CLIENT client = stage_browser(&stage);
	CLIENT second = stage_browser(&stage);
	CLIENT program = stage_program(&stage);
	CLEANUP(freep) char *request = match_request(&stage, 0x00ff00, "");

	begin_wait(client, "{\"until\": \"change\"}");
	EXPECT_INT(status_of(get(program, "/api/v1/status", "")), 200);
	/* A worker may have its picture. */
	begin_wait(second, request);
	EXPECT_INT(status_of(get(program, "/api/v1/status", "")), 200);
}

int main(void)
{
	log_open(getenv("VERBOSE") ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO);
	RUN_TEST(what_is_shown_already_is_answered_at_once);
	RUN_TEST(an_answer_comes_with_the_frame_that_brings_it);
	RUN_TEST(a_match_that_never_comes_says_how_far_off_it_was);
	RUN_TEST(what_is_wrong_is_refused);
	RUN_TEST(a_reference_may_be_long_and_a_stranger_may_not_send_one);
	RUN_TEST(only_so_many_wait_and_one_that_goes_away_makes_room);
	RUN_TEST(a_server_that_ends_leaves_nobody_behind);
	return 0;
}
