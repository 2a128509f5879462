/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/target.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "common/cleanup.h"
#include "common/xalloc.h"
#include "tests/support/test.h"

static char directory[] = "/tmp/windscreen-test.XXXXXX";

static char *path_of(const char *name)
{
	return xasprintf("%s/%s", directory, name);
}

/* Returns the descriptor: while it is open, somebody listens. */
static int listen_at(const char *name)
{
	CLEANUP(freep) char *path = path_of(name);
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	EXPECT_INT(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	EXPECT_INT(listen(fd, 1), 0);
	return fd;
}

static void remove_socket(const char *name, int fd)
{
	CLEANUP(freep) char *path = path_of(name);

	close_fd(fd);
	unlink(path);
}

static void expect_found(enum find_result expected, const char *expected_name)
{
	CLEANUP(freep) char *user = path_of("user");
	CLEANUP(freep) char *system = path_of("system");
	CLEANUP(freep) char *expected_path = path_of(expected_name);
	CLEANUP(freep) char *found = NULL;

	EXPECT_INT(target_find_control(user, system, &found), expected);
	if (expected == FIND_ONE)
		EXPECT_STRING(found, expected_path);
	else
		EXPECT(strstr(found, expected_name));
}

static void without_a_gateway_it_tells_where_it_looked(void)
{
	expect_found(FIND_NONE, "user/windscreen");
	expect_found(FIND_NONE, "system/windscreen");
}

static void the_only_gateway_is_found(void)
{
	int fd = listen_at("user/windscreen/ivi.sock");

	expect_found(FIND_ONE, "user/windscreen/ivi.sock");
	remove_socket("user/windscreen/ivi.sock", fd);
}

static void a_service_is_found_where_the_user_runs_no_gateway(void)
{
	int service = listen_at("system/windscreen/car/car.sock");

	expect_found(FIND_ONE, "system/windscreen/car/car.sock");

	int own = listen_at("user/windscreen/ivi.sock");

	expect_found(FIND_ONE, "user/windscreen/ivi.sock");
	remove_socket("user/windscreen/ivi.sock", own);
	remove_socket("system/windscreen/car/car.sock", service);
}

static void a_gateway_without_a_users_directory_is_found_beside_the_services(void)
{
	int ivi = listen_at("system/windscreen/ivi.sock");

	expect_found(FIND_ONE, "system/windscreen/ivi.sock");
	remove_socket("system/windscreen/ivi.sock", ivi);
}

static void several_gateways_are_told_by_name(void)
{
	int ivi = listen_at("user/windscreen/ivi.sock");
	int cluster = listen_at("user/windscreen/cluster.sock");

	expect_found(FIND_SEVERAL, "user/windscreen/ivi.sock");
	expect_found(FIND_SEVERAL, "user/windscreen/cluster.sock");
	remove_socket("user/windscreen/ivi.sock", ivi);
	remove_socket("user/windscreen/cluster.sock", cluster);
}

static void a_socket_that_a_dead_gateway_left_does_not_count(void)
{
	int ivi = listen_at("user/windscreen/ivi.sock");

	close_fd(listen_at("user/windscreen/dead.sock"));
	expect_found(FIND_ONE, "user/windscreen/ivi.sock");
	remove_socket("user/windscreen/ivi.sock", ivi);

	/* Alone, it is found, so that connecting says what is wrong with it. */
	expect_found(FIND_ONE, "user/windscreen/dead.sock");
	remove_socket("user/windscreen/dead.sock", -1);
}

/* Each after the one that it is in. */
static const char *const folders[] = {
	"user", "user/windscreen", "system", "system/windscreen", "system/windscreen/car",
};

#define FOLDERS_COUNT (sizeof(folders) / sizeof(folders[0]))

static void make_folders(void)
{
	EXPECT(mkdtemp(directory));
	for (size_t i = 0; i < FOLDERS_COUNT; i++) {
		CLEANUP(freep) char *path = path_of(folders[i]);

		EXPECT_INT(mkdir(path, 0700), 0);
	}
}

static void remove_folders(void)
{
	for (size_t i = FOLDERS_COUNT; i-- > 0;) {
		CLEANUP(freep) char *path = path_of(folders[i]);

		rmdir(path);
	}
	rmdir(directory);
}

int main(void)
{
	make_folders();
	RUN_TEST(without_a_gateway_it_tells_where_it_looked);
	RUN_TEST(the_only_gateway_is_found);
	RUN_TEST(a_service_is_found_where_the_user_runs_no_gateway);
	RUN_TEST(a_gateway_without_a_users_directory_is_found_beside_the_services);
	RUN_TEST(several_gateways_are_told_by_name);
	RUN_TEST(a_socket_that_a_dead_gateway_left_does_not_count);
	remove_folders();
	return 0;
}
