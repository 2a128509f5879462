/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/web/web_page_policy.h"

#include <string.h>

#include "common/cleanup.h"
#include "common/xalloc.h"
#include "tests/support/test.h"

/* By openssl dgst -sha256 -binary | base64 */
#define MAP  "{\"imports\": {\"./a.js\": \"./b.js\"}}"
#define HASH "sha256-w3udeilaXsQZP/kgKKnCgBZYpFEfAEbzIwDsCABTAkw="

static char *policy_of(const char *html)
{
	return web_page_policy("localhost:8080", html, strlen(html));
}

static void a_page_loads_what_is_ours(void)
{
	CLEANUP(freep) char *policy = policy_of("<!DOCTYPE html>");

	EXPECT(strstr(policy, "default-src 'none'; script-src 'self'; "));
	EXPECT(strstr(policy, "connect-src 'self' ws://localhost:8080 wss://localhost:8080;"));
}

static void an_import_map_is_let_through_by_its_hash(void)
{
	CLEANUP(freep)
	char *policy = policy_of("<head><script type=\"importmap\">" MAP
				 "</script><script src=\"c.js\"></script>");

	EXPECT(strstr(policy, "script-src 'self' '" HASH "'; style-src"));
}

static void no_other_script_in_the_page_is_let_through(void)
{
	static const char *const pages[] = {
		"<script>" MAP "</script>",
		"<script type=\"module\">" MAP "</script>",
		("<script type=\"importmap\">" MAP),
	};

	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		CLEANUP(freep) char *policy = policy_of(pages[i]);

		if (!strstr(policy, "script-src 'self'; "))
			test_fail(__FILE__, __LINE__, "%s gives %s", pages[i], policy);
	}
}

int main(void)
{
	RUN_TEST(a_page_loads_what_is_ours);
	RUN_TEST(an_import_map_is_let_through_by_its_hash);
	RUN_TEST(no_other_script_in_the_page_is_let_through);
	return 0;
}
