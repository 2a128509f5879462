/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/arguments.h"

#include "tests/support/test.h"

static void whole_numbers_in_range_are_taken(void)
{
	unsigned natural = 77;
	int number = 77;

	EXPECT(unsigned_from_text("0", 15, &natural));
	EXPECT_INT(natural, 0);
	EXPECT(unsigned_from_text("15", 15, &natural));
	EXPECT_INT(natural, 15);
	EXPECT(unsigned_from_text("007", 15, &natural));
	EXPECT_INT(natural, 7);
	EXPECT(int_from_text("-100", 100, &number));
	EXPECT_INT(number, -100);
	EXPECT(int_from_text("100", 100, &number));
	EXPECT_INT(number, 100);
}

static void anything_else_is_refused(void)
{
	static const char *const words[] = {
		"",
		" 1",
		"1 ",
		"+1",
		"1.5",
		"0x1",
		"one",
		"--1",
		"-",
		"101",
		"99999999999999999999",
	};
	unsigned natural = 77;
	int number = 77;

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		EXPECT(!unsigned_from_text(words[i], 100, &natural));
		EXPECT(!int_from_text(words[i], 100, &number));
	}
	EXPECT(!unsigned_from_text("-1", 100, &natural));
	EXPECT(!unsigned_from_text("-0", 100, &natural));
	EXPECT(!int_from_text("-101", 100, &number));
	EXPECT_INT(natural, 77);
	EXPECT_INT(number, 77);
}

int main(void)
{
	RUN_TEST(whole_numbers_in_range_are_taken);
	RUN_TEST(anything_else_is_refused);
	return 0;
}
