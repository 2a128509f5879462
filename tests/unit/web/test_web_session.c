/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/web/web_session.h"

#include "tests/support/test.h"

static uint64_t fake_now_us;

static uint64_t fake_clock(void)
{
	return fake_now_us;
}

static void a_session_is_found_by_its_token_only(void)
{
	CLEANUP(web_sessions_destroyp)
	struct web_sessions *sessions = web_sessions_create(fake_clock);
	char one[WEB_TOKEN_LENGTH + 1], two[WEB_TOKEN_LENGTH + 1];
	uint64_t first = web_sessions_open(sessions, one);
	uint64_t second = web_sessions_open(sessions, two);

	EXPECT(first && second && first != second);
	EXPECT_INT(strlen(one), WEB_TOKEN_LENGTH);
	EXPECT(strcmp(one, two) != 0);
	EXPECT_INT(web_sessions_find(sessions, one), first);
	EXPECT_INT(web_sessions_find(sessions, two), second);
	EXPECT_INT(web_sessions_find(sessions, ""), 0);
	EXPECT_INT(web_sessions_find(sessions, one + 1), 0);
	one[0] = one[0] == 'a' ? 'b' : 'a';
	EXPECT_INT(web_sessions_find(sessions, one), 0);
}

static void a_free_place_is_no_session(void)
{
	CLEANUP(web_sessions_destroyp)
	struct web_sessions *sessions = web_sessions_create(fake_clock);
	char zeros[WEB_TOKEN_LENGTH + 1] = "";

	memset(zeros, '0', WEB_TOKEN_LENGTH);
	EXPECT_INT(web_sessions_find(sessions, zeros), 0);
}

static void a_closed_session_is_gone(void)
{
	CLEANUP(web_sessions_destroyp)
	struct web_sessions *sessions = web_sessions_create(fake_clock);
	char token[WEB_TOKEN_LENGTH + 1];

	web_sessions_close(sessions, web_sessions_open(sessions, token));
	EXPECT_INT(web_sessions_find(sessions, token), 0);
}

static void a_session_lives_on_while_it_is_used(void)
{
	CLEANUP(web_sessions_destroyp)
	struct web_sessions *sessions = web_sessions_create(fake_clock);
	char token[WEB_TOKEN_LENGTH + 1];
	uint64_t id = web_sessions_open(sessions, token);

	for (int i = 0; i < 3; i++) {
		fake_now_us += WEB_SESSION_IDLE_US - 1;
		EXPECT_INT(web_sessions_find(sessions, token), id);
	}
	fake_now_us += WEB_SESSION_IDLE_US;
	EXPECT_INT(web_sessions_find(sessions, token), 0);
}

static void in_a_full_table_the_one_unused_for_longest_makes_room(void)
{
	CLEANUP(web_sessions_destroyp)
	struct web_sessions *sessions = web_sessions_create(fake_clock);
	char first[WEB_TOKEN_LENGTH + 1], second[WEB_TOKEN_LENGTH + 1];
	char other[WEB_TOKEN_LENGTH + 1];

	web_sessions_open(sessions, first);
	web_sessions_open(sessions, second);
	for (int i = 2; i < WEB_SESSIONS_MAX; i++) {
		fake_now_us++;
		web_sessions_open(sessions, other);
	}
	fake_now_us++;
	EXPECT(web_sessions_find(sessions, first));
	EXPECT(web_sessions_open(sessions, other));
	EXPECT(web_sessions_find(sessions, first));
	EXPECT(web_sessions_find(sessions, other));
	EXPECT_INT(web_sessions_find(sessions, second), 0);
}

int main(void)
{
	RUN_TEST(a_session_is_found_by_its_token_only);
	RUN_TEST(a_free_place_is_no_session);
	RUN_TEST(a_closed_session_is_gone);
	RUN_TEST(a_session_lives_on_while_it_is_used);
	RUN_TEST(in_a_full_table_the_one_unused_for_longest_makes_room);
	return 0;
}
