/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/web/web_login.h"

#include <stdio.h>
#include <string.h>

#include "common/log.h"
#include "common/xalloc.h"
#include "gateway/access/access.h"
#include "gateway/web/web_connection.h"
#include "gateway/web/web_context.h"
#include "gateway/web/web_request.h"
#include "gateway/web/web_session.h"

/* Logins that wait because others failed. */
#define LOGINS_WAITING_MAX 8

#define CREDENTIAL_MAX 256

/* A login that waits. */
struct login {
	lws_sorted_usec_list_t delay;
	struct web_request *request;
	char user[CREDENTIAL_MAX];
	char password[CREDENTIAL_MAX];
	bool is_form;
};

static void free_login(struct login *login)
{
	lws_sul_cancel(&login->delay);
	explicit_bzero(login, sizeof(*login));
	free(login);
}

static void handle_cancel(struct web_request *request)
{
	request->server->logins_waiting--;
	free_login(request->work);
}

/* -- What was sent ----------------------------------------------------------- */

static bool copy_member(struct json_object *json, const char *name, char value[CREDENTIAL_MAX])
{
	struct json_object *member;

	if (!json_object_object_get_ex(json, name, &member) ||
	    !json_object_is_type(member, json_type_string))
		return false;
	return snprintf(value, CREDENTIAL_MAX, "%s", json_object_get_string(member)) <
	       CREDENTIAL_MAX;
}

static bool parse_json(struct web_request *request, struct login *login)
{
	struct json_object *json = web_request_json(request);
	bool is_right;

	if (!json)
		return false;
	is_right = copy_member(json, "user", login->user) &&
		   copy_member(json, "password", login->password);
	json_object_put(json);
	if (!is_right)
		web_answer_error(request, 400, "a login has a user and a password, both texts");
	return is_right;
}

/* One NAME=VALUE of a form, which this takes apart. */
static bool parse_field(char *field, struct login *login)
{
	char *value = strchr(field, '=');

	if (!value)
		return false;
	*value++ = '\0';
	if (strcmp(field, "user") == 0)
		return lws_urldecode(login->user, value, CREDENTIAL_MAX - 1) >= 0;
	if (strcmp(field, "password") == 0)
		return lws_urldecode(login->password, value, CREDENTIAL_MAX - 1) >= 0;
	return true;
}

static bool parse_form(struct web_request *request, struct login *login)
{
	char *rest = NULL;

	for (char *field = strtok_r(request->body, "&", &rest); field;
	     field = strtok_r(NULL, "&", &rest)) {
		if (!parse_field(field, login)) {
			web_answer_error(request, 400, "a login has a user and a password");
			return false;
		}
	}
	return true;
}

static bool parse(struct web_request *request, struct login *login)
{
	login->is_form = strncmp(request->content_type, "application/x-www-form-urlencoded", 33) ==
			 0;
	if (!request->body) {
		web_answer_error(request, 400, "a login has a user and a password");
		return false;
	}
	return login->is_form ? parse_form(request, login) : parse_json(request, login);
}

/* -- The answer ---------------------------------------------------------------- */

static void let_in(struct web_request *request, bool is_form)
{
	struct web_server *server = request->server;
	const struct log_subject subject = {.protocol = "web", .peer = request->connection->peer};
	char token[WEB_TOKEN_LENGTH + 1];
	struct json_object *json;

	if (!web_sessions_open(server->sessions, token)) {
		web_answer_error(request, 500, "there are no random numbers");
		return;
	}
	log_write(LOG_LEVEL_INFO, &subject, "logged in");
	if (is_form) {
		web_answer_status(request, 303);
		web_answer_header(request, "Location: .");
	} else {
		json = json_object_new_object();
		json_object_object_add(json, "token", json_object_new_string(token));
		web_answer_json(request, 200, json);
	}
	web_answer_header(request, "Cache-Control: no-store");
	web_answer_header(request, "Set-Cookie: %s=%s; Path=/; HttpOnly; SameSite=Strict%s",
			  server->cookie, token, server->has_tls ? "; Secure" : "");
}

static void check_login(struct web_request *request, const struct login *login)
{
	struct access *access = request->server->services.access;

	if (access_check(access, login->user, login->password, "web", request->connection->peer))
		let_in(request, login->is_form);
	else
		web_answer_error(request, 401, "a wrong user or password");
}

static void handle_delay_end(lws_sorted_usec_list_t *delay)
{
	struct login *login = lws_container_of(delay, struct login, delay);
	struct web_request *request = login->request;

	request->server->logins_waiting--;
	check_login(request, login);
	web_request_answered(request);
	free_login(login);
}

static void delay(struct web_request *request, struct login *login, unsigned delay_ms)
{
	struct web_server *server = request->server;

	if (server->logins_waiting >= LOGINS_WAITING_MAX) {
		web_answer_error(request, 429, "too many logins are under way");
		free_login(login);
		return;
	}
	server->logins_waiting++;
	login->request = request;
	web_request_wait(request, handle_cancel, login);
	lws_sul_schedule(server->lws, 0, &login->delay, handle_delay_end,
			 delay_ms * (lws_usec_t)LWS_US_PER_MS);
}

void web_login_post(struct web_request *request)
{
	struct login *login = xcalloc(1, sizeof(*login));
	unsigned delay_ms = access_login_delay_ms(request->server->services.access);

	if (!parse(request, login)) {
		free_login(login);
	} else if (delay_ms > 0) {
		delay(request, login, delay_ms);
	} else {
		check_login(request, login);
		free_login(login);
	}
}

void web_logout_post(struct web_request *request)
{
	struct web_server *server = request->server;

	if (request->session) {
		web_sessions_close(server->sessions, request->session);
		web_connections_drop(server, request->session);
	}
	web_answer_status(request, 204);
	web_answer_header(request, "Cache-Control: no-store");
	web_answer_header(request, "Set-Cookie: %s=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict",
			  server->cookie);
}
