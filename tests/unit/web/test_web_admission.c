/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/web/web_admission.h"

#include "common/cleanup.h"
#include "gateway/web/web_session.h"
#include "tests/support/test.h"

static uint64_t no_clock(void)
{
	return 1;
}

struct door {
	struct web_sessions *sessions;
	char token[WEB_TOKEN_LENGTH + 1];
	char cookie[256];
	char bearer[128];
	struct web_policy policy;
};

static void open_door(struct door *door)
{
	door->sessions = web_sessions_create(no_clock, "secret password", NULL);
	web_sessions_open(door->sessions, door->token);
	snprintf(door->cookie, sizeof(door->cookie), "a=b; windscreen-1=%s; c=d", door->token);
	snprintf(door->bearer, sizeof(door->bearer), "Bearer %s", door->token);
	door->policy = (struct web_policy){
		.cookie = "windscreen-1",
		.sessions = door->sessions,
	};
}

static void close_door(struct door *door)
{
	web_sessions_destroy(door->sessions);
}

#define DOOR \
	CLEANUP(close_door) struct door door; \
	open_door(&door)

/* 0, or the status of the refusal. */
static unsigned ask(const struct door *door, struct web_claim claim)
{
	struct web_refusal refusal;
	uint64_t session;

	return web_admit(&door->policy, &claim, &session, &refusal) ? 0 : refusal.status;
}

#define ASK(...) ask(&door, (struct web_claim){__VA_ARGS__})
#define OURS	 .host = "localhost:8080", .origin = "http://localhost:8080"

static void without_a_session_only_what_is_public_is_seen(void)
{
	DOOR;
	EXPECT_INT(ASK(.host = "localhost"), 0);
	EXPECT_INT(ASK(.host = "localhost", .needs_session = true), 401);
	EXPECT_INT(ASK(OURS, .needs_session = true, .changes_something = true), 401);
}

static void cookie_and_bearer_are_sessions(void)
{
	DOOR;
	EXPECT_INT(ASK(.host = "localhost", .cookie = door.cookie, .needs_session = true), 0);
	EXPECT_INT(ASK(.host = "localhost", .authorization = door.bearer, .needs_session = true),
		   0);
	EXPECT_INT(
		ASK(OURS, .cookie = door.cookie, .needs_session = true, .changes_something = true),
		0);
}

static void other_cookies_are_not(void)
{
	DOOR;
	char wrong[256];

	EXPECT_INT(ASK(OURS, .cookie = "windscreen-1=", .needs_session = true), 401);
	EXPECT_INT(ASK(OURS, .cookie = ";;; ;", .needs_session = true), 401);
	EXPECT_INT(ASK(OURS, .cookie = door.token, .needs_session = true), 401);
	snprintf(wrong, sizeof(wrong), "xwindscreen-1=%s", door.token);
	EXPECT_INT(ASK(OURS, .cookie = wrong, .needs_session = true), 401);
	snprintf(wrong, sizeof(wrong), "windscreen-2=%s", door.token);
	EXPECT_INT(ASK(OURS, .cookie = wrong, .needs_session = true), 401);
	snprintf(wrong, sizeof(wrong), "Basic %s", door.token);
	EXPECT_INT(ASK(OURS, .authorization = wrong, .needs_session = true), 401);
}

static void a_change_by_cookie_needs_an_origin_and_by_bearer_none(void)
{
	DOOR;
	EXPECT_INT(ASK(.host = "localhost", .cookie = door.cookie, .needs_session = true,
		       .changes_something = true),
		   403);
	EXPECT_INT(ASK(.host = "localhost", .authorization = door.bearer, .needs_session = true,
		       .changes_something = true),
		   0);
}

static void a_foreign_origin_is_refused_whatever_it_shows(void)
{
	DOOR;
	EXPECT_INT(ASK(.host = "localhost", .origin = "http://evil.example"), 403);
	EXPECT_INT(ASK(.host = "localhost", .origin = "null"), 403);
	EXPECT_INT(ASK(.host = "localhost", .origin = "http://evil.example", .cookie = door.cookie,
		       .authorization = door.bearer, .needs_session = true),
		   403);
	door.policy.is_open = true;
	EXPECT_INT(ASK(.host = "localhost", .origin = "http://evil.example"), 403);
}

static void a_foreign_host_is_refused_although_the_origin_is_the_same(void)
{
	DOOR;
	EXPECT_INT(ASK(.host = "evil.example", .origin = "http://evil.example"), 403);
	EXPECT_INT(ASK(.host = NULL), 403);
	door.policy.name = "ivi.example";
	EXPECT_INT(ASK(.host = "ivi.example", .origin = "https://ivi.example"), 0);
}

static void open_access_needs_no_session(void)
{
	DOOR;
	door.policy.is_open = true;
	EXPECT_INT(ASK(.host = "localhost", .needs_session = true, .changes_something = true), 0);
}

static void the_control_socket_asks_for_nothing_but_no_origin(void)
{
	DOOR;
	door.policy.is_control = true;
	EXPECT_INT(ASK(.needs_session = true, .changes_something = true), 0);
	EXPECT_INT(ASK(.host = "whatever", .needs_session = true), 0);
	EXPECT_INT(ASK(OURS), 403);
}

int main(void)
{
	RUN_TEST(without_a_session_only_what_is_public_is_seen);
	RUN_TEST(cookie_and_bearer_are_sessions);
	RUN_TEST(other_cookies_are_not);
	RUN_TEST(a_change_by_cookie_needs_an_origin_and_by_bearer_none);
	RUN_TEST(a_foreign_origin_is_refused_whatever_it_shows);
	RUN_TEST(a_foreign_host_is_refused_although_the_origin_is_the_same);
	RUN_TEST(open_access_needs_no_session);
	RUN_TEST(the_control_socket_asks_for_nothing_but_no_origin);
	return 0;
}
