/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The web server with real heads and a real seat, spoken to over sockets; only
 * the guest, the VNC server behind it and the clients are stand-ins.
 */
#include <errno.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <spng.h>
#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>

#include "common/log.h"
#include "common/worker.h"
#include "gateway/access/access.h"
#include "gateway/frame/cursor.h"
#include "gateway/frame/frame.h"
#include "gateway/frame/heads.h"
#include "gateway/input/seat.h"
#include "gateway/web/web_listener.h"
#include "gateway/web/web_server.h"
#include "tests/fakes/web_client.h"
#include "tests/support/temporary.h"

#define WIDTH  64
#define HEIGHT 48

#define INPUT_MAX 8192

/* More than the kernel takes for a client that does not read. */
#define BIG_FILE_SIZE (8 << 20)

struct stage {
	struct loop *loop;
	char *directory;
	char *web_root; /* in it */
	struct head_policy policies[HEADS_MAX];
	struct services services;
	struct web_server *server;
	struct listen_address address; /* of the browser's listener */
	struct listen_address control;
	char input[INPUT_MAX]; /* what reached the guest, in words */
	int rfb;	       /* what open_rfb() was given last */
	int rfb_result;	       /* of open_rfb() */
	unsigned rfb_head;
	uint32_t picture[WIDTH * HEIGHT];
};

/* -- The guest ---------------------------------------------------------------- */

static void note(struct stage *stage, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void note(struct stage *stage, const char *format, ...)
{
	size_t used = strlen(stage->input);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(stage->input + used, sizeof(stage->input) - used, format, arguments);
	va_end(arguments);
}

static void port_key(void *data, uint8_t qnum, bool is_down)
{
	note(data, "%s%02x ", is_down ? "+" : "-", qnum);
}

static void port_motion(void *data, unsigned head, uint32_t x, uint32_t y)
{
	note(data, "to %u:%u,%u ", head, x, y);
}

static void port_button(void *data, unsigned head, enum input_button button, bool is_down)
{
	note(data, "%sbutton%d ", is_down ? "+" : "-", button);
}

static void port_touch(void *data, unsigned head, enum input_touch kind, unsigned slot, uint32_t x,
		       uint32_t y)
{
	static const char *const kinds[] = {"down", "move", "up", "cancel"};

	note(data, "%s %u:%u,%u ", kinds[kind], head, x, y);
}

static const struct input_port port = {
	.key = port_key,
	.motion = port_motion,
	.button = port_button,
	.touch = port_touch,
};

static void show_picture(struct stage *stage)
{
	struct pixels pixels = {stage->picture, WIDTH, HEIGHT, WIDTH * 4, PIXMAN_x8r8g8b8};

	EXPECT(head_show(heads_get(stage->services.heads, 0), &pixels, NULL, 4711) >= 0);
}

/* -- The session ----------------------------------------------------------------- */

static struct json_object *handle_status(void *data, bool with_secrets)
{
	struct json_object *status = json_object_new_object();

	json_object_object_add(status, "secrets", json_object_new_boolean(with_secrets));
	return status;
}

static int handle_open_rfb(void *data, int fd, unsigned head, const char *peer)
{
	struct stage *stage = data;

	if (stage->rfb_result < 0) {
		close(fd);
		return stage->rfb_result;
	}
	__atomic_store_n(&stage->rfb_head, head, __ATOMIC_SEQ_CST);
	__atomic_store_n(&stage->rfb, fd, __ATOMIC_SEQ_CST);
	return 0;
}

static const struct web_callbacks callbacks = {handle_status, handle_open_rfb};

static void write_pages(struct stage *stage)
{
	stage->web_root = xasprintf("%s/www", stage->directory);
	EXPECT_INT(mkdir(stage->web_root, 0700), 0);
	write_file(stage->web_root, "index.html", "<!DOCTYPE html>the page", 0644);
	write_file(stage->web_root, "login.html", "<!DOCTYPE html>the login", 0644);
	write_file(stage->web_root, "app.js", "export {};", 0644);
	write_file(stage->web_root, "secret.key", "secret", 0644);
	write_file(stage->web_root, ".hidden.js", "secret", 0644);
	write_file(stage->directory, "outside.js", "secret", 0644);
}

static void open_stage(struct stage *stage, enum access_mode mode)
{
	struct services *services = &stage->services;
	struct web_options options = {.address = &stage->address,
				      .control_path = stage->control.path};

	*stage = (struct stage){.rfb = -1, .directory = temporary_create()};
	EXPECT_INT(loop_create(&stage->loop), 0);
	services->loop = stage->loop;
	services->heads = heads_create(stage->loop, 64 << 20, stage->policies);
	services->seat = seat_create(stage->loop, services->heads);
	EXPECT_INT(workers_create(stage->loop, 1, 4, &services->workers), 0);
	EXPECT_INT(access_create(mode, stage->directory, &services->access), 0);
	seat_attach(services->seat, &port, stage);
	for (uint32_t i = 0; i < WIDTH * HEIGHT; i++)
		stage->picture[i] = i * 2654435761U;
	show_picture(stage);
	write_pages(stage);

	EXPECT_INT(listen_address_parse("127.0.0.1:0", &stage->address), 0);
	stage->control.is_unix = true;
	snprintf(stage->control.path, sizeof(stage->control.path), "%s/sock", stage->directory);
	options.web_root = stage->web_root;
	EXPECT_INT(web_server_create(services, &options, &callbacks, stage, &stage->server), 0);
	stage->address = *web_server_address(stage->server);
}

static void close_stage(struct stage *stage)
{
	struct services *services = &stage->services;

	web_server_destroy(stage->server);
	workers_destroy(services->workers);
	seat_detach(services->seat);
	seat_destroy(services->seat);
	heads_destroy(services->heads);
	access_destroy(services->access);
	loop_destroy(stage->loop);
	close_fd(stage->rfb);
	temporary_destroy(stage->web_root);
	temporary_destroy(stage->directory);
}

#define STAGE(mode) \
	CLEANUP(close_stage) struct stage stage; \
	open_stage(&stage, mode)

/* -- Clients --------------------------------------------------------------------- */

#define CLIENT	 CLEANUP(web_client_destroyp) struct web_client *
#define RESPONSE CLEANUP(web_response_finish) struct web_response

static struct web_client *browser(struct stage *stage)
{
	return web_client_connect(stage->loop, &stage->address);
}

static struct web_client *program(struct stage *stage)
{
	return web_client_connect(stage->loop, &stage->control);
}

static unsigned status_of(struct web_response response)
{
	RESPONSE finished = response;

	return finished.status;
}

/* A browser that is served; or NULL, while there is no room for it. */
static struct web_client *try_browser(struct stage *stage)
{
	CLIENT client = browser(stage);

	web_client_say(client, "GET /app.js HTTP/1.1\r\nHost: localhost\r\n\r\n");
	return status_of(web_client_response(client)) == 200 ? TAKE(client) : NULL;
}

/* One request with `headers` besides, and its response. */
static struct web_response ask(struct web_client *client, const char *method, const char *path,
			       const char *headers, const char *body)
{
	web_client_say(client,
		       "%s %s HTTP/1.1\r\nHost: localhost:8080\r\n%sContent-Length: %zu\r\n\r\n%s",
		       method, path, headers, strlen(body), body);
	return web_client_response(client);
}

static struct web_response get(struct web_client *client, const char *path, const char *headers)
{
	web_client_say(client, "GET %s HTTP/1.1\r\nHost: localhost:8080\r\n%s\r\n", path, headers);
	return web_client_response(client);
}

/* Expects a refusal, with these words in its sentence. */
static void expect_refusal(struct web_response response, unsigned status, const char *words)
{
	RESPONSE refusal = response;
	struct json_object *json = json_tokener_parse(refusal.body ?: "");
	struct json_object *error = NULL;

	EXPECT_INT(refusal.status, status);
	EXPECT(json_object_object_get_ex(json, "error", &error));
	if (!strstr(json_object_get_string(error), words))
		test_fail(__FILE__, __LINE__, "\"%s\" does not say \"%s\"",
			  json_object_get_string(error), words);
	json_object_put(json);
}

/* Logs in; returns the headers of a browser with the session's cookie. */
static char *log_in(struct stage *stage)
{
	CLIENT client = browser(stage);
	CLEANUP(freep)
	char *body = xasprintf("{\"user\": \"dev\", \"password\": \"%s\"}",
			       access_password(stage->services.access));
	RESPONSE response = ask(client, "POST", "/login",
				"Origin: http://localhost:8080\r\n"
				"Content-Type: application/json\r\n",
				body);
	char cookie[256];

	EXPECT_INT(response.status, 200);
	EXPECT(web_response_header(&response, "Set-Cookie", cookie, sizeof(cookie)));
	return xasprintf("Origin: http://localhost:8080\r\nCookie: other=1; %.*s\r\n",
			 (int)strcspn(cookie, ";"), cookie);
}

static struct web_response post(struct web_client *client, const char *path, const char *body)
{
	return ask(client, "POST", path, "", body);
}

/* Does nothing wrong, on a connection of its own: nobody else's fault may stop it. */
static void expect_served(struct stage *stage)
{
	CLIENT client = program(stage);

	EXPECT_INT(status_of(get(client, "/api/v1/status", "")), 200);
}

static unsigned upgrade(struct stage *stage, const char *path, const char *headers)
{
	CLIENT client = browser(stage);

	return web_client_upgrade(client, path, headers);
}

struct expected_input {
	struct stage *stage;
	const char *words;
};

static bool has_come(void *data)
{
	struct expected_input *expected = data;

	return strcmp(expected->stage->input, expected->words) == 0;
}

/* Expects exactly this input, and forgets it. */
static void expect_input(struct stage *stage, const char *words)
{
	struct expected_input expected = {stage, words};

	if (!test_wait(stage->loop, has_come, &expected))
		test_fail(__FILE__, __LINE__, "the guest got \"%s\", not \"%s\"", stage->input,
			  words);
	stage->input[0] = '\0';
}

/* -- Logging in ------------------------------------------------------------------ */

static void the_status_says_what_the_session_says(void)
{
	STAGE(ACCESS_OPEN);
	CLIENT client = browser(&stage);
	RESPONSE response = get(client, "/api/v1/status", "");

	EXPECT_INT(response.status, 200);
	EXPECT_STRING(response.body, "{\"secrets\":false}\n");
}

static void a_login_opens_the_api(void)
{
	STAGE(ACCESS_PASSWORD);
	CLEANUP(freep) char *session = log_in(&stage);
	CLIENT client = browser(&stage);

	EXPECT_INT(status_of(get(client, "/api/v1/status", session)), 200);
	expect_refusal(get(client, "/api/v1/status", ""), 401, "not logged in");
	expect_refusal(post(client, "/api/v1/input/key", "{}"), 401, "not logged in");
}

static void the_cookie_is_out_of_reach_of_scripts_and_of_other_sites(void)
{
	STAGE(ACCESS_PASSWORD);
	CLIENT client = browser(&stage);
	CLEANUP(freep)
	char *form = xasprintf("user=dev&password=%s", access_password(stage.services.access));
	RESPONSE response = ask(client, "POST", "/login",
				"Content-Type: application/x-www-form-urlencoded\r\n", form);
	char value[256];

	EXPECT_INT(response.status, 303);
	EXPECT(web_response_header(&response, "Location", value, sizeof(value)));
	EXPECT_STRING(value, ".");
	EXPECT(web_response_header(&response, "Set-Cookie", value, sizeof(value)));
	EXPECT(strstr(value, "; HttpOnly; SameSite=Strict"));
}

static void a_wrong_password_is_refused_and_slows_down_the_next(void)
{
	STAGE(ACCESS_PASSWORD);
	CLIENT client = browser(&stage);
	const char *wrong = "{\"user\": \"dev\", \"password\": \"guess\"}";
	uint64_t started_us;

	expect_refusal(post(client, "/login", wrong), 401, "wrong user or password");
	started_us = loop_now_us();
	expect_refusal(post(client, "/login", wrong), 401, "wrong user or password");
	EXPECT(loop_now_us() - started_us >= 250000);
	free(log_in(&stage));
}

static void only_so_many_logins_wait_at_a_time(void)
{
	STAGE(ACCESS_PASSWORD);
	struct web_client *clients[9];
	const char *wrong = "{\"user\": \"dev\", \"password\": \"guess\"}";

	for (int i = 0; i < 10; i++)
		access_note_failure(stage.services.access, "test", "");
	for (int i = 0; i < 9; i++) {
		clients[i] = browser(&stage);
		web_client_say(clients[i],
			       "POST /login HTTP/1.1\r\nHost: localhost\r\n"
			       "Content-Length: %zu\r\n\r\n%s",
			       strlen(wrong), wrong);
	}
	expect_refusal(web_client_response(clients[8]), 429, "too many logins");
	expect_served(&stage);
	for (int i = 0; i < 9; i++)
		web_client_destroy(clients[i]);
}

static void a_login_that_is_none_is_refused(void)
{
	STAGE(ACCESS_PASSWORD);
	CLIENT client = browser(&stage);

	expect_refusal(post(client, "/login", "{\"user\": 7}"), 400, "user and a password");
	expect_refusal(post(client, "/login", "user=dev&password=%zz"), 400, "not JSON");
	expect_refusal(ask(client, "POST", "/login",
			   "Content-Type: application/x-www-form-urlencoded\r\n",
			   "user=dev&password=%zz"),
		       400, "user and a password");
	expect_refusal(post(client, "/login", ""), 400, "user and a password");
}

static void a_bearer_token_needs_no_origin(void)
{
	STAGE(ACCESS_PASSWORD);
	CLIENT client = browser(&stage);
	CLEANUP(freep)
	char *body = xasprintf("{\"user\": \"dev\", \"password\": \"%s\"}",
			       access_password(stage.services.access));
	RESPONSE response = post(client, "/login", body);
	CLEANUP(freep) char *bearer = NULL;

	EXPECT_INT(response.status, 200);
	bearer = xasprintf("Authorization: Bearer %.64s\r\n",
			   response.body + strlen("{\"token\":\""));
	EXPECT_INT(status_of(ask(client, "POST", "/api/v1/input/key", bearer, "{\"keys\": \"a\"}")),
		   204);
	expect_input(&stage, "+1e -1e ");
	bearer[strlen(bearer) - 5] ^= 1;
	expect_refusal(get(client, "/api/v1/status", bearer), 401, "not logged in");
}

static void a_cookie_without_an_origin_changes_nothing(void)
{
	STAGE(ACCESS_PASSWORD);
	CLEANUP(freep) char *session = log_in(&stage);
	const char *cookie = strchr(session, '\n') + 1;
	CLIENT client = browser(&stage);

	EXPECT_INT(status_of(get(client, "/api/v1/status", cookie)), 200);
	expect_refusal(ask(client, "POST", "/api/v1/input/key", cookie, "{\"keys\": \"a\"}"), 403,
		       "without an Origin");
	EXPECT_INT(upgrade(&stage, "/api/v1/events", cookie), 403);
}

static void a_logout_ends_the_session_and_its_websockets(void)
{
	STAGE(ACCESS_PASSWORD);
	CLEANUP(freep) char *session = log_in(&stage);
	CLEANUP(freep) char *headers = xasprintf("Host: localhost:8080\r\n%s", session);
	CLIENT client = browser(&stage);
	CLIENT socket = browser(&stage);

	EXPECT_INT(web_client_upgrade(socket, "/api/v1/events", headers), 101);
	EXPECT_INT(status_of(ask(client, "POST", "/logout", session, "")), 204);
	expect_refusal(get(client, "/api/v1/status", session), 401, "not logged in");
	web_client_expect_closed(socket);
}

/* -- Who may ask ------------------------------------------------------------------- */

static void a_foreign_host_is_refused(void)
{
	STAGE(ACCESS_OPEN);
	CLIENT client = browser(&stage);

	web_client_say(client, "GET /api/v1/status HTTP/1.1\r\nHost: evil.example\r\n\r\n");
	expect_refusal(web_client_response(client), 403, "foreign Host");
	web_client_say(client, "GET /index.html HTTP/1.1\r\nHost: evil.example\r\n\r\n");
	expect_refusal(web_client_response(client), 403, "foreign Host");
	web_client_say(client, "GET /api/v1/status HTTP/1.1\r\n\r\n");
	expect_refusal(web_client_response(client), 403, "foreign Host");
	EXPECT_INT(upgrade(&stage, "/api/v1/heads/0/rfb", "Host: evil.example\r\n"), 403);
}

static void a_foreign_origin_is_refused(void)
{
	STAGE(ACCESS_PASSWORD);
	CLEANUP(freep) char *session = log_in(&stage);
	CLEANUP(freep)
	char *foreign = xasprintf("Origin: http://evil.example\r\n%s", strchr(session, '\n') + 1);
	CLEANUP(freep) char *upgrade_headers = xasprintf("Host: localhost:8080\r\n%s", foreign);
	CLIENT client = browser(&stage);

	expect_refusal(get(client, "/api/v1/status", foreign), 403, "foreign Origin");
	expect_refusal(ask(client, "POST", "/api/v1/input/key", foreign, "{\"keys\": \"a\"}"), 403,
		       "foreign Origin");
	EXPECT_INT(upgrade(&stage, "/api/v1/heads/0/rfb", upgrade_headers), 403);
	EXPECT_INT(upgrade(&stage, "/api/v1/touch", upgrade_headers), 403);
	EXPECT_INT(stage.rfb, -1);
}

static void a_websocket_without_a_session_is_refused(void)
{
	STAGE(ACCESS_PASSWORD);
	const char *headers = "Host: localhost:8080\r\nOrigin: http://localhost:8080\r\n";

	EXPECT_INT(upgrade(&stage, "/api/v1/heads/0/rfb", headers), 401);
	EXPECT_INT(upgrade(&stage, "/api/v1/touch", headers), 401);
	EXPECT_INT(upgrade(&stage, "/api/v1/events", headers), 401);
	EXPECT_INT(stage.rfb, -1);
}

static void the_control_socket_needs_no_login(void)
{
	STAGE(ACCESS_PASSWORD);
	CLIENT client = program(&stage);
	RESPONSE response = get(client, "/api/v1/status", "Host: anything\r\n");

	EXPECT_STRING(response.body, "{\"secrets\":true}\n");
	EXPECT_INT(file_mode(stage.directory, "sock"), 0600);
}

static void the_control_socket_is_not_for_browsers(void)
{
	STAGE(ACCESS_PASSWORD);
	CLIENT client = program(&stage);

	expect_refusal(get(client, "/api/v1/status", "Origin: http://localhost:8080\r\n"), 403,
		       "not for browsers");
}

/* -- The page ------------------------------------------------------------------------ */

static void the_page_is_for_those_who_logged_in(void)
{
	STAGE(ACCESS_PASSWORD);
	CLEANUP(freep) char *session = log_in(&stage);
	CLIENT client = browser(&stage);
	RESPONSE response = get(client, "/", "");
	char value[512];

	EXPECT_INT(response.status, 303);
	EXPECT(web_response_header(&response, "Location", value, sizeof(value)));
	EXPECT_STRING(value, "login");
	web_response_finish(&response);

	response = get(client, "/login", "");
	EXPECT_STRING(response.body, "<!DOCTYPE html>the login");
	web_response_finish(&response);

	response = get(client, "/", session);
	EXPECT_STRING(response.body, "<!DOCTYPE html>the page");
	EXPECT(web_response_header(&response, "Content-Security-Policy", value, sizeof(value)));
	EXPECT(strstr(value, "default-src 'none'"));
	EXPECT(strstr(value, "connect-src 'self' ws://localhost:8080"));
	EXPECT(web_response_header(&response, "X-Frame-Options", value, sizeof(value)));
}

static void nobody_has_to_log_in_where_access_is_open(void)
{
	STAGE(ACCESS_OPEN);
	CLIENT client = browser(&stage);
	RESPONSE response = get(client, "/", "");
	char location[64];

	EXPECT_STRING(response.body, "<!DOCTYPE html>the page");
	web_response_finish(&response);
	response = get(client, "/login", "");
	EXPECT_INT(response.status, 303);
	EXPECT(web_response_header(&response, "Location", location, sizeof(location)));
	EXPECT_STRING(location, ".");
}

static void a_file_has_its_type_and_is_sent_once(void)
{
	STAGE(ACCESS_OPEN);
	CLIENT client = browser(&stage);
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
	CLIENT client = browser(&stage);
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
		CLIENT client = browser(&stage);
		RESPONSE response = get(client, paths[i], "");

		/* Some paths libwebsockets itself refuses. */
		if (response.status != 404 && response.status != 403 && response.status != 0)
			test_fail(__FILE__, __LINE__, "%s is %u", paths[i], response.status);
	}
	expect_served(&stage);
}

/* -- Wrong requests -------------------------------------------------------------------- */

static void what_is_not_there_is_named(void)
{
	STAGE(ACCESS_OPEN);
	CLIENT client = browser(&stage);

	expect_refusal(get(client, "/api/v1/wheels", ""), 404, "/api/v1/wheels");
	expect_refusal(get(client, "/api/v1/input/key", ""), 405, "/api/v1/input/key");
	expect_refusal(post(client, "/api/v1/status", ""), 405, "/api/v1/status");
	expect_refusal(get(client, "/api/v1/touch", ""), 426, "WebSocket");
	expect_refusal(get(client, "/api/v1/heads/7/screenshot.png", ""), 404, "no head 7");
	expect_refusal(get(client, "/api/v1/heads/x/screenshot.png", ""), 404, "/api/v1/heads/x");
	EXPECT_INT(upgrade(&stage, "/api/v1/heads/7/rfb", "Host: localhost\r\n"), 404);
	EXPECT_INT(upgrade(&stage, "/api/v1/nothing", "Host: localhost\r\n"), 404);
	EXPECT_INT(upgrade(&stage, "/api/v1/events",
			   "Host: localhost\r\nSec-WebSocket-Protocol: splice\r\n"),
		   400);
}

static void a_body_that_is_too_long_is_refused(void)
{
	STAGE(ACCESS_OPEN);
	CLIENT client = browser(&stage);

	web_client_say(client, "POST /api/v1/input/type HTTP/1.1\r\nHost: localhost\r\n"
			       "Content-Length: 65537\r\n\r\n");
	expect_refusal(web_client_response(client), 413, "65536");
	web_client_expect_closed(client);
}

static void a_body_needs_its_length(void)
{
	STAGE(ACCESS_OPEN);
	CLIENT client = browser(&stage);

	web_client_say(client, "POST /api/v1/input/key HTTP/1.1\r\nHost: localhost\r\n"
			       "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
	expect_refusal(web_client_response(client), 411, "Content-Length");
}

static void a_body_that_is_no_json_object_is_refused(void)
{
	STAGE(ACCESS_OPEN);
	CLIENT client = browser(&stage);

	expect_refusal(post(client, "/api/v1/input/key", "keys=a"), 400, "not JSON");
	expect_refusal(post(client, "/api/v1/input/key", "{\"keys\": \"a\""), 400,
		       "unexpected end");
	expect_refusal(post(client, "/api/v1/input/key", ""), 400, "not JSON");
	expect_refusal(post(client, "/api/v1/input/key", "[1]"), 400, "object");
	expect_refusal(post(client, "/api/v1/input/key", "[[[[[[[[[[1]]]]]]]]]]"), 400, "not JSON");
	expect_refusal(post(client, "/api/v1/input/key", "{\"keys\": \"\xff\"}"), 400, "not JSON");
	expect_refusal(post(client, "/api/v1/input/key", "{\"keys\": \"a\"} b"), 400, "not JSON");
}

static void a_body_of_a_wrong_length_is_refused(void)
{
	static const char *const lengths[] = {"-5", "3x", "x", "3, 5", "99999999999999999999",
					      "+1"};
	STAGE(ACCESS_OPEN);

	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		CLIENT client = browser(&stage);

		web_client_say(client,
			       "POST /api/v1/input/key HTTP/1.1\r\nHost: localhost\r\n"
			       "Content-Length: %s\r\n\r\n{\"keys\": \"a\"}",
			       lengths[i]);
		web_client_expect_closed(client);
		expect_served(&stage);
	}
	EXPECT_STRING(stage.input, "");
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
		CLIENT client = browser(&stage);

		web_client_say(client, "%s", requests[i]);
		shutdown(web_client_fd(client), SHUT_WR);
		web_client_expect_closed(client);
		expect_served(&stage);
	}
}

static void headers_without_end_are_refused(void)
{
	STAGE(ACCESS_OPEN);
	CLIENT client = browser(&stage);
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
	expect_served(&stage);
}

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
		CLIENT client = browser(&stage);

		web_client_say(client, "%s%s%s", firsts[i], firsts[0], firsts[3]);
		shutdown(web_client_fd(client), SHUT_WR);
		web_client_expect_closed(client);
		expect_served(&stage);
	}
}

static void who_sends_more_and_reads_nothing_is_closed(void)
{
	STAGE(ACCESS_OPEN);
	CLIENT client = browser(&stage);
	CLEANUP(freep) char *big = xcalloc(1, BIG_FILE_SIZE + 1);

	memset(big, ' ', BIG_FILE_SIZE);
	write_file(stage.web_root, "big.js", big, 0644);
	web_client_say(client, "GET /big.js HTTP/1.1\r\nHost: localhost\r\n\r\n");
	expect_served(&stage);
	web_client_say(client, "GET /app.js HTTP/1.1\r\nHost: localhost\r\n\r\n");
	web_client_expect_closed(client);
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
	late = browser(&stage);
	web_client_expect_closed(late);
	web_client_destroy(late);
	expect_served(&stage);

	/* A place is free again when a client goes. */
	web_client_destroy(clients[0]);
	while (!(clients[0] = try_browser(&stage)))
		;
	for (int i = 0; i < WEB_CONNECTIONS_MAX; i++)
		web_client_destroy(clients[i]);
}

/* -- Pictures --------------------------------------------------------------------------- */

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
	CLIENT client = browser(&stage);
	RESPONSE response = get(client, "/api/v1/heads/0/screenshot.png", "");
	CLEANUP(freep) uint8_t *pixels = NULL;
	uint32_t width, height;
	char value[64];

	EXPECT_INT(response.status, 200);
	EXPECT(web_response_header(&response, "Content-Type", value, sizeof(value)));
	EXPECT_STRING(value, "image/png");
	EXPECT(web_response_header(&response, "X-Windscreen-Time-Us", value, sizeof(value)));
	EXPECT_STRING(value, "4711");
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
	CLIENT client = browser(&stage);
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
	CLIENT client = browser(&stage);

	head_show_notice(heads_get(stage.services.heads, 0), "The guest went for a walk.");
	expect_refusal(get(client, "/api/v1/heads/0/screenshot.png", ""), 503,
		       "The guest went for a walk.");
	show_picture(&stage);
	EXPECT_INT(status_of(get(client, "/api/v1/heads/0/screenshot.png", "")), 200);
}

/* -- Input -------------------------------------------------------------------------------- */

static void keys_reach_the_guest(void)
{
	STAGE(ACCESS_OPEN);
	CLIENT client = browser(&stage);

	EXPECT_INT(status_of(post(client, "/api/v1/input/key", "{\"keys\": \"ctrl+alt+delete\"}")),
		   204);
	expect_input(&stage, "+1d +38 +d3 -d3 -38 -1d ");
	EXPECT_INT(status_of(post(client, "/api/v1/input/key",
				  "{\"keys\": \"shift\", \"action\": \"down\"}")),
		   204);
	expect_input(&stage, "+2a ");
	expect_refusal(post(client, "/api/v1/input/key", "{\"keys\": \"ctrl+banana\"}"), 400,
		       "banana");
}

static void a_text_is_typed(void)
{
	STAGE(ACCESS_OPEN);
	CLIENT client = browser(&stage);

	EXPECT_INT(status_of(post(client, "/api/v1/input/type", "{\"text\": \"aB\\n\"}")), 204);
	expect_input(&stage, "+1e -1e +2a +30 -30 -2a +1c -1c ");
	EXPECT_INT(status_of(post(client, "/api/v1/input/type", "{\"text\": \"\"}")), 204);
	expect_refusal(post(client, "/api/v1/input/type", "{\"text\": \"a\\u00e9b\"}"), 400,
		       "\xc3\xa9");
	EXPECT_STRING(stage.input, "");
}

static void two_texts_do_not_mix(void)
{
	STAGE(ACCESS_OPEN);
	CLIENT slow = browser(&stage);
	CLIENT client = browser(&stage);
	char text[2000];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	web_client_say(slow,
		       "POST /api/v1/input/type HTTP/1.1\r\nHost: localhost\r\n"
		       "Content-Length: %zu\r\n\r\n{\"text\": \"%s\"}",
		       strlen(text) + 12, text);
	EXPECT_INT(status_of(get(client, "/api/v1/status", "")), 200);
	while (stage.input[0] == '\0')
		EXPECT_INT(status_of(get(client, "/api/v1/status", "")), 200);
	expect_refusal(post(client, "/api/v1/input/type", "{\"text\": \"y\"}"), 429,
		       "another text");

	/* One who goes away ends it. */
	web_client_destroy(TAKE(slow));
	while (status_of(post(client, "/api/v1/input/type", "{\"text\": \"y\"}")) != 204)
		;
	EXPECT(strlen(stage.input) < sizeof(text));
}

static void the_pointer_reaches_the_guest(void)
{
	STAGE(ACCESS_OPEN);
	CLIENT client = browser(&stage);

	EXPECT_INT(status_of(post(client, "/api/v1/input/pointer",
				  "{\"x\": 3, \"y\": 4, \"click\": \"right\"}")),
		   204);
	expect_input(&stage, "to 0:3,4 +button2 -button2 ");
	EXPECT_INT(status_of(post(client, "/api/v1/input/pointer",
				  "{\"head\": 0, \"x\": 0, \"y\": 0, \"wheel\": -2}")),
		   204);
	expect_input(&stage, "to 0:0,0 +button4 -button4 +button4 -button4 ");
	expect_refusal(post(client, "/api/v1/input/pointer", "{\"x\": 64, \"y\": 4}"), 400,
		       "position 64,4 is outside head 0 (64x48)");
}

static void touch_reaches_the_guest(void)
{
	STAGE(ACCESS_OPEN);
	CLIENT client = browser(&stage);

	EXPECT_INT(status_of(post(client, "/api/v1/input/touch",
				  "{\"action\": \"tap\", \"x\": 3, \"y\": 4}")),
		   204);
	expect_input(&stage, "down 0:3,4 up 0:3,4 ");
	EXPECT_INT(status_of(post(client, "/api/v1/input/touch",
				  "{\"action\": \"down\", \"contact\": 2, \"x\": 5, \"y\": 6}")),
		   204);
	EXPECT_INT(status_of(post(client, "/api/v1/input/touch",
				  "{\"action\": \"up\", \"contact\": 2}")),
		   204);
	expect_input(&stage, "down 0:5,6 up 0:5,6 ");
}

static void input_without_a_guest_is_refused(void)
{
	STAGE(ACCESS_OPEN);
	CLIENT client = browser(&stage);

	seat_detach(stage.services.seat);
	expect_refusal(post(client, "/api/v1/input/key", "{\"keys\": \"a\"}"), 503, "no guest");
}

/* -- WebSockets ----------------------------------------------------------------------------- */

#define SAME_ORIGIN "Host: localhost:8080\r\nOrigin: http://localhost:8080\r\n"

static bool is_rfb_open(void *data)
{
	struct stage *stage = data;

	return __atomic_load_n(&stage->rfb, __ATOMIC_SEQ_CST) >= 0;
}

static struct web_client *open_rfb(struct stage *stage)
{
	struct web_client *client = browser(stage);

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

/* The byte at an offset of an endless stream. */
static uint8_t stream_byte(size_t offset)
{
	return (uint8_t)(offset * 31 ^ offset >> 8 ^ offset >> 16);
}

#define STREAM_SIZE ((size_t)24 << 20)

/* What the line holds while nobody reads: the kernel's buffers, and ours. */
#define HELD_MAX ((size_t)12 << 20)

struct stream {
	int fd;
	size_t offset;
};

static bool has_sent_stream(void *data)
{
	struct stream *stream = data;
	uint8_t chunk[16384];
	ssize_t n;

	do {
		for (size_t i = 0; i < sizeof(chunk); i++)
			chunk[i] = stream_byte(stream->offset + i);
		n = send(stream->fd, chunk, sizeof(chunk), MSG_DONTWAIT | MSG_NOSIGNAL);
		stream->offset += n > 0 ? (size_t)n : 0;
	} while (n > 0 && stream->offset < STREAM_SIZE);
	return stream->offset >= STREAM_SIZE;
}

/* Sends until nothing was taken for a while: the one wait for time here, since
 * what is waited for is that nothing happens. */
static void send_until_full(struct stage *stage, struct stream *stream)
{
	size_t before;

	do {
		before = stream->offset;
		for (uint64_t end = loop_now_us() + 100000; loop_now_us() < end;) {
			has_sent_stream(stream);
			sd_event_run(loop_event(stage->loop), 2000);
		}
	} while (stream->offset > before && stream->offset < STREAM_SIZE);
}

static void a_browser_that_does_not_read_holds_back_the_server(void)
{
	STAGE(ACCESS_OPEN);
	CLIENT client = open_rfb(&stage);
	struct stream stream = {.fd = stage.rfb};
	size_t received = 0;

	send_until_full(&stage, &stream);
	EXPECT(stream.offset < HELD_MAX);
	expect_served(&stage);
	while (received < stream.offset) {
		struct web_frame frame = web_client_frame(client);

		EXPECT_INT(frame.opcode, WEB_OPCODE_BINARY);
		for (size_t i = 0; i < frame.size; i++)
			EXPECT_INT((uint8_t)frame.payload[i], stream_byte(received + i));
		received += frame.size;
		free(frame.payload);
	}
	EXPECT_INT(received, stream.offset);
}

/* Sends what the line takes; returns whether that is nothing for a while. */
static void push_until_full(struct stage *stage, struct web_client *client, const uint8_t *bytes,
			    size_t size, size_t *sent)
{
	size_t before;

	do {
		before = *sent;
		for (uint64_t end = loop_now_us() + 100000; loop_now_us() < end;) {
			*sent += web_client_send(client, bytes + *sent, size - *sent);
			sd_event_run(loop_event(stage->loop), 2000);
		}
	} while (*sent > before && *sent < size);
}

static void a_server_that_does_not_read_holds_back_the_browser(void)
{
	STAGE(ACCESS_OPEN);
	CLIENT client = open_rfb(&stage);
	CLEANUP(freep) uint8_t *payload = xcalloc(1, STREAM_SIZE);
	CLEANUP(freep) uint8_t *frame = NULL;
	size_t size, sent = 0, taken = 0;
	uint8_t chunk[65536];

	for (size_t i = 0; i < STREAM_SIZE; i++)
		payload[i] = stream_byte(i);
	frame = web_frame_encode(WEB_OPCODE_BINARY, payload, STREAM_SIZE, &size);
	push_until_full(&stage, client, frame, size, &sent);
	EXPECT(sent < HELD_MAX);
	expect_served(&stage);

	while (taken < STREAM_SIZE) {
		ssize_t n = recv(stage.rfb, chunk, sizeof(chunk), MSG_DONTWAIT);

		sent += web_client_send(client, frame + sent, size - sent);
		EXPECT(n > 0 || (n < 0 && errno == EAGAIN));
		if (n < 0) {
			sd_event_run(loop_event(stage.loop), 1000);
			continue;
		}
		EXPECT(memcmp(chunk, payload + taken, (size_t)n) == 0);
		taken += (size_t)n;
	}
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
	CLIENT client = browser(&stage);
	struct web_frame frame;

	stage.rfb_result = -EBUSY;
	EXPECT_INT(web_client_upgrade(client, "/api/v1/heads/0/rfb", SAME_ORIGIN), 101);
	frame = web_client_frame(client);
	EXPECT_INT(frame.opcode, WEB_OPCODE_CLOSE);
	EXPECT(frame.size > 2);
	EXPECT_INT((uint8_t)frame.payload[0] << 8 | (uint8_t)frame.payload[1], 1013);
	free(frame.payload);
}

static void a_touch_channel_carries_contacts_and_lets_go_at_its_end(void)
{
	STAGE(ACCESS_OPEN);
	CLIENT client = browser(&stage);
	const char *down = "{\"head\":0,\"action\":\"down\",\"contact\":0,\"x\":3,\"y\":4}";
	const char *move = "{\"head\":0,\"action\":\"move\",\"contact\":0,\"x\":9999,\"y\":-4}";

	EXPECT_INT(web_client_upgrade(client, "/api/v1/touch", SAME_ORIGIN), 101);
	web_client_send_frame(client, WEB_OPCODE_TEXT, down, strlen(down));
	expect_input(&stage, "down 0:3,4 ");
	web_client_send_frame(client, WEB_OPCODE_TEXT, move, strlen(move));
	expect_input(&stage, "move 0:63,0 ");
	web_client_destroy(TAKE(client));
	expect_input(&stage, "cancel 0:63,0 ");
}

static void a_wrong_touch_is_named_and_does_nothing(void)
{
	STAGE(ACCESS_OPEN);
	CLIENT client = browser(&stage);
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
	expect_input(&stage, "down 0:3,4 ");
}

static void a_touch_message_that_is_too_long_ends_the_channel(void)
{
	STAGE(ACCESS_OPEN);
	CLIENT client = browser(&stage);
	char message[5000];
	struct web_frame frame;

	memset(message, ' ', sizeof(message));
	EXPECT_INT(web_client_upgrade(client, "/api/v1/touch", SAME_ORIGIN), 101);
	web_client_send_frame(client, WEB_OPCODE_TEXT, message, sizeof(message));
	frame = web_client_frame(client);
	EXPECT_INT(frame.opcode, WEB_OPCODE_CLOSE);
	free(frame.payload);
	expect_served(&stage);
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
		CLIENT client = browser(&stage);

		EXPECT_INT(web_client_upgrade(client, "/api/v1/touch", SAME_ORIGIN), 101);
		web_client_send(client, frames[i].bytes, frames[i].size);
		shutdown(web_client_fd(client), SHUT_WR);
		web_client_expect_closed(client);
		expect_served(&stage);
	}
}

static void events_tell_what_changes_about_the_heads(void)
{
	STAGE(ACCESS_OPEN);
	CLIENT client = browser(&stage);
	struct heads *heads = stage.services.heads;
	struct web_frame frame;

	EXPECT_INT(web_client_upgrade(client, "/api/v1/events", SAME_ORIGIN), 101);
	frame = web_client_frame(client);
	EXPECT_STRING(frame.payload, "{\"heads\":[{\"index\":0,\"width\":64,\"height\":48,"
				     "\"notice\":\"\"}]}");
	free(frame.payload);

	/* A frame like those before changes nothing; a notice does. */
	show_picture(&stage);
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

/* -- The server ---------------------------------------------------------------------------------
 */

static int create_result(struct stage *stage, const struct web_options *options)
{
	struct web_server *server = NULL;
	int r = web_server_create(&stage->services, options, &callbacks, stage, &server);

	web_server_destroy(server);
	return r;
}

static void a_port_in_use_is_an_error(void)
{
	STAGE(ACCESS_OPEN);

	EXPECT_INT(create_result(&stage, &(struct web_options){.address = &stage.address,
							       .web_root = stage.directory}),
		   -EADDRINUSE);
	EXPECT_INT(create_result(&stage, &(struct web_options){.control_path = stage.control.path,
							       .web_root = stage.directory}),
		   -EADDRINUSE);
	expect_served(&stage);
}

static void off_loopback_there_is_no_server_without_tls(void)
{
	STAGE(ACCESS_OPEN);
	struct listen_address everywhere;

	EXPECT_INT(listen_address_parse("0.0.0.0:0", &everywhere), 0);
	EXPECT_INT(create_result(&stage, &(struct web_options){.address = &everywhere,
							       .web_root = stage.directory}),
		   -EPERM);
}

/* One request over TLS; the answer as it came, which the caller frees. */
static char *ask_over_tls(const struct listen_address *address, const char *request,
			  bool *ret_is_secure)
{
	SSL_CTX *context = SSL_CTX_new(TLS_client_method());
	char *target = xasprintf("127.0.0.1:%u", address->port);
	BIO *bio = BIO_new_ssl_connect(context);
	char *answer = xcalloc(1, 4096);
	int size = 0, n;

	BIO_set_conn_hostname(bio, target);
	*ret_is_secure = BIO_do_connect(bio) == 1;
	if (*ret_is_secure) {
		BIO_puts(bio, request);
		while ((n = BIO_read(bio, answer + size, 4095 - size)) > 0)
			size += n;
	}
	BIO_free_all(bio);
	SSL_CTX_free(context);
	free(target);
	return answer;
}

static void with_tls_the_cookie_is_for_tls_only(void)
{
	STAGE(ACCESS_PASSWORD);
	CLEANUP(tls_key_finish) struct tls_key key = {0};
	CLEANUP(web_server_destroyp) struct web_server *server = NULL;
	CLEANUP(freep)
	char *login = xasprintf("POST /login HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
				"Content-Type: application/x-www-form-urlencoded\r\n"
				"Content-Length: 34\r\n\r\nuser=dev&password=%s",
				access_password(stage.services.access));
	CLEANUP(freep) char *answer = NULL;
	struct listen_address address;
	bool is_secure;

	EXPECT_INT(tls_key_load(NULL, NULL, stage.directory, "ivi", &key), 0);
	EXPECT_INT(listen_address_parse("127.0.0.1:0", &address), 0);
	EXPECT_INT(web_server_create(&stage.services,
				     &(struct web_options){.address = &address,
							   .key = &key,
							   .web_root = stage.directory},
				     &callbacks, &stage, &server),
		   0);

	answer = ask_over_tls(web_server_address(server), login, &is_secure);
	EXPECT(is_secure);
	EXPECT(strstr(answer, "HTTP/1.1 303"));
	EXPECT(strstr(answer, "; SameSite=Strict; Secure"));

	/* Plain HTTP gets nowhere there, and TLS nowhere on the plain one. */
	{
		CLIENT client = web_client_connect(stage.loop, web_server_address(server));

		web_client_say(client, "GET /login HTTP/1.1\r\nHost: localhost\r\n\r\n");
		EXPECT_INT(status_of(web_client_response(client)), 0);
	}
	free(ask_over_tls(&stage.address, "GET / HTTP/1.1\r\n\r\n", &is_secure));
	EXPECT(!is_secure);
	expect_served(&stage);
}

static void it_ends_at_once_whatever_clients_do(void)
{
	STAGE(ACCESS_PASSWORD);
	CLIENT half = browser(&stage);
	CLIENT waiting = browser(&stage);
	CLIENT unread = program(&stage);
	CLIENT socket = program(&stage);
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
	RUN_TEST(the_status_says_what_the_session_says);
	RUN_TEST(a_login_opens_the_api);
	RUN_TEST(the_cookie_is_out_of_reach_of_scripts_and_of_other_sites);
	RUN_TEST(a_wrong_password_is_refused_and_slows_down_the_next);
	RUN_TEST(only_so_many_logins_wait_at_a_time);
	RUN_TEST(a_login_that_is_none_is_refused);
	RUN_TEST(a_bearer_token_needs_no_origin);
	RUN_TEST(a_cookie_without_an_origin_changes_nothing);
	RUN_TEST(a_logout_ends_the_session_and_its_websockets);
	RUN_TEST(a_foreign_host_is_refused);
	RUN_TEST(a_foreign_origin_is_refused);
	RUN_TEST(a_websocket_without_a_session_is_refused);
	RUN_TEST(the_control_socket_needs_no_login);
	RUN_TEST(the_control_socket_is_not_for_browsers);
	RUN_TEST(the_page_is_for_those_who_logged_in);
	RUN_TEST(nobody_has_to_log_in_where_access_is_open);
	RUN_TEST(a_file_has_its_type_and_is_sent_once);
	RUN_TEST(head_tells_the_size_and_sends_nothing);
	RUN_TEST(nothing_but_the_pages_files_is_served);
	RUN_TEST(what_is_not_there_is_named);
	RUN_TEST(a_body_that_is_too_long_is_refused);
	RUN_TEST(a_body_needs_its_length);
	RUN_TEST(a_body_that_is_no_json_object_is_refused);
	RUN_TEST(a_body_of_a_wrong_length_is_refused);
	RUN_TEST(malformed_http_ends_that_connection_only);
	RUN_TEST(headers_without_end_are_refused);
	RUN_TEST(a_request_before_the_answer_to_the_last_harms_nobody);
	RUN_TEST(who_sends_more_and_reads_nothing_is_closed);
	RUN_TEST(slow_clients_leave_room_on_the_control_socket_and_no_more_than_there_is);
	RUN_TEST(a_screenshot_is_the_frame_exactly);
	RUN_TEST(a_screenshot_has_the_pointer_when_asked_for);
	RUN_TEST(a_notice_is_never_a_screenshot);
	RUN_TEST(keys_reach_the_guest);
	RUN_TEST(a_text_is_typed);
	RUN_TEST(two_texts_do_not_mix);
	RUN_TEST(the_pointer_reaches_the_guest);
	RUN_TEST(touch_reaches_the_guest);
	RUN_TEST(input_without_a_guest_is_refused);
	RUN_TEST(rfb_passes_both_ways);
	RUN_TEST(a_browser_that_does_not_read_holds_back_the_server);
	RUN_TEST(a_server_that_does_not_read_holds_back_the_browser);
	RUN_TEST(an_end_on_either_side_reaches_the_other);
	RUN_TEST(a_browser_is_told_that_there_is_no_room);
	RUN_TEST(a_touch_channel_carries_contacts_and_lets_go_at_its_end);
	RUN_TEST(a_wrong_touch_is_named_and_does_nothing);
	RUN_TEST(a_touch_message_that_is_too_long_ends_the_channel);
	RUN_TEST(malformed_websocket_frames_end_that_connection_only);
	RUN_TEST(events_tell_what_changes_about_the_heads);
	RUN_TEST(a_port_in_use_is_an_error);
	RUN_TEST(off_loopback_there_is_no_server_without_tls);
	RUN_TEST(with_tls_the_cookie_is_for_tls_only);
	RUN_TEST(it_ends_at_once_whatever_clients_do);
	return 0;
}
