/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/net/listener.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/test.h"

static void expect_same_after_parsing(const char *text)
{
	struct listen_address address;
	char again[LISTEN_ADDRESS_MAX];

	EXPECT_INT(listen_address_parse(text, &address), 0);
	EXPECT_STRING(listen_address_format(&address, again), text);
}

static void addresses_are_written_as_they_are_parsed(void)
{
	expect_same_after_parsing("127.0.0.1:3389");
	expect_same_after_parsing("0.0.0.0:0");
	expect_same_after_parsing("[::1]:5900");
	expect_same_after_parsing("unix:/run/user/1000/vnc.sock");
}

static void malformed_addresses_are_refused(void)
{
	static const char *const wrong[] = {
		"",
		"3389",
		":3389",
		"127.0.0.1",
		"127.0.0.1:",
		"127.0.0.1:x",
		"127.0.0.1:65536",
		"127.0.0.1:-1",
		"localhost:80",
		"::1:80",
		"[::1]",
		"unix:",
		"1.2.3.4.5:80",
	};
	struct listen_address address;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		if (listen_address_parse(wrong[i], &address) != -EINVAL)
			test_fail(__FILE__, __LINE__, "'%s' was parsed", wrong[i]);
}

static bool is_local(const char *text)
{
	struct listen_address address;

	EXPECT_INT(listen_address_parse(text, &address), 0);
	return listen_address_is_local(&address);
}

static void only_loopback_and_unix_sockets_are_local(void)
{
	EXPECT(is_local("127.0.0.1:1"));
	EXPECT(is_local("127.1.2.3:1"));
	EXPECT(is_local("[::1]:1"));
	EXPECT(is_local("unix:/x"));
	EXPECT(!is_local("0.0.0.0:1"));
	EXPECT(!is_local("[::]:1"));
	EXPECT(!is_local("192.168.0.1:1"));
}

static void a_free_port_is_found_and_a_used_one_refused(void)
{
	struct listen_address address;
	int first;

	EXPECT_INT(listen_address_parse("127.0.0.1:0", &address), 0);
	first = listener_open(&address);
	EXPECT(first >= 0);
	EXPECT(address.port != 0);
	EXPECT_INT(listener_open(&address), -EADDRINUSE);
	listener_close(first, &address);
}

static void a_dead_socket_is_replaced_and_a_living_one_respected(void)
{
	char directory[] = "/tmp/test-listener-XXXXXX";
	struct listen_address address = {.is_unix = true};
	struct stat status;
	int living;

	EXPECT(mkdtemp(directory));
	snprintf(address.path, sizeof(address.path), "%s/socket", directory);
	close_fd(listener_open(&address)); /* the file stays */
	EXPECT_INT(stat(address.path, &status), 0);
	EXPECT_INT(status.st_mode & 0777, 0600);

	living = listener_open(&address);
	EXPECT(living >= 0);
	EXPECT_INT(listener_open(&address), -EADDRINUSE);
	listener_close(living, &address);
	EXPECT_INT(stat(address.path, &status), -1);

	close_fd(open(address.path, O_CREAT | O_WRONLY, 0600));
	EXPECT_INT(listener_open(&address), -EEXIST);
	unlink(address.path);
	rmdir(directory);
}

int main(void)
{
	RUN_TEST(addresses_are_written_as_they_are_parsed);
	RUN_TEST(malformed_addresses_are_refused);
	RUN_TEST(only_loopback_and_unix_sockets_are_local);
	RUN_TEST(a_free_port_is_found_and_a_used_one_refused);
	RUN_TEST(a_dead_socket_is_replaced_and_a_living_one_respected);
}
