/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/reference.h"

#include "common/renderer_tag.h"
#include "tests/support/temporary.h"
#include "tests/support/test.h"

static void tags_are_short_words(void)
{
	static const char *const wrong[] = {"",	   "-x",  ".x",
					    "a b", "a/b", "a@b",
					    "ü",   "a\n", "abcdefghijklmnopqrstuvwxyz0123456"};

	EXPECT(renderer_tag_is_valid("2d"));
	EXPECT(renderer_tag_is_valid("virgl-llvmpipe"));
	EXPECT(renderer_tag_is_valid("Mesa_22.3"));
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		if (renderer_tag_is_valid(wrong[i]))
			test_fail(__FILE__, __LINE__, "\"%s\" is taken", wrong[i]);
}

static void expect_name(const char *path, const char *expected)
{
	CLEANUP(freep) char *name = reference_name(path, "2d");

	EXPECT_STRING(name, expected);
}

static void a_name_has_its_tag_before_the_suffix_and_only_one(void)
{
	expect_name("home.png", "home@2d.png");
	expect_name("a@b/home.png", "a@b/home@2d.png");
	expect_name("a/home@virgl-gpu.png", "a/home@2d.png");
	expect_name("me@a b.png", "me@a b@2d.png");
	expect_name("@virgl.png", "@virgl@2d.png");
	expect_name("home", "home@2d.png");
}

static void expect_found(const char *renderer, const char *expected, bool crosses)
{
	bool does_cross = !crosses;
	CLEANUP(freep) char *found = reference_find("./home.png", renderer, &does_cross);

	EXPECT_STRING(found, expected);
	EXPECT_INT(does_cross, crosses);
}

static void a_renderer_s_own_comes_first_then_the_plain_one_then_another_s(void)
{
	char *directory = temporary_create();

	EXPECT_INT(chdir(directory), 0);
	expect_found(NULL, "./home.png", false);
	expect_found("2d", "./home.png", true);

	write_file(".", "home@virgl.png", "x", 0600);
	write_file(".", "home@virgl-gpu.png", "x", 0600);
	write_file(".", "home@.png", "x", 0600);
	write_file(".", "homework@2d.png", "x", 0600);
	expect_found(NULL, "./home.png", false);
	expect_found("2d", "./home@virgl-gpu.png", true);
	expect_found("virgl", "./home@virgl.png", false);

	write_file(".", "home.png", "x", 0600);
	expect_found("2d", "./home.png", true);
	expect_found("virgl", "./home@virgl.png", false);
	temporary_destroy(directory);
}

int main(void)
{
	RUN_TEST(tags_are_short_words);
	RUN_TEST(a_name_has_its_tag_before_the_suffix_and_only_one);
	RUN_TEST(a_renderer_s_own_comes_first_then_the_plain_one_then_another_s);
	return 0;
}
