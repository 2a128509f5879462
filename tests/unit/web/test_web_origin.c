/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/web/web_origin.h"

#include "tests/support/test.h"

static void loopback_is_ours_at_any_port(void)
{
	static const char *const hosts[] = {
		"localhost",	      "localhost:8080", "LocalHost:1",
		"ivi.localhost:8080", "127.0.0.1",	"127.0.0.1:8080",
		"127.9.8.7:443",      "[::1]",		"[::1]:8080",
	};

	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++)
		if (!host_is_ours(hosts[i], NULL, NULL))
			test_fail(__FILE__, __LINE__, "%s is not ours", hosts[i]);
}

static void other_hosts_are_not(void)
{
	static const char *const hosts[] = {
		"",
		"evil.example",
		"localhost.evil.example",
		"notlocalhost",
		".localhost",
		"127.0.0.1.evil.example",
		"128.0.0.1",
		"127.1",
		"0.0.0.0",
		"[::2]",
		"[::1",
		"::1",
		"localhost:",
		"localhost:0",
		"localhost:65536",
		"localhost:99999999999999999999",
		"localhost:80:80",
		"localhost:8080/",
		"user@localhost",
		"localhost localhost",
		"localhost,evil.example",
		"localhost.",
	};

	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++)
		if (host_is_ours(hosts[i], "ivi.example", "10.0.0.1"))
			test_fail(__FILE__, __LINE__, "%s is ours", hosts[i]);
}

static void the_configured_name_and_the_own_address_are_ours(void)
{
	EXPECT(host_is_ours("ivi.example:443", "ivi.example", NULL));
	EXPECT(host_is_ours("IVI.example", "ivi.example", NULL));
	EXPECT(host_is_ours("10.0.0.1:8080", NULL, "10.0.0.1"));
	EXPECT(host_is_ours("[fd00::1]:8080", NULL, "fd00::1"));
	EXPECT(!host_is_ours("a.ivi.example", "ivi.example", NULL));
}

static void a_name_that_is_too_long_is_no_host(void)
{
	char host[600];

	memset(host, 'a', sizeof(host) - 1);
	host[sizeof(host) - 1] = '\0';
	EXPECT(!host_is_ours(host, host, NULL));
}

static void an_origin_is_the_host_if_name_and_port_are(void)
{
	EXPECT(origin_is_host("http://localhost:8080", "localhost:8080"));
	EXPECT(origin_is_host("https://localhost:8080", "localhost:8080"));
	EXPECT(origin_is_host("HTTP://LOCALHOST:8080", "localhost:8080"));
	EXPECT(origin_is_host("http://[::1]:8080", "[::1]:8080"));
	EXPECT(origin_is_host("http://localhost", "localhost"));
	EXPECT(origin_is_host("http://localhost", "localhost:80"));
	EXPECT(origin_is_host("https://ivi.example", "ivi.example:443"));
}

static void another_origin_is_not(void)
{
	EXPECT(!origin_is_host("http://evil.example", "localhost:8080"));
	EXPECT(!origin_is_host("http://localhost:8081", "localhost:8080"));
	EXPECT(!origin_is_host("http://localhost", "localhost:8080"));
	EXPECT(!origin_is_host("https://localhost", "localhost:80"));
	EXPECT(!origin_is_host("http://127.0.0.1:8080", "localhost:8080"));
	EXPECT(!origin_is_host("http://localhost:8080.evil.example", "localhost:8080"));
	EXPECT(!origin_is_host("http://localhost:8080/", "localhost:8080"));
	EXPECT(!origin_is_host("file://", "localhost:8080"));
	EXPECT(!origin_is_host("null", "localhost:8080"));
	EXPECT(!origin_is_host("", "localhost:8080"));
	EXPECT(!origin_is_host("localhost:8080", "localhost:8080"));
	EXPECT(!origin_is_host("http://", ""));
}

int main(void)
{
	RUN_TEST(loopback_is_ours_at_any_port);
	RUN_TEST(other_hosts_are_not);
	RUN_TEST(the_configured_name_and_the_own_address_are_ours);
	RUN_TEST(a_name_that_is_too_long_is_no_host);
	RUN_TEST(an_origin_is_the_host_if_name_and_port_are);
	RUN_TEST(another_origin_is_not);
	return 0;
}
