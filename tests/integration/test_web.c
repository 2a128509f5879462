/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The web server with real heads and a real seat, spoken to over sockets; only
 * the guest, the VNC server behind it and the clients are stand-ins.
 */
#include <errno.h>
#include <signal.h>
#include <spng.h>
#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>

#include "common/log.h"
#include "common/worker.h"
#include "gateway/access/access.h"
#include "gateway/frame/frame.h"
#include "gateway/frame/heads.h"
#include "gateway/input/seat.h"
#include "gateway/web/web_server.h"
#include "tests/fakes/web_client.h"
#include "tests/support/temporary.h"

#define WIDTH  64
#define HEIGHT 48

#define INPUT_MAX 8192

struct stage {
	struct loop *loop;
	char *directory;
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
	write_file(stage->directory, "index.html", "<!DOCTYPE html>the page", 0644);
	write_file(stage->directory, "login.html", "<!DOCTYPE html>the login", 0644);
	write_file(stage->directory, "app.js", "export {};", 0644);
	write_file(stage->directory, "secret.key", "secret", 0644);
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
	options.web_root = stage->directory;
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

static unsigned status_of(struct web_response response)
{
	RESPONSE finished = response;

	return finished.status;
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
}

static void the_control_socket_needs_no_login(void)
{
	STAGE(ACCESS_PASSWORD);
	CLIENT client = program(&stage);
	RESPONSE response = get(client, "/api/v1/status", "");

	EXPECT_STRING(response.body, "{\"secrets\":true}\n");
}

int main(void)
{
	log_open(getenv("VERBOSE") ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO);
	RUN_TEST(the_status_says_what_the_session_says);
	RUN_TEST(a_login_opens_the_api);
	RUN_TEST(the_control_socket_needs_no_login);
	return 0;
}
