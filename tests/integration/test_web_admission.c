/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Who is let in: logins and sessions, foreign sites, the control socket, TLS.
 */
#include <errno.h>
#include <openssl/ssl.h>
#include <string.h>

#include "common/log.h"
#include "common/xalloc.h"
#include "tests/integration/web_stage.h"
#include "tests/support/temporary.h"

/* -- Logging in --------------------------------------------------------------------- */

static char *login_body(struct stage *stage)
{
	return xasprintf("{\"user\": \"dev\", \"password\": \"%s\"}",
			 access_password(stage->services.access));
}

/* Logs in; returns the headers of a browser with the session's cookie. */
static char *log_in(struct stage *stage)
{
	CLIENT client = stage_browser(stage);
	CLEANUP(freep) char *body = login_body(stage);
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

static void a_login_opens_the_api(void)
{
	STAGE(ACCESS_PASSWORD);
	CLEANUP(freep) char *session = log_in(&stage);
	CLIENT client = stage_browser(&stage);

	EXPECT_INT(status_of(get(client, "/api/v1/status", session)), 200);
	EXPECT_INT(status_of(get(client, "/metrics", session)), 200);
	expect_refusal(get(client, "/api/v1/status", ""), 401, "not logged in");
	expect_refusal(get(client, "/metrics", ""), 401, "not logged in");
	expect_refusal(post(client, "/api/v1/input/key", "{}"), 401, "not logged in");
}

static void the_cookie_is_out_of_reach_of_scripts_and_of_other_sites(void)
{
	STAGE(ACCESS_PASSWORD);
	CLIENT client = stage_browser(&stage);
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
	CLIENT client = stage_browser(&stage);
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
		clients[i] = stage_browser(&stage);
		web_client_say(clients[i],
			       "POST /login HTTP/1.1\r\nHost: localhost\r\n"
			       "Content-Length: %zu\r\n\r\n%s",
			       strlen(wrong), wrong);
	}
	expect_refusal(web_client_response(clients[8]), 429, "too many logins");
	stage_expect_served(&stage);
	for (int i = 0; i < 9; i++)
		web_client_destroy(clients[i]);
}

static void a_login_that_is_none_is_refused(void)
{
	STAGE(ACCESS_PASSWORD);
	CLIENT client = stage_browser(&stage);

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
	CLIENT client = stage_browser(&stage);
	CLEANUP(freep) char *body = login_body(&stage);
	RESPONSE response = post(client, "/login", body);
	CLEANUP(freep) char *bearer = NULL;

	EXPECT_INT(response.status, 200);
	bearer = xasprintf("Authorization: Bearer %.64s\r\n",
			   response.body + strlen("{\"token\":\""));
	EXPECT_INT(status_of(ask(client, "POST", "/api/v1/input/key", bearer, "{\"keys\": \"a\"}")),
		   204);
	stage_expect_input(&stage, "key 1e down, key 1e up");
	EXPECT_INT(status_of(get(client, "/metrics", bearer)), 200);
	bearer[strlen(bearer) - 5] ^= 1;
	expect_refusal(get(client, "/api/v1/status", bearer), 401, "not logged in");
}

static void a_cookie_without_an_origin_changes_nothing(void)
{
	STAGE(ACCESS_PASSWORD);
	CLEANUP(freep) char *session = log_in(&stage);
	const char *cookie = strchr(session, '\n') + 1;
	CLIENT client = stage_browser(&stage);

	EXPECT_INT(status_of(get(client, "/api/v1/status", cookie)), 200);
	expect_refusal(ask(client, "POST", "/api/v1/input/key", cookie, "{\"keys\": \"a\"}"), 403,
		       "without an Origin");
	EXPECT_INT(stage_upgrade(&stage, "/api/v1/events", cookie), 403);
}

static void a_logout_ends_the_session_and_its_websockets(void)
{
	STAGE(ACCESS_PASSWORD);
	CLEANUP(freep) char *session = log_in(&stage);
	CLEANUP(freep) char *headers = xasprintf("Host: localhost:8080\r\n%s", session);
	CLIENT client = stage_browser(&stage);
	CLIENT socket = stage_browser(&stage);

	EXPECT_INT(web_client_upgrade(socket, "/api/v1/events", headers), 101);
	EXPECT_INT(status_of(ask(client, "POST", "/logout", session, "")), 204);
	expect_refusal(get(client, "/api/v1/status", session), 401, "not logged in");
	web_client_expect_closed(socket);
}

static void the_page_is_for_those_who_logged_in(void)
{
	STAGE(ACCESS_PASSWORD);
	CLEANUP(freep) char *session = log_in(&stage);
	CLIENT client = stage_browser(&stage);
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
	CLIENT client = stage_browser(&stage);
	RESPONSE response = get(client, "/", "");
	char location[64];

	EXPECT_STRING(response.body, "<!DOCTYPE html>the page");
	web_response_finish(&response);
	response = get(client, "/login", "");
	EXPECT_INT(response.status, 303);
	EXPECT(web_response_header(&response, "Location", location, sizeof(location)));
	EXPECT_STRING(location, ".");
}

/* -- Other sites and other programs ------------------------------------------------- */

static void a_foreign_host_is_refused(void)
{
	STAGE(ACCESS_OPEN);
	CLIENT client = stage_browser(&stage);

	web_client_say(client, "GET /api/v1/status HTTP/1.1\r\nHost: evil.example\r\n\r\n");
	expect_refusal(web_client_response(client), 403, "foreign Host");
	web_client_say(client, "GET /index.html HTTP/1.1\r\nHost: evil.example\r\n\r\n");
	expect_refusal(web_client_response(client), 403, "foreign Host");
	web_client_say(client, "GET /api/v1/status HTTP/1.1\r\n\r\n");
	expect_refusal(web_client_response(client), 403, "foreign Host");
	EXPECT_INT(stage_upgrade(&stage, "/api/v1/heads/0/rfb", "Host: evil.example\r\n"), 403);
}

static void a_foreign_origin_is_refused(void)
{
	STAGE(ACCESS_PASSWORD);
	CLEANUP(freep) char *session = log_in(&stage);
	CLEANUP(freep)
	char *foreign = xasprintf("Origin: http://evil.example\r\n%s", strchr(session, '\n') + 1);
	CLEANUP(freep) char *upgrade_headers = xasprintf("Host: localhost:8080\r\n%s", foreign);
	CLIENT client = stage_browser(&stage);

	expect_refusal(get(client, "/api/v1/status", foreign), 403, "foreign Origin");
	expect_refusal(ask(client, "POST", "/api/v1/input/key", foreign, "{\"keys\": \"a\"}"), 403,
		       "foreign Origin");
	EXPECT_INT(stage_upgrade(&stage, "/api/v1/heads/0/rfb", upgrade_headers), 403);
	EXPECT_INT(stage_upgrade(&stage, "/api/v1/touch", upgrade_headers), 403);
	EXPECT_INT(stage.rfb, -1);
}

static void a_websocket_without_a_session_is_refused(void)
{
	STAGE(ACCESS_PASSWORD);
	EXPECT_INT(stage_upgrade(&stage, "/api/v1/heads/0/rfb", SAME_ORIGIN), 401);
	EXPECT_INT(stage_upgrade(&stage, "/api/v1/touch", SAME_ORIGIN), 401);
	EXPECT_INT(stage_upgrade(&stage, "/api/v1/events", SAME_ORIGIN), 401);
	EXPECT_INT(stage.rfb, -1);
}

static void the_control_socket_needs_no_login(void)
{
	STAGE(ACCESS_PASSWORD);
	CLIENT client = stage_program(&stage);
	RESPONSE response = get(client, "/api/v1/status", "Host: anything\r\n");

	EXPECT_STRING(response.body, "{\"secrets\":true}\n");
	EXPECT_INT(file_mode(stage.directory, "sock"), 0600);
}

static void the_control_socket_is_not_for_browsers(void)
{
	STAGE(ACCESS_PASSWORD);
	CLIENT client = stage_program(&stage);

	expect_refusal(get(client, "/api/v1/status", "Origin: http://localhost:8080\r\n"), 403,
		       "not for browsers");
}

/* -- TLS ---------------------------------------------------------------------------- */

static void off_loopback_there_is_no_server_without_tls(void)
{
	STAGE(ACCESS_OPEN);
	CLEANUP(web_server_destroyp) struct web_server *server = NULL;
	struct listen_address everywhere;

	EXPECT_INT(listen_address_parse("0.0.0.0:0", &everywhere), 0);
	EXPECT_INT(stage_create_server(&stage,
				       &(struct web_options){.address = &everywhere,
							     .web_root = stage.directory},
				       &server),
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
	EXPECT_INT(stage_create_server(&stage,
				       &(struct web_options){.address = &address,
							     .key = &key,
							     .web_root = stage.directory},
				       &server),
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
	stage_expect_served(&stage);
}

int main(void)
{
	log_open(getenv("VERBOSE") ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO);
	RUN_TEST(a_login_opens_the_api);
	RUN_TEST(the_cookie_is_out_of_reach_of_scripts_and_of_other_sites);
	RUN_TEST(a_wrong_password_is_refused_and_slows_down_the_next);
	RUN_TEST(only_so_many_logins_wait_at_a_time);
	RUN_TEST(a_login_that_is_none_is_refused);
	RUN_TEST(a_bearer_token_needs_no_origin);
	RUN_TEST(a_cookie_without_an_origin_changes_nothing);
	RUN_TEST(a_logout_ends_the_session_and_its_websockets);
	RUN_TEST(the_page_is_for_those_who_logged_in);
	RUN_TEST(nobody_has_to_log_in_where_access_is_open);
	RUN_TEST(a_foreign_host_is_refused);
	RUN_TEST(a_foreign_origin_is_refused);
	RUN_TEST(a_websocket_without_a_session_is_refused);
	RUN_TEST(the_control_socket_needs_no_login);
	RUN_TEST(the_control_socket_is_not_for_browsers);
	RUN_TEST(off_loopback_there_is_no_server_without_tls);
	RUN_TEST(with_tls_the_cookie_is_for_tls_only);
	return 0;
}
