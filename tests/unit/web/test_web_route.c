/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/web/web_route.h"

#include "tests/support/test.h"

static const struct web_route routes[] = {
	{.method = WEB_GET, .path = "/"},
	{.method = WEB_GET, .path = "/login"},
	{.method = WEB_POST, .path = "/login"},
	{.method = WEB_GET, .path = "/heads/N/screenshot.png"},
	{.method = WEB_WEBSOCKET, .path = "/heads/N/rfb"},
};

static unsigned found_head;

/* The place of the route that was found, or minus the status. */
static int find(enum web_method method, const char *path)
{
	const struct web_route *route;
	unsigned status = web_route_find(routes, sizeof(routes) / sizeof(routes[0]), method, path,
					 &route, &found_head);

	return status ? -(int)status : (int)(route - routes);
}

static void a_route_is_found_by_method_and_path(void)
{
	EXPECT_INT(find(WEB_GET, "/"), 0);
	EXPECT_INT(find(WEB_GET, "/login"), 1);
	EXPECT_INT(find(WEB_POST, "/login"), 2);
	EXPECT_INT(found_head, WEB_NO_HEAD);
}

static void a_head_is_read_from_the_path(void)
{
	EXPECT_INT(find(WEB_GET, "/heads/0/screenshot.png"), 3);
	EXPECT_INT(found_head, 0);
	EXPECT_INT(find(WEB_WEBSOCKET, "/heads/999/rfb"), 4);
	EXPECT_INT(found_head, 999);
}

static void what_is_no_head_is_not_found(void)
{
	static const char *const heads[] = {"",	  "-1", "+1", "01", "1000",
					    "1x", "x",	"N",  " 1", "99999999999999999999"};
	char path[64];

	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		snprintf(path, sizeof(path), "/heads/%s/screenshot.png", heads[i]);
		EXPECT_INT(find(WEB_GET, path), -404);
	}
}

static void other_paths_are_not_found(void)
{
	static const char *const paths[] = {
		"",	   "login",  "//",	 "/login/", "/log",
		"/loginx", "/Login", "/heads/0", "/heads/", "/heads/0/screenshot.png/"};

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		EXPECT_INT(find(WEB_GET, paths[i]), -404);
}

static void a_wrong_method_is_told_from_a_wrong_path(void)
{
	EXPECT_INT(find(WEB_POST, "/"), -405);
	EXPECT_INT(find(WEB_OTHER, "/login"), -405);
	EXPECT_INT(find(WEB_GET, "/heads/0/rfb"), -426);
	EXPECT_INT(find(WEB_WEBSOCKET, "/login"), -405);
}

int main(void)
{
	RUN_TEST(a_route_is_found_by_method_and_path);
	RUN_TEST(a_head_is_read_from_the_path);
	RUN_TEST(what_is_no_head_is_not_found);
	RUN_TEST(other_paths_are_not_found);
	RUN_TEST(a_wrong_method_is_told_from_a_wrong_path);
	return 0;
}
