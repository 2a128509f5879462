/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/access/access.h"

#include "tests/support/temporary.h"

static uint64_t fake_now_us;

static uint64_t fake_clock(void)
{
	return fake_now_us;
}

static struct access *create(const char *directory)
{
	struct access *access = NULL;

	EXPECT_INT(access_create(ACCESS_PASSWORD, directory, &access), 0);
	access_set_clock(access, fake_clock);
	return access;
}

static int create_result(const char *directory)
{
	CLEANUP(access_destroyp) struct access *access = NULL;

	return access_create(ACCESS_PASSWORD, directory, &access);
}

static void the_first_start_makes_two_different_passwords(void)
{
	CLEANUP(temporary_destroyp) char *directory = temporary_create();
	CLEANUP(access_destroyp) struct access *access = create(directory);

	EXPECT_INT(strlen(access_password(access)), 16);
	EXPECT_INT(strlen(access_vnc_password(access)), ACCESS_VNC_PASSWORD_LENGTH);
	EXPECT(strncmp(access_password(access), access_vnc_password(access), 8) != 0);
}

static void every_gateway_makes_its_own_password(void)
{
	CLEANUP(temporary_destroyp) char *one = temporary_create();
	CLEANUP(temporary_destroyp) char *two = temporary_create();
	CLEANUP(access_destroyp) struct access *first = create(one);
	CLEANUP(access_destroyp) struct access *second = create(two);

	EXPECT(strcmp(access_password(first), access_password(second)) != 0);
}

static void passwords_are_readable_by_their_owner_only(void)
{
	CLEANUP(temporary_destroyp) char *parent = temporary_create();
	CLEANUP(temporary_destroyp) char *directory = xasprintf("%s/windscreen", parent);
	CLEANUP(access_destroyp) struct access *access = NULL;
	mode_t mask = umask(0);

	access = create(directory);
	umask(mask);
	EXPECT_INT(file_mode(parent, "windscreen"), 0700);
	EXPECT_INT(file_mode(directory, "password"), 0600);
	EXPECT_INT(file_mode(directory, "vnc-password"), 0600);
}

static void the_next_start_has_the_same_passwords(void)
{
	CLEANUP(temporary_destroyp) char *directory = temporary_create();
	CLEANUP(access_destroyp) struct access *first = create(directory);
	CLEANUP(access_destroyp) struct access *second = create(directory);

	EXPECT_STRING(access_password(second), access_password(first));
	EXPECT_STRING(access_vnc_password(second), access_vnc_password(first));
}

static void a_password_file_that_makes_no_sense_stops_the_start(void)
{
	static const char *const wrong[] = {"", "\n", "short\n", "has a blank in it\n",
					    "wide\xc3\xa9wide\xc3\xa9\n"};
	CLEANUP(temporary_destroyp) char *directory = temporary_create();

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		write_file(directory, "password", wrong[i], 0600);
		EXPECT_INT(create_result(directory), -EINVAL);
	}
	write_file(directory, "password", "long-enough\n", 0600);
	EXPECT_INT(create_result(directory), 0);
	write_file(directory, "vnc-password", "tolongforvnc\n", 0600);
	EXPECT_INT(create_result(directory), -EINVAL);
}

static void a_password_that_others_may_read_stops_the_start(void)
{
	CLEANUP(temporary_destroyp) char *directory = temporary_create();

	write_file(directory, "password", "long-enough\n", 0640);
	EXPECT_INT(create_result(directory), -EPERM);
}

static void a_state_directory_that_cannot_be_made_stops_the_start(void)
{
	CLEANUP(temporary_destroyp) char *directory = temporary_create();
	CLEANUP(freep) char *inside_a_file = xasprintf("%s/file/state", directory);

	write_file(directory, "file", "", 0600);
	EXPECT(create_result(inside_a_file) < 0);
}

static void only_the_user_with_the_password_is_let_in(void)
{
	CLEANUP(temporary_destroyp) char *directory = temporary_create();
	CLEANUP(access_destroyp) struct access *access = create(directory);
	CLEANUP(freep) char *longer = xasprintf("%sx", access_password(access));
	CLEANUP(freep) char *endless = xasprintf("%01000d", 7);
	const char *right = access_password(access);

	EXPECT(access_check(access, "dev", right, "web", "test"));
	EXPECT(!access_check(access, "dev", "", "web", "test"));
	EXPECT(!access_check(access, "dev", NULL, "web", "test"));
	EXPECT(!access_check(access, "dev", longer, "web", "test"));
	EXPECT(!access_check(access, "dev", endless, "web", "test"));
	EXPECT(!access_check(access, "dev", access_vnc_password(access), "web", "test"));
	EXPECT(!access_check(access, "root", right, "web", "test"));
	EXPECT(!access_check(access, "", right, "web", "test"));
	EXPECT(!access_check(access, NULL, right, "web", "test"));
}

static void failed_logins_slow_down_the_next(void)
{
	static const unsigned delays_ms[] = {0, 250, 500, 1000, 2000, 4000, 5000, 5000};
	CLEANUP(temporary_destroyp) char *directory = temporary_create();
	CLEANUP(access_destroyp) struct access *access = create(directory);

	for (size_t i = 0; i < sizeof(delays_ms) / sizeof(delays_ms[0]); i++) {
		EXPECT_INT(access_login_delay_ms(access), delays_ms[i]);
		if (i % 2)
			access_check(access, "dev", "wrong", "web", "test");
		else
			access_note_failure(access, "vnc", "test");
	}
}

static void a_right_password_neither_counts_nor_clears_failures(void)
{
	CLEANUP(temporary_destroyp) char *directory = temporary_create();
	CLEANUP(access_destroyp) struct access *access = create(directory);

	access_check(access, "dev", access_password(access), "web", "test");
	EXPECT_INT(access_login_delay_ms(access), 0);
	access_note_failure(access, "rdp", "test");
	access_check(access, "dev", access_password(access), "web", "test");
	EXPECT_INT(access_login_delay_ms(access), 250);
}

static void failures_are_forgotten_with_time(void)
{
	CLEANUP(temporary_destroyp) char *directory = temporary_create();
	CLEANUP(access_destroyp) struct access *access = create(directory);

	for (int i = 0; i < 10; i++)
		access_note_failure(access, "rdp", "test");
	EXPECT_INT(access_login_delay_ms(access), ACCESS_DELAY_MAX_MS);
	fake_now_us += 29 * UINT64_C(1000000);
	EXPECT_INT(access_login_delay_ms(access), 2000);
	fake_now_us += 2 * UINT64_C(1000000);
	EXPECT_INT(access_login_delay_ms(access), 1000);
	fake_now_us += 3600 * UINT64_C(1000000);
	EXPECT_INT(access_login_delay_ms(access), 0);
}

static void open_mode_lets_everyone_in_and_stores_nothing(void)
{
	CLEANUP(temporary_destroyp) char *directory = temporary_create();
	CLEANUP(access_destroyp) struct access *access = NULL;

	EXPECT_INT(access_create(ACCESS_OPEN, directory, &access), 0);
	EXPECT_INT(access_mode(access), ACCESS_OPEN);
	EXPECT(access_check(access, "anyone", "anything", "web", "test"));
	EXPECT_STRING(access_password(access), "");
	EXPECT_INT(rmdir(directory), 0);
}

int main(void)
{
	RUN_TEST(the_first_start_makes_two_different_passwords);
	RUN_TEST(every_gateway_makes_its_own_password);
	RUN_TEST(passwords_are_readable_by_their_owner_only);
	RUN_TEST(the_next_start_has_the_same_passwords);
	RUN_TEST(a_password_file_that_makes_no_sense_stops_the_start);
	RUN_TEST(a_password_that_others_may_read_stops_the_start);
	RUN_TEST(a_state_directory_that_cannot_be_made_stops_the_start);
	RUN_TEST(only_the_user_with_the_password_is_let_in);
	RUN_TEST(failed_logins_slow_down_the_next);
	RUN_TEST(a_right_password_neither_counts_nor_clears_failures);
	RUN_TEST(failures_are_forgotten_with_time);
	RUN_TEST(open_mode_lets_everyone_in_and_stores_nothing);
	return 0;
}
