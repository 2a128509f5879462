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

static void a_fraction_is_decimal_and_at_most_1(void)
{
	static const char *const others[] = {"",    "-0.1", "1.01",  "1e-1", "0,5", "nan",
					     "inf", "0x1",  "0.1.2", ".",    " 0.5"};
	double fraction = 0.77;

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		EXPECT(!fraction_from_text(others[i], &fraction));
	EXPECT(fraction == 0.77);
	EXPECT(fraction_from_text("0.25", &fraction) && fraction == 0.25);
	EXPECT(fraction_from_text("1", &fraction) && fraction == 1);
}

static void a_box_has_a_corner_and_a_size_that_is_not_empty(void)
{
	static const char *const others[] = {
		"",	    "1,2,3x",	"1,2,3x4 ", "1,2,3x4x5",   "1,2,0x4",		"1,2,3x0",
		"-1,2,3x4", "1 ,2,3x4", "1,2,3,4",  "1,2,16385x1", "99999999999,2,3x4", ",,x"};
	struct picture_box box = {.x = 77};

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		EXPECT(!box_from_text(others[i], &box));
	EXPECT_INT(box.x, 77);
	EXPECT(box_from_text("10,0,1920x16384", &box));
	EXPECT_INT(box.x, 10);
	EXPECT_INT(box.y, 0);
	EXPECT_INT(box.width, 1920);
	EXPECT_INT(box.height, 16384);
}

static void a_time_has_a_unit(void)
{
	static const char *const others[] = {"", "5", "ms", "5 s", "5d", "-5s", "1.5s", "61s"};
	unsigned ms = 77;

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		EXPECT(!time_from_text(others[i], 60000, &ms));
	EXPECT_INT(ms, 77);
	EXPECT(time_from_text("500ms", 60000, &ms) && ms == 500);
	EXPECT(time_from_text("60s", 60000, &ms) && ms == 60000);
	EXPECT(time_from_text("1m", 60000, &ms) && ms == 60000);
	EXPECT(time_from_text("2h", 7200000, &ms) && ms == 7200000);
	EXPECT(duration_from_text("60m", &ms) && !duration_from_text("61m", &ms));
}

static void a_size_is_in_bytes_or_has_a_unit(void)
{
	static const char *const others[] = {"",   "0",	 "0M",	  "M",	 "5MB",
					     "-1", "1T", "1024G", "1.5G"};
	uint64_t bytes = 77;

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		EXPECT(!size_from_text(others[i], &bytes));
	EXPECT_INT(bytes, 77);
	EXPECT(size_from_text("5", &bytes) && bytes == 5);
	EXPECT(size_from_text("5K", &bytes) && bytes == 5 << 10);
	EXPECT(size_from_text("500M", &bytes) && bytes == 500 << 20);
	EXPECT(size_from_text("1023G", &bytes) && bytes == UINT64_C(1023) << 30);
}

int main(void)
{
	RUN_TEST(whole_numbers_in_range_are_taken);
	RUN_TEST(anything_else_is_refused);
	RUN_TEST(a_fraction_is_decimal_and_at_most_1);
	RUN_TEST(a_box_has_a_corner_and_a_size_that_is_not_empty);
	RUN_TEST(a_time_has_a_unit);
	RUN_TEST(a_size_is_in_bytes_or_has_a_unit);
	return 0;
}
