/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/web/web_session.h"

#include "tests/support/temporary.h"

static uint64_t fake_now_us;

static uint64_t fake_clock(void)
{
	return fake_now_us;
}

static void a_session_is_found_by_its_token_only(void)
{
	CLEANUP(web_sessions_destroyp)
	struct web_sessions *sessions = web_sessions_create(fake_clock, "secret password", NULL);
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
	struct web_sessions *sessions = web_sessions_create(fake_clock, "secret password", NULL);
	char zeros[WEB_TOKEN_LENGTH + 1] = "";

	memset(zeros, '0', WEB_TOKEN_LENGTH);
	EXPECT_INT(web_sessions_find(sessions, zeros), 0);
}

static void a_closed_session_is_gone(void)
{
	CLEANUP(web_sessions_destroyp)
	struct web_sessions *sessions = web_sessions_create(fake_clock, "secret password", NULL);
	char token[WEB_TOKEN_LENGTH + 1];

	web_sessions_close(sessions, web_sessions_open(sessions, token));
	EXPECT_INT(web_sessions_find(sessions, token), 0);
}

static void a_session_lives_on_while_it_is_used(void)
{
	CLEANUP(web_sessions_destroyp)
	struct web_sessions *sessions = web_sessions_create(fake_clock, "secret password", NULL);
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
	struct web_sessions *sessions = web_sessions_create(fake_clock, "secret password", NULL);
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

/* -- Over a restart ---------------------------------------------------------------- */

static struct web_sessions *create(const char *state_dir)
{
	return web_sessions_create(fake_clock, "secret password", state_dir);
}

struct login {
	uint64_t id;
	char token[WEB_TOKEN_LENGTH + 1];
};

static struct login log_in(struct web_sessions *sessions)
{
	struct login login;

	login.id = web_sessions_open(sessions, login.token);
	EXPECT(login.id);
	return login;
}

static bool is_known(const char *state_dir, const char *password, const char *token)
{
	CLEANUP(web_sessions_destroyp)
	struct web_sessions *sessions = web_sessions_create(fake_clock, password, state_dir);

	return web_sessions_find(sessions, token) != 0;
}

static void a_gateway_that_was_killed_knows_its_sessions_when_it_is_back(void)
{
	CLEANUP(temporary_destroyp) char *directory = temporary_create();
	CLEANUP(web_sessions_destroyp) struct web_sessions *killed = create(directory);
	struct login one = log_in(killed);
	struct login two = log_in(killed);

	EXPECT(is_known(directory, "secret password", one.token));
	EXPECT(is_known(directory, "secret password", two.token));
	web_sessions_close(killed, one.id);
	EXPECT(!is_known(directory, "secret password", one.token));
	EXPECT(is_known(directory, "secret password", two.token));
}

static void a_use_counts_over_a_restart(void)
{
	CLEANUP(temporary_destroyp) char *directory = temporary_create();
	struct web_sessions *sessions = create(directory);
	struct login login = log_in(sessions);

	fake_now_us += WEB_SESSION_IDLE_US - 1;
	EXPECT_INT(web_sessions_find(sessions, login.token), login.id);
	fake_now_us += WEB_SESSION_IDLE_US - 1;
	EXPECT(is_known(directory, "secret password", login.token));
	web_sessions_destroy(sessions);
	fake_now_us += WEB_SESSION_IDLE_US;
	EXPECT(!is_known(directory, "secret password", login.token));
}

static void a_new_password_knows_no_session_of_the_old_one(void)
{
	CLEANUP(temporary_destroyp) char *directory = temporary_create();
	CLEANUP(web_sessions_destroyp) struct web_sessions *sessions = create(directory);
	struct login login = log_in(sessions);

	EXPECT(!is_known(directory, "another password", login.token));
}

static void the_state_directory_has_no_token(void)
{
	CLEANUP(temporary_destroyp) char *directory = temporary_create();
	CLEANUP(web_sessions_destroyp) struct web_sessions *sessions = create(directory);
	struct login login = log_in(sessions);
	CLEANUP(freep) char *path = xasprintf("%s/web-sessions", directory);
	char text[4096] = "";
	FILE *file = fopen(path, "r");

	EXPECT(file);
	EXPECT(fread(text, 1, sizeof(text) - 1, file) > WEB_TOKEN_LENGTH);
	fclose(file);
	EXPECT(!strstr(text, login.token));
	EXPECT_INT(file_mode(directory, "web-sessions"), 0600);
}

static void a_damaged_file_costs_logins_only(void)
{
	CLEANUP(temporary_destroyp) char *directory = temporary_create();
	CLEANUP(web_sessions_destroyp) struct web_sessions *sessions = NULL;
	struct login login;

	write_file(directory, "web-sessions", "nonsense\n\n0123 99999999999999999999999\n", 0600);
	sessions = create(directory);
	login = log_in(sessions);
	EXPECT_INT(web_sessions_find(sessions, login.token), login.id);
}

int main(void)
{
	RUN_TEST(a_session_is_found_by_its_token_only);
	RUN_TEST(a_free_place_is_no_session);
	RUN_TEST(a_closed_session_is_gone);
	RUN_TEST(a_session_lives_on_while_it_is_used);
	RUN_TEST(in_a_full_table_the_one_unused_for_longest_makes_room);
	RUN_TEST(a_gateway_that_was_killed_knows_its_sessions_when_it_is_back);
	RUN_TEST(a_use_counts_over_a_restart);
	RUN_TEST(a_new_password_knows_no_session_of_the_old_one);
	RUN_TEST(the_state_directory_has_no_token);
	RUN_TEST(a_damaged_file_costs_logins_only);
	return 0;
}
